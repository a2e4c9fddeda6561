from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import gba as package
from gba import models


def test_version(gba) -> None:
    lines = gba("version").out.splitlines()
    assert lines[0] == f"gba {package.__version__}"
    assert any(line.startswith("llama-cpp-python ") for line in lines)


def test_help_names_every_command(gba) -> None:
    out = gba("--help").out
    for name in ("ask", "chat", "doctor", "grammar", "math", "models", "serve", "version"):
        assert name in out


LIBRARIES = ("httpx", "jinja2", "jsonschema", "langchain", "langchain_core", "langgraph", "llama_cpp", "numpy")
LIBRARIES += ("pydantic", "rich", "sympy", "torch")


def _loaded(code: str, names: tuple[str, ...]) -> set[str]:
    """Which of the modules a process has loaded at its end."""
    code = f"import atexit, sys; atexit.register(lambda: print('loaded', *({names!r} & sys.modules.keys()))); {code}"
    code = code.replace(repr(names), repr(set(names)))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    first, *rest = done.stdout.splitlines()[-1].split()
    assert first == "loaded"
    return set(rest)


@pytest.mark.parametrize(
    "code",
    [
        "import gba",
        "import gba.cli.main",
        "from gba.cli.main import main; main(['--help'])",
        "from gba.cli.main import main; main(['--version'])",
    ],
)
def test_what_needs_no_library_loads_none(code: str) -> None:
    assert _loaded(code, LIBRARIES) == set()


def test_importing_gba_loads_no_command_line() -> None:
    assert _loaded("import gba", ("typer", "gba.cli", "gba.errors")) == set()


def test_doctor_does_not_load_langchain() -> None:
    code = "from gba.cli.doctor import findings; list(findings('http://127.0.0.1:9'))"
    assert _loaded(code, ("langchain.agents", "langchain_core", "langgraph", "sympy")) == set()


def test_a_grammar_needs_no_langchain_and_no_model() -> None:
    code = "from gba import Grammar; Grammar.from_json_schema({'type': 'integer'})"
    assert _loaded(code, ("httpx", "langchain_core", "llama_cpp", "numpy", "sympy", "typer")) == set()


def test_python_m_gba() -> None:
    done = subprocess.run([sys.executable, "-m", "gba", "version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("gba ")


@pytest.mark.parametrize("expression, result", [("2+2", "4"), ("sqrt(16) + 1", "5"), ("2^10", "1024"), ("-3", "-3")])
def test_an_expression_needs_no_model(gba, expression: str, result: str) -> None:
    arguments = ["--", expression] if expression.startswith("-") else [expression]
    ended = gba("math", "--math-model", "/no/such.gguf", *arguments)
    assert ended.code == 0, ended.err
    assert dict(line.split(maxsplit=1) for line in ended.out.splitlines())["result"] == result


@pytest.mark.parametrize("question", ["height / width", "two", "2 plus 2", "teapot(2)"])
def test_what_is_no_expression_goes_to_the_model(gba, question: str) -> None:
    ended = gba("math", "--math-model", "/no/such.gguf", question)
    assert ended.code == 1
    assert "/no/such.gguf" in ended.err


def test_what_an_expression_does_wrong_is_said(gba) -> None:
    ended = gba("math", "1/0")
    assert (ended.code, ended.err.strip()) == (1, "error: Division by zero.")


def test_a_program_is_calculated(gba) -> None:
    ended = gba("math", "--program", "result = 25 ** 0.24")
    assert ended.code == 0, ended.err
    rows = dict(line.split(maxsplit=1) for line in ended.out.splitlines())
    assert rows["result"] == "2.16524"
    assert rows["program"] == "result = 25 ** 0.24"
    digits = json.loads(gba("math", "--program", "result = 1 / 7", "--digits", "30", "--json").out)
    assert digits["decimal"].startswith("0.14285714285714285714285714285")
    assert digits["exact"] == "1/7"


@pytest.mark.parametrize(
    "program, exact",
    [
        ("result = 2**20000", "3980276840337966"),
        ("result = factorial(5000)", "42285779266055"),
        ("result = 1e-5000", "1/1000000"),
        ("result = Integral(1/sqrt(x**7 + 1), x)", "x*gamma(1/7)*hyper("),
        ("f = Function('f')\nresult = [f]", "[f]"),
        ("result = limit(sin(1/x), x, 0, '+')", "AccumBounds(-1, 1)"),
        ("result = Matrix([[1, 2], [3, 4]])", "Matrix([[1, 2], [3, 4]])"),
    ],
)
def test_every_result_is_shown(gba, program: str, exact: str) -> None:
    ended = gba("math", "--program", program, "--json")
    assert ended.code == 0, ended.err
    assert json.loads(ended.out)["exact"].startswith(exact)
    assert gba("math", "--program", program, "--digits", "20").code == 0
    assert gba("math", "--program", program, "--digits", "1001").code == 1


def test_a_program_that_is_not_in_the_language(gba) -> None:
    ended = gba("math", "--program", "import os")
    assert ended.code == 1
    assert "Traceback" not in ended.err


def test_models_are_listed(gba) -> None:
    out = gba("models", "list").out
    for entry in models.manifest():
        assert entry.name in out
    listed = json.loads(gba("models", "list", "--json").out)
    assert [line["name"] for line in listed] == [entry.name for entry in models.manifest()]


def test_models_that_are_not_here(gba, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GBA_MODELS_DIR", str(tmp_path))
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    ended = gba("models", "path", "qwen3-4b")
    assert ended.code == 1
    assert "gba models pull qwen3-4b" in ended.err
    ended = gba("models", "pull", "qwen3-4b")
    assert ended.code == 1
    assert "HF_ENDPOINT" in ended.err
    assert gba("models", "pull", "nonsense").code == 1


def test_a_command_that_says_a_warning_itself_says_it_once() -> None:
    code = (
        "import logging; from gba.cli.console import warnings_heard\n"
        "with warnings_heard() as heard: logging.getLogger('gba').warning('a %s', 'word')\n"
        "print(heard); logging.getLogger('gba').warning('after')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("['a word']\n", "after\n")


def test_the_program_in_a_file_is_calculated(gba, tmp_path) -> None:
    path = tmp_path / "program.py"
    path.write_text("def f(n):\n    return n * 2\nprint('twice:', f(21))\n")
    ended = gba("math", "--program", str(path))
    assert ended.code == 0, ended.err
    assert "result   42" in ended.out
    assert "printed  twice: 42" in ended.out
