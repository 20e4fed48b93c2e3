"""The notebook runs from its first cell to its last, and is kept without its outputs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from sim.study.config import load_study
from tests.tiny import ROOT, write_tiny

NOTEBOOK = ROOT / "notebooks" / "01_quickstart.ipynb"


@pytest.fixture
def notebook() -> Any:
    return nbformat.read(NOTEBOOK, as_version=4)


def run(notebook: Any, monkeypatch: pytest.MonkeyPatch, draws: int, study: Path) -> None:
    monkeypatch.setenv("CARESIM_NOTEBOOK_DRAWS", str(draws))
    monkeypatch.setenv("CARESIM_NOTEBOOK_STUDY", str(study))
    monkeypatch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    client = NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(NOTEBOOK.parent)}}
    )
    client.execute()


def shown(notebook: Any, kind: str) -> str:
    """Everything that the cells show in one format."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    return "\n".join(str(output["data"][kind]) for output in outputs if kind in output.get("data", {}))


def test_it_is_kept_without_outputs(notebook: Any) -> None:
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


def test_the_names_it_speaks_of_exist(notebook: Any) -> None:
    parameters = load_study(ROOT / "configs" / "bury.yaml").parameters
    text = "\n".join(cell.source for cell in notebook.cells)
    assert 'load_study(os.environ.get("CARESIM_NOTEBOOK_STUDY", root / "configs" / "bury.yaml"))' in text
    for name in ("effects.edge_of_care.entry", "services.edge_of_care.take_up"):
        assert name in text
        assert name in parameters


def test_it_runs_on_tiny_bury(notebook: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    run(notebook, monkeypatch, draws=2, study=write_tiny(tmp_path))
    html = shown(notebook, "text/html")
    assert "both against no change: children looked after" in html
    assert "counted twice" in html
    assert "<svg" in html + shown(notebook, "image/svg+xml")
    assert shown(notebook, "image/png")


@pytest.mark.slow
def test_it_runs_on_bury(notebook: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    run(notebook, monkeypatch, draws=1, study=ROOT / "configs" / "bury.yaml")
    assert "both against no change: children looked after" in shown(notebook, "text/html")
