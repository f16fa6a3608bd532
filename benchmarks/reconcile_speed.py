"""Speed of reconciling, beside the floor and the peers, in one run and as ratios.

Usage: uv run python benchmarks/reconcile_speed.py [--rows 1000000] [--rounds 3] [--peers PYTHON]
`make bench-peers` makes the peers' environment, whose Python `--peers` names.
"""

import argparse
import compileall
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from practice_data import practice_files

HERE = Path(__file__).parent
PEERS = ("datacompy_polars", "datacompy_pandas", "fastrecon_keyed", "pandas_merge")


@dataclass(frozen=True)
class Measured:
    """One contestant: medians over rounds; memory is the highest seen."""

    name: str
    wall_seconds: float
    cpu_seconds: float
    memory_mib: int


def main() -> None:
    """Measure each contestant in a process of its own, round by round."""
    options = _options()
    # Installed packages, the peers among them, come compiled; a working copy does not.
    compileall.compile_dir(str(HERE.parent / "src"), quiet=1)
    folder = practice_files(options.rows, options.seed)
    files = [str(folder / "left.parquet"), str(folder / "right.parquet")]
    commands = _commands(files, options.peers)
    rounds: dict[str, list[tuple[float, float, int]]] = {name: [] for name in commands}
    with tempfile.TemporaryDirectory() as scratch:
        for _ in range(options.rounds):
            for name, command in commands.items():
                out = Path(scratch) / name
                shutil.rmtree(out, ignore_errors=True)
                rounds[name].append(_measure([*command, str(out)]))
    measured = [_median(name, times) for name, times in rounds.items() if times]
    _show(measured, options.rows)
    if options.json:
        options.json.write_text(json.dumps([asdict(each) for each in measured], indent=1) + "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", help="Python of the peers' environment.")
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


def _commands(files: list[str], peers: str | None) -> dict[str, list[str]]:
    here = HERE / "contestants"
    tieout = [sys.executable, "-m", "tieout", "reconcile", *files, "--json", "--out"]
    commands = {
        "key join (limit)": [sys.executable, str(here / "key_join.py"), *files],
        "hand-written SQL": [sys.executable, str(here / "handwritten_sql.py"), *files],
        "tieout, passes alone": [sys.executable, str(here / "tieout_passes.py"), *files],
        "tieout, whole run": tieout,
    }
    if peers:
        commands |= {name: [peers, str(here / f"{name}.py"), *files] for name in PEERS}
    return commands


def _measure(command: list[str]) -> tuple[float, float, int]:
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    if status != 0:
        print(f"failed ({status}): {' '.join(command)}", file=sys.stderr)
        return float("nan"), float("nan"), 0
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024


def _median(name: str, rounds: list[tuple[float, float, int]]) -> Measured:
    walls, cpus, memory = zip(*rounds, strict=True)
    return Measured(name, statistics.median(walls), statistics.median(cpus), max(memory))


def _show(measured: list[Measured], rows: int) -> None:
    floor = next(each for each in measured if each.name == "hand-written SQL")
    print(f"{rows:,} x {rows:,} rows, {os.cpu_count()} cores, medians")
    print(f"{'':22}{'wall s':>9}{'cpu s':>9}{'MiB':>8}{'wall/floor':>12}{'cpu/floor':>11}")
    for each in measured:
        print(
            f"{each.name:22}{each.wall_seconds:9.2f}{each.cpu_seconds:9.2f}{each.memory_mib:8}"
            f"{each.wall_seconds / floor.wall_seconds:12.2f}"
            f"{each.cpu_seconds / floor.cpu_seconds:11.2f}"
        )


if __name__ == "__main__":
    main()
