"""The notebook of the math tool runs, on the packaged model, and shows what it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

PATH = Path(__file__).parents[2] / "notebooks" / "math.ipynb"


def _outputs(notebook: Any, kind: str) -> str:
    """All outputs of a kind: ``text/plain`` with what was printed, or of another media type."""
    found = []
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            found.append(output.get("text", "") if kind == "text/plain" else "")
            found.append(output.get("data", {}).get(kind, ""))
    return "\n".join(found)


@pytest.mark.enable_socket
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the Jupyter client's own
def test_the_notebook_shows_formulas_programs_and_a_plot() -> None:
    notebook = nbformat.read(PATH, as_version=4)
    folder = {"metadata": {"path": str(PATH.parent)}}
    NotebookClient(notebook, timeout=600, iopub_timeout=60, kernel_name="python3", resources=folder).execute()
    printed = _outputs(notebook, "text/plain")
    assert "result = 25 ** 0.24" in printed
    assert "2.16524" in printed
    assert "2.16523780911244886351232407734632092167951056950316107050199" in printed
    assert "[2, 3]" in printed
    assert "3*x**2 - 3" in printed
    assert "forbidden: Line 1: the function" in printed
    assert r"\sqrt{\pi}" in _outputs(notebook, "text/latex")
    assert _outputs(notebook, "image/png").strip()
