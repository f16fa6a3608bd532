"""Two small files and a spec, written where a test wants them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tieout.pipeline.reconcile import ReconcileJob, ReconcileResult, reconcile

SIDE: dict[str, Any] = {
    "key": ["ref"],
    "amount": "amount",
    "currency": "ccy",
    "date": "booked",
}
Write = Callable[..., Path]
Reconcile = Callable[..., ReconcileResult]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a CSV file of a table of words under a header; "-" is nothing."""

    def carry_out(name: str, table: str) -> Path:
        lines = [line.split() for line in table.strip().splitlines()]
        text = "\n".join(",".join("" if w == "-" else w for w in words) for words in lines)
        path = tmp_path / name
        path.write_text(text + "\n", encoding="utf-8")
        return path

    return carry_out


@pytest.fixture
def write_spec(tmp_path: Path) -> Callable[..., Path]:
    """Writes a spec in which both sides have the columns ref, amount, ccy and booked."""

    def carry_out(**more: Any) -> Path:
        path = tmp_path / "spec.yaml"
        content = {
            "reconciliation": "bank_vs_books",
            "left": {"name": "bank", **SIDE},
            "right": {"name": "books", **SIDE},
            **more,
        }
        path.write_text(yaml.safe_dump(content), encoding="utf-8")
        return path

    return carry_out


@pytest.fixture
def run(write: Write, write_spec: Callable[..., Path], tmp_path: Path) -> Reconcile:
    """Reconciles two tables that stand in the test by a spec."""

    def carry_out(left: str, right: str, *, out: str = "out", **spec: Any) -> ReconcileResult:
        job = ReconcileJob(
            left=str(write("bank.csv", left)),
            right=str(write("books.csv", right)),
            spec=write_spec(**spec),
            out=tmp_path / out,
        )
        return reconcile(job)

    return carry_out
