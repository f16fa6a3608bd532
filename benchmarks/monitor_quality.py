"""Which real incidents are found, how soon, and what is found that is none.

Usage: uv run python benchmarks/monitor_quality.py --counts FILE [--episodes]
FILE holds three days of a payment processor's counts (timestamp,status,count), a row a minute and
status, from 2025-07-12 13:45.

The labels below were read off the minutes by eye, before any limit was set: eight times the denied
payments jump to three to six times the usual 5 %, and six times payments fail or are reversed by
the backend, which otherwise does not happen at all. `last` is the last minute that shows it.

Beside Tieout: mean + 3 sigma with 15 minutes in a row, of all minutes of the file (which is what
a limit that was fitted to its own data can do at best) and of the hour before; and an EWMA chart.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

import numpy as np
import polars as pl

from tieout.monitor.engine import Monitor
from tieout.monitor.spec import MetricSpec, MonitorSpec

CONSECUTIVE_MINUTES = 15
SIGMAS = 3.0
MARGIN_MINUTES = 5


@dataclass(frozen=True)
class Label:
    """An incident to the eye: first and last minute, and the statuses that show it."""

    first: datetime
    last: datetime
    statuses: tuple[str, ...]


def _label(first: str, last: str, *statuses: str) -> Label:
    return Label(datetime.fromisoformat(first), datetime.fromisoformat(last), statuses)


LABELS = (
    _label("2025-07-12T17:09", "2025-07-12T17:27", "denied"),
    _label("2025-07-13T00:30", "2025-07-13T01:29", "failed", "backend_reversed"),
    _label("2025-07-13T08:48", "2025-07-13T09:17", "denied"),
    _label("2025-07-13T11:32", "2025-07-13T11:51", "denied"),
    _label("2025-07-13T16:00", "2025-07-13T16:44", "failed", "backend_reversed"),
    _label("2025-07-13T18:21", "2025-07-13T19:05", "backend_reversed"),
    _label("2025-07-13T21:30", "2025-07-13T21:59", "denied"),
    _label("2025-07-14T03:42", "2025-07-14T04:41", "backend_reversed"),
    _label("2025-07-14T05:15", "2025-07-14T05:44", "failed", "backend_reversed"),
    _label("2025-07-14T11:42", "2025-07-14T12:11", "denied"),
    _label("2025-07-14T14:45", "2025-07-14T15:04", "denied"),
    _label("2025-07-14T23:21", "2025-07-14T23:40", "denied"),
    _label("2025-07-15T03:04", "2025-07-15T03:33", "denied"),
    _label("2025-07-15T04:28", "2025-07-15T04:47", "failed", "backend_reversed"),
)


@dataclass(frozen=True)
class Found:
    """An episode of any method: what, from when to before when, and when it was found."""

    metric: str
    started: datetime
    detected: datetime
    ended: datetime


def main() -> None:
    """Judge the file with each method and compare with the labels."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counts", type=Path, required=True)
    parser.add_argument("--episodes", action="store_true", help="List what Tieout finds.")
    options = parser.parse_args()
    rows = read_counts(options.counts)
    days = rows["minute"].n_unique() / 1440
    ours = watched(rows, MonitorSpec())
    methods = (
        ("Tieout, binomial over 1/5/15 minutes", ours),
        ("Tieout, EWMA, 3 sigma", watched(rows, _spec("ewma", 1))),
        ("mean + 3 sigma of the hour before", watched(rows, _spec("sigma", 1))),
        ("  the same, 15 minutes in a row", watched(rows, _spec("sigma", CONSECUTIVE_MINUTES))),
        ("mean + 3 sigma of the whole file", of_the_file(rows, 1)),
        ("  the same, 15 minutes in a row", of_the_file(rows, CONSECUTIVE_MINUTES)),
    )
    print(f"{len(LABELS)} incidents in {days:.1f} days")
    for name, found in methods:
        print(f"{name:38}{_figures(found, days)}")
    if options.episodes:
        for each in ours:
            print(f"  {each.metric:22} {each.started:%d %H:%M} found {each.detected:%H:%M}")


def read_counts(path: Path) -> pl.DataFrame:
    """Minute since 1970, status and count, by time."""
    frame = pl.read_csv(path, try_parse_dates=True)
    minute = (pl.col("timestamp").dt.epoch("s") // 60).cast(pl.Int64).alias("minute")
    return frame.select(minute, "status", pl.col("count").cast(pl.Int64)).sort("minute")


def watched(rows: pl.DataFrame, spec: MonitorSpec) -> list[Found]:
    """Episodes that Tieout finds."""
    monitor = Monitor(spec)
    monitor.take(rows)
    for _ in [*monitor.judge(), *monitor.finish()]:
        pass
    last = monitor.closed + 1
    return [
        Found(each.metric, _at(each.started), _at(each.detected), _at(each.ended or last))
        for each in monitor.episodes.everything()
    ]


def of_the_file(rows: pl.DataFrame, consecutive: int) -> list[Found]:
    """Runs of minutes whose rate is above mean + 3 sigma of all minutes of the file."""
    wide = rows.pivot(on="status", index="minute", values="count").sort("minute").fill_null(0)
    total = wide.select(pl.sum_horizontal(pl.exclude("minute"))).to_series().to_numpy()
    minutes = wide["minute"].to_numpy()
    found = []
    for status in wide.columns:
        if status in {"minute", "approved"}:
            continue
        rate = wide[status].to_numpy() / np.maximum(total, 1)
        above = rate > rate.mean() + SIGMAS * rate.std()
        edges = np.flatnonzero(np.diff(np.concatenate([[False], above, [False]]).astype(int)))
        for first, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            if end - first >= consecutive:
                seen = _at(int(minutes[first + consecutive - 1]))
                until = _at(int(minutes[end - 1]) + 1)
                found.append(Found(f"{status}_rate", _at(int(minutes[first])), seen, until))
    return found


def delays(found: Sequence[Found]) -> list[float | None]:
    """Minutes from the first minute of each label to when it was found; None where it was not."""
    answer: list[float | None] = []
    for label in LABELS:
        mine = [each.detected for each in found if _shows(each, label)]
        minute = timedelta(minutes=1)
        answer.append(max((min(mine) - label.first) / minute, 0.0) if mine else None)
    return answer


def _shows(found: Found, label: Label) -> bool:
    named = found.metric in {f"{status}_rate" for status in label.statuses}
    return named and found.started <= label.last and found.ended > label.first


def _is_false(found: Found) -> bool:
    """Whether an episode of any metric touches no incident."""
    margin = timedelta(minutes=MARGIN_MINUTES)
    return not any(
        found.started <= label.last + margin and found.ended > label.first - margin
        for label in LABELS
    )


def _figures(found: Sequence[Found], days: float) -> str:
    times = [delay for delay in delays(found) if delay is not None]
    false = sum(map(_is_false, found)) / days
    delay = f"median {median(times):.1f}, most {max(times):.0f}" if times else "none"
    return (
        f"found {len(times):2} of {len(LABELS)}, delay in minutes: {delay}; {false:.1f} false a day"
    )


def _spec(method: str, consecutive: int) -> MonitorSpec:
    metric = MetricSpec.model_validate({"method": method, "consecutive": consecutive})
    return MonitorSpec(metrics={"*": metric})


def _at(minute: int) -> datetime:
    return datetime(1970, 1, 1) + timedelta(minutes=minute)  # noqa: DTZ001 - as the file has it


if __name__ == "__main__":
    main()
