"""The ways in which a break can be out of pattern: a score and a p-value for each."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import numpy as np
import polars as pl

from tieout.detect.detector import FloatArray
from tieout.detect.history.calibrate import PAST_MIN, calibrate, log_p_by_band
from tieout.detect.history.features import TREND, WINDOW, WINDOW_MIN
from tieout.detect.history.peers import calendar_factors

# Variance of the logarithm of a median absolute deviation, times the number of residuals.
_LOG_MAD_VARIANCE: Final = 1.5
_PEER_WEIGHTS: Final = (0.5, 30.0)
_PEER_WEIGHT_UNKNOWN: Final = 1.5
_KEYS_MIN: Final = 10
_NORMAL: Final = 1.4826  # A normal law's standard deviation by its median absolute deviation.
_NORMAL_BY_MEAN: Final = 1.2533  # The same by its mean absolute deviation.
_SCALE_FLOOR: Final = 1e-3
_ROWS_MIN: Final = 8
_RATE_WEIGHT: Final = 2.0
_LATE_SHARE: Final = 1 / 3
RUN_MIN: Final = 3


class Channel(StrEnum):
    """One question that is asked of a break."""

    LEVEL = "level"  # is its size beyond what the key, or its peers, usually have?
    SHIFT = "shift"  # have the last five moved away from the twenty before them?
    TREND = "trend"  # do the last ten go one way?
    RATE = "rate"  # does this key hardly ever break?
    STALE = "stale"  # has the same difference stood unusually long?
    REPEATED = "repeated"  # does the key break more often today than it does?
    NEW = "new"  # is the key itself new, where new keys are rare?
    VOLUME = "volume"  # do more breaks than usual share a value today?


@dataclass(frozen=True)
class Asked:
    """What the channels said of the present: log p-values, 0.0 where one has nothing to say."""

    log_p: dict[Channel, FloatArray] = field(default_factory=dict)


def ask(breaks: pl.DataFrame, *, dated: bool, balances: bool, unit: float) -> Asked:
    """Score every break against its own past; p-values of the present by those of history.

    breaks: the columns of `break_features`, `row_features` and `with_peers`, current, `days_known`
    (earlier days of the data) and, where `balances`, rows that agree counted in rows_before.
    unit: the smallest amount that can differ.
    """
    past = ~breaks["current"].to_numpy()
    asked = Asked()
    weight = _peer_weight(breaks, past)
    scale = _scale(breaks, "mad", "before", weight, unit, without_mad=_mean_residual(breaks))
    _ask_level(asked, breaks, scale, past, dated=dated)
    older = _older(breaks, past)
    _ask_movement(asked, breaks, older, _scale(breaks, "mad_old", "before_old", weight, unit))
    if dated or balances:
        _ask(asked, Channel.RATE, _rarity(breaks, balances=balances), past, tail=False)
    asked.log_p[Channel.STALE] = _log_p_stale(breaks, older)
    if dated:
        _ask(asked, Channel.REPEATED, _repeated(breaks), past, tail=False)
        _beyond(asked, Channel.REPEATED, _floats(breaks, "on_day"), past)
    else:
        asked.log_p[Channel.REPEATED] = log_p_repeated(breaks)
    _ask_new(asked, breaks, past)
    return asked


def _ask(
    asked: Asked,
    channel: Channel,
    scores: FloatArray,
    past: np.ndarray,
    *,
    tail: bool,
    bands: np.ndarray | None = None,
) -> None:
    known = scores[past]
    if int((~np.isnan(known)).sum()) < PAST_MIN:
        return
    if bands is None:
        log_p = np.zeros(len(scores))
        log_p[~past] = calibrate(known, tail=tail).log_p(scores[~past])
    else:
        log_p = log_p_by_band(scores, bands, past, tail=tail, judged=~past)
    log_p[np.nan_to_num(scores) <= 0.0] = 0.0
    asked.log_p[channel] = log_p


def _beyond(asked: Asked, channel: Channel, counts: FloatArray, past: np.ndarray) -> None:
    """Counts larger than any of the past differ: each one more is as unlikely as one was.

    A geometric law by the share of past counts above 1.
    """
    if channel not in asked.log_p:
        return
    known = counts[past]
    once_more = (1.0 + float((known > 1).sum())) / (1.0 + len(known))
    further = np.where(counts > known.max(initial=1.0), (counts - 1.0) * np.log(once_more), 0.0)
    said = asked.log_p[channel]
    asked.log_p[channel] = np.where(said < 0.0, np.minimum(said, further), 0.0)


def log_p_repeated(breaks: pl.DataFrame) -> FloatArray:
    """Log p-values of how often a key breaks in the present, by how often the present's keys do.

    breaks: code, current. A geometric law by the share of breaks that are not a key's first.
    """
    current = breaks["current"].to_numpy()
    now = breaks.filter("current")
    counts = breaks.select(pl.col("current").sum().over("code")).to_series().to_numpy()
    extra = (now.height - now["code"].n_unique() + 1.0) / (now.height + 1.0)
    return np.where(current, (np.maximum(counts, 1) - 1.0) * np.log(extra), 0.0)


def _log_p_stale(breaks: pl.DataFrame, past: np.ndarray) -> FloatArray:
    """How unlikely it is that the same difference stood so often in a row.

    A geometric law by how often this key's difference was that of the break before, until the
    run began, shrunk to how often any was. What has stood since the key was first seen is how the
    key is, and no change of it.
    """
    code = breaks["code"].to_numpy()
    place = np.arange(len(code)) - np.searchsorted(code, code)
    run = breaks["run_same"].to_numpy()
    again = (run > 1).astype(np.int64)
    repeats = np.cumsum(again)
    first = np.searchsorted(code, code)
    in_key = repeats - np.where(first > 0, repeats[np.maximum(first - 1, 0)], 0)
    usual = (1.0 + float(again[past].sum())) / (1.0 + float((place[past] > 0).sum()))
    began = place - (run - 1)
    rate = (in_key - (run - 1) + _RATE_WEIGHT * usual) / (began + _RATE_WEIGHT)
    stands = (run >= RUN_MIN) & (began > 0)
    return np.where(stands, (run - 1) * np.log(np.minimum(rate, 1.0)), 0.0)


def _ask_level(
    asked: Asked, breaks: pl.DataFrame, scale: FloatArray, past: np.ndarray, *, dated: bool
) -> None:
    before = breaks["before"].to_numpy()
    residual = np.abs(_floats(breaks, "residual"))
    if dated:
        scale = scale * calendar_factors(breaks, _ratio(residual, scale)).to_numpy()
    own = _ratio(residual, scale)
    as_peers = _ratio(np.abs(_floats(breaks, "quantity")), _floats(breaks, "peer_size"))
    scores = np.where(before >= WINDOW_MIN, own, as_peers)
    bands = _bands(breaks, "before")
    asked.log_p[Channel.LEVEL] = log_p_by_band(scores, bands, past, tail=True, judged=~past)


def _ask_movement(asked: Asked, breaks: pl.DataFrame, past: np.ndarray, scale: FloatArray) -> None:
    """Level shift and trend, by the scatter of the key before it moved."""
    # Scores of keys with little past say more about their peers' scale than about a movement.
    settled = np.nan_to_num(_floats(breaks, "before_old")) >= _ROWS_MIN
    scale = np.where(settled, scale, np.nan)
    moved = np.abs(_floats(breaks, "median_recent") - _floats(breaks, "median_old"))
    _ask(
        asked,
        Channel.SHIFT,
        _ratio(moved, scale),
        past,
        tail=True,
        bands=_bands(breaks, "before_old"),
    )
    steepness = np.abs(_floats(breaks, "slope_t"))
    # A line that rises by less than the usual scatter is no trend that anybody would act on.
    rise = np.abs(_floats(breaks, "slope")) * (TREND - 1)
    with np.errstate(invalid="ignore"):
        trend = np.where(rise >= scale, steepness, np.minimum(steepness, 1.0))
    _ask(
        asked,
        Channel.TREND,
        np.where(settled, trend, np.nan),
        past,
        tail=True,
        bands=_bands(breaks, "before_old"),
    )


def _older(breaks: pl.DataFrame, past: np.ndarray) -> np.ndarray:
    """Breaks of history that are ten days of data older than the present.

    What began last week and goes on today must not make itself look usual. All of history where
    too little is older.
    """
    days = breaks["days_known"].to_numpy()
    first = int(days[~past].min(initial=np.iinfo(np.int64).max))
    older: np.ndarray = past & (days < first - TREND)
    return older if int(older.sum()) >= 5 * PAST_MIN else past


def _peer_weight(breaks: pl.DataFrame, past: np.ndarray) -> float:
    """Against how many residuals of its own a key's peers count: few where keys differ much.

    Empirical Bayes (Efron and Morris 1973) on log scales: their variance between keys, less what
    chance makes of it, against the variance of one key's scale. Fewer than ten keys tell nothing:
    they are taken to differ.
    """
    settled = breaks.filter(pl.Series(past) & (pl.col("before") >= WINDOW) & (pl.col("mad") > 0))
    ratio = (pl.col("mad") / pl.col("peer_scale")).log()
    logs = settled.group_by("code").agg(ratio.last()).drop_nulls()
    if logs.height < _KEYS_MIN:
        return _PEER_WEIGHT_UNKNOWN
    variance = float(logs.select(pl.col("mad").var()).item())
    between = max(0.01, variance - _LOG_MAD_VARIANCE / WINDOW)
    return float(np.clip(_LOG_MAD_VARIANCE / between, *_PEER_WEIGHTS))


def _mean_residual(breaks: pl.DataFrame) -> FloatArray:
    """Standard deviations by the mean of all earlier distances of the key, of a normal law.

    Round differences repeat: where most are the same, their median deviation is nothing, and the
    next one that differs would look enormous.
    """
    distance = pl.col("residual").abs().fill_nan(None)
    earlier = distance.fill_null(0.0).cum_sum() - distance.fill_null(0.0)
    count = distance.is_not_null().cum_sum() - distance.is_not_null()
    mean = (earlier / count).over("code")
    return _floats(breaks.select(mean=mean), "mean") * _NORMAL_BY_MEAN


def _scale(
    breaks: pl.DataFrame,
    mad: str,
    before: str,
    peer_weight: float,
    unit: float,
    *,
    without_mad: FloatArray | None = None,
) -> FloatArray:
    """Robust standard deviation of a key, shrunk geometrically to that of its peers.

    without_mad: what it is where the median deviation is nothing.
    """
    peers = _floats(breaks, "peer_scale") * _NORMAL
    own = _floats(breaks, mad) * _NORMAL
    if without_mad is not None:
        own = np.where(own == 0.0, np.nan_to_num(without_mad), own)
    floor = np.fmax(np.nan_to_num(peers) * _SCALE_FLOOR, unit)
    own, peers = np.fmax(own, floor) + 0 * own, np.fmax(peers, unit) + 0 * peers
    count = np.clip(np.nan_to_num(_floats(breaks, before)) - WINDOW_MIN, 0, WINDOW)
    count = np.where(np.isnan(own), 0.0, count)
    weight = count / (count + peer_weight)
    with np.errstate(invalid="ignore"):
        both = np.exp(weight * np.log(own) + (1.0 - weight) * np.log(peers))
    both = np.where(np.isnan(own), peers, both)
    result: FloatArray = np.where(np.isnan(peers), own, both)
    return result


def _bands(breaks: pl.DataFrame, before: str) -> np.ndarray:
    """Breaks by how much past their key has: scores from little scatter more."""
    edges = [WINDOW_MIN, _ROWS_MIN, 2 * _ROWS_MIN - 2, WINDOW + WINDOW_MIN]
    bands: np.ndarray = np.digitize(np.nan_to_num(_floats(breaks, before)), edges)
    return bands


def _rarity(breaks: pl.DataFrame, *, balances: bool) -> FloatArray:
    """-log of how often the key breaks, shrunk to how often all keys did; NaN for a new one."""
    rows = _floats(breaks, "rows_before" if balances else "days_known")
    broken = _floats(breaks, "breaks_before" if balances else "days_before")
    usual = _floats(breaks, "rate_known")
    rate = (broken + _RATE_WEIGHT * usual) / (rows + _RATE_WEIGHT)
    seen = breaks["rows_before"].to_numpy() > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((rows >= _ROWS_MIN) & seen & (rate > 0), -np.log(rate), np.nan)


def _repeated(breaks: pl.DataFrame) -> FloatArray:
    usual = (_floats(breaks, "before") + 1.0) / (_floats(breaks, "days_before") + 1.0)
    count = _floats(breaks, "on_day")
    return np.where(count > 1, count / (1.0 + usual), 0.0)


def _ask_new(asked: Asked, breaks: pl.DataFrame, past: np.ndarray) -> None:
    """A key without any earlier row, by how often the later part of history had one.

    It is new or it is not, so that all new ones tie: a tie counts one half (mid-p, Lancaster 1961).
    """
    fresh = breaks["rows_before"].to_numpy() == 0
    days = breaks["days_known"].to_numpy()
    last = int(days[past].max(initial=0))
    late = past & (days >= _LATE_SHARE * last) & (days > 0)
    if int(late.sum()) < PAST_MIN:
        return
    p = 0.5 * (1.0 + int((fresh & late).sum())) / (1.0 + int(late.sum()))
    asked.log_p[Channel.NEW] = np.where(fresh, np.log(p), 0.0)


def _ratio(top: FloatArray, bottom: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(bottom > 0, top / bottom, np.nan)


def _floats(frame: pl.DataFrame, name: str) -> FloatArray:
    values: FloatArray = frame[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
    return values
