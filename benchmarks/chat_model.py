"""What an agent costs with ChatLlamaCpp, ChatOpenAI and langchain-llama-cpp's ChatLlama, on one GGUF and one
llama-server (--jinja), in one run.

    python benchmarks/chat_model.py [--model FILE.gguf] [--turn chatml|gemma] [--rounds 5] [--max-tokens 192]

- A task of four steps: three calls, whose results are given, and an answer. Wall time, tokens that the server generated
  and prompt tokens that it evaluated (its /metrics), calls that were made and are valid, and our figures as ratios of
  ChatOpenAI's. All have the same chat template, which tells the model of its tools and llama-server how to read calls.
  `no thought` is ours without the reasoning before a call, which the calls of the others do not have either.
- What a step costs in this process: all of it, HTTP included, in processor time; and our code alone, on a backend that
  only replays what it wrote before.
- What an import costs beyond `langchain_core`'s own chat model.

Without --model it is the packaged tiny agent, which is trained for gba's steps and does not call tools otherwise; for a
comparison of the two clients give it a model of others. Figures are medians of the rounds.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_llama_cpp import ChatLlama
from langchain_openai import ChatOpenAI
from openai import OpenAIError
from pydantic import SecretStr

from gba import ChatLlamaCpp
from gba.backends.base import Chunk, Properties
from gba.backends.process import LlamaServerProcess
from gba.backends.server import LlamaServer
from gba.models import packaged

TURNS = {"chatml": ("<|im_start|>", "<|im_end|>", "assistant"), "gemma": ("<start_of_turn>", "<end_of_turn>", "model")}
RESULTS = ("The height of Mount Kest is 4187 m.", "12561", "kest.png")


def search(query: str) -> str:
    """Look a fact up."""
    return query


def calculate(question: str) -> str:
    """Calculate a question in words or symbols."""
    return question


def images(subject: str) -> str:
    """Find images of a subject."""
    return subject


TOOLS: dict[str, Callable[[str], str]] = {"search": search, "calculate": calculate, "images": images}
ARGUMENTS = {"search": "query", "calculate": "question", "images": "subject"}


@dataclass(frozen=True)
class Cost:
    """One task of four steps: seconds, tokens by the server's counters, valid calls of three, and milliseconds of
    processor time of this process per step."""

    wall_s: float
    generated: float
    evaluated: float
    calls: float
    client_ms: float

    def over(self, other: Cost) -> dict[str, float]:
        """This cost as ratios of another."""
        return {
            key: round(value / asdict(other)[key], 3)
            for key, value in asdict(self).items()
            if key != "calls" and asdict(other)[key]
        }


def run_task(model: BaseChatModel, backend: LlamaServer, label: str) -> Cost:
    """The task once. ``label`` begins the conversation, so that no other one of it is in the server's cache."""
    before, started, busy, calls = backend.metrics(), time.perf_counter(), time.process_time(), 0
    messages: list[BaseMessage] = [
        SystemMessage(f"{label}: be short."),
        HumanMessage("Look up the height of Mount Kest, multiply it by 3, find images of it, and report."),
    ]
    for result in (*RESULTS, None):
        bound = model.bind_tools(list(TOOLS.values()), tool_choice="any" if result else "none")
        try:
            message = bound.invoke(messages)
        except OpenAIError:  # llama-server could not read what the model wrote
            message = None
        made = message.tool_calls[:1] if message is not None else []
        calls += sum(call["name"] in TOOLS and set(call["args"]) == {ARGUMENTS[call["name"]]} for call in made)
        if message is not None:
            messages.append(message)
        messages += [ToolMessage(result or "", tool_call_id=call["id"]) for call in made]
        if not made:
            messages.append(HumanMessage("Go on."))
    wall, busy, after = time.perf_counter() - started, time.process_time() - busy, backend.metrics()

    def grown(name: str) -> float:
        return after[f"llamacpp:{name}"] - before.get(f"llamacpp:{name}", 0)

    return Cost(wall, grown("tokens_predicted_total"), grown("prompt_tokens_total"), calls, 1e3 * busy / 4)


def measure_task(model: Path, turn: str, rounds: int, max_tokens: int) -> dict[str, Any]:
    """By turns, each round each client; the medians, and ours over theirs."""
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "template.jinja"
        template.write_text(template_of(turn), encoding="utf-8")
        options = ["--metrics", "--jinja", "--chat-template-file", str(template)]
        with LlamaServerProcess(model, context=4096, extra_args=options) as server, server.backend() as backend:
            sampling: dict[str, Any] = {"temperature": 0, "seed": 1, "max_tokens": max_tokens}
            clients: dict[str, BaseChatModel] = {
                "ChatLlamaCpp": ChatLlamaCpp(base_url=server.base_url, **sampling),
                "ChatLlamaCpp, no thought": ChatLlamaCpp(base_url=server.base_url, max_thought_tokens=0, **sampling),
                "ChatOpenAI": ChatOpenAI(
                    base_url=f"{server.base_url}/v1",
                    api_key=SecretStr("none"),
                    model="local",
                    max_retries=0,
                    **sampling,
                ),
                "ChatLlama": ChatLlama(base_url=server.base_url, model="local", max_retries=0, **sampling),
            }
            for client in clients.values():  # connections, grammars and the server itself warm up
                client.bind_tools(list(TOOLS.values())).invoke("Hello", max_tokens=8)
            costs: dict[str, list[Cost]] = {name: [] for name in clients}
            for number in range(rounds):
                for name, client in clients.items():
                    costs[name].append(run_task(client, backend, f"Task {number} of {name}"))
    medians = {name: _median(found) for name, found in costs.items()}
    peer = medians["ChatOpenAI"]
    return {
        "task": {name: asdict(cost) for name, cost in medians.items()},
        "ratios": {name: cost.over(peer) for name, cost in medians.items() if cost is not peer},
    }


def _median(costs: Sequence[Cost]) -> Cost:
    columns = zip(*(asdict(cost).values() for cost in costs), strict=True)
    return Cost(*(round(statistics.median(column), 3) for column in columns))


def template_of(turn: str) -> str:
    """A chat template with tools, in the marks of a kind of model."""
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from tests.helpers.gguf_factory import CHATML_WITH_TOOLS

    begin, end, assistant = TURNS[turn]
    role = "{{ 'ASSISTANT' if message.role == 'assistant' else message.role }}"
    template = (
        str(CHATML_WITH_TOOLS)
        .replace("{{ message.role }}", role)
        .replace("<|im_start|>assistant", "<|im_start|>ASSISTANT")
    )
    return template.replace("ASSISTANT", assistant).replace("<|im_start|>", begin).replace("<|im_end|>", end)


class Replay:
    """A backend that answers each request with what another one answered the first time, and measures nothing else.

    ``seconds``: the time that was spent in here.
    """

    def __init__(self, backend: LlamaServer) -> None:
        self._backend, self._known = backend, dict[Any, Any]()
        self.seconds = 0.0

    def _answer(self, key: Any, ask: Callable[[], Any]) -> Any:
        started = time.process_time()
        if key not in self._known:
            self._known[key] = ask()
        answer = self._known[key]
        self.seconds += time.process_time() - started
        return answer

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        """See `gba.backends.base.Backend`, as the rest."""
        return list(self._answer(("t", text, special), lambda: self._backend.tokenize(text, special=special)))

    def detokenize(self, tokens: Sequence[int]) -> str:
        return str(self._answer(("d", tuple(tokens)), lambda: self._backend.detokenize(tokens)))

    def complete(self, prompt: Sequence[int], **asked: Any) -> Iterator[Chunk]:
        key = (tuple(prompt), asked["grammar"], asked["stop"], asked["max_tokens"])
        yield from self._answer(key, lambda: list(self._backend.complete(prompt, **asked)))

    def properties(self) -> Properties:
        answer: Properties = self._answer("p", self._backend.properties)
        return answer

    def close(self) -> None:
        pass


def measure_overhead(model: Path, rounds: int) -> dict[str, float]:
    """Milliseconds of processor time that our code takes for one step with a call: the time in the backend left out."""
    messages: list[BaseMessage] = [HumanMessage("Look up the height of Mount Kest and multiply it by 3.")]
    with LlamaServerProcess(model, context=4096) as server, server.backend() as backend:
        replay = Replay(backend)
        chat = ChatLlamaCpp(backend=replay, temperature=0, seed=1, max_tokens=192)
        bound = chat.bind_tools(list(TOOLS.values()), tool_choice="any")
        first = bound.invoke(messages)
        messages += [first, ToolMessage(RESULTS[0], tool_call_id=first.tool_calls[0]["id"])]
        second = bound.invoke(messages)
        found = []
        for _ in range(20 * rounds):
            replay.seconds, started = 0.0, time.process_time()
            bound.invoke(messages)
            found.append(1e3 * (time.process_time() - started - replay.seconds))
    return {
        "our_code_ms": round(statistics.median(found), 3),
        "requests": second.response_metadata["requests"],
        "generated_tokens": second.response_metadata["generated_tokens"],
    }


def measure_imports(rounds: int) -> dict[str, float]:
    """Seconds of processor time: LangChain's own chat model, and what each client adds to it."""
    clients = {
        "ChatLlamaCpp": "from gba import ChatLlamaCpp",
        "ChatOpenAI": "from langchain_openai import ChatOpenAI",
        "ChatLlama": "from langchain_llama_cpp import ChatLlama",
    }
    core: list[float] = []
    added: dict[str, list[float]] = {name: [] for name in clients}
    for _ in range(rounds):
        for name, line in clients.items():
            base, whole = json.loads(subprocess.check_output([sys.executable, "-c", _IMPORT.format(line=line)]))
            core.append(base)
            added[name].append(whole - base)
    medians = {name: round(statistics.median(times), 3) for name, times in added.items()}
    return {"langchain_core": round(statistics.median(core), 3), **medians}


_IMPORT = """
import time
from langchain_core.language_models import BaseChatModel
from langchain_core.tools import BaseTool
base = time.process_time()
{line}
print([base, time.process_time()])
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=None, help="a GGUF file; the packaged tiny agent otherwise")
    parser.add_argument("--turn", choices=TURNS, default="chatml", help="the marks around a turn of this model")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--max-tokens", type=int, default=192, help="of one step")
    parser.add_argument("--json", action="store_true", help="print JSON")
    args = parser.parse_args()
    model = args.model or packaged("tiny-agent")
    figures = measure_task(model, args.turn, args.rounds, args.max_tokens)
    figures["overhead"] = measure_overhead(packaged("tiny-agent"), args.rounds)
    figures["import_s"] = measure_imports(args.rounds)
    if args.json:
        print(json.dumps(figures, indent=2))
        return
    print(f"{'four steps':26} {'seconds':>8} {'generated':>10} {'evaluated':>10} {'calls':>6} {'client ms/step':>15}")
    for name, cost in figures["task"].items():
        print(
            f"{name:26} {cost['wall_s']:8.2f} {cost['generated']:10.0f} {cost['evaluated']:10.0f} "
            f"{cost['calls']:4.0f}/3 {cost['client_ms']:15.1f}"
        )
    for name, ratios in figures["ratios"].items():
        print(f"{name} over ChatOpenAI: " + ", ".join(f"{key} {value:.2f}" for key, value in ratios.items()))
    overhead = figures["overhead"]
    print(
        f"our code in a step of {overhead['requests']} requests and {overhead['generated_tokens']} generated tokens: "
        f"{overhead['our_code_ms']:.2f} ms"
    )
    print("import, seconds: " + ", ".join(f"{name} {value:.3f}" for name, value in figures["import_s"].items()))


if __name__ == "__main__":
    main()
