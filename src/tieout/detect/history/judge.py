"""Breaks against their history: which are out of pattern, in what way, and why."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import polars as pl

from tieout.detect.detector import FloatArray
from tieout.detect.fuse import Fused, fuse
from tieout.detect.history.among import ask_among
from tieout.detect.history.calibrate import PAST_MIN
from tieout.detect.history.channels import Asked, Channel, ask
from tieout.detect.history.discoveries import discoveries, p_of
from tieout.detect.history.ground import Ground
from tieout.detect.history.known import known_of_breaks, known_of_rows
from tieout.detect.history.observations import Observations
from tieout.detect.history.peers import choose_attribute, with_peers
from tieout.detect.history.reasons import write_reasons
from tieout.detect.history.volume import Surges, find_surges
from tieout.engines.base import Engine


class Category(StrEnum):
    """In what way a break is out of pattern."""

    SPIKE = "spike"
    LEVEL_SHIFT = "level_shift"
    TREND = "trend"
    REPEATED_KEY = "repeated_key"
    NEW_COMBINATION = "new_combination"
    STALE = "stale"
    VOLUME = "volume"
    NONE = "none"


CATEGORY_OF: Final = {
    Channel.LEVEL: Category.SPIKE,
    Channel.SHIFT: Category.LEVEL_SHIFT,
    Channel.TREND: Category.TREND,
    Channel.RATE: Category.SPIKE,  # What agreed all along breaks: a jump from nothing.
    Channel.STALE: Category.STALE,
    Channel.REPEATED: Category.REPEATED_KEY,
    Channel.NEW: Category.NEW_COMBINATION,
    Channel.VOLUME: Category.VOLUME,
}


@dataclass(frozen=True)
class Judged:
    """The current breaks, by row.

    frame: row, score (0-1), p_value, anomalous, category, reasons, since (day on which the
        pattern that is out of order began).
    channels: log p-values by channel, in the order of the frame. surges: values with too many
        breaks. peers: the column of the attribute that makes peers, None where none does.
    against_past: whether breaks were judged by their past, or, for want of it, by one another.
    """

    frame: pl.DataFrame
    channels: dict[Channel, FloatArray]
    surges: Surges
    peers: str | None
    against_past: bool


def judge_history(observations: Observations, engine: Engine | None = None) -> Judged:
    """Judge the current breaks by what was before them; by one another where nothing was.

    Of each channel a p-value by rolling conformal prediction; the smallest of them, by Bonferroni,
    is the break's; 5 % of the breaks called out of pattern are expected to be so by chance.
    Fewer than 40 breaks of history are no history. engine: where what was before each break is
    computed, this process without one.
    """
    rows = observations.prepared()
    breaks = rows.filter(pl.col("is_break"))
    history = breaks.filter(~pl.col("current"))
    against_past = history.height >= PAST_MIN
    if against_past:
        peers = choose_attribute(history, observations.columns)
        ground = _ground(rows, observations, peers, engine)
        balances = bool((~rows["is_break"]).any())
        asked = ask(
            ground.breaks,
            dated=observations.dated,
            balances=balances,
            unit=10.0**-observations.decimals,
        )
        # Without dates nothing happens on one day.
        columns = observations.columns if observations.dated else ()
        surges = find_surges(ground.breaks, ground.days, columns)
        asked.log_p[Channel.VOLUME] = surges.log_p()
    else:
        peers = choose_attribute(breaks, observations.columns)
        asked, ground = ask_among(rows, observations, peers)
        surges = Surges((), np.full(ground.breaks.height, -1))
    return _fused(ground, asked, surges, peers, against_past=against_past)


def _ground(
    rows: pl.DataFrame, observations: Observations, peers: str | None, engine: Engine | None
) -> Ground:
    """The breaks with everything that is known of their past."""
    days = rows["at"].unique().sort().to_numpy()
    counted = known_of_rows(rows, engine)
    breaks = known_of_breaks(counted.filter(pl.col("is_break")), engine)
    breaks = with_peers(breaks, peers).with_columns(
        pl.Series("days_known", np.searchsorted(days, breaks["at"].to_numpy())),
    )
    past = rows.filter(~pl.col("current"))
    if bool((~rows["is_break"]).any()):
        rate = float(past["is_break"].mean() or 0.0)  # type: ignore[arg-type]
    else:
        key_days = past.select(pl.struct("code", "at").n_unique()).item()
        cells = past["code"].n_unique() * past["at"].n_unique()
        rate = key_days / max(1, cells)
    return Ground(
        breaks=breaks.with_columns(rate_known=pl.lit(rate)),
        rows=rows,
        days=days,
        observations=observations,
        peers=peers,
    )


def _fused(
    ground: Ground, asked: Asked, surges: Surges, peers: str | None, *, against_past: bool
) -> Judged:
    is_current = ground.breaks["current"].to_numpy()
    breaks = ground.breaks.filter(pl.col("current"))
    log_p = {name: values[is_current] for name, values in asked.log_p.items()}
    surges = Surges(surges.found, surges.of_row[is_current])
    fused = fuse({str(name): values for name, values in log_p.items()}, rows=breaks.height)
    anomalous = discoveries(fused.log_p)
    frame = breaks.select("row").with_columns(
        pl.Series("score", fused.score),
        pl.Series("p_value", p_of(fused.log_p)),
        pl.Series("anomalous", anomalous),
        pl.Series("category", _categories(fused, anomalous), dtype=pl.String),
        write_reasons(ground, log_p, surges, anomalous),
    )
    frame = frame.with_columns(since=_since(breaks, frame["category"], against_past=against_past))
    order = frame["row"].arg_sort().to_numpy()
    return Judged(
        frame=frame[order],
        channels={name: values[order] for name, values in log_p.items()},
        surges=Surges(surges.found, surges.of_row[order]),
        peers=peers,
        against_past=against_past,
    )


def _categories(fused: Fused, anomalous: np.ndarray) -> list[str]:
    names = [str(CATEGORY_OF[Channel(name)]) for name in fused.names]
    none = str(Category.NONE)
    return [
        names[at] if odd else none
        for at, odd in zip(fused.strongest.tolist(), anomalous.tolist(), strict=True)
    ]


def _since(breaks: pl.DataFrame, category: pl.Series, *, against_past: bool) -> pl.Series:
    """The day on which what is odd began; of most kinds it is the break's own."""
    began = breaks["at"]
    if against_past:
        began = breaks.select(
            pl.when(category == str(Category.STALE))
            .then(pl.col("same_since"))
            .when(category == str(Category.LEVEL_SHIFT))
            .then(pl.col("recent_since"))
            .when(category == str(Category.TREND))
            .then(pl.col("trend_since"))
            .otherwise(pl.col("at"))
        ).to_series()
    return began.cast(pl.Int32).alias("since")
