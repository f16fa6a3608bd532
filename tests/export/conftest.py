"""Reports and frames of breaks from the few fields that a test is about."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from tieout.export.run_report import RunReport, SideFacts

AMOUNT = pl.Decimal(38, 2)
SCHEMA: dict[str, Any] = {
    "break_id": pl.String,
    "side": pl.String,
    "left_rows": pl.List(pl.Int64),
    "right_rows": pl.List(pl.Int64),
    "key": pl.String,
    "amount_left": AMOUNT,
    "amount_right": AMOUNT,
    "difference": AMOUNT,
    "currency": pl.String,
    "date_left": pl.Date,
    "date_right": pl.Date,
    "age_days": pl.Int64,
    "bucket": pl.String,
    "bucket_confidence": pl.Float64,
    "evidence": pl.String,
    "candidates": pl.List(pl.String),
    "resolution": pl.String,
}

MakeBreaks = Callable[..., pl.DataFrame]
MakeReport = Callable[..., RunReport]


def _breaks(*rows: dict[str, Any]) -> pl.DataFrame:
    filled: list[dict[str, Any]] = []
    for number, row in enumerate(rows, start=1):
        difference = Decimal(row.get("difference", "2.90"))
        plain = {
            "break_id": f"b{number:03d}",
            "side": "both",
            "left_rows": [number],
            "right_rows": [number],
            "key": f"INV-{number}",
            "amount_left": Decimal(100) + difference,
            "amount_right": Decimal(100),
            "currency": "EUR",
            "date_left": date(2026, 3, 2),
            "date_right": date(2026, 3, 4),
            "age_days": 5,
            "bucket": "fee_or_tax",
            "bucket_confidence": 0.99,
            "evidence": "left 102.90 - right 100.00 = 2.90 = 0.30 + 2.6% x 100.00",
            "candidates": [],
            "resolution": None,
        }
        filled.append({**plain, **row, "difference": difference})
    return pl.DataFrame(filled, schema=SCHEMA)


@pytest.fixture
def make_breaks() -> MakeBreaks:
    """Frame of breaks, a mapping a row; what a row does not say is filled in."""
    return _breaks


@pytest.fixture
def make_report() -> MakeReport:
    """Report of a run: by default 10 left rows, 9 right rows and no break."""

    def make(breaks: pl.DataFrame | None = None, **fields: Any) -> RunReport:
        plain: dict[str, Any] = {
            "title": "Bank against ledger",
            "reconciliation": "bank_vs_ledger",
            "run_id": "run-1",
            "created_at": "2026-03-31T18:02:11Z",
            "left": SideFacts("bank", "bank.csv", "9f2c51d0", 10, 10, 0, 0),
            "right": SideFacts("ledger", "gl.parquet", "41be77c0", 9, 9, 0, 0),
            "totals": (),
            "passes": (),
        }
        return RunReport(breaks=_breaks() if breaks is None else breaks, **(plain | fields))

    return make
