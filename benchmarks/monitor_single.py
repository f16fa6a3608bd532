"""Single days of a processor of another kind than `monitor_seasonal.py` draws: what is found.

Usage: uv run python benchmarks/monitor_single.py [--seeds 7001-7040] [--episodes]

Five to thirty payments a minute at night, 100 to 250 by day, a morning and an evening as steep as
an S, minutes more or less bursty and bursts of some minutes, statuses that come ten times a minute
or never, `processing` among them. On it fall three to six outages: nearly all payments or the
approved ones stop for 10 to 60 minutes, or most do; for 5 to 30 minutes no row comes at all, three
to five times as many are denied, or four to ten a minute fail, are reversed or stay in processing.

Seeds from 5001 to 5040 were looked at while limits were set.
"""

import argparse

import numpy as np
from numpy.typing import NDArray

from monitor_seasonal import (
    DAY_MINUTES,
    VISIBLE_EVENTS,
    Day,
    Floats,
    Outage,
    report,
    seeds_of,
    walk,
    wandering,
)

STATUSES = (
    "approved", "denied", "failed", "reversed", "backend_reversed", "refunded", "processing",
)  # fmt: skip
DROPS = ("stopped", "fewer", "silent")
KINDS = (*DROPS, "denied", "failed", "reversed", "backend_reversed", "processing")
SIGMAS_MIN = 6.0


def main() -> None:
    """Watch each day with the settings that a user has who has set none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="7001-7040")
    parser.add_argument("--episodes", action="store_true", help="List what is missed or is none.")
    options = parser.parse_args()
    days = ((seed, draw_day(seed)) for seed in seeds_of(options.seeds))
    report(days, STATUSES, listed=options.episodes)


def draw_day(seed: int) -> Day:
    """A day by its seed."""
    generator = np.random.default_rng([seed, 91])
    mean = _volume(generator)[:, None] * _shares(generator)
    outages: list[Outage] = []
    taken = np.zeros(DAY_MINUTES, dtype=np.bool_)
    for kind in generator.choice(KINDS, int(generator.integers(3, 7))).tolist():
        outage = _place(kind, generator, mean, taken)
        if outage is not None:
            outages.append(outage)
    counts = generator.poisson(mean).astype(np.int64)
    return Day(counts, tuple(sorted(outages, key=lambda each: each.first)))


def _volume(generator: np.random.Generator) -> Floats:
    """Events a minute: from the level of the night to that of the day and back, in logarithms."""
    night = np.exp(generator.uniform(np.log(5), np.log(30)))
    top = np.exp(generator.uniform(np.log(100), np.log(250)))
    hours = np.arange(DAY_MINUTES) / 60.0
    rise = generator.uniform(2.5, 5.0) + generator.uniform(2.5, 6.0)
    rise_hours = generator.uniform(0.35, 1.2)
    fall = generator.uniform(20.5, 23.8)
    fall_hours = generator.uniform(0.6, 1.6)
    day = _step((hours - rise) / rise_hours) * _step((fall - hours) / fall_hours)
    day += _step((fall - 24 - hours) / fall_hours)
    depth, at, width = (generator.uniform(*each) for each in ((0, 0.35), (13, 16), (0.7, 1.5)))
    volume = night * (top / night) ** np.clip(day, 0, 1)
    volume *= 1 - depth * np.exp(-0.5 * ((hours - at) / width) ** 2)
    volume *= np.exp(walk(generator, 90.0, float(generator.uniform(0.02, 0.08))))
    rough = generator.choice([0.01, 0.02, 0.05])
    volume *= generator.gamma(1 / rough, rough, DAY_MINUTES)
    found: Floats = volume * np.exp(walk(generator, 6.0, float(generator.choice([0, 0.08, 0.15]))))
    return found


def _step(values: Floats) -> Floats:
    found: Floats = 1 / (1 + np.exp(-values))
    return found


def _shares(generator: np.random.Generator) -> Floats:
    usual = {
        "denied": generator.uniform(0.03, 0.09),
        "failed": generator.choice([0.0, 0.0005, 0.003]),
        "reversed": generator.choice([0.001, 0.004, 0.015]),
        "backend_reversed": generator.choice([0, 0.001, 0.004]),
        "refunded": generator.uniform(0.001, 0.01),
        "processing": generator.choice([0.0, 0.0, 0.002]),
    }
    return wandering(generator, usual, STATUSES)


def _place(
    kind: str, generator: np.random.Generator, mean: Floats, taken: NDArray[np.bool_]
) -> Outage | None:
    """Put one outage where it is visible and far from others; None after too many tries."""
    for _ in range(60):
        length = int(generator.integers(*((10, 61) if kind in DROPS[:2] else (5, 31))))
        first = int(generator.integers(30, DAY_MINUTES - length - 20))
        if taken[max(first - 45, 0) : first + length + 60].any():
            continue
        put = _drop if kind in DROPS else _surge
        events = put(kind, generator, mean, slice(first, first + length))
        if events is not None:
            taken[first : first + length] = True
            return Outage(kind, first, first + length, round(events, 1))
    return None


def _drop(kind: str, generator: np.random.Generator, mean: Floats, span: slice) -> float | None:
    was = mean[span].sum(axis=1)
    if was.sum() < 2 * VISIBLE_EVENTS or was.mean() < 3:
        return None
    left = {"stopped": (0, 0.05), "fewer": (0.1, 0.4), "silent": (0, 0)}[kind]
    share = float(generator.uniform(*left))
    if kind == "stopped" and generator.random() < 0.5:
        mean[span, 0] *= share
    else:
        mean[span] *= share
    if generator.random() < 0.4:
        mean[span.stop : span.stop + 5] *= 1.6
    return float((1 - share) * was.sum())


def _surge(kind: str, generator: np.random.Generator, mean: Floats, span: slice) -> float | None:
    column = STATUSES.index(kind)
    usual = mean[span, column].copy()
    more = np.full(len(usual), generator.uniform(4, 10))
    if kind == "denied":
        more = usual * (generator.uniform(3, 5) - 1)
    events = float(more.sum())
    seen = events >= max(VISIBLE_EVENTS, SIGMAS_MIN * np.sqrt(usual.sum()))
    if not seen or more.mean() > 0.6 * mean[span].sum(axis=1).mean():
        return None
    mean[span, column] += more
    mean[span, 0] = np.maximum(mean[span, 0] - more, 0)
    return events


if __name__ == "__main__":
    main()
