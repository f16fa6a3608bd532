"""How fast a monitor folds events and judges series, and what a week of ten thousand series weighs.

Usage: uv run python benchmarks/monitor_speed.py [--events N] [--series N] [--peers PYTHON]
`make bench-peers` makes the peers' environment, whose Python `--peers` names.

CPU seconds of this process. Events are JSON of some 140 bytes with two dimensions, in batches of
5,000 as Kafka's client gives them. Beside it: the same events by `json.loads` and a dictionary,
and by Bytewax in tumbling windows.
Judging is one minute of so many series (cells times metrics), after a week's seasons are known.
"""

import argparse
import json
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np
import polars as pl

from tieout.monitor.decode import EventShape, decode_ndjson, join_lines
from tieout.monitor.engine import Monitor
from tieout.monitor.journal import packed
from tieout.monitor.spec import MonitorSpec, WindowSpec
from tieout.monitor.tally import fold

BATCH = 5_000
START = 29_000_160
DIMENSIONS = ("acquirer", "channel")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=500_000)
    parser.add_argument("--series", type=int, default=10_000)
    parser.add_argument("--peers", help="Python of the peers' environment.")
    options = parser.parse_args()
    batches = events(options.events)
    ours = folding(batches)
    theirs = by_dictionary(batches[:: max(len(batches) // 20, 1)])
    print(f"folded: {ours:,.0f} events a CPU second; json.loads and a dict: {theirs:,.0f}")
    if options.peers:
        print(f"Bytewax: {by_bytewax(options.peers, batches):,.0f} events a CPU second")
    whole = live(batches)
    print(f"folded, written to the journal, judged: {whole:,.0f} events a CPU second")
    milliseconds, mebibytes, series = judging(options.series)
    print(f"a minute of {series:,} series: {milliseconds:.1f} CPU ms; arrays {mebibytes:.0f} MiB")
    print(f"a minute of one stream without dimensions: {few():.2f} CPU ms")


def events(count: int) -> list[bytes]:
    """Batches of events, 600 a second."""
    generator = np.random.default_rng(7)
    seconds = START * 60 + np.arange(count) / 600.0
    statuses = generator.choice(["approved", "denied", "failed"], count, p=[0.94, 0.055, 0.005])
    acquirers = generator.choice(["A1", "A2", "A3"], count)
    channels = generator.choice(["pos", "online", "app"], count)
    moments = pl.Series((seconds * 1000).astype(np.int64)).cast(pl.Datetime("ms"))
    texts = moments.dt.to_string("%Y-%m-%dT%H:%M:%S%.3fZ").to_list()
    rows = zip(texts, statuses, acquirers, channels, strict=True)
    lines = [
        f'{{"event_id": "E{number:010d}", "timestamp": "{at}", "status": "{status}", '
        f'"acquirer": "{acquirer}", "channel": "{channel}", "currency": "EUR"}}'.encode()
        for number, (at, status, acquirer, channel) in enumerate(rows)
    ]
    return [join_lines(lines[at : at + BATCH]) for at in range(0, count, BATCH)]


def folding(batches: list[bytes]) -> float:
    """Events a CPU second from NDJSON to counts."""
    shape = EventShape(dimensions=DIMENSIONS)
    began, count = time.process_time(), 0
    for batch in batches:
        count += int(fold(decode_ndjson(batch, shape).frame, DIMENSIONS).counts["count"].sum())
    return count / (time.process_time() - began)


def live(batches: list[bytes]) -> float:
    """The same, with the journal's bytes and every minute judged."""
    shape, monitor = EventShape(dimensions=DIMENSIONS), Monitor(MonitorSpec(), DIMENSIONS)
    began, count = time.process_time(), 0
    for batch in batches:
        folded = fold(decode_ndjson(batch, shape).frame, DIMENSIONS)
        packed(folded)
        count += monitor.take_folded(folded).rows
        for _ in monitor.judge():
            pass
    return count / (time.process_time() - began)


def by_dictionary(batches: list[bytes]) -> float:
    """Events a CPU second, one by one."""
    counts: Counter[tuple[str, str, str, str]] = Counter()
    began = time.process_time()
    for batch in batches:
        for line in batch.split(b"\n"):
            event = json.loads(line)
            minute = event["timestamp"][:16]
            counts[minute, event["status"], event["acquirer"], event["channel"]] += 1
    return sum(counts.values()) / (time.process_time() - began)


def by_bytewax(python: str, batches: list[bytes]) -> float:
    """Events a CPU second by Bytewax, in a process of its own."""
    contestant = Path(__file__).parent / "contestants" / "monitor_bytewax.py"
    with tempfile.TemporaryDirectory() as folder:
        lines, out = Path(folder) / "events.ndjson", Path(folder) / "out.json"
        lines.write_bytes(b"\n".join(batches))
        subprocess.run([python, str(contestant), str(lines), str(out)], check=True)
        told = json.loads(out.read_text())
    return float(told["events"] / told["cpu_seconds"])


def judging(series: int) -> tuple[float, float, int]:
    """CPU milliseconds a minute, MiB of arrays, and how many series there were."""
    statuses = ("approved", "denied", "failed")
    cells = max(series // 4, 1)  # Two rates, a drop and a surge of each.
    spec = MonitorSpec(windows=WindowSpec(values_max=cells, pairs=False))
    monitor = Monitor(spec, ("merchant",))
    generator = np.random.default_rng(3)
    frame = pl.DataFrame(
        {
            "status": np.tile(statuses, cells),
            "merchant": np.repeat([f"M{number:05d}" for number in range(cells)], len(statuses)),
        }
    )
    spent, minutes = [], 45
    for minute in range(minutes):
        counts = generator.poisson(np.tile([20.0, 1.2, 0.1], cells))
        rows = frame.with_columns(
            pl.lit(START + minute, pl.Int64).alias("minute"), pl.Series("count", counts)
        )
        monitor.take(rows)
        began = time.process_time()
        for _ in monitor.judge():
            pass
        spent.append(time.process_time() - began)
    milliseconds = float(np.median(spent[-20:]) * 1000)
    return milliseconds, monitor.bytes / 2**20, cells * 4


def few(minutes: int = 1500) -> float:
    """CPU milliseconds a minute of six statuses and nothing else, as in a replay of counts."""
    statuses = ["approved", "denied", "failed", "reversed", "refunded", "timeout"]
    monitor, generator = Monitor(MonitorSpec()), np.random.default_rng(5)
    counts = generator.poisson([110.0, 7.0, 1.0, 0.5, 1.0, 0.2], (minutes, len(statuses)))
    monitor.take(
        pl.DataFrame(
            {
                "minute": START + np.repeat(np.arange(minutes), len(statuses)),
                "status": statuses * minutes,
                "count": counts.ravel(),
            }
        )
    )
    began = time.process_time()
    judged = sum(1 for _ in monitor.judge())
    return (time.process_time() - began) * 1000 / judged


if __name__ == "__main__":
    main()
