"""What each break's key did before it: rolling, robust and counted. Never the present itself."""

from typing import Final, TypeAlias

import numpy as np
import polars as pl
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

WINDOW: Final = 20  # As many observations as Bollinger bands take (Bollinger 2001).
WINDOW_MIN: Final = 3
RECENT: Final = 5
TREND: Final = 10
EWMA_ALPHA: Final = 0.2  # Roberts (1959); 0.2 remembers some nine observations.
STEEP: Final = 1e6  # Stands for the t of a line without any scatter.

TREND_WEIGHTS: Final = [place - (TREND - 1) / 2 for place in range(TREND)]
TREND_SQUARES: Final = sum(weight * weight for weight in TREND_WEIGHTS)
_ROWS_SORTED: Final = 50_000  # Windows that are sorted at a time, 160 bytes each.
_DESCRIBED: Final = ("mean", "std", "low", "high", "ewma")

_Ints: TypeAlias = NDArray[np.int64]
_Flags: TypeAlias = NDArray[np.bool_]


def break_features(breaks: pl.DataFrame) -> pl.DataFrame:
    """Adds to each break what is known from earlier days of its key.

    breaks: code, at, row, quantity, units; ordered by code, at, row. Where a key breaks several
    times in a day, all of its breaks see the same past. Null where there is too little of it.

    Adds `before` (earlier breaks); of the last 20 of them `median` and `mad` (median of how far
    each lay from the median before it); `last_at`, `gap_days`; `residual` (quantity less median).
    With the present: `median_recent` of the last 5, against `median_old` and `mad_old` of up to
    20 of the `before_old` earlier ones; `slope` a break of the last 10 by least squares and its
    `slope_t`; the days since which those 5 and 10 are, `recent_since` and `trend_since`;
    `run_same` and `run_sign`, how often in a row the difference or its sign was the same, and
    `same_since`, `sign_since` (days of the first); `on_day` (breaks of the key on this day) and
    `days_before` (its earlier days with a break).
    """
    new_key = _changes(breaks["code"])
    new_day = new_key | _changes(breaks["at"])
    first_of_key, first_of_day = _starts(new_key), _starts(new_day)
    several = not bool(new_day.all())
    found = breaks.with_columns(_past_medians(breaks["quantity"], first_of_key).alias("median"))
    if several:
        found = found.with_columns(found["median"].gather(first_of_day))
    found = found.with_columns(residual=pl.col("quantity") - pl.col("median"))
    found = found.with_columns(
        pl.Series("before", first_of_day - first_of_key, dtype=pl.Int64),
        _past_medians(found["residual"].abs(), first_of_key).alias("mad"),
        *map(_by_key, _recent()),
    )
    if several:
        found = found.with_columns(found["mad"].gather(first_of_day))
    found = found.with_columns(_moved(found, first_of_key, first_of_day))
    return _with_slope(found).with_columns(_runs(found, new_key, new_day))


def _past_medians(values: pl.Series, first_of_key: _Ints) -> pl.Series:
    """Of each row the median of up to 20 values before it of its key; null below three."""
    known = values.to_numpy()
    places = np.arange(len(known))
    windows = sliding_window_view(np.concatenate([np.full(WINDOW, np.nan), known]), WINDOW)
    counted = np.concatenate([[0], np.cumsum(~np.isnan(known))])
    counts = counted[places] - counted[np.maximum(first_of_key, places - WINDOW)]
    medians = np.full(len(known), np.nan)
    for start in range(0, len(known), _ROWS_SORTED):
        rows = slice(start, min(start + _ROWS_SORTED, len(known)))
        window = windows[rows].copy()
        beyond = WINDOW - (places[rows] - first_of_key[rows])
        window[np.arange(WINDOW) < beyond[:, None]] = np.nan
        window.sort(axis=1)  # What is not known comes last.
        each, count = np.arange(len(window)), np.maximum(counts[rows], 1)
        low, high = window[each, (count - 1) // 2], window[each, count // 2]
        medians[rows] = low + (high - low) * 0.5
    medians[counts < WINDOW_MIN] = np.nan
    return pl.Series(medians).fill_nan(None)


def _moved(found: pl.DataFrame, first_of_key: _Ints, first_of_day: _Ints) -> list[pl.Series]:
    """What an earlier break of the key had, null where it has none so far back."""
    place = np.arange(found.height)

    def earlier(name: str, places: _Ints, called: str) -> pl.Series:
        known = pl.Series(places >= first_of_key)
        values = found[name].gather(np.maximum(places, 0))
        return pl.select(pl.when(known).then(values).alias(called)).to_series()

    old, trend = place - (RECENT - 1), place - (TREND - 1)
    last = earlier("at", first_of_day - 1, "last_at")
    return [
        earlier("median", old, "median_old"),
        earlier("mad", old, "mad_old"),
        earlier("before", old, "before_old"),
        earlier("at", old, "recent_since"),
        earlier("at", trend, "trend_since"),
        last,
        (found["at"] - last).alias("gap_days"),
    ]


def describe(breaks: pl.DataFrame) -> pl.DataFrame:
    """Adds `mean`, `std` (n - 1), `low` and `high` of up to 20 earlier breaks, `ewma` of all.

    breaks: code, at, row, quantity; ordered by code, at, row. A key's breaks of one day see the
    same past. Null below three earlier breaks, `ewma` without any.
    """
    past = pl.col("quantity").shift(1)
    described = [
        past.rolling_mean(WINDOW, min_samples=WINDOW_MIN).alias("mean"),
        past.rolling_std(WINDOW, min_samples=WINDOW_MIN).alias("std"),
        past.rolling_min(WINDOW, min_samples=WINDOW_MIN).alias("low"),
        past.rolling_max(WINDOW, min_samples=WINDOW_MIN).alias("high"),
        past.ewm_mean(alpha=EWMA_ALPHA, adjust=False, ignore_nulls=True).alias("ewma"),
    ]
    found = breaks.with_columns(_by_key(expression) for expression in described)
    new_day = _changes(breaks["code"]) | _changes(breaks["at"])
    if new_day.all():
        return found
    first_of_day = _starts(new_day)
    return found.with_columns(found[name].gather(first_of_day) for name in _DESCRIBED)


def describe_at(breaks: pl.DataFrame, places: _Ints) -> pl.DataFrame:
    """The rows at some places with `mean`, `std`, `low` and `high` as `describe` has them.

    Where few of many rows are wanted, it is quicker to gather their windows than to roll.
    """
    new_key = _changes(breaks["code"])
    first_of_key = _starts(new_key)[places]
    first_of_day = _starts(new_key | _changes(breaks["at"]))[places]
    window = first_of_day[:, None] - np.arange(WINDOW, 0, -1)
    known = window >= first_of_key[:, None]
    values = np.where(known, breaks["quantity"].to_numpy()[np.maximum(window, 0)], 0.0)
    count = known.sum(axis=1)
    enough = count >= WINDOW_MIN
    mean = values.sum(axis=1) / np.maximum(count, 1)
    rest = np.where(known, values - mean[:, None], 0.0)
    columns = {
        "mean": mean,
        "std": np.sqrt((rest * rest).sum(axis=1) / np.maximum(count - 1, 1)),
        "low": np.where(known, values, np.inf).min(axis=1, initial=np.inf),
        "high": np.where(known, values, -np.inf).max(axis=1, initial=-np.inf),
    }
    return breaks[places].with_columns(
        pl.select(pl.when(pl.Series(enough)).then(pl.Series(values)).alias(name)).to_series()
        for name, values in columns.items()
    )


def _recent() -> list[pl.Expr]:
    quantity = pl.col("quantity")
    return [
        quantity.rolling_median(RECENT, min_samples=RECENT).alias("median_recent"),
        quantity.rolling_sum(TREND, weights=TREND_WEIGHTS, min_samples=TREND).alias("_rise"),
        quantity.rolling_var(TREND, min_samples=TREND).alias("_spread"),
    ]


def _with_slope(found: pl.DataFrame) -> pl.DataFrame:
    slope = pl.col("_rise") / TREND_SQUARES
    explained = slope * slope * TREND_SQUARES
    rest = (pl.col("_spread") * (TREND - 1) - explained).clip(lower_bound=0.0)
    t = slope * (TREND_SQUARES**0.5) / (rest / (TREND - 2)).sqrt()
    known = pl.when(rest > 1e-9 * explained).then(t).otherwise(slope.sign() * STEEP)
    told = pl.when(slope.abs() > 1e-9 * pl.col("_spread").sqrt()).then(known)
    flat = pl.when(slope.is_not_null()).then(0.0)
    return found.with_columns(slope=slope, slope_t=pl.coalesce(told, flat)).drop("_rise", "_spread")


def _runs(found: pl.DataFrame, new_key: _Flags, new_day: _Flags) -> list[pl.Series]:
    """Runs of equal values are told by where they start: the rows are in order."""
    at = found["at"]
    place = np.arange(found.height)
    same = _starts(new_key | _changes(found["units"]))
    sign = _starts(new_key | _changes(found["units"].sign()))
    day = np.cumsum(new_day) - 1
    breaks_of_day = np.bincount(day, minlength=1) if found.height else np.zeros(0, np.int64)
    return [
        pl.Series("run_same", place - same + 1),
        pl.Series("run_sign", place - sign + 1),
        at.gather(same).alias("same_since"),
        at.gather(sign).alias("sign_since"),
        pl.Series("on_day", breaks_of_day[day], dtype=pl.Int64),
        pl.Series("days_before", day - day[_starts(new_key)], dtype=pl.Int64),
    ]


def row_features(rows: pl.DataFrame) -> pl.DataFrame:
    """Adds `rows_before` and `breaks_before`: the key's rows and breaks of earlier days.

    rows: code, at, row, is_break; agreeing rows included; ordered by code, at, row.
    """
    new_key = _changes(rows["code"])
    first_of_key = _starts(new_key)
    first_of_day = _starts(new_key | _changes(rows["at"]))
    broken = rows["is_break"].to_numpy().astype(np.int64)
    earlier = np.cumsum(broken) - broken
    return rows.with_columns(
        pl.Series("rows_before", first_of_day - first_of_key, dtype=pl.Int64),
        pl.Series("breaks_before", earlier[first_of_day] - earlier[first_of_key], dtype=pl.Int64),
    )


def _by_key(expression: pl.Expr) -> pl.Expr:
    # The rows are in the order of their keys: the groups' rows need no sorting back.
    return expression.over("code", mapping_strategy="explode")


def _changes(values: pl.Series) -> _Flags:
    """Where a value differs from the one above it; the first always does."""
    changed: _Flags = (values != values.shift(1)).fill_null(value=True).to_numpy()
    return changed


def _starts(changed: _Flags) -> _Ints:
    """Of each row, the place of the last change up to it."""
    places: _Ints = np.maximum.accumulate(np.where(changed, np.arange(len(changed)), 0))
    return places
