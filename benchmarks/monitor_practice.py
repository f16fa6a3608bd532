"""Weeks of practice events with labelled incidents: what each limit, and each peer, finds of them.

Usage: uv run python benchmarks/monitor_practice.py [--seeds 901 902] [--rows 100000]
       [--methods default,binomial,sigma,ewma,ets,arima,forest] [--peers PYTHON] [--list]

Each seed is a week of `tieout generate rates`. An incident is found by an episode of its kind (a
rate for what is turned down, a volume, a latency; the forest's `pattern` for any) that overlaps it
in the whole or in a cell that shares a value with its condition, by the minute it was detected. An
episode, or an alarm, that touches no incident within half an hour is false; those detected within
five minutes of each other are one, as one incident is. Methods judge every metric alike; peers are
given the counts and the 95 % quantile of latency, minute by minute, of the whole and of each value
of a dimension, which for comparison is all that ours judge here too (no pairs).
"""

import argparse
import csv
import subprocess
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from statistics import median

import numpy as np
import polars as pl

from monitor_visible import hidden
from tieout.monitor.chosen_spec import ForecastSpec, ForestSpec
from tieout.monitor.engine import Monitor
from tieout.monitor.spec import MetricSpec, MonitorSpec, WindowSpec
from tieout.practice.rates import generate_rates
from tieout.practice.rates.period import FIRST_MOMENT

DIMENSIONS = ("channel", "product", "acquirer", "card_type")
MARGIN_MINUTES = 30
TOGETHER_MINUTES = 5
FORECAST_CELLS = 8
CONTESTANTS = {
    "monitor_pandas.py": (
        ("in a row", "pandas, mean + 3 sigma, 15 in a row"),
        ("at once", "pandas, mean + 3 sigma"),
    ),
    "monitor_river.py": (
        ("HalfSpaceTrees", "River, HalfSpaceTrees"),
        ("ADWIN", "River, ADWIN"),
    ),
}
KINDS = {
    "ACQUIRER_TIMEOUT": "sudden",
    "ISSUER_DECLINE": "sudden",
    "REVERSAL_STORM": "sudden",
    "SLOW_DRIFT": "creeping",
    "LATENCY_CREEP": "latency",
    "VOLUME_DROP": "volume loss",
    "VOLUME_SURGE": "volume surge",
}
METRICS = {
    "ACQUIRER_TIMEOUT": ("timeout_rate", "failed_rate"),
    "ISSUER_DECLINE": ("denied_rate",),
    "REVERSAL_STORM": ("reversed_rate", "backend_reversed_rate"),
    "SLOW_DRIFT": ("failed_rate",),
    "LATENCY_CREEP": ("latency_p50", "latency_p95", "latency_p99"),
    "VOLUME_DROP": ("volume_drop", "missing_data"),
    "VOLUME_SURGE": ("volume_surge",),
}
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - as the file has it


@dataclass(frozen=True)
class Incident:
    """What was put in: its type, first minute and the one after its last, and where.

    hidden: nobody can tell it from chance, as `monitor_visible.py` has it.
    """

    kind: str
    first: int
    end: int
    condition: str
    hidden: bool = False


@dataclass(frozen=True)
class Found:
    """What was told: of which metric and cell, since when, when it was seen, until when."""

    metric: str
    dimensions: str
    started: int
    detected: int
    ended: int


def main() -> None:
    """Judge each week by each method."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[901, 902])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--methods", default="binomial,sigma,ewma,ets,arima,forest")
    parser.add_argument("--peers", type=Path, help="Python of `make bench-peers`.")
    parser.add_argument("--list", action="store_true", help="List what is missed and what is none.")
    options = parser.parse_args()
    told: dict[str, list[tuple[list[Incident], list[Found], int]]] = defaultdict(list)
    seconds: dict[str, float] = defaultdict(float)
    for seed in options.seeds:
        with tempfile.TemporaryDirectory() as folder:
            written = generate_rates(rows=options.rows, seed=seed, out=Path(folder))
            rows = rows_of(written.events)
            incidents = marked(incidents_of(written.incidents), rows, seed, options.rows)
            for method in filter(None, options.methods.split(",")):
                started = time.process_time()
                found = watched(rows, spec_of(method))
                seconds[method] += time.process_time() - started
                told[method].append((incidents, found, written.days))
            if options.peers:
                for name, found, took in peers(options.peers, rows, Path(folder)):
                    seconds[name] += took
                    told[name].append((incidents, found, written.days))
    for name, weeks in told.items():
        show(name, weeks, seconds[name], listed=options.list)


def spec_of(method: str) -> MonitorSpec:
    """Every metric by one method, without pairs; forecasts once a day, of the busiest cells.

    `default` is a spec without any setting, pairs and all.
    """
    if method == "default":
        return MonitorSpec()
    windows = WindowSpec(pairs=False)
    if method == "forest":
        alone = {"*": MetricSpec(enabled=False), "pattern": MetricSpec()}
        return MonitorSpec(windows=windows, metrics=alone, forest=ForestSpec())
    metric = MetricSpec.model_validate({"method": method})
    forecast = ForecastSpec(series_max=FORECAST_CELLS, refit_minutes=1440)
    return MonitorSpec(windows=windows, metrics={"*": metric}, forecast=forecast)


def rows_of(path: Path) -> pl.DataFrame:
    """Events as a monitor takes them."""
    frame = pl.read_csv(path, try_parse_dates=True)
    minute = (pl.col("timestamp").dt.epoch("s") // 60).cast(pl.Int64).alias("minute")
    return frame.select(
        minute,
        "status",
        pl.lit(1, dtype=pl.Int64).alias("count"),
        *DIMENSIONS,
        pl.col("amount").cast(pl.Float64),
        pl.col("duration_ms").cast(pl.Float64).alias("latency_ms"),
    )


def watched(rows: pl.DataFrame, spec: MonitorSpec) -> list[Found]:
    """What Tieout tells."""
    monitor = Monitor(spec, DIMENSIONS)
    monitor.take(rows)
    for _ in [*monitor.judge(), *monitor.finish()]:
        pass
    return [
        Found(each.metric, each.dimensions, each.started, each.detected, each.ended or 1 << 40)
        for each in monitor.episodes.everything()
    ]


def peers(python: Path, rows: pl.DataFrame, folder: Path) -> list[tuple[str, list[Found], float]]:
    """What the peers tell, each in its own environment; and their CPU seconds."""
    first = int(rows["minute"].min())  # type: ignore[arg-type]
    statuses = ["approved", *sorted(set(rows["status"]) - {"approved"})]
    cells = [("", rows), *(
        (f"{name}={value}", rows.filter(pl.col(name) == value))
        for name in DIMENSIONS
        for value in rows[name].unique().sort()
    )]  # fmt: skip
    minutes = int(rows["minute"].max()) - first + 1  # type: ignore[arg-type]
    counts = np.zeros((minutes, len(cells), len(statuses)))
    latency = np.full((minutes, len(cells)), np.nan)
    for place, (_, part) in enumerate(cells):
        for column, status in enumerate(statuses):
            at = part.filter(pl.col("status") == status)["minute"].to_numpy() - first
            counts[:, place, column] = np.bincount(at, minlength=minutes)
        slow = part.group_by("minute").agg(pl.col("latency_ms").quantile(0.95))
        latency[slow["minute"].to_numpy() - first, place] = slow["latency_ms"].to_numpy()
    np.savez(folder / "task.npz", counts=counts, latency=latency)
    columns = [*(f"{status}_rate" for status in statuses[1:]), "volume", "latency_p95"]
    answer = []
    here = Path(__file__).parent / "contestants"
    for script, names in CONTESTANTS.items():
        out = folder / f"{script}.npz"
        subprocess.run([python, here / script, folder / "task.npz", out], check=True)
        given = np.load(out)
        for key, name in names:
            alarms = [
                Found(
                    "pattern" if column < 0 else columns[column],
                    cells[cell][0],
                    first + minute,
                    first + minute,
                    first + minute + 1,
                )
                for cell, column, minute in given[key].tolist()
            ]
            answer.append((name, alarms, float(given[f"seconds {key}"])))
    return answer


def incidents_of(path: Path) -> list[Incident]:
    """The incidents of a week."""
    with path.open(encoding="utf-8") as file:
        return [
            Incident(
                row["type"], _minute(row["started_at"]), _minute(row["ended_at"]), row["condition"]
            )
            for row in csv.DictReader(file)
        ]


def marked(incidents: list[Incident], rows: pl.DataFrame, seed: int, size: int) -> list[Incident]:
    """The incidents, those that cannot be seen marked."""
    begin = _minute(FIRST_MOMENT.isoformat())
    unseen = hidden(rows.with_columns(pl.col("minute") - begin), seed=seed, size=size)
    return [replace(each, hidden=each.first - begin in unseen) for each in incidents]


def show(
    name: str, weeks: list[tuple[list[Incident], list[Found], int]], took: float, *, listed: bool
) -> None:
    """Print found of all, by kind; the delay; false ones a day."""
    kinds: dict[str, list[int | None]] = defaultdict(list)
    false, days = 0, 0
    for incidents, found, length in weeks:
        days += length
        none = sorted(each.detected for each in found if not _touches(each, incidents))
        false += int((np.diff([-(1 << 40), *none]) > TOGETHER_MINUTES).sum())
        for incident in incidents:
            delay = delay_of(incident, found)
            kinds[KINDS[incident.kind]].append(delay)
            if not incident.hidden:
                kinds["of those, visible"].append(delay)
            if " & " in incident.condition:
                kinds["of those, two dimensions"].append(delay)
            if listed and delay is None:
                print(f"  {name} missed: {incident}")
        if listed:
            for each in found:
                if not _touches(each, incidents):
                    print(f"  {name} none: {each}")
    whole = [delay for kind, mine in kinds.items() if "of those" not in kind for delay in mine]
    shown = [delay for delay in whole if delay is not None]
    by_kind = ", ".join(
        f"{kind} {sum(delay is not None for delay in mine)}/{len(mine)}"
        for kind, mine in sorted(kinds.items())
    )
    delays = f"median {median(shown):.0f}, most {max(shown)}" if shown else "none"
    print(
        f"{name}: {len(shown)} of {len(whole)}, delay {delays}; {false / days:.2f} false a day; "
        f"{took:.0f} CPU s; {by_kind}"
    )


def delay_of(incident: Incident, found: list[Found]) -> int | None:
    """Minutes from its first to when it was told; None where it was not before it was over."""
    own = set(incident.condition.split(" & "))
    times = [
        max(each.detected - incident.first, 0)
        for each in found
        if _is_of(each.metric, incident.kind)
        and (not each.dimensions or own & set(each.dimensions.split(" & ")))
        and each.started < incident.end
        and each.ended > incident.first
        and each.detected < incident.end + TOGETHER_MINUTES
    ]
    return min(times) if times else None


def _is_of(metric: str, kind: str) -> bool:
    named = metric in METRICS[kind] or metric == "pattern"
    return named or (metric == "volume" and kind.startswith("VOLUME"))


def _touches(found: Found, incidents: list[Incident]) -> bool:
    return any(
        found.started < each.end + MARGIN_MINUTES and found.ended > each.first - MARGIN_MINUTES
        for each in incidents
    )


def _minute(text: str) -> int:
    return int((datetime.fromisoformat(text) - EPOCH).total_seconds() // 60)


if __name__ == "__main__":
    main()
