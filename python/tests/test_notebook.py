"""The example notebook, run from its first cell to its last."""

from pathlib import Path

import pytest

NOTEBOOK = Path(__file__).parents[2] / "examples" / "notebook.ipynb"


def test_the_notebook_runs_and_shows_its_progress(tmp_path):
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    if not NOTEBOOK.exists():
        pytest.skip("the tests lie outside of a checkout, which has the notebook")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    stored = _printed(notebook)
    client = nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}})
    # A cell that raises fails here.
    client.execute()
    progress = "".join(_texts(notebook, "stderr"))
    assert "2 of 2 jobs done" in progress, progress
    assert "+" in "".join(stored) and _printed(notebook) == stored, "run the notebook again, and store its outputs"


def _printed(notebook):
    return list(_texts(notebook, "stdout"))


def _texts(notebook, stream):
    for cell in notebook.cells:
        yield from (output.text for output in cell.get("outputs", ()) if output.get("name") == stream)
