"""Days on which more breaks than usual share a value: one failure upstream, many breaks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from tieout.detect.detector import FloatArray
from tieout.detect.history.calibrate import PAST_MIN, calibrate
from tieout.detect.history.features import WINDOW

DAYS_MIN: Final = 5
BREAKS_MIN: Final = 5
TIMES_MIN: Final = 2.0
P_MAX: Final = 0.01
_GROUPS_MAX: Final = 20
_VALUES_MAX: Final = 2_000
_DAYS_MAX: Final = 250
_ANSCOMBE: Final = 0.375  # Makes counts of any size vary alike (Anscombe 1948).


@dataclass(frozen=True, slots=True)
class Surge:
    """More breaks of one value on one day than the days before had.

    attribute: the column. mean: breaks a day over `days` (at most 20) earlier days. log_p: for
    all values that were looked at.
    """

    attribute: str
    value: str
    at: int
    breaks: int
    mean: float
    days: int
    log_p: float


@dataclass(frozen=True)
class Surges:
    """What was found; `of_row` is the surge that each break belongs to, -1 for none."""

    found: tuple[Surge, ...]
    of_row: np.ndarray

    def log_p(self) -> FloatArray:
        """Log p-value of each break's surge, 0.0 where it is in none."""
        values = np.array([*(surge.log_p for surge in self.found), 0.0])
        result: FloatArray = values[self.of_row]
        return result


@dataclass(frozen=True)
class _Counts:
    """Breaks of an attribute's values (rows) on each day of the data (columns)."""

    attribute: str
    values: list[str]
    codes: np.ndarray
    counts: np.ndarray


def find_surges(breaks: pl.DataFrame, days: np.ndarray, attributes: Sequence[str]) -> Surges:
    """Find the values that break unusually often on a day that is judged.

    breaks: at, current and the attributes. days: all days of the data, sorted. The largest surge
    is taken first and its breaks are taken out before the next is looked for, so that a value is
    not blamed for the breaks of another. Counts are made to vary alike by a square root and
    compared with their mean of 20 earlier days; p-values come from what history's days scored.
    """
    current = breaks["current"].to_numpy()
    of_row = np.full(breaks.height, -1)
    place = np.searchsorted(days, breaks["at"].to_numpy())
    judged = np.unique(place[current])
    judged = judged[judged >= DAYS_MIN]
    tables = [
        counts
        for name in attributes
        if (counts := _count(breaks[name], place, len(days), name)) is not None
    ]
    if not len(judged) or not tables:
        return Surges((), of_row)
    first = int(np.unique(place[current]).min())
    known = slice(max(0, first - _DAYS_MAX), first)
    past = np.concatenate([_scores(table.counts[:, known]).ravel() for table in tables])
    if int((~np.isnan(past)).sum()) < PAST_MIN:
        return Surges((), of_row)
    calibration = calibrate(past, tail=True)
    tried = float(np.log(sum(len(table.values) for table in tables)))
    found: list[Surge] = []
    for day in judged:
        while len(found) < _GROUPS_MAX:
            surge = _largest(tables, int(day), int(days[day]), calibration.log_p, tried)
            if surge is None:
                break
            table = next(each for each in tables if each.attribute == surge.attribute)
            code = table.values.index(surge.value)
            rows = np.flatnonzero((table.codes == code) & (place == day) & (of_row < 0) & current)
            of_row[rows] = len(found)
            found.append(surge)
            for each in tables:
                np.subtract.at(each.counts[:, day], each.codes[rows], 1)
    return Surges(tuple(found), of_row)


def _count(values: pl.Series, place: np.ndarray, days: int, name: str) -> _Counts | None:
    texts = values.fill_null("")
    known = texts.unique().sort()
    if not 2 <= len(known) <= _VALUES_MAX:
        return None
    codes = known.search_sorted(texts).to_numpy().astype(np.int64)
    cells = np.bincount(codes * days + place, minlength=len(known) * days)
    return _Counts(name, known.to_list(), codes, cells.reshape(len(known), days))


def _scores(counts: np.ndarray) -> FloatArray:
    """Of each value and day, how far the count is beyond those of earlier days."""
    scores: FloatArray = np.full(counts.shape, np.nan)
    for day in range(DAYS_MIN, counts.shape[1]):
        scores[:, day] = _score_of_last(counts[:, max(0, day - WINDOW) : day + 1])
    return scores


def _score_of_last(counts: np.ndarray) -> FloatArray:
    steady = 2.0 * np.sqrt(np.maximum(counts, 0) + _ANSCOMBE)
    earlier = steady[:, :-1]
    scatter = np.maximum(earlier.std(axis=1, ddof=1), 1.0)
    score: FloatArray = (steady[:, -1] - earlier.mean(axis=1)) / scatter
    return score


def _largest(
    tables: list[_Counts],
    day: int,
    at: int,
    log_p: Callable[[FloatArray], FloatArray],
    tried: float,
) -> Surge | None:
    best: tuple[float, _Counts, int, float] | None = None
    start = max(0, day - WINDOW)
    for table in tables:
        counts = table.counts[:, day]
        means = table.counts[:, start:day].mean(axis=1)
        enough = (counts >= BREAKS_MIN) & (counts >= TIMES_MIN * means)
        scores = np.where(enough, _score_of_last(table.counts[:, start : day + 1]), -np.inf)
        code = int(np.argmax(scores))
        if np.isfinite(scores[code]) and (best is None or scores[code] > best[0] + 1e-9):
            best = (float(scores[code]), table, code, float(means[code]))
    if best is None:
        return None
    score, table, code, mean = best
    value = min(0.0, float(log_p(np.array([score]))[0]) + tried)
    if value > np.log(P_MAX):
        return None
    count = int(table.counts[code, day])
    return Surge(table.attribute, table.values[code], at, count, mean, day - start, value)
