"""Approval limits: as they are given, or learnt from who approves what."""

from typing import Final

import polars as pl

from tieout.close.journal.book import Book
from tieout.close.journal.definition import Parameters

_STEPS: Final = (1, 2, 2.5, 5)
_POWERS: Final = range(2, 8)
_ENTRIES_MIN: Final = 15
_CHANGE_MIN: Final = 0.6
_REACH: Final = 0.5


def approval_limits(book: Book, parameters: Parameters) -> tuple[int, ...]:
    """Limits in units: those of the parameter `limits`, else those that approvals tell."""
    given = parameters.get("limits")
    if isinstance(given, tuple):
        return tuple(round(float(limit) * book.unit) for limit in given)
    return learnt_limits(book)


def learnt_limits(book: Book) -> tuple[int, ...]:
    """Round sums at which somebody else approves: 1, 2, 2.5 and 5 times powers of ten.

    Below and above such a sum, within half of it and as much above as below, the same people's
    entries must be approved by others: a total variation distance of at least 0.6 between both
    distributions over (preparer, approver), with at least 15 entries on each side.
    """
    if not {"prepared_by", "approved_by"} <= book.known:
        return ()
    known = book.entries.filter((pl.col("approved_by") != "") & pl.col("by_hand"))
    found = []
    for power in _POWERS:
        for step in _STEPS:
            limit = int(step * 10**power * book.unit)
            if _changes_at(known, limit):
                found.append(limit)
    return tuple(found)


def _changes_at(known: pl.DataFrame, limit: int) -> bool:
    near = known.filter(
        pl.col("amount").is_between(int(limit * (1 - _REACH)), int(limit * (1 + _REACH)))
    ).with_columns(above=pl.col("amount") >= limit)
    counts = near.group_by("prepared_by", "above").agg(pl.len().alias("entries"))
    both = counts.filter(pl.col("prepared_by").count().over("prepared_by") == 2)
    compared = near.join(both.select("prepared_by").unique(), on="prepared_by")
    below, above = (compared.filter(pl.col("above") == side) for side in (False, True))
    if min(below.height, above.height) < _ENTRIES_MIN:
        return False
    shares = compared.group_by("approved_by").agg(
        low=(~pl.col("above")).sum() / below.height, high=pl.col("above").sum() / above.height
    )
    change = float((shares["low"] - shares["high"]).abs().sum()) / 2
    # Only the limit itself parts them cleanly; sums near it part them by halves.
    return change >= _CHANGE_MIN and _is_clean(compared, limit)


def _is_clean(compared: pl.DataFrame, limit: int) -> bool:
    """Whether just below and just above the limit approvers differ as much as further away."""
    close = compared.filter(pl.col("amount").is_between(int(limit * 0.85), int(limit * 1.15)))
    below = set(close.filter(~pl.col("above"))["approved_by"].mode())
    above = set(close.filter(pl.col("above"))["approved_by"].mode())
    return not below & above
