"""`gba doctor`: what is there, what works, and the remedy for what does not."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from typing import Annotated, Any, Literal

import typer

from gba.cli.version import installed
from gba.errors import GbaError

__all__ = ["Finding", "doctor", "findings"]

_DEFAULT_URL = "http://127.0.0.1:8080"
_PROBE = "zebra"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. ``state``: it works, it is not there but optional, or it is broken."""

    name: str
    state: Literal["ok", "absent", "broken"]
    what: str
    remedy: str = ""


def doctor(
    base_url: Annotated[
        str | None, typer.Option("--base-url", "-u", help="The llama-server to look at.", show_default=False)
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Look at everything gba runs on. Ends with 1 if something is broken."""
    from gba.cli.console import out

    console = out()
    found = []
    for finding in findings(base_url or os.environ.get("LLAMA_CPP_BASE_URL")):
        found.append(finding)
        if not json:
            _show(console, finding)
    if json:
        console.print_json(data=[asdict(finding) for finding in found])
    if any(finding.state == "broken" for finding in found):
        raise typer.Exit(1)


def findings(base_url: str | None) -> Iterator[Finding]:
    """Everything that is looked at, in this order; the parts are looked at at the same time, as some of them are
    processes of their own. A server that was not asked for may be absent."""
    parts = {
        "packaged models": _packaged,
        "llama.cpp in process": _in_process,
        "llama-server program": _program,
        "math": _math,
        "LangChain's agent": _agents,
        "downloads": _hub,
    }
    with ThreadPoolExecutor(max_workers=len(parts)) as pool:
        yield from pool.map(_guarded, parts.keys(), parts.values())
    yield from _server(base_url)


def _guarded(name: str, look: Callable[[str], Finding]) -> Finding:
    try:
        return look(name)
    except GbaError as error:
        message, _, remedy = str(error).partition(": ")
        return Finding(name, "broken", message, remedy)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with a part, the others are looked at
        return Finding(name, "broken", f"{type(error).__name__}: {error}", "please report this with `gba version`")


def _packaged(name: str) -> Finding:
    from gba.models import packaged

    paths = [packaged(model) for model in ("tiny-agent", "tiny-math")]
    return Finding(name, "ok", ", ".join(f"{path.stem} ({path.stat().st_size / 1e6:.1f} MB)" for path in paths))


def _in_process(name: str) -> Finding:
    version = installed("llama-cpp-python")
    if version is None:
        return Finding(name, "absent", "not installed", "pip install 'grammar-based-agents[inprocess]'")
    from gba.backends.inprocess import LlamaInProcess
    from gba.models import packaged

    backend = LlamaInProcess(packaged(), context=64)
    try:
        bos = backend.properties().bos
        prompt = [*([] if bos is None else [bos]), *backend.tokenize("Say yes.")]
        chunks = backend.complete(prompt, grammar=f'root ::= "{_PROBE}"', max_tokens=2 * len(_PROBE))
        honoured = "".join(chunk.text for chunk in chunks) == _PROBE
    finally:
        backend.close()
    if not honoured:
        return Finding(name, "broken", f"llama-cpp-python {version} ignores grammars", "install another version of it")
    return Finding(name, "ok", f"llama-cpp-python {version} runs the tiny agent, and honours a grammar")


def _program(name: str) -> Finding:
    from gba.backends.process import find_llama_server
    from gba.errors import BackendError

    try:
        path = find_llama_server()
    except BackendError:
        if os.environ.get("LLAMA_SERVER_BIN"):
            raise
        remedy = "install llama.cpp (brew, conda, a release), or pip install 'grammar-based-agents[server]'"
        return Finding(name, "absent", "there is none on PATH", remedy)
    done = subprocess.run([str(path), "--version"], capture_output=True, text=True, timeout=60, check=False)
    said = [line for line in (done.stdout + done.stderr).splitlines() if line.startswith("version")]
    if done.returncode != 0 or not said:
        tail = " ".join((done.stdout + done.stderr).split())[-200:]
        return Finding(
            name, "broken", f"{path} does not start: {tail}", "install it anew, or name another: LLAMA_SERVER_BIN"
        )
    return Finding(name, "ok", f"{path}, {said[0]}")


def _math(name: str) -> Finding:
    version = installed("sympy")
    if version is None:
        return Finding(name, "absent", "sympy is not installed", "pip install 'grammar-based-agents[math]'")
    from gba.tools.math import evaluate

    text = evaluate("result = 25 ** 0.24", timeout=30.0).text
    return Finding(name, "ok", f"sympy {version} evaluates programs (25 ** 0.24 is {text})")


def _agents(name: str) -> Finding:
    version = installed("langchain")
    if version is None:
        return Finding(name, "absent", "langchain is not installed", "pip install 'grammar-based-agents[agents]'")
    from importlib.metadata import requires

    from packaging.requirements import Requirement  # langchain-core needs it, too

    # importing LangChain's agent would take longer than everything else together: its version has to do
    wanted = [Requirement(line) for line in requires("grammar-based-agents") or ()]
    for each in wanted:
        if each.name == "langchain" and not each.specifier.contains(version, prereleases=True):
            remedy = "pip install --upgrade 'grammar-based-agents[agents]'"
            return Finding(name, "broken", f"langchain {version} is not {each.specifier}", remedy)
    if find_spec("langchain.agents") is None:
        return Finding(name, "broken", f"langchain {version} has no agents", "install it anew")
    return Finding(name, "ok", f"langchain {version}")


def _hub(name: str) -> Finding:
    from gba.models import directory

    version = installed("huggingface-hub")
    if version is None:
        return Finding(name, "absent", "huggingface-hub is not installed", "pip install 'grammar-based-agents[hub]'")
    return Finding(name, "ok", f"to {directory()}")


def _server(base_url: str | None) -> Iterator[Finding]:
    from gba.backends.server import LlamaServer
    from gba.errors import ServerUnavailableError

    url = base_url or _DEFAULT_URL
    try:
        with LlamaServer(url, api_key=os.environ.get("LLAMA_CPP_API_KEY"), load_timeout=0, timeout=60) as server:
            if not server.health():
                yield Finding("server", "broken", f"{url} is still loading its model", "wait, and look again")
                return
            yield from _running(server)
    except ServerUnavailableError as error:
        state: Literal["absent", "broken"] = "absent" if base_url is None else "broken"
        what = f"nothing answers at {url}" if base_url is None else str(error)
        yield Finding("server", state, what, "gba serve starts one; --base-url names another")
    except GbaError as error:
        yield Finding("server", "broken", str(error), "check --base-url and LLAMA_CPP_API_KEY")


def _running(server: Any) -> Iterator[Finding]:
    from gba.chat import Engine
    from gba.cli.console import warnings_heard

    known = server.properties()
    yield Finding("server", "ok", f"{server.base_url}, build {known.build or 'unknown'}, {known.model or 'no name'}")
    slots = f"{known.slots} slot{'' if known.slots == 1 else 's'}"
    yield Finding("server's context", "ok", f"{known.context} tokens in each of {slots}")
    with warnings_heard():  # it is said in full here
        chat_format = Engine(server).chat_format().describe()
    yield Finding("server's chat format", "ok", chat_format)
    if server.honours_grammar():
        yield Finding("server's grammar", "ok", "honoured")
    else:
        yield Finding(
            "server's grammar", "broken", "a grammar is ignored: calls would not be valid", "update llama.cpp"
        )


def _show(console: Any, finding: Finding) -> None:
    mark, style = {"ok": ("ok", "green"), "absent": ("--", "yellow"), "broken": ("!!", "bold red")}[finding.state]
    console.print(f"{mark} ", style=style, end="")
    console.print(f"{finding.name}: {finding.what}")
    if finding.state != "ok" and finding.remedy:
        console.print(f"   -> {finding.remedy}", style="cyan")
