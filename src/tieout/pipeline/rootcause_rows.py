"""Rows that can be reckoned with, and rejects for the others."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tieout.model.errors import InputError
from tieout.model.facts import Reject
from tieout.pipeline.rootcause_plan import Plan
from tieout.sources.source import REJECTS_KEPT
from tieout.sources.typed.read import ReadTable

_TRUE: Final = ("1", "1.0", "true", "yes", "y", "t", "fraud", "anomaly", "failed", "fail")
_FALSE: Final = ("0", "0.0", "false", "no", "n", "f", "ok", "normal", "passed", "pass")
_FAULT: Final = "fault"
_USABLE_MIN: Final = 0.02

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Rows:
    """Sound rows of a plan.

    frame: their columns. counts, trials: outcomes of a row and out of how many; of a measure, its
    value and what was expected (NaN where that is still to be found).
    """

    frame: pl.DataFrame
    counts: Floats
    trials: Floats
    rejects: tuple[Reject, ...]
    rejected: int


def sound_rows(read: ReadTable, plan: Plan) -> Rows:
    """Leave out rows whose numbers say nothing. Raises InputError where hardly any is left."""
    frame = read.table.frame.with_row_index("place")
    checked = frame.with_columns(_fault(plan))
    bad = checked.filter(pl.col(_FAULT).is_not_null())
    rejects = [*read.rejects]
    for place, fault in bad.select("place", _FAULT).head(REJECTS_KEPT).iter_rows():
        column, _, expected = fault.partition("\n")
        row = int(read.table.rows[place])
        value = frame[column][place]
        text = "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
        rejects.append(Reject(read.source.file_of(row), row, column, text, expected))
    sound = checked.filter(pl.col(_FAULT).is_null()).drop(_FAULT, "place")
    rejects.sort(key=lambda reject: reject.row)
    if sound.height < _USABLE_MIN * checked.height or sound.is_empty():
        first = rejects[0]
        part = "none" if sound.is_empty() else f"only {sound.height:,}"
        raise InputError(
            f"{first.file}: {part} of its rows can be used; row {first.row}, column "
            f"{first.column!r}: {first.value!r}, expected {first.expected}"
        )
    counts, trials = _numbers(sound, plan)
    if plan.outcome is not None and bool((counts > 0).all()):
        raise InputError(
            f"{read.source.name}: column {plan.outcome!r} is true in all {sound.height:,} rows "
            "that say 1 or 0, true or false; there is nothing to compare them with"
        )
    return Rows(sound, counts, trials, tuple(rejects[:REJECTS_KEPT]), read.rejected + len(bad))


def _numbers(frame: pl.DataFrame, plan: Plan) -> tuple[Floats, Floats]:
    if plan.outcome is not None:
        return _outcome(plan.outcome, frame), np.ones(frame.height)
    counts = frame[plan.value or ""].cast(pl.Float64).to_numpy()
    against = plan.total or plan.expected
    if against is None:
        return counts, np.full(frame.height, np.nan)
    return counts, frame[against].cast(pl.Float64).to_numpy()


def _outcome(name: str, frame: pl.DataFrame) -> Floats:
    return frame.select(_word(name).is_in(_TRUE).cast(pl.Float64)).to_series().to_numpy()


def _word(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.String).str.strip_chars().str.to_lowercase()


def _fault(plan: Plan) -> pl.Expr:
    """The column and the expectation, parted by a line break, of the first thing that is wrong."""
    faults = [
        pl.when(condition).then(pl.lit(f"{column}\n{expected}"))
        for column, condition, expected in _conditions(plan)
    ]
    return pl.coalesce(*faults, pl.lit(None, pl.String)).alias(_FAULT)


def _conditions(plan: Plan) -> list[tuple[str, pl.Expr, str]]:
    found: list[tuple[str, pl.Expr, str]] = []
    if plan.outcome:
        unread = ~_word(plan.outcome).is_in([*_TRUE, *_FALSE])
        found.append((plan.outcome, unread.fill_null(True), "1 or 0, true or false"))
    found += [
        (name, pl.col(name).is_null(), "a number")
        for name in (plan.value, plan.total, plan.expected)
        if name
    ]
    if plan.value and plan.total:
        value, total = pl.col(plan.value), pl.col(plan.total)
        found.append((plan.value, value < 0, "a count of at least 0"))
        found.append((plan.value, value > total, f"at most {plan.total}"))
    if plan.time:
        found.append((plan.time, pl.col(plan.time).is_null(), "a moment"))
    return found
