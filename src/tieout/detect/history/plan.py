"""The features of `features` as window expressions, for engines of more than one machine."""

from typing import Any

import ibis
import ibis.expr.types as ir

from tieout.detect.history.features import (
    EWMA_ALPHA,
    RECENT,
    STEEP,
    TREND,
    TREND_SQUARES,
    TREND_WEIGHTS,
    WINDOW,
    WINDOW_MIN,
)

# An observation that far back weighs 0.8^200, some 1e-20: less than a float can tell.
_EWMA_ROWS = 200


def feature_plan(breaks: ir.Table) -> ir.Table:
    """All that `break_features` and `describe` add to each break, equal to what Polars computes.

    breaks: code, at, row, quantity, units; no two rows of one code and day with the same row.
    Medians are exact. A key's breaks of one day see the same past: what the first of them sees.
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
    known = _with_ewma(known)
    described = ("mean", "std", "low", "high", "ewma")
    known = _of_the_day(known, "before", "median", "last_at", *described)
    known = known.mutate(residual=known["quantity"] - known["median"])
    distance = known["residual"].abs()
    known = known.mutate(mad=_enough(distance.median().over(earlier), distance, earlier))
    known = _of_the_day(known, "mad")
    known = known.mutate(
        gap_days=known["at"] - known["last_at"],
        on_day=known.count().over(group_by=["code", "at"]),
        days_before=ibis.dense_rank().over(group_by="code", order_by="at").cast("int64"),
    )
    return _with_runs(_with_slope(_with_moved(known)))


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
    return _of_the_day(known, "rows_before", "breaks_before")


def _with_ewma(known: ir.Table) -> ir.Table:
    """The mean of all earlier values in which each weighs 0.8 of the next one.

    A value's weight is told from the start of its block of 200. The 200 rows before a row lie in
    two blocks, an even one and an odd one, so each has a sum of its own.
    """
    keep = 1 - EWMA_ALPHA
    past = ibis.window(group_by="code", order_by=["at", "row"], preceding=(None, 1))
    known = known.mutate(_place=known["quantity"].count().over(past).cast("int64"))
    share = ibis.ifelse(known["_place"] == 0, 1.0, EWMA_ALPHA)
    weight = share / ibis.literal(keep).pow(known["_place"] % _EWMA_ROWS)
    odd = (known["_place"] // _EWMA_ROWS).cast("int64") % 2 == 1
    value = known["quantity"] * weight
    known = known.mutate(
        _even=ibis.ifelse(odd, ibis.null("float64"), value),
        _odd=ibis.ifelse(odd, value, ibis.null("float64")),
    )
    window = _rows(_EWMA_ROWS, 1)
    even, odd_sum = (known[name].sum().over(window).fill_null(0.0) for name in ("_even", "_odd"))
    last = known["_place"] - 1
    is_odd = (last // _EWMA_ROWS).cast("int64") % 2 == 1
    same, other = ibis.ifelse(is_odd, odd_sum, even), ibis.ifelse(is_odd, even, odd_sum)
    mean = (same + other * keep**_EWMA_ROWS) * ibis.literal(keep).pow(last % _EWMA_ROWS)
    told = ibis.ifelse(known["_place"] > 0, mean, ibis.null("float64"))
    return known.mutate(ewma=told).drop("_place", "_even", "_odd")


def _with_moved(known: ir.Table) -> ir.Table:
    """What the break four and nine before this one had."""
    old = {
        name: known[column].lag(RECENT - 1).over(_by_key())
        for name, column in (
            ("median_old", "median"),
            ("mad_old", "mad"),
            ("before_old", "before"),
            ("recent_since", "at"),
        )
    }
    trend = known["at"].lag(TREND - 1).over(_by_key())
    return known.mutate(**old, trend_since=trend)


def _with_slope(known: ir.Table) -> ir.Table:
    quantity = known["quantity"]
    window = _rows(TREND - 1, 0)
    rise = sum(
        quantity.lag(TREND - 1 - place).over(_by_key()) * weight
        for place, weight in enumerate(TREND_WEIGHTS)
    )
    known = known.mutate(
        _rise=_enough(rise, quantity, window, TREND),
        _spread=_enough(quantity.var(how="sample").over(window), quantity, window, TREND),
    )
    known = known.mutate(slope=known["_rise"] / TREND_SQUARES)
    slope, spread = known["slope"], known["_spread"]
    explained = slope * slope * TREND_SQUARES
    left = spread * (TREND - 1) - explained
    rest = ibis.ifelse(left < 0, 0.0, left)
    t = slope * TREND_SQUARES**0.5 / (rest / (TREND - 2)).nullif(0.0).sqrt()
    steep = ibis.ifelse(slope > 0, STEEP, -STEEP)
    told = ibis.ifelse(rest > 1e-9 * explained, t, steep)
    slope_t = ibis.cases(
        (slope.isnull(), ibis.null("float64")),
        (slope.abs() > 1e-9 * spread.sqrt(), told),
        else_=0.0,
    )
    return known.mutate(slope_t=slope_t).drop("_rise", "_spread")


def _with_runs(known: ir.Table) -> ir.Table:
    """Runs of equal values: each starts where a value differs from the one before it."""
    units = known["units"]
    for name, value in (("same", units), ("sign", units.sign().cast("int64"))):
        known = known.mutate(_value=value)
        differs = known["_value"] != known["_value"].lag(1).over(_by_key())
        known = known.mutate(_new=ibis.coalesce(differs, True).cast("int64"))
        until = ibis.window(group_by="code", order_by=["at", "row"], preceding=None, following=0)
        known = known.mutate(_run=known["_new"].sum().over(until).cast("int64"))
        of_run = ibis.window(group_by=["code", "_run"], order_by=["at", "row"])
        known = known.mutate(
            **{
                f"run_{name}": ibis.row_number().over(of_run).cast("int64") + 1,
                f"{name}_since": known["at"].min().over(group_by=["code", "_run"]),
            }
        )
    return known.drop("_value", "_new", "_run")


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


def _of_the_day(known: ir.Table, *names: str) -> ir.Table:
    """What the first break of a key's day knows, for all breaks of that day.

    Not as the first value of a window: whether that passes over nulls differs between engines.
    """
    day = ibis.window(group_by=["code", "at"])
    known = known.mutate(_first=known["row"].min().over(day))
    is_first = known["row"] == known["_first"]
    told = {
        name: ibis.ifelse(is_first, known[name], ibis.null(known[name].type())).max().over(day)
        for name in names
    }
    return known.mutate(**told).drop("_first")
