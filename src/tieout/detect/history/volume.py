"""Days on which more breaks than usual share values: one failure upstream, many breaks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
import polars as pl

from tieout.detect.calibration import TailCalibration
from tieout.detect.detector import FloatArray
from tieout.detect.history.calibrate import PAST_MIN, calibrate
from tieout.detect.history.features import WINDOW
from tieout.detect.history.observations import numbered

DAYS_MIN: Final = 5
BREAKS_MIN: Final = 5
TIMES_MIN: Final = 2.0
P_MAX: Final = 0.01
_GROUPS_MAX: Final = 20
_VALUES_MAX: Final = 2_000
# Days of history that are scored: as many as there are cells enough for, within these.
_DAYS: Final = (60, 250)
_CELLS_SCORED: Final = 200_000
_DEPTH: Final = 2
_CELLS_MAX: Final = 2**22
_ANSCOMBE: Final = 0.375  # Makes counts of any size vary alike (Anscombe 1948).


@dataclass(frozen=True, slots=True)
class Surge:
    """More breaks of one value, or of two together, on one day than the days before had.

    values: columns and what they hold. mean: breaks a day over `days` (at most 20) earlier days.
    log_p: for all values that were looked at.
    """

    values: tuple[tuple[str, str], ...]
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
    """Breaks of the values of an attribute, or of two together (rows), on each day (columns).

    known: the values of each row. codes: the row of each break.
    """

    known: pl.DataFrame
    codes: np.ndarray
    counts: np.ndarray

    def values(self, code: int) -> tuple[tuple[str, str], ...]:
        """Columns of a row, and what they hold."""
        return tuple(zip(self.known.columns, self.known.row(code), strict=True))


@dataclass(frozen=True)
class _Family:
    """Tables that are as deep as each other: what history scored in them, and how much was tried.

    Rare values together vary otherwise than frequent ones alone, so that each depth has its own.
    """

    tables: list[_Counts]
    calibration: TailCalibration
    tried: float


def find_surges(breaks: pl.DataFrame, days: np.ndarray, attributes: Sequence[str]) -> Surges:
    """Find the values, alone or two together, that break unusually often on a day that is judged.

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
    if not len(judged):
        return Surges((), of_row)
    first = int(np.unique(place[current]).min())
    families = list(_families(breaks, place, len(days), attributes, first))
    found: list[Surge] = []
    for day in judged:
        while len(found) < _GROUPS_MAX:
            best = _largest(families, int(day), int(days[day]))
            if best is None:
                break
            surge, table, code = best
            rows = np.flatnonzero((table.codes == code) & (place == day) & (of_row < 0) & current)
            of_row[rows] = len(found)
            found.append(surge)
            for family in families:
                for each in family.tables:
                    np.subtract.at(each.counts[:, day], each.codes[rows], 1)
    return Surges(tuple(found), of_row)


def _families(
    breaks: pl.DataFrame, place: np.ndarray, days: int, attributes: Sequence[str], first: int
) -> Iterator[_Family]:
    coded = [numbered(breaks[name]) for name in attributes]
    for depth in range(1, _DEPTH + 1):
        tables = [
            counts
            for chosen in combinations(coded, depth)
            if (counts := _count(chosen, place, days)) is not None
        ]
        if not tables:
            continue
        values = sum(table.known.height for table in tables)
        least, most = _DAYS
        known = slice(max(0, first - min(max(_CELLS_SCORED // values, least), most)), first)
        past = np.concatenate([_scores(table.counts[:, known]).ravel() for table in tables])
        if int((~np.isnan(past)).sum()) < PAST_MIN:
            continue
        # Each depth has its part of the chance to err.
        yield _Family(tables, calibrate(past, tail=True), float(np.log(_DEPTH * values)))


def _count(
    chosen: Sequence[tuple[pl.Series, np.ndarray]], place: np.ndarray, days: int
) -> _Counts | None:
    if any(len(known) < 2 for known, _ in chosen):
        return None
    size, codes = 1, np.zeros(len(place), np.int64)
    for known, places in chosen:
        size, codes = size * len(known), codes * len(known) + places
    met = np.arange(size) if len(chosen) == 1 else _met(codes, size)
    if len(met) > _VALUES_MAX:
        return None
    if len(met) < size:
        codes = _renumbered(codes, met, size)
    rest, columns = met, []
    for known, _ in reversed(chosen):
        columns.append(known.gather(rest % len(known)))
        rest = rest // len(known)
    cells = np.bincount(codes * days + place, minlength=len(met) * days)
    return _Counts(pl.DataFrame(columns[::-1]), codes, cells.reshape(len(met), days))


def _met(codes: np.ndarray, size: int) -> np.ndarray:
    """Of all pairs those that there are."""
    if size >= _CELLS_MAX:
        return np.unique(codes)
    return np.flatnonzero(np.bincount(codes, minlength=size))


def _renumbered(codes: np.ndarray, met: np.ndarray, size: int) -> np.ndarray:
    """The place of each code among those that there are."""
    if size >= _CELLS_MAX:
        return np.searchsorted(met, codes)
    place = np.zeros(size, np.int64)
    place[met] = np.arange(len(met))
    renumbered: np.ndarray = place[codes]
    return renumbered


def _scores(counts: np.ndarray) -> FloatArray:
    """Of each value and day, how far the count is beyond those of earlier days."""
    scores: FloatArray = np.full(counts.shape, np.nan)
    if counts.shape[1] <= DAYS_MIN:
        return scores
    steady = _steady(counts)
    days = np.arange(DAYS_MIN, counts.shape[1])
    width = days - np.maximum(0, days - WINDOW)
    mean = _window_sums(steady) / width
    variance = (_window_sums(steady**2) - width * mean**2) / (width - 1)
    scatter = np.sqrt(np.maximum(variance, 1.0))
    scores[:, DAYS_MIN:] = (steady[:, DAYS_MIN:] - mean) / scatter
    return scores


def _window_sums(values: FloatArray) -> FloatArray:
    """Of each day from the sixth on, the sum of up to 20 days before it: of running sums."""
    sums = np.cumsum(values, axis=1)
    before = sums[:, DAYS_MIN - 1 : -1].copy()
    before[:, WINDOW - DAYS_MIN + 1 :] -= sums[:, : -WINDOW - 1]
    return before


def _steady(counts: np.ndarray) -> FloatArray:
    steady: FloatArray = 2.0 * np.sqrt(np.maximum(counts, 0) + _ANSCOMBE)
    return steady


def _score_of_last(counts: np.ndarray) -> FloatArray:
    steady = _steady(counts)
    earlier = steady[:, :-1]
    scatter = np.maximum(earlier.std(axis=1, ddof=1), 1.0)
    score: FloatArray = (steady[:, -1] - earlier.mean(axis=1)) / scatter
    return score


def _largest(families: Sequence[_Family], day: int, at: int) -> tuple[Surge, _Counts, int] | None:
    """The surge with the most evidence, less the logarithm of how much it was chosen from."""
    best: tuple[float, Surge, _Counts, int] | None = None
    start = max(0, day - WINDOW)
    for family in families:
        for table in family.tables:
            counts = table.counts[:, day]
            several = np.flatnonzero(counts >= BREAKS_MIN)
            means = table.counts[several, start:day].mean(axis=1)
            enough = counts[several] >= TIMES_MIN * means
            if not enough.any():
                continue
            several, means = several[enough], means[enough]
            scores = _score_of_last(table.counts[several, start : day + 1])
            largest = int(np.argmax(scores))
            code, score = int(several[largest]), float(scores[largest])
            if not np.isfinite(score):
                continue
            said = min(0.0, family.calibration.log_p_of(score) + family.tried)
            evidence = score * score / 2.0 - float(np.log(table.known.height))
            if said <= np.log(P_MAX) and (best is None or evidence > best[0] + 1e-9):
                count, mean = int(counts[code]), float(means[largest])
                surge = Surge(table.values(code), at, count, mean, day - start, said)
                best = (evidence, surge, table, code)
    return None if best is None else best[1:]
