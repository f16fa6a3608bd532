"""Breaks judged by one another, where they have no past."""

from itertools import pairwise
from typing import Final

import numpy as np
import polars as pl

from tieout.detect.detector import FloatArray
from tieout.detect.history.calibrate import PAST_MIN, log_p_by_band, log_p_of_few
from tieout.detect.history.channels import Asked, Channel, log_p_repeated
from tieout.detect.history.features import WINDOW_MIN
from tieout.detect.history.ground import Ground
from tieout.detect.history.observations import Observations

_EXACT_MAX: Final = 400
_PEER_WEIGHT: Final = 1.5
_NORMAL: Final = 1.4826


def ask_among(
    rows: pl.DataFrame, observations: Observations, peers: str | None
) -> tuple[Asked, Ground]:
    """Level, repetition and newness of each break by all the others.

    A break's own value is left out of what it is compared with: in-sample, nine values could
    never lie 2.5 standard deviations from their mean (|z| <= (n - 1) / sqrt(n)).
    """
    breaks = _others(rows.filter(pl.col("is_break")))
    group = ["currency", peers] if peers is not None else ["currency"]
    breaks = breaks.with_columns(
        pl.when(pl.len().over(group) > WINDOW_MIN)
        .then(pl.col("quantity").abs().median().over(group))
        .alias("peer_size"),
        pl.col("residual").abs().median().over(group).alias("peer_scale"),
    )
    asked = Asked()
    everyone = np.ones(breaks.height, np.bool_)
    residual, scale = _floats(breaks, "residual"), _scale(breaks, 10.0**-observations.decimals)
    with np.errstate(divide="ignore", invalid="ignore"):
        own = np.where(scale > 0, np.abs(residual) / scale, np.nan)
        as_peers = np.abs(_floats(breaks, "quantity")) / _floats(breaks, "peer_size")
    known = breaks["before"].to_numpy() >= WINDOW_MIN
    scores = np.where(known, own, as_peers)
    if breaks.height < PAST_MIN:
        log_p = _few(scores)
    else:
        log_p = log_p_by_band(scores, known.astype(np.int64), everyone, tail=True)
    asked.log_p[Channel.LEVEL] = log_p
    asked.log_p[Channel.REPEATED] = log_p_repeated(breaks)
    count = breaks["before"].to_numpy() + 1
    rare = np.sort(count)
    fewer = np.searchsorted(rare, count, side="right")
    asked.log_p[Channel.NEW] = np.log(fewer / max(1, breaks.height))
    _ask_rate(asked, rows, breaks)
    days = rows["at"].unique().sort().to_numpy()
    return asked, Ground(breaks, rows, days, observations, peers, against_past=False)


def _few(scores: FloatArray) -> FloatArray:
    """Log p-values of each score by all the others."""
    places = np.arange(len(scores))
    parts = [log_p_of_few(scores[[at]], scores[places != at]) for at in places]
    return np.concatenate(parts) if parts else np.zeros(0)


def _ask_rate(asked: Asked, rows: pl.DataFrame, breaks: pl.DataFrame) -> None:
    """How rarely rows of history broke, where there are enough of them that hardly ever did.

    The p-value is of a row, not of a break: it counts for as many rows as are judged.
    """
    past, present = (rows.filter(flag) for flag in (~pl.col("current"), pl.col("current")))
    if past.height < PAST_MIN or bool(past["is_break"].all()):
        return
    broken = int(past["is_break"].sum())
    judged = present.height / max(1, int(present["is_break"].sum()))
    p = min(1.0, (broken + 1.0) / (past.height + 1.0) * judged)
    asked.log_p[Channel.RATE] = np.full(breaks.height, np.log(p))


def _others(breaks: pl.DataFrame) -> pl.DataFrame:
    """Adds what the key's other breaks are like, in the names that `break_features` uses."""
    code, quantity = breaks["code"].to_numpy(), breaks["quantity"].to_numpy()
    columns = {name: np.full(len(code), np.nan) for name in ("median", "mad", "low", "high")}
    columns |= {"mean": np.full(len(code), np.nan), "std": np.full(len(code), np.nan)}
    edges: list[int] = []
    if len(code):
        edges = np.flatnonzero(np.r_[True, code[1:] != code[:-1], True]).tolist()
    before = np.zeros(len(code), np.int64)
    for start, end in pairwise(edges):
        rows = slice(start, end)
        before[rows] = end - start - 1
        if end - start > WINDOW_MIN:
            for name, values in _left_out(quantity[rows]).items():
                columns[name][rows] = values
    one = pl.lit(1, pl.Int64)
    return breaks.with_columns(
        *(pl.Series(name, values).fill_nan(None) for name, values in columns.items()),
        pl.Series("before", before),
    ).with_columns(
        residual=pl.col("quantity") - pl.col("median"),
        on_day=pl.col("before") + 1,
        days_before=one,
        rows_before=pl.col("before"),
    )


def _left_out(values: FloatArray) -> dict[str, FloatArray]:
    """Of each value, statistics of the others."""
    count = len(values)
    if count > _EXACT_MAX:
        others = np.broadcast_to(values, (1, count))
    else:
        everything = np.broadcast_to(values, (count, count))
        others = everything[~np.eye(count, dtype=np.bool_)].reshape(count, count - 1)
    median = np.median(others, axis=1)
    mad = np.median(np.abs(others - median[:, None]), axis=1)
    found = {
        "median": median,
        "mad": mad,
        "low": others.min(axis=1),
        "high": others.max(axis=1),
        "mean": others.mean(axis=1),
        "std": others.std(axis=1, ddof=1),
    }
    return {name: np.broadcast_to(each, count) for name, each in found.items()}


def _scale(breaks: pl.DataFrame, unit: float) -> FloatArray:
    peers = np.fmax(_floats(breaks, "peer_scale") * _NORMAL, unit)
    own = np.fmax(_floats(breaks, "mad") * _NORMAL, unit)
    count = breaks["before"].to_numpy().astype(np.float64)
    weight = np.where(np.isnan(_floats(breaks, "mad")), 0.0, count / (count + _PEER_WEIGHT))
    result: FloatArray = np.exp(weight * np.log(own) + (1.0 - weight) * np.log(peers))
    return result


def _floats(frame: pl.DataFrame, name: str) -> FloatArray:
    values: FloatArray = frame[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
    return values
