"""A run in a few numbers: buckets, ages, days, channels, thresholds."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from tieout.pipeline.run_query.findings import read_manifest

AGE_BANDS: Final = ((1, "today"), (8, "1 to 7"), (31, "8 to 30"), (91, "31 to 90"))
_OLDEST: Final = "over 90"
_POINTS_MAX: Final = 300
_CHANNELS_MAX: Final = 12


@dataclass(frozen=True)
class BreakSummary:
    """buckets: name to breaks, the most frequent first. ages: band of days to breaks, in order.

    amounts: currency to breaks and the sum of their differences.
    """

    buckets: Mapping[str, int]
    ages: Mapping[str, int]
    amounts: Mapping[str, tuple[int, Any]]


@dataclass(frozen=True)
class Volume:
    """Rows and flags by a label: a day or a channel. both: flagged by detectors and rules."""

    labels: tuple[str, ...]
    rows: tuple[int, ...]
    detectors: tuple[int, ...]
    rules: tuple[int, ...]
    both: tuple[int, ...]
    flagged: tuple[int, ...]


def summarise_breaks(folder: Path) -> BreakSummary:
    """Count the breaks of a run."""
    breaks = pl.scan_parquet(folder / "breaks.parquet")
    buckets = breaks.group_by("bucket").len().sort("len", "bucket", descending=[True, False])
    band = pl.lit(_OLDEST)
    for below, name in reversed(AGE_BANDS):
        band = pl.when(pl.col("age_days") < below).then(pl.lit(name)).otherwise(band)
    known = breaks.filter(pl.col("age_days").is_not_null())
    ages = dict(known.group_by(band.alias("band")).len().collect().iter_rows())
    amounts = (
        breaks.group_by("currency")
        .agg(pl.len().alias("breaks"), pl.col("difference").sum())
        .sort("breaks", "currency", descending=[True, False])
        .collect()
    )
    order = [*(name for _, name in AGE_BANDS), _OLDEST]
    return BreakSummary(
        {str(name or "unknown"): count for name, count in buckets.collect().iter_rows()},
        {name: ages.get(name, 0) for name in order} if ages else {},
        {str(name or ""): (count, total) for name, count, total in amounts.iter_rows()},
    )


def volumes(folder: Path) -> dict[str, Volume]:
    """Rows and flags of a detection by day and by channel, where it knows these."""
    roles = read_manifest(folder).spec.get("roles", {})
    scored = pl.scan_parquet(folder / "transactions_scored.parquet")
    names = scored.collect_schema().names()
    found = {}
    if roles.get("time") in names:
        day = pl.col(roles["time"]).cast(pl.String).str.slice(0, 10)
        found["day"] = _volume(scored, day, by_size=False)
    if roles.get("channel") in names:
        found["channel"] = _volume(scored, pl.col(roles["channel"]).cast(pl.String), by_size=True)
    return found


def sweep(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The threshold sweep of a detection by channel (ml, rules, both), thinned out evenly.

    A point has threshold, flagged and workload, and where there are labels true_positives,
    false_positives, false_negatives, precision, recall and fpr.
    """
    table = pl.read_csv(folder / "thresholds.csv", infer_schema_length=None)
    found = {}
    for channel in table["channel"].unique(maintain_order=True):
        rows = table.filter(pl.col("channel") == channel).drop("channel")
        step = max(1, rows.height // _POINTS_MAX)
        # Evenly in the number of flagged rows: most of the scores lie close together.
        kept = rows.gather_every(step)
        found[str(channel)] = kept.to_dicts()
    return found


def _volume(scored: pl.LazyFrame, label: pl.Expr, *, by_size: bool) -> Volume:
    ml, rules = pl.col("is_ml_flag"), pl.col("is_rule_flag")
    counted = (
        scored.group_by(label.fill_null("none").alias("label"))
        .agg(
            pl.len().alias("rows"),
            ml.sum().alias("detectors"),
            rules.sum().alias("rules"),
            (ml & rules).sum().alias("both"),
            pl.col("is_flag").sum().alias("flagged"),
        )
        .collect()
    )
    if by_size:
        counted = counted.sort("rows", "label", descending=[True, False]).head(_CHANNELS_MAX)
    else:
        counted = counted.sort("label")
    columns = {name: tuple(counted[name].to_list()) for name in counted.columns}
    return Volume(
        labels=columns["label"],
        rows=columns["rows"],
        detectors=columns["detectors"],
        rules=columns["rules"],
        both=columns["both"],
        flagged=columns["flagged"],
    )
