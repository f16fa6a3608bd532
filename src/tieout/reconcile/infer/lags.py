"""How far the dates of equal records lie apart, and the passes that follow from it."""

from dataclasses import dataclass

import polars as pl

from tieout.reconcile.calendars import business_ordinals

DAYS_MAX = 10
# With a key, rows of equal amount belong together however long a customer takes to pay.
DAYS_KEYED_MAX = 30
DIFFERING_MIN = 0.2
SETTLEMENT_DEFAULT = 3
_ROWS_MIN = 5


@dataclass(frozen=True)
class Lags:
    """Business days from the left date to the right one, over rows equal in key and amount.

    before, after: days that 95 % of those earlier and later on the right stay within.
    """

    rows: int
    differing: int
    before: int
    after: int
    settlement: int

    @property
    def by_nature(self) -> bool:
        """Whether dates differ so often that it is no exception."""
        return self.rows >= _ROWS_MIN and self.differing >= DIFFERING_MIN * self.rows


def measure_lags(left: pl.Series, right: pl.Series, *, keyed: bool) -> Lags:
    """Lags between epoch days of joined rows; rows without one of the dates are left out.

    keyed: the rows are joined by a key, and not by their amounts alone.
    """
    most = DAYS_KEYED_MAX if keyed else DAYS_MAX
    given = left.is_not_null() & right.is_not_null()
    days = business_ordinals(right.filter(given), calendar=None).cast(pl.Int64) - (
        business_ordinals(left.filter(given), calendar=None).cast(pl.Int64)
    )
    usual = days.filter(days.abs() <= DAYS_KEYED_MAX)
    early, late = (-usual.filter(usual < 0)), usual.filter(usual > 0)
    # A handful of strays in one direction are exceptions, not a window.
    rare = max(1, len(usual) // 100)
    moved = pl.concat([early, late])
    settlement = max(SETTLEMENT_DEFAULT, min(most, _percentile(moved)))
    return Lags(
        rows=len(days),
        differing=int((left.filter(given) != right.filter(given)).sum()),
        before=min(most, _percentile(early)) if len(early) > rare else 0,
        after=min(most, _percentile(late)) if len(late) > rare else 0,
        settlement=settlement if len(moved) >= _ROWS_MIN else SETTLEMENT_DEFAULT,
    )


def _percentile(days: pl.Series) -> int:
    if days.is_empty():
        return 0
    ordered = days.sort()
    return int(ordered[min(len(ordered) - 1, -(-95 * len(ordered) // 100) - 1)])
