"""The notebooks run from their first cell to their last, and are kept without outputs."""

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[2] / "examples" / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def said(notebook: Any) -> str:
    """Everything that the cells printed or showed as text."""
    outputs = [each for cell in notebook.cells for each in cell.get("outputs", [])]
    return "\n".join(
        each.get("text", "") + each.get("data", {}).get("text/plain", "") for each in outputs
    )


def test_there_is_one_for_each_job_that_the_readme_names() -> None:
    text = (FOLDER / "README.md").read_text("utf-8")
    assert [path.name for path in NOTEBOOKS] == [
        "close-walkthrough.ipynb", "payments-audit.ipynb", "reconciliation-root-cause.ipynb",
    ]  # fmt: skip
    assert all(path.name in text for path in NOTEBOOKS)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_kept_without_outputs(path: Path) -> None:
    cells = json.loads(path.read_text("utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert code
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("close-walkthrough", ["closed by 2025-11-0", "80 % between", "unbalanced", "sigma"]),
        ("payments-audit", ["BURST", "DUPLICATE", "flagged"]),
        ("reconciliation-root-cause", ["timing", "region=US & issuer=Bravo"]),
    ],
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_it_runs_and_says_what_its_text_promises(name: str, expected: list[str]) -> None:
    notebook = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute(cwd=str(FOLDER))
    text = said(notebook)
    assert [words for words in expected if words not in text] == []
