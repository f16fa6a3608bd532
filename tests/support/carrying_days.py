"""Days of one reconciliation, each with two files of its own, and what became of open items."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from tieout.pipeline.reconcile import ReconcileJob, ReconcileResult, reconcile

SIDE: dict[str, Any] = {"key": ["ref"], "amount": "amount", "currency": "ccy", "date": "booked"}
Day = Callable[..., ReconcileResult]


def table(words: str) -> str:
    """CSV from lines of words: ref, amount, day of March, and a currency unless it is EUR."""
    rows = []
    for line in filter(None, map(str.strip, words.strip().splitlines())):
        ref, amount, day, *more = line.split()
        rows.append(f"{ref},{amount},{(*more, 'EUR')[0]},2026-03-{int(day):02d}")
    return "\n".join(["ref,amount,ccy,booked", *rows]) + "\n"


def days_in(folder: Path) -> Day:
    """Reconciles two tables as `day(1, left, right)`; more names fields of the spec or the job."""

    def day(
        number: int, left: str, right: str, *, spec: dict[str, Any] | None = None, **job: Any
    ) -> ReconcileResult:
        for name, words in (("books", left), ("bank", right)):
            (folder / f"{name}-{number}.csv").write_text(table(words), encoding="utf-8")
        path = folder / f"spec-{number}.yaml"
        path.write_text(yaml.safe_dump({**SPEC, **(spec or {})}), encoding="utf-8")
        files: dict[str, Any] = {
            "left": str(folder / f"books-{number}.csv"),
            "right": str(folder / f"bank-{number}.csv"),
        }
        return reconcile(ReconcileJob(**files, **{"spec": path, "workspace": folder, **job}))

    return day


SPEC: dict[str, Any] = {
    "reconciliation": "books_vs_bank",
    "left": {"name": "books", **SIDE},
    "right": {"name": "bank", **SIDE},
    "carry_forward": True,
}


def breaks(result: ReconcileResult) -> dict[str, str]:
    """Key of each break and its identity."""
    found = pl.read_parquet(result.out / "breaks.parquet")
    return dict(found.select("key", "break_id").iter_rows())


def states(result: ReconcileResult) -> dict[str, str]:
    """Key of each item that an earlier run had left open, and what became of it."""
    found = pl.read_parquet(result.out / "carried.parquet")
    return dict(found.select("key", "state").iter_rows())
