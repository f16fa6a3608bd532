"""A run folder with a handful of breaks."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six breaks b1 to b6 and two rejects."""
    folder = tmp_path_factory.mktemp("run")
    pl.DataFrame(
        {
            "break_id": ["b1", "b2", "b3", "b4", "b5", "b6"],
            "key": ["INV-1", "INV-2", "WIRE-3", "inv-4", "PAY-5", "PAY-6"],
            "bucket": ["timing", "fx_rate", "timing", "unknown", "timing", "rounding"],
            "difference": [Decimal(d) for d in ("0.00", "12.50", "-3.20", "9.99", "1.00", "0.01")],
            "age_days": [3, 40, None, 7, 1, 0],
            "date_left": [date(2026, 3, day) for day in (1, 2, 3, 4, 5, 6)],
            "anomalous": [False, True, False, True, False, False],
            "incident_id": ["I1", None, "I1", None, None, None],
            "reasons": [["a"], ["a", "b"], [], [], [], ["b"]],
        },
        schema_overrides={"difference": pl.Decimal(38, 2), "age_days": pl.Int32},
    ).write_parquet(folder / "breaks.parquet", row_group_size=2)
    (folder / "rejects.csv").write_text(
        "file,row,column,value,expected\nbank.csv,2,amount,x,an amount\nbank.csv,9,date,y,a date\n"
    )
    return folder
