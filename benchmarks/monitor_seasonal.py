"""Days of a seasonal processor with outages put into them: which are found, and what else is.

Usage: uv run python benchmarks/monitor_seasonal.py [--seeds 501-540] [--counts FILE] [--episodes]

Each day stands alone, as `00h 00` to `23h 59`, with no history: a night of nearly nothing, a steep
morning, one or two peaks, bursts and slow drift of every rate, all drawn by seed. On it fall three
to five outages of 10 to 60 minutes, each of a kind: payments stop, most stop, denials, failures or
reversals jump, and after half of the stops what waited comes at once. With --counts, half of the
days take the statuses of their payments from quiet half hours of that file, in a drawn order.

Seeds below 500 were looked at while limits were set. Figures in benchmarks/README.md are of seeds
from 501 on, which were not.
"""

import argparse
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median

import numpy as np
import polars as pl
from numpy.typing import NDArray

from monitor_quality import LABELS, Found, read_counts, watched
from tieout.monitor.spec import MonitorSpec

DAY_MINUTES = 1440
MARGIN_MINUTES = 10
STATUSES = ("approved", "denied", "failed", "reversed", "backend_reversed", "refunded")
KINDS = ("stopped", "fewer", "denied", "failed", "reversed", "backend_reversed")
METRICS = {
    "stopped": ("volume_drop", "missing_data"),
    "fewer": ("volume_drop", "missing_data"),
    "silent": ("volume_drop", "missing_data"),
    "processing": ("pending_rate",),
}
VISIBLE_EVENTS = 25.0

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Outage:
    """From the first minute to before the last, and how many events it took away or changed."""

    kind: str
    first: int
    end: int
    events: float


@dataclass(frozen=True)
class Day:
    """Counts by minute and status, and what was put into them."""

    counts: NDArray[np.int64]
    outages: tuple[Outage, ...]


def main() -> None:
    """Watch each day with the settings that a user has who has set none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="501-540")
    parser.add_argument("--counts", type=Path)
    parser.add_argument("--episodes", action="store_true", help="List what is missed or is none.")
    options = parser.parse_args()
    real = quiet_shares(options.counts) if options.counts else None
    days = ((seed, draw_day(seed, real if seed % 2 else None)) for seed in seeds_of(options.seeds))
    report(days, STATUSES, listed=options.episodes)


def seeds_of(text: str) -> range:
    """All seeds of `first-last`, or one."""
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def report(days: Iterable[tuple[int, Day]], statuses: Sequence[str], *, listed: bool) -> None:
    """Watch each day and print what is found of it, what is missed, and what else is found."""
    put, delays, false = 0, [], []
    for seed, day in days:
        found = watched(frame_of(day, statuses), MonitorSpec())
        for outage in day.outages:
            put += 1
            delay = delay_of(outage, found)
            if delay is None:
                print(f"  {seed} missed: {outage}")
            else:
                delays.append(delay)
        unexplained = [each for each in found if not _touches(each, day)]
        false.append(len({each.detected for each in unexplained}))
        for each in unexplained if listed else ():
            print(f"  {seed} none: {each.metric} {each.started:%H:%M} found {each.detected:%H:%M}")
    print(
        f"{len(false)} days, {put} outages: {len(delays)} found, delay in minutes: median "
        f"{median(delays):.0f}, most {max(delays)}; {sum(false) / len(false):.2f} unexplained a "
        f"day, most {max(false)}"
    )


def draw_day(seed: int, real: Floats | None = None) -> Day:
    """A day by its seed; `real` holds shares of statuses by half hour, drawn from with it."""
    generator = np.random.default_rng([seed, 77])
    volume = _volume(generator)
    shares = _shares(generator) if real is None else _resampled(generator, real)
    outages: list[Outage] = []
    taken = np.zeros(DAY_MINUTES, dtype=np.bool_)
    for kind in generator.choice(KINDS, int(generator.integers(3, 6))).tolist():
        outage = _place(kind, generator, volume, shares, taken)
        if outage is not None:
            outages.append(outage)
    counts = generator.poisson(volume[:, None] * shares)
    return Day(counts.astype(np.int64), tuple(sorted(outages, key=lambda each: each.first)))


def frame_of(day: Day, names: Sequence[str]) -> pl.DataFrame:
    """Rows of minute, status and count; nothing that did not occur has a row."""
    minutes, statuses = np.nonzero(day.counts)
    return pl.DataFrame(
        {
            "minute": minutes.astype(np.int64) + _START,
            "status": [names[place] for place in statuses.tolist()],
            "count": day.counts[minutes, statuses],
        }
    )


def quiet_shares(path: Path) -> Floats:
    """Shares of the statuses in half hours that no incident touches, (half hours, statuses)."""
    rows = read_counts(path)
    wide = rows.pivot(on="status", index="minute", values="count").sort("minute").fill_null(0)
    minutes = wide["minute"].to_numpy()
    counts = wide.select(STATUSES).to_numpy().astype(np.float64)
    quiet = np.ones(len(minutes), dtype=np.bool_)
    epoch = datetime(1970, 1, 1)  # noqa: DTZ001 - as the file has it
    for label in LABELS:
        first, last = (int((at - epoch).total_seconds() // 60) for at in (label.first, label.last))
        quiet &= (minutes < first - 10) | (minutes > last + 10)
    blocks = counts[quiet][: quiet.sum() // 30 * 30].reshape(-1, 30, len(STATUSES)).sum(axis=1)
    found: Floats = blocks / blocks.sum(axis=1, keepdims=True)
    return found


def delay_of(outage: Outage, found: list[Found]) -> int | None:
    """Minutes from the outage's first to when any episode of its kind was found."""
    names = METRICS.get(outage.kind, (f"{outage.kind}_rate",))
    times = [
        max(_minute(each.detected) - outage.first, 0)
        for each in found
        if each.metric in names
        and _minute(each.started) < outage.end
        and _minute(each.ended) > outage.first
        and _minute(each.detected) < outage.end + MARGIN_MINUTES
    ]
    return min(times) if times else None


def _touches(found: Found, day: Day) -> bool:
    return any(
        _minute(found.started) < outage.end + MARGIN_MINUTES
        and _minute(found.ended) > outage.first - MARGIN_MINUTES
        for outage in day.outages
    )


def _volume(generator: np.random.Generator) -> Floats:
    """Events a minute: humps over a low night, slow drift, and bursts."""
    hours = np.arange(DAY_MINUTES) / 60.0
    peak = float(np.exp(generator.uniform(np.log(25), np.log(220))))
    shape = np.full(DAY_MINUTES, float(generator.uniform(0.02, 0.15)))
    for middle, width in (
        (generator.uniform(11, 14), generator.uniform(2.0, 3.5)),
        (generator.uniform(17, 20), generator.uniform(1.5, 3.5)),
    ):
        shape += generator.uniform(0.5, 1.0) * np.exp(-0.5 * ((hours - middle) / width) ** 2)
    shape += 0.1 * np.exp(-0.5 * ((hours + 1.0) / 1.5) ** 2)
    drift = walk(generator, 90.0, float(generator.uniform(0.02, 0.08)))
    burst = generator.gamma(1 / 0.012, 0.012, DAY_MINUTES)
    found: Floats = peak * shape / shape.max() * np.exp(drift) * burst
    return found


def _shares(generator: np.random.Generator) -> Floats:
    """Shares of the statuses by minute; denials are more frequent at night."""
    usual = {
        "denied": generator.uniform(0.03, 0.09),
        "failed": generator.choice([0.0, 0.0005, 0.004]),
        "reversed": generator.uniform(0.004, 0.02),
        "backend_reversed": generator.choice([0.0, 0.001, 0.004]),
        "refunded": generator.uniform(0.001, 0.006),
    }
    return wandering(generator, usual, STATUSES)


def wandering(
    generator: np.random.Generator, usual: Mapping[str, float], statuses: Sequence[str]
) -> Floats:
    """Shares by minute around what is usual, denials higher at night; the first takes the rest."""
    night = 1.0 + generator.uniform(0.0, 0.8) * (
        0.5 + 0.5 * np.cos((np.arange(DAY_MINUTES) / 60.0 - 3.5) * np.pi / 12)
    )
    shares = np.zeros((DAY_MINUTES, len(statuses)))
    for name, share in usual.items():
        noise = np.exp(walk(generator, 45.0, 0.12))
        shares[:, statuses.index(name)] = share * noise * (night if name == "denied" else 1.0)
    shares[:, 0] = 1.0 - shares.sum(axis=1)
    return shares


def _resampled(generator: np.random.Generator, real: Floats) -> Floats:
    """Quiet half hours in a drawn order, each for thirty minutes."""
    drawn: Floats = np.repeat(real[generator.integers(0, len(real), DAY_MINUTES // 30)], 30, axis=0)
    return drawn


def walk(generator: np.random.Generator, memory_minutes: float, sigma: float) -> Floats:
    """An Ornstein-Uhlenbeck path with that memory and standard deviation."""
    stay = np.exp(-1.0 / memory_minutes)
    steps = generator.normal(0, sigma * np.sqrt(1 - stay**2), DAY_MINUTES)
    path = np.zeros(DAY_MINUTES)
    path[0] = generator.normal(0, sigma)
    for minute in range(1, DAY_MINUTES):
        path[minute] = stay * path[minute - 1] + steps[minute]
    return path


def _place(
    kind: str,
    generator: np.random.Generator,
    volume: Floats,
    shares: Floats,
    taken: NDArray[np.bool_],
) -> Outage | None:
    """Put one outage where it is visible and far from others; None after too many tries."""
    for _ in range(40):
        length = int(generator.integers(10, 61))
        first = int(generator.integers(60, DAY_MINUTES - length - 30))
        if taken[max(first - 60, 0) : first + length + 90].any():
            continue
        span = slice(first, first + length)
        if kind in METRICS:
            left = 0.0 if kind == "stopped" else float(generator.uniform(0.05, 0.3))
            events = float((volume[span] * (1 - left)).sum())
            if volume[span].sum() < 2 * VISIBLE_EVENTS or volume[span].mean() < 2.0:
                continue
            volume[span] *= left
            if generator.random() < 0.5:
                volume[first + length : first + length + 4] *= 1.6
        else:
            column = STATUSES.index(kind)
            usual = shares[span, column].copy()
            wanted = np.maximum(usual * generator.uniform(3, 6), generator.uniform(0.03, 0.15))
            events = float((volume[span] * (wanted - usual)).sum())
            if events < VISIBLE_EVENTS:
                continue
            shares[span, column] = wanted
            shares[span, 0] -= wanted - usual
        taken[span] = True
        return Outage(kind, first, first + length, round(events, 1))
    return None


_START = 29_000_160  # A midnight.


def _minute(moment: datetime) -> int:
    epoch = datetime(1970, 1, 1)  # noqa: DTZ001 - as the file has it
    return int((moment - epoch).total_seconds() // 60) - _START


if __name__ == "__main__":
    main()
