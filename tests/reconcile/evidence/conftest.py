"""Builds a residue from a table that stands in the test."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from tieout.reconcile.evidence import explain_residue
from tieout.reconcile.records import RECORD_SCHEMA, Residue, no_twins
from tieout.reconcile.spec import EvidenceSpec

Explain = Callable[..., list[dict[str, Any]]]

_KIN = ("row", "key", "amount", "currency", "date")
_TIED: dict[str, type[pl.DataType]] = {
    "left_row": pl.Int64,
    "right_row": pl.Int64,
    "currency": pl.String,
    **{
        f"{name}_{side}": RECORD_SCHEMA[name]
        for side in ("left", "right")
        for name in ("amount", "date", "account", "original_amount", "original_currency")
    },
}


def _days(text: str) -> int:
    return date.fromisoformat(text).toordinal() - date(1970, 1, 1).toordinal()


def _value(name: str, text: str, scale: int) -> Any:
    if text == "-":
        return "" if RECORD_SCHEMA.get(name, pl.String) == pl.String else None
    if name in {"amount", "original_amount"}:
        return int(Decimal(text.replace(",", "")).scaleb(scale))
    if name == "date":
        return _days(text)
    if name == "time":
        hours, _, minutes = text.partition(":")
        return int(hours) * 3600 + int(minutes) * 60
    return int(text) if name == "row" else text


def _records(table: str, scale: int) -> dict[str, list[dict[str, Any]]]:
    """Lines of words under a header; a comment is the rest of its line, "-" is nothing."""
    lines = [line.split() for line in table.strip().splitlines() if line.strip()]
    names = lines[0]
    found: dict[str, list[dict[str, Any]]] = {
        "left": [],
        "right": [],
        "kin_left": [],
        "kin_right": [],
    }
    for words in lines[1:]:
        if names[-1] == "comment":
            words[len(names) - 1 :] = [" ".join(words[len(names) - 1 :]) or "-"]
        record = {name: _value(name, word, scale) for name, word in zip(names, words, strict=True)}
        side = record.pop("side")
        rows = found[side]
        number = len(found["left" if "left" in side else "right"])
        number += len(found["kin_left" if "left" in side else "kin_right"])
        filled = {"row": number + 1, "currency": "EUR", "key_text": record.get("key", ""), **record}
        rows.append(filled)
    return found


def _side(records: Sequence[dict[str, Any]]) -> pl.DataFrame:
    extra = {name for record in records for name in record if name.startswith("criteria_")}
    schema: dict[str, type[pl.DataType]] = {
        **RECORD_SCHEMA,
        **dict.fromkeys(sorted(extra), pl.String),
    }
    frame = pl.DataFrame(
        [{name: record.get(name) for name in schema} for record in records], schema=schema
    )
    texts = [name for name, kind in schema.items() if kind == pl.String]
    return frame.with_columns(pl.col(texts).fill_null(""))


def residue_of(
    table: str,
    *,
    scale: int = 2,
    ambiguous: Sequence[tuple[list[int], list[int], str]] = (),
    days: str = "",
    ends: str = "2024-12-31",
    tied: Sequence[dict[str, Any]] = (),
    usual_left: Sequence[str] = (),
    usual_right: Sequence[str] = (),
    of_totals: Sequence[str] = (),
    twins_left: Sequence[dict[str, Any]] = (),
) -> Residue:
    """days: lines of "side date rows"; without them both feeds run from 2024-01-01 to `ends`."""
    records = _records(table, scale)
    sides = {name: _side(rows) for name, rows in records.items()}
    lines = [line.split() for line in days.strip().splitlines()] or [
        [side, day, "1"] for side in ("left", "right") for day in ("2024-01-01", ends)
    ]
    counted = {
        side: pl.DataFrame(
            [
                {"date": _days(day), "rows": int(rows), "unmatched": 0}
                for name, day, rows in lines
                if name == side
            ],
            schema={"date": pl.Int32, "rows": pl.Int64, "unmatched": pl.Int64},
        )
        for side in ("left", "right")
    }
    return Residue(
        left=sides["left"],
        right=sides["right"],
        kin_left=sides["kin_left"].select(_KIN),
        kin_right=sides["kin_right"].select(_KIN),
        days_left=counted["left"],
        days_right=counted["right"],
        tied=pl.DataFrame([{name: row.get(name) for name in _TIED} for row in tied], schema=_TIED),
        ambiguous=pl.DataFrame(
            [
                {"left_rows": left, "right_rows": right, "reason": reason}
                for left, right, reason in ambiguous
            ],
            schema={
                "left_rows": pl.List(pl.Int64),
                "right_rows": pl.List(pl.Int64),
                "reason": pl.String,
            },
        ),
        scale=scale,
        usual_left=pl.Series("comment", usual_left, dtype=pl.String),
        usual_right=pl.Series("comment", usual_right, dtype=pl.String),
        lines=frozenset(of_totals),
        twins_left=pl.DataFrame(twins_left, schema=no_twins().schema, orient="row"),
    )


@pytest.fixture
def residue() -> Callable[..., Residue]:
    """Builds a residue from a table."""
    return residue_of


@pytest.fixture
def explain() -> Explain:
    """Builds a residue from a table and answers with its breaks as dictionaries."""

    def run(table: str, *, spec: dict[str, Any] | None = None, **more: Any) -> list[dict[str, Any]]:
        residue = residue_of(table, **more)
        return explain_residue(residue, EvidenceSpec(**(spec or {}))).to_dicts()

    return run
