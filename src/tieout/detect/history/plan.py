"""The features of `features` as window expressions, for engines of more than one machine."""

from typing import Any

import ibis
import ibis.expr.types as ir

from tieout.detect.history.features import RECENT, WINDOW, WINDOW_MIN


def feature_plan(breaks: ir.Table) -> ir.Table:
    """`before`, `mean`, `std`, `low`, `high`, `median`, `residual`, `mad`, `last_at`, `gap_days`,
    `median_recent` and `on_day` of each break, equal to what Polars computes.

    breaks: code, at, row, quantity. Medians are exact. A key's breaks of one day see the same
    past: what the first of them sees.
    """
    earlier = _rows(WINDOW, 1)
    quantity = breaks["quantity"]
    known = breaks.mutate(
        before=ibis.row_number().over(_by_key()).cast("int64"),
        mean=_enough(quantity.mean().over(earlier), quantity, earlier),
        std=_enough(quantity.std(how="sample").over(earlier), quantity, earlier),
        low=_enough(quantity.min().over(earlier), quantity, earlier),
        high=_enough(quantity.max().over(earlier), quantity, earlier),
        median=_enough(quantity.median().over(earlier), quantity, earlier),
        median_recent=_enough(
            quantity.median().over(_rows(RECENT - 1, 0)), quantity, _rows(RECENT - 1, 0), RECENT
        ),
        last_at=breaks["at"].lag(1).over(_by_key()),
    )
    names = ("before", "mean", "std", "low", "high", "median", "last_at")
    known = known.mutate(**{name: _of_the_day(known[name]) for name in names})
    known = known.mutate(residual=known["quantity"] - known["median"])
    distance = known["residual"].abs()
    known = known.mutate(mad=_enough(distance.median().over(earlier), distance, earlier))
    return known.mutate(
        mad=_of_the_day(known["mad"]),
        gap_days=known["at"] - known["last_at"],
        on_day=known.count().over(group_by=["code", "at"]),
    )


def row_plan(rows: ir.Table) -> ir.Table:
    """`rows_before` and `breaks_before` of each row: of its key, on earlier days.

    rows: code, at, row, is_break; agreeing rows included.
    """
    all_before = ibis.window(group_by="code", order_by=["at", "row"], preceding=(None, 1))
    broken = rows["is_break"].cast("int64")
    known = rows.mutate(
        rows_before=ibis.row_number().over(_by_key()).cast("int64"),
        breaks_before=broken.sum().over(all_before).fill_null(0).cast("int64"),
    )
    return known.mutate(
        rows_before=_of_the_day(known["rows_before"]),
        breaks_before=_of_the_day(known["breaks_before"]),
    )


def _by_key() -> Any:
    return ibis.window(group_by="code", order_by=["at", "row"])


def _rows(first: int, last: int) -> Any:
    """The window from `first` to `last` rows before a row of its key."""
    return ibis.rows_window(
        group_by="code",
        order_by=["at", "row"],
        preceding=(first, last) if last else first,
        following=None if last else 0,
    )


def _enough(value: Any, counted: Any, window: Any, least: int = WINDOW_MIN) -> Any:
    return ibis.ifelse(counted.count().over(window) >= least, value, ibis.null(value.type()))


def _of_the_day(value: Any) -> Any:
    """What the first break of a key's day knows, for all breaks of that day."""
    return value.first(include_null=True).over(ibis.window(group_by=["code", "at"], order_by="row"))
