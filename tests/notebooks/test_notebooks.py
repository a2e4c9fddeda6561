"""The notebooks run from top to bottom, are kept with their outputs, and say what they claim to say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def _printed(notebook: Any) -> str:
    """Everything that the cells printed and gave."""
    texts = []
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            texts.append(output.get("text") or output.get("data", {}).get("text/plain", ""))
    return "\n".join(texts)


def _run(path: Path) -> Any:
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook,
        timeout=600,
        iopub_timeout=60,  # a busy machine takes longer than four seconds to tell that a cell has no more output
        kernel_name="python3",
        resources={"metadata": {"path": str(FOLDER)}},
    ).execute()
    return notebook


@pytest.mark.enable_socket
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the Jupyter client's own
def test_the_agents_notebook() -> None:
    printed = _printed(_run(FOLDER / "agent.ipynb"))
    assert "call:    search" in printed
    assert "call:    calculate" in printed
    assert "call:    images" in printed
    assert "call:    add_event" in printed
    assert "179561" in printed, "half the population of Iceland"
    assert "11328" in printed, "three times the height of Mount Fuji: the second request leans on the first"


@pytest.mark.enable_socket
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the Jupyter client's own
def test_the_notebook_of_structured_output() -> None:
    printed = _printed(_run(FOLDER / "json.ipynb"))
    assert "Weather(place=" in printed
    assert re.search(r"colours=\[.*\] True", printed), "bounds of a list hold"
    assert re.search(r'"weather": \{\s+"place":', printed), "an object in an object"
    assert '{"reasons":"\n,"guilty":' in printed, "keys in the order of the schema"
    for begin in ("<|im_start|>system", "[INST] <<SYS>>"):
        assert begin in printed
    assert printed.count("    urgent: true only where something is broken") == 2, "descriptions are in both prompts"
    assert "keyword='uniqueItems'" in printed
    assert "has non-unique elements" in printed


@pytest.mark.enable_socket
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_notebook_of_conversations() -> None:
    printed = _printed(_run(FOLDER / "conversation.ipynb"))
    assert "What is 4 to the power of 2.1?\n    The answer is 18.3792." in printed
    assert "Multiply that by 3.\n    The answer is 55.1376." in printed
    assert "calculate {'question': '18.3792 multiplied by 3'}" in printed
    assert "window 1: ['What is 4 to the power of 2.1?', 'Multiply that by 3.']" in printed
    assert "And what is that times 3?\n    The answer is 11328." in printed, (
        "a conversation that goes on after a restart"
    )
    assert "AIMessage 0 calls" in printed


@pytest.mark.enable_socket
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_notebook_of_langchain(monkeypatch: pytest.MonkeyPatch) -> None:
    # under pytest the kernel's standard error has no file descriptor, which the client of MCP gives to its server
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    printed = _printed(_run(FOLDER / "langchain.ipynb"))
    assert "model ['calculate']" in printed
    assert "tools '2.16524'" in printed
    assert "True tool" in printed, "a graph of one's own"
    assert "triple True True" in printed, "a tool of an MCP server"
    assert "-> The answer is 11328." in printed, "the second request leans on the first"
    assert "8 messages in the thread" in printed


@pytest.mark.enable_socket
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_notebook_of_react() -> None:
    printed = _printed(_run(FOLDER / "react.ipynb"))
    assert "iceland.md added 1" in printed
    assert "2023" not in printed, "an observation that the model invents is never written"
    assert "Observation: Oslo: Oslo is the capital of Norway. Norway joined NATO in 1949." in printed
    assert "answer:  Norway joined NATO in 1949, and Iceland has 359122 people (iceland.md)." in printed
    assert "result:  [iceland.md] # Iceland  The population of Iceland is 359122." in printed
    assert "answer:  The answer is 26547." in printed, "of the encyclopedia, on real inference"
    assert "answer:  The answer is 179561." in printed, "of the documents"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_outputs_are_kept_and_show_no_error(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code)
    assert any(cell.outputs for cell in code)
    assert not any(output.output_type == "error" for cell in code for output in cell.outputs)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebooks_are_thin(path: Path) -> None:
    """What could be used again lives in gba, not in a notebook."""
    notebook = nbformat.read(path, as_version=4)
    lines = [line for cell in notebook.cells if cell.cell_type == "code" for line in cell.source.splitlines()]
    assert len(lines) < 120
    assert not any(line.startswith("class ") and not line.endswith("(BaseModel):") for line in lines), (
        "schemas are fine"
    )
