"""Speed of detect and analyze: the forest in batches, one record in process, whole runs.

Usage: uv run python benchmarks/detect_speed.py [--rows 1000000] [--kind parquet] [--only PART ...]
Each part runs in a process of its own. Of whole runs wall seconds by step stand beside CPU seconds
(of all threads): on a shared machine only the latter can be compared.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from detect_tables import COLUMNS, big_breaks, big_table
from tieout.detect.detector import Detector, FloatArray
from tieout.detect.judge import Judge
from tieout.detect.profiles import fit_profile
from tieout.detect.roles.infer import Profile, infer_roles
from tieout.engines.duckdb import DuckDBEngine
from tieout.model.table import Table
from tieout.sources.typed.read import read_table

PARTS = ("forest", "single", "detect", "analyze")
FOREST_ROWS, FOREST_COLUMNS = 1_000_000, 8
HISTORY_ROWS = 20_000
SINGLE_CALLS = 1_000


@dataclass
class Steps:
    """CPU seconds by step, told by what a job announces."""

    names: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    def announce(self, name: str) -> None:
        """A step begins."""
        self.names.append(name)
        self.times.append(time.process_time())

    @property
    def seconds(self) -> dict[str, float]:
        """By step, in the order in which the steps began."""
        ends = [*self.times[1:], time.process_time()]
        found: dict[str, float] = {}
        for name, begun, ended in zip(self.names, self.times, ends, strict=True):
            found[name] = found.get(name, 0.0) + ended - begun
        return found


def main() -> None:
    """Run each part in a process of its own, or be one of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="Of the table for detect.")
    parser.add_argument("--kind", choices=("parquet", "csv"), default="parquet")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--child", action="store_true", help="Measure in this process.")
    options = parser.parse_args()
    if not options.child:
        print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for part in options.only:
        if options.child:
            PART_OF[part](options)
        else:
            _child(part, options)


def _child(part: str, options: argparse.Namespace) -> None:
    asked = ["--rows", str(options.rows), "--kind", options.kind, "--only", part, "--child"]
    process = subprocess.Popen([sys.executable, __file__, *asked])
    _, status, usage = os.wait4(process.pid, 0)
    print(f"  most memory {usage.ru_maxrss / 1024:,.0f} MiB{'' if status == 0 else ', FAILED'}")


def measure_forest(_: argparse.Namespace) -> None:
    """A million rows of eight columns by scikit-learn and by the packed forest, in turns."""
    from sklearn.ensemble import IsolationForest

    from tieout.detect.forest.packed import packed

    random = np.random.default_rng(0)
    rows = random.standard_t(3, size=(FOREST_ROWS, FOREST_COLUMNS))
    theirs = IsolationForest(random_state=0).fit(rows[:100_000])
    ours = packed(theirs)
    ours.score_samples(rows[:10_000])
    contestants: dict[str, Callable[[], FloatArray]] = {
        "scikit-learn": lambda: np.asarray(theirs.score_samples(rows)),
        "tieout": lambda: ours.score_samples(rows),
    }
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in contestants}
    scores = {}
    for _round in range(2):
        for name, score in contestants.items():
            wall, cpu = time.perf_counter(), time.process_time()
            scores[name] = score()
            taken[name].append((time.perf_counter() - wall, time.process_time() - cpu))
    print(f"\nforest, {FOREST_ROWS:,} x {FOREST_COLUMNS}, the better of two rounds")
    for name, rounds in taken.items():
        wall, cpu = np.min(rounds, axis=0)
        print(
            f"  {name:14} wall {wall:7.2f} s, CPU {cpu:7.2f} s, {FOREST_ROWS / cpu:11,.0f} rows/s"
        )
    apart = np.abs(scores["tieout"] - scores["scikit-learn"]).max()
    flips = ((scores["tieout"] < theirs.offset_) != (scores["scikit-learn"] < theirs.offset_)).sum()
    print(f"  largest difference {apart:.1e}, flags flipped {flips}")
    one = rows[:1]
    mine = _microseconds(lambda: ours.score_samples(one))
    other = _microseconds(lambda: theirs.score_samples(one), calls=100)
    print(
        f"  one row: tieout {mine[0]:.0f} us, scikit-learn {other[0]:,.0f} us, "
        f"{other[0] / mine[0]:.0f} times"
    )


def measure_single(options: argparse.Namespace) -> None:
    """One record in process: single detectors, and all of a fitted profile."""
    from tieout.detect.detectors.isolation_forest import IsolationForest
    from tieout.detect.detectors.rarity import Rarity
    from tieout.detect.novelty import Novelty
    from tieout.practice.payments import generate_payments

    table = _table(pl.read_parquet(big_table(options.rows), n_rows=HISTORY_ROWS), "generic")
    numbers = table.without([*table.frame.select(pl.exclude(pl.Float64)).columns])
    print(f"\none record in process, {table.frame.width} columns, CPU microseconds")
    for detector in (IsolationForest(), Rarity(), Novelty()):
        fitted: Detector = detector.fit(table)
        _show_single(f"{detector.name}", Judge({detector.name: fitted}), table)
    _show_profile("generic", table)
    _show_profile("generic", numbers.without(["quantity", "amount", "cost", "tax"]))
    with tempfile.TemporaryDirectory() as scratch:
        written = generate_payments(rows=HISTORY_ROWS, seed=901, out=Path(scratch))
        _show_scorer(written.transactions, Path(scratch))


def _show_scorer(transactions: Path, workspace: Path) -> None:
    """Records as text, by the public way: read, judged by the past, rules applied."""
    from tieout.pipeline.detection import DetectJob, detect
    from tieout.pipeline.detection.scorer import Scorer

    rows = pl.read_csv(transactions, infer_schema=False)
    learnt = workspace / "learnt.csv"
    rows.head(rows.height - SINGLE_CALLS - 10).write_csv(learnt)
    detect(DetectJob(file=str(learnt), profile="payments", workspace=workspace))
    scorer = Scorer.load(workspace)
    records = rows.tail(SINGLE_CALLS + 10).iter_rows(named=True)
    median, high = _microseconds(lambda: scorer.score(next(records)))
    print(f"  {'payments, read and with rules':44} median {median:8.0f}, 99 % below {high:8.0f}")


def _show_profile(profile: Profile, table: Table) -> None:
    detectors = fit_profile(profile, table, seed=0)
    judge = Judge.weighed(detectors, table)
    _show_single(f"{profile} ({', '.join(detectors)})", judge, table)


def _show_single(name: str, judge: Judge, table: Table) -> None:
    records = [table.take(np.array([place])) for place in range(50)]
    turn = iter(range(10**9))
    median, high = _microseconds(lambda: judge.judge(records[next(turn) % 50]))
    print(f"  {name:44} median {median:8.0f}, 99 % below {high:8.0f}")


def _microseconds(call: Callable[[], object], *, calls: int = SINGLE_CALLS) -> tuple[float, float]:
    """Median and 99th percentile of the CPU microseconds of a call, after ten to warm up."""
    for _ in range(10):
        call()
    taken = []
    for _ in range(calls):
        started = time.process_time_ns()
        call()
        taken.append((time.process_time_ns() - started) / 1e3)
    return float(np.median(taken)), float(np.quantile(taken, 0.99))


def _table(rows: pl.DataFrame, profile: Profile) -> Table:
    """Rows as the detect job types them, with the roles of a profile."""
    from dataclasses import replace

    with tempfile.TemporaryDirectory() as scratch, DuckDBEngine() as engine:
        path = Path(scratch) / "rows.parquet"
        rows.write_parquet(path)
        table = read_table(str(path), engine=engine, workdir=Path(scratch)).table
        roles, _ = infer_roles(table, profile, {})
        return replace(table, roles=roles)


def measure_detect(options: argparse.Namespace) -> None:
    """A whole run, its files included."""
    from tieout.pipeline.detection import DetectJob, detect

    path = big_table(options.rows, kind=options.kind)
    steps = Steps()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        job = DetectJob(
            file=str(path), out=folder / "run", workspace=folder, announce=steps.announce
        )
        done = detect(job)
    print(f"\ndetect, {options.rows:,} x {COLUMNS}, {options.kind}")
    _show_steps(done.manifest.seconds, steps)
    print(f"  {done.manifest.counts['flagged']['total']:,} flagged")


def measure_analyze(_: argparse.Namespace) -> None:
    """Ten thousand breaks with ninety thousand rows of history, twice: the first run compiles."""
    from tieout.pipeline.analyze import AnalyzeJob, analyze

    current, history = big_breaks(90_000, 10_000)
    for which in ("first run of a process", "second run"):
        steps = Steps()
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            job = AnalyzeJob(
                breaks=str(current),
                history=str(history),
                out=folder / "run",
                workspace=folder,
                announce=steps.announce,
            )
            done = analyze(job)
        print(f"\nanalyze, 10,000 breaks and 90,000 rows of history, {which}")
        _show_steps(done.manifest.seconds, steps)


def _show_steps(wall: dict[str, float], steps: Steps) -> None:
    cpu = steps.seconds
    cpu["total"] = sum(cpu.values())
    print(f"  {'':12}{'wall s':>9}{'CPU s':>9}")
    for name, seconds in wall.items():
        print(f"  {name:12}{seconds:9.2f}{cpu.get(name, 0.0):9.2f}")


PART_OF: dict[str, Callable[[argparse.Namespace], None]] = {
    "forest": measure_forest,
    "single": measure_single,
    "detect": measure_detect,
    "analyze": measure_analyze,
}


if __name__ == "__main__":
    main()
