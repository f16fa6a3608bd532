"""Which rows are judged, and which are the history that they are judged by."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import polars as pl

from tieout.model.errors import InputError
from tieout.pipeline.analyze_spec import AnalyzeSpec
from tieout.reconcile.infer.model import Choice

_EPOCH: Final = date(1970, 1, 1)
_RECUR_MIN: Final = 3
_ROWS_A_DAY_MIN: Final = 2.0
_DAY_SHARE_MIN: Final = 0.5


@dataclass(frozen=True)
class Split:
    """Rows by their part, each in the order of their file, and how it was decided.

    history: None columns of its own; `row` is negative where it comes from a file of its own.
    later: rows after the day that was asked for; they are left out.
    """

    current: pl.DataFrame
    history: pl.DataFrame
    later: pl.DataFrame
    choice: Choice
    current_from: date | None


def split_one(frame: pl.DataFrame, spec: AnalyzeSpec, as_of: date | None) -> Split:
    """Split a file that holds both.

    A row without a date is judged. By `current_from` where the spec says it. Else, where keys
    come again and a day has several rows or rows have no id of their own: the last day, with as
    many days before it as it takes to have half the rows of a usual day. Else all rows are
    judged, by one another.
    Raises InputError when no row is left to judge.
    """
    if spec.date is None or not frame["date"].count():
        choice = Choice("current_from", "every row", "Nothing is dated.", 0.9)
        return Split(frame, frame.clear(), frame.clear(), choice, None)
    known, later = _up_to(frame, as_of)
    if known.is_empty():
        raise InputError(f"no row is dated up to {as_of}; expected breaks to analyze")
    if spec.current_from is not None:
        first = (spec.current_from - _EPOCH).days
        choice = Choice("current_from", str(spec.current_from), "As the spec says.", 1.0)
    else:
        found, reason = _first_current(known, spec)
        if found is None:
            choice = Choice("current_from", "every row", reason, 0.7, uncertain=True)
            return Split(known, known.clear(), later, choice, None)
        first = found
        choice = Choice("current_from", str(_EPOCH + timedelta(days=first)), reason, 0.8)
    current = known.filter(pl.col("date").is_null() | (pl.col("date") >= first))
    if current.is_empty():
        raise InputError(f"no row is dated {spec.current_from} or later; nothing to judge")
    history = known.filter(pl.col("date") < first)
    return Split(current, history, later, choice, _EPOCH + timedelta(days=first))


def split_two(frame: pl.DataFrame, history: pl.DataFrame, as_of: date | None) -> Split:
    """All of the one are judged by all of the other."""
    frame, later = _up_to(frame, as_of)
    choice = Choice("current_from", "every row", "History is a file of its own.", 1.0)
    return Split(frame, history.with_columns(row=-pl.col("row")), later, choice, None)


def _up_to(frame: pl.DataFrame, as_of: date | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows up to a day, those without a date among them, and the rows after it."""
    if as_of is None:
        return frame, frame.clear()
    is_later = (pl.col("date") > (as_of - _EPOCH).days).fill_null(value=False)
    return frame.filter(~is_later), frame.filter(is_later)


def _first_current(frame: pl.DataFrame, spec: AnalyzeSpec) -> tuple[int | None, str]:
    frame = frame.filter(pl.col("date").is_not_null())
    by_day = frame.group_by("date").agg(pl.len().alias("rows")).sort("date")
    usual = float(by_day.select(pl.col("rows").median()).item())
    if by_day.height == 1:
        return None, "All rows are of one day."
    if usual < _ROWS_A_DAY_MIN and spec.id is not None:
        return None, f"A list of single items: {spec.id} names each, and few share a day."
    taken = by_day.sort("date", descending=True).with_columns(together=pl.col("rows").cum_sum())
    enough = taken.filter(pl.col("together") >= _DAY_SHARE_MIN * usual)
    first = int(enough["date"][0])
    before = frame.filter(pl.col("date") < first)
    counts = before.group_by("key", "currency").agg(pl.len().alias("before"))
    now = frame.filter(pl.col("date") >= first).join(
        counts, on=["key", "currency"], how="left", maintain_order="left"
    )
    again = int((now["before"].fill_null(0) >= _RECUR_MIN).sum())
    if before.is_empty() or again < 0.5 * now.height:
        return None, "Most keys of the last day have no history in the file."
    days = "The last day" if first == by_day["date"][-1] else "The last days"
    return first, (
        f"{days} of the file: {now.height:,} rows, {again:,} of them with a key that "
        f"{before.height:,} earlier rows know."
    )
