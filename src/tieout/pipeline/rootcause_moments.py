"""The moment that is asked about, and the ones that it is compared with."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tieout.model.errors import InputError
from tieout.model.table import Kind
from tieout.pipeline.rootcause_plan import Note
from tieout.sources.cells import plain_number

MOMENTS_MAX: Final = 240
_MICROSECONDS: Final = 1_000_000
_DAY: Final = timedelta(days=1)

Instants = NDArray[np.float64]


@dataclass(frozen=True)
class Moments:
    """Rows by when they happened.

    now: rows of the moment. past: for each row the earlier moment that it is of, from 0, or -1.
    count: of earlier moments. at: the moment in words. instants: of each row, as a number.
    """

    now: NDArray[np.bool_]
    past: NDArray[np.int64]
    count: int
    at: str
    instants: Instants


@dataclass(frozen=True)
class _Range:
    low: float
    high: float


def split_moments(
    times: pl.Series,
    kind: Kind,
    *,
    at: str | None,
    before: str | None,
    after: str | None,
    notes: list[Note],
) -> Moments:
    """Divide rows into now and earlier moments.

    at: one moment, as the column writes it or in ISO 8601; a day is all of it. Default: the last.
    before, after: two periods to compare in its place, `A..B` with both ends, `A..`, `..B` or `A`.
    A period is compared with stretches of its own length in what lies before it.

    Raises InputError where there is no such moment or nothing before it.
    """
    if at is not None and after is not None:
        raise InputError("--at and --after: give one, a moment or a period")
    instants = _instants(times, kind)
    now = _now(instants, kind, at, after, notes)
    inside = (instants >= now.low) & (instants <= now.high)
    if not inside.any():
        raise InputError(
            f"{'--at ' + at if at else '--after ' + str(after)}: column {times.name!r} has no such "
            f"moment; it runs from {_words(np.nanmin(instants), kind)} to "
            f"{_words(np.nanmax(instants), kind)}"
        )
    past = _read_range(before, kind, "--before") if before else _Range(-np.inf, now.low)
    earlier = (instants >= past.low) & (instants <= past.high) & ~inside
    if before is None:
        earlier &= instants < now.low
    if not earlier.any():
        raise InputError(
            f"column {times.name!r} has nothing before {_words(now.low, kind)} to compare with"
        )
    numbers, count = _stretches(instants, earlier, now, notes)
    shown = _words(float(instants[inside].min()), kind)
    last = _words(float(instants[inside].max()), kind)
    words = shown if shown == last else f"{shown}..{last}"
    return Moments(inside, numbers, count, words, instants)


def _instants(times: pl.Series, kind: Kind) -> Instants:
    if kind is Kind.TIME:
        counted = times.dt.epoch("us").cast(pl.Float64) / _MICROSECONDS
        return counted.fill_null(np.nan).to_numpy()
    return times.cast(pl.Float64).fill_null(np.nan).to_numpy()


def _now(
    instants: Instants, kind: Kind, at: str | None, after: str | None, notes: list[Note]
) -> _Range:
    if after is not None:
        return _read_range(after, kind, "--after")
    if at is not None:
        return _read_range(at, kind, "--at")
    if np.isnan(instants).all():
        raise InputError("--time: the column holds no moment")
    last = float(np.nanmax(instants))
    notes.append(Note("at", _words(last, kind), "the last moment of the file", certain=False))
    return _Range(last, last)


def _read_range(text: str, kind: Kind, option: str) -> _Range:
    low, dots, high = text.partition("..")
    first = _read_instant(low, kind, option) if low.strip() else _Range(-np.inf, -np.inf)
    if not dots:
        return first
    last = _read_instant(high, kind, option) if high.strip() else _Range(np.inf, np.inf)
    if first.low > last.high:
        raise InputError(f"{option} {text}: ends before it begins")
    return _Range(first.low, last.high)


def _read_instant(text: str, kind: Kind, option: str) -> _Range:
    """An instant; a date alone is a whole day."""
    text = text.strip()
    try:
        number = float(text)
    except ValueError:
        number = np.nan
    if np.isfinite(number) and not (kind is Kind.TIME and len(text) == 8):
        return _Range(number, number)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        example = "1566656280" if kind is Kind.NUMBER else "2026-01-31T12:05"
        raise InputError(f"{option} {text}: expected a moment such as {example}") from None
    start = moment.replace(tzinfo=UTC).timestamp()
    if "T" in text or ":" in text:
        return _Range(start, start)
    return _Range(start, start + _DAY.total_seconds() - 1 / _MICROSECONDS)


def _stretches(
    instants: Instants, earlier: NDArray[np.bool_], now: _Range, notes: list[Note]
) -> tuple[NDArray[np.int64], int]:
    """Number the earlier moments; of a period, the stretches of its length before it."""
    numbers = np.full(len(instants), -1, dtype=np.int64)
    before = instants[earlier]
    width = now.high - now.low
    if width > 0 and np.isfinite(width):
        end = float(before.max())
        keys = -np.floor((end - before) / width)
    else:
        keys = before
    different, places = np.unique(keys, return_inverse=True)
    count = len(different)
    if count > MOMENTS_MAX:
        places = places - (count - MOMENTS_MAX)
        note = f"the last {MOMENTS_MAX} of {count:,} before"
        notes.append(Note("moments", note, "enough to know what is usual"))
        count = MOMENTS_MAX
    numbers[earlier] = np.maximum(places, -1)
    return numbers, count


def _words(instant: float, kind: Kind) -> str:
    if kind is Kind.NUMBER or not np.isfinite(instant):
        return plain_number(instant)
    return datetime.fromtimestamp(instant, UTC).replace(tzinfo=None).isoformat(sep=" ")
