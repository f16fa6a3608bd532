"""What makes practice data knows nothing of what judges it, and the other way round."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "tieout"


def imported(folder: Path) -> set[str]:
    """Modules that the files of a folder import, wherever in the file."""
    found: set[str] = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module)
            elif isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
    return found


@pytest.mark.parametrize("kind", ["payments", "ledger", "rates"])
def test_practice_data_shares_no_code_with_detection(kind: str) -> None:
    modules = imported(SOURCE / "practice" / kind)
    assert modules
    assert not [m for m in modules if m.startswith("tieout.") and ".practice" not in m
                and not m.startswith("tieout.model")]  # fmt: skip


def test_detection_shares_no_code_with_practice_data() -> None:
    modules = imported(SOURCE / "detect")
    assert modules
    assert not [module for module in modules if module.startswith("tieout.practice")]
