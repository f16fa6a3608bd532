"""How a text column writes its amounts and dates, decided by the column as a whole."""

import re

import polars as pl

from tieout.model.formats import AmountFormat
from tieout.sources.amounts import bare_amount, reads_as_amount
from tieout.sources.decide_dates import DateDecision, date_decision, decide_date_format

__all__ = ["DateDecision", "date_decision", "decide_amount_format", "decide_date_format"]

COVERAGE_MIN = 0.9
_PLAIN = r"^-?[0-9]+(?:\.[0-9]*)?$"
_SHAPES_MAX = 1_000
# Simpler ones first: a grouping mark is only stated where one is seen.
_CANDIDATES = (
    AmountFormat(),
    AmountFormat(decimal=","),
    AmountFormat(thousands=","),
    AmountFormat(decimal=",", thousands="."),
    AmountFormat(thousands=" "),
    AmountFormat(decimal=",", thousands=" "),
    AmountFormat(thousands="'"),
    AmountFormat(decimal=",", thousands="'"),
)
_POINT, _COMMA, _COMMA_GROUPS, _POINT_GROUPS = _CANDIDATES[:4]


def present(values: pl.Series) -> pl.Series:
    """The values that say something, trimmed."""
    trimmed = values.str.strip_chars().drop_nulls()
    return trimmed.filter(trimmed != "")


def decide_amount_format(
    values: pl.Series, *, coverage: float = COVERAGE_MIN
) -> AmountFormat | None:
    """The format in which a column of text reads as amounts, or None when under 90 % of it does.

    coverage: another share than 90 %, for columns whose name leaves no doubt.

    Decimal and grouping marks are told apart by the whole column: a value with two different
    marks, or with digits in no group of three, settles it. Where nothing does, 1,234 is grouped
    and 1.234 is a decimal number.
    """
    filled = present(values)
    if filled.is_empty():
        return None
    head = filled.gather_every(max(1, len(filled) // 1_000))
    if max(_covered(head)) < (coverage - 0.1) * len(head):
        return None
    if filled.str.contains(_PLAIN).all():
        return _point_groups_alone(filled) or AmountFormat(plain=True)
    covered = _covered(filled)
    best = max(range(len(_CANDIDATES)), key=lambda at: (covered[at], -at))
    if covered[best] < coverage * len(filled):
        return None
    chosen = _CANDIDATES[best]
    if chosen == _COMMA and covered[_CANDIDATES.index(_COMMA_GROUPS)] == covered[best]:
        return _COMMA_GROUPS
    return chosen


def _covered(filled: pl.Series) -> list[int]:
    """How many values each candidate reads."""
    shapes = _amount_shapes(filled)
    return [
        sum(count for bare, count in shapes if reads_as_amount(bare, candidate))
        for candidate in _CANDIDATES
    ]


def _point_groups_alone(filled: pl.Series) -> AmountFormat | None:
    """Points that only ever part thousands: some values have none, the others three digits."""
    if not filled.str.contains(r"^-?(?:[1-9][0-9]{0,2}\.[0-9]{3}|[0-9]{1,3})$").all():
        return None
    grouped = int(filled.str.contains(".", literal=True).sum())
    return _POINT_GROUPS if 10 <= grouped < len(filled) else None


def _amount_shapes(filled: pl.Series) -> list[tuple[str, int]]:
    """Distinct bare values with 9 for a digit, and how often each occurs.

    A lone zero before a mark stays: 0,123 cannot be grouped.
    """
    shapes = (
        filled.str.replace(r"^([^0-9]*)0([.,])", "${1}Z${2}").str.replace_all("[0-9]", "9")
    ).alias("shape")
    counts = shapes.value_counts().sort(["count", "shape"], descending=[True, False])
    rows = counts.head(_SHAPES_MAX).rows()
    return [(bare_amount(re.sub("Z(?=[.,])", "0", shape)), count) for shape, count in rows]
