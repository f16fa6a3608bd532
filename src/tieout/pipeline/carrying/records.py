"""A carried row as its file had it, from what a run folder keeps of it."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import polars as pl

from tieout.model.money import to_decimal
from tieout.pipeline.carrying.account import CARRIED_FILE
from tieout.pipeline.carrying.items import RECORD
from tieout.reconcile.spec import AmountColumns, SideSpec

_EPOCH: Final = date(1970, 1, 1)
_TEXTS: Final = ("currency", "party", "account", "original_currency")


@dataclass(frozen=True)
class CarriedRow:
    """Where a carried row came from, and its cells by the columns that the spec names."""

    run: str
    file: str
    row: int
    times: int
    cells: dict[str, str]


def carried_rows(
    folder: Path, side: str, part: SideSpec, *, scale: int, rows: list[int]
) -> dict[int, CarriedRow]:
    """Those of some rows that a run carried forward, by their number there."""
    path = folder / CARRIED_FILE
    if not path.is_file():
        return {}
    wanted = (pl.col("side") == side) & pl.col("row").is_in(rows)
    found = pl.scan_parquet(path).filter(wanted).collect()
    return {
        item["row"]: CarriedRow(
            run=item["origin_run"],
            file=item["origin_file"],
            row=item["origin_row"],
            times=item["times"],
            cells=_cells(item, part, scale),
        )
        for item in found.iter_rows(named=True)
    }


def items_of(folder: Path, side: str) -> pl.DataFrame:
    """The rows of a side that a run carried forward, as `with_rows` takes them."""
    path = folder / CARRIED_FILE
    if not path.is_file():
        return pl.DataFrame()
    joined = pl.col("row").is_not_null() & (pl.col("side") == side)
    columns = ("row", "origin_file", "origin_run", "origin_row", pl.col(f"^{RECORD}.*$"))
    return pl.read_parquet(path).filter(joined).select(columns).sort("row")


def _cells(item: dict[str, Any], part: SideSpec, scale: int) -> dict[str, str]:
    cells = {column: item[f"{RECORD}key_{at}"] for at, column in enumerate(part.key)}
    cells |= _amount(part.amount, item[f"{RECORD}amount"], scale)
    if part.date is not None and item[f"{RECORD}date"] is not None:
        day = _EPOCH + timedelta(days=item[f"{RECORD}date"])
        cells[part.date.column] = day.isoformat()
    if part.original_amount is not None and item[f"{RECORD}original_amount"] is not None:
        cells |= _amount(part.original_amount, item[f"{RECORD}original_amount"], scale)
    named = {column: name for name in _TEXTS if (column := getattr(part, name))}
    named |= {column: f"criteria_{name}" for name, column in part.criteria.items()}
    if part.comment:
        named[" | ".join(part.comment)] = "comment"
    return cells | {column: item[f"{RECORD}{name}"] or "" for column, name in named.items()}


def _amount(columns: AmountColumns, units: int, scale: int) -> dict[str, str]:
    """An amount under the column that held it, with the sign that it has there."""
    value = to_decimal(units * columns.sign, scale)
    if columns.column is not None:
        return {columns.column: str(value)}
    name = columns.debit if value > 0 else columns.credit
    return {name or "": str(abs(value))}
