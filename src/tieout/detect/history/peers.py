"""What breaks of similar keys are like: the ground a key stands on while its own past is short."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl

from tieout.detect.history.observations import numbered

GROUP_BREAKS_MIN: Final = 20
_GROUPS_MAX: Final = 200
_SAMPLE: Final = 20_000
_EXPLAINED_MIN: Final = 0.02
# A group counts beside all breaks of its currency like so many breaks.
_POOL_WEIGHT: Final = 20.0
_MEASURES: Final = ("size", "scale")


def choose_attribute(history: pl.DataFrame, attributes: Sequence[str]) -> str | None:
    """The attribute whose values best tell how large breaks are, None where none does.

    history: code, currency, quantity and the attributes, breaks only. Judged by the share of the
    variance of log sizes between its groups (analysis of variance, adjusted for their number).
    An attribute that nearly names the key has no peers to offer.
    """
    keys = history["code"].n_unique()
    history = history.gather_every(max(1, history.height // _SAMPLE))
    sized = history.filter(pl.col("quantity") != 0).with_columns(
        size=pl.col("quantity").abs().log()
    )
    best: tuple[float, str] | None = None
    for name in attributes:
        groups = sized[name].n_unique() if sized.height else 0
        if not 2 <= groups <= min(_GROUPS_MAX, keys / 3, sized.height / GROUP_BREAKS_MIN):
            continue
        share = _explained(sized, name, groups)
        if share > _EXPLAINED_MIN and (best is None or share > best[0] + 1e-9):
            best = (share, name)
    return best[1] if best else None


def _explained(sized: pl.DataFrame, name: str, groups: int) -> float:
    within = sized.group_by("currency", name).agg(
        pl.col("size").var().fill_null(0.0).alias("var"), pl.len().alias("rows")
    )
    all_rows = sized.group_by("currency").agg(
        pl.col("size").var().fill_null(0.0).alias("var"), pl.len().alias("rows")
    )
    inside, whole = (
        float((frame["var"] * (frame["rows"] - 1)).sum()) for frame in (within, all_rows)
    )
    freedom = sized.height - groups
    return 1.0 - (inside / freedom) / (whole / (sized.height - 1)) if whole > 0 else 0.0


def with_peers(breaks: pl.DataFrame, attribute: str | None) -> pl.DataFrame:
    """Adds `peer_size` and `peer_scale`: how large the peers' breaks and residuals usually are.

    breaks: at, currency, quantity, residual and the attribute. Peers share currency and attribute;
    they are shrunk to all breaks of the currency, geometrically, a group counting as many breaks
    as it has against 20. Each value is the mean of the medians of earlier days, by their breaks:
    what a day is compared with never contains that day. Null before the first day of a currency.
    """
    measured = breaks.select(
        pl.col("quantity").abs().alias("size"), pl.col("residual").abs().alias("scale")
    )
    days = breaks["at"].unique().sort().to_numpy()
    day = np.searchsorted(days, breaks["at"].to_numpy())
    _, currency = numbered(breaks["currency"])
    groups = pools = _before(measured, currency * len(days) + day, len(days))
    if attribute is not None:
        known, value = numbered(breaks[attribute])
        group = currency * len(known) + value
        groups = _before(measured, group * len(days) + day, len(days))
    return breaks.with_columns(
        pl.DataFrame(
            {"group": groups[name], "group_rows": groups[f"{name}_rows"], "pool": pools[name]}
        )
        .select(_shrunk())
        .to_series()
        .alias(f"peer_{name}")
        for name in _MEASURES
    )


def _before(measured: pl.DataFrame, cell: np.ndarray, days: int) -> pl.DataFrame:
    """Of each row, the mean of the daily medians of its group's earlier days, weighted by rows.

    cell: the group of each row times `days`, and its day. Of both measures, with their rows.
    """
    daily = (
        measured.with_columns(cell=pl.Series(cell))
        .group_by("cell")
        .agg(
            *(pl.col(name).median() for name in _MEASURES),
            *(pl.col(name).count().cast(pl.Float64).alias(f"{name}_rows") for name in _MEASURES),
        )
        .sort("cell")
        .with_columns(group=pl.col("cell") // max(1, days))
    )
    earlier = []
    for name in _MEASURES:
        rows = pl.col(f"{name}_rows")
        sums = (pl.col(name).fill_null(0.0) * rows).cum_sum().shift(1).over("group")
        counts = rows.cum_sum().shift(1).over("group")
        earlier += [
            pl.when(counts > 0).then(sums / counts).alias(name),
            counts.fill_null(0.0).alias(f"{name}_rows"),
        ]
    return daily.select(earlier)[np.searchsorted(daily["cell"].to_numpy(), cell)]


def _shrunk() -> pl.Expr:
    group, pool = (pl.when(pl.col(name) > 0).then(pl.col(name)) for name in ("group", "pool"))
    weight = pl.col("group_rows") / (pl.col("group_rows") + _POOL_WEIGHT)
    shrunk = (weight * group.log() + (1.0 - weight) * pool.log()).exp()
    return pl.coalesce(shrunk, group, pool)


def calendar_factors(breaks: pl.DataFrame, standardised: np.ndarray) -> pl.Series:
    """How much larger residuals usually are when months change and by weekday: a factor a row.

    breaks: at (epoch days), current. standardised: absolute residuals by their scale, NaN where
    unknown. Medians of history by class, shrunk to the median of all; 1 for classes hardly seen.
    """
    classed = breaks.select(
        class_of_day().alias("class"),
        pl.Series("value", standardised).fill_nan(None),
        "current",
    )
    past = classed.filter(~pl.col("current")).drop_nulls("value")
    usual = past["value"].median()
    if not isinstance(usual, float) or usual <= 0:
        return pl.Series("factor", np.ones(breaks.height))
    rows, weight = pl.len(), float(GROUP_BREAKS_MIN)
    factors = past.group_by("class").agg(
        ((rows * pl.col("value").median() + weight * usual) / (rows + weight) / usual).alias(
            "factor"
        )
    )
    joined = classed.join(factors, on="class", how="left", maintain_order="left")
    return joined["factor"].fill_null(1.0).clip(0.25, 8.0)


def class_of_day() -> pl.Expr:
    """0 and 8 for the last and the first business day of a month, else the weekday, 1 to 7."""
    day = pl.col("at").cast(pl.Int32).cast(pl.Date)
    weekday = day.dt.weekday()
    onwards = pl.when(weekday >= 5).then(8 - weekday).otherwise(1)
    back = pl.when(weekday == 1).then(3).when(weekday == 7).then(2).otherwise(1)
    ends = (day + pl.duration(days=onwards)).dt.month() != day.dt.month()
    begins = (day - pl.duration(days=back)).dt.month() != day.dt.month()
    return pl.when(ends).then(0).when(begins).then(8).otherwise(weekday)
