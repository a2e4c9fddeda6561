from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import gba

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "gba").rglob("*.py"))


def test_the_public_names() -> None:
    assert gba.__all__ == [
        "ChatLlamaCpp",
        "GbaError",
        "Grammar",
        "LlamaCppEmbeddings",
        "LlamaInProcess",
        "LlamaServer",
        "LlamaServerProcess",
        "MathTool",
        "Transformers",
        "__version__",
        "create_agent",
    ]


@pytest.mark.parametrize("name", gba.__all__)
def test_each_public_name_is_there(name: str) -> None:
    assert getattr(gba, name) is not None
    assert name in dir(gba)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'ChatLamaCpp'"):
        _ = gba.ChatLamaCpp


def test_importing_gba_imports_nothing_heavy() -> None:
    heavy = (
        "httpx",
        "jinja2",
        "langchain",
        "langchain_core",
        "llama_cpp",
        "numpy",
        "pydantic",
        "sympy",
        "torch",
        "transformers",
    )
    code = f"import sys, gba; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_importing_the_core_imports_no_langchain_and_no_extra() -> None:
    code = (
        "import sys, gba.grammar, gba.backends, gba.chat, gba.models; "
        "print([name for name in ('langchain_core', 'llama_cpp', 'sympy', 'torch') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_names_what_it_offers(path: Path) -> None:
    """`__all__` is there, once (ruff keeps it sorted, and its names defined); `import *` is not used."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not any(isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in ast.walk(tree))
    if not tree.body:
        return
    assigned = [node for node in tree.body if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None]
    targets = [(node.targets[0] if isinstance(node, ast.Assign) else node.target, node.value) for node in assigned]
    lists = [ast.literal_eval(value) for target, value in targets if getattr(target, "id", "") == "__all__"]
    if path.name == "__main__.py" and not lists:
        return
    assert len(lists) == 1, "one __all__"
    assert len(lists[0]) == len(set(lists[0]))
