"""Speed of the root-cause scan at size, beside a floor that only counts, in one run.

Usage: uv run python benchmarks/rootcause_speed.py [--rows 10000000] [--shuffles 20]
Synthetic rows of eight attributes with three planted causes. The floor is one DuckDB query that
counts rows and outcomes in every combination of up to three attributes (GROUPING SETS); it ranks
nothing. Each contestant runs in a process of its own.
"""

import argparse
import os
import subprocess
import sys
import time
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from tieout.explain.scan.rows import scan_outcomes

SIZES = (5, 8, 10, 12, 20, 7, 3, 10)
PLANTED = (((0, 1),), ((1, 2), (3, 0)), ((2, 1), (4, 1), (5, 2)))
RATES = (0.03, 0.05, 0.12)
BASE_RATE = 0.02
SHUFFLED_ROWS = 200_000


def main() -> None:
    """Run the contestants, or be one of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--shuffles", type=int, default=20)
    parser.add_argument("--only", choices=("scan", "floor"), help="Be one contestant.")
    options = parser.parse_args()
    if options.only:
        codes, outcomes = planted_rows(options.rows, options.seed)
        print(run_scan(codes, outcomes) if options.only == "scan" else run_floor(codes, outcomes))
        return
    floor = _contest("floor", options.rows, options.seed)
    scan = _contest("scan", options.rows, options.seed)
    print(f"scan / floor: {scan / floor:.2f}")
    named = sum(shuffled_names(seed) for seed in range(options.shuffles))
    print(f"shuffled outcomes, {SHUFFLED_ROWS:,} rows: a cause in {named} of {options.shuffles}")


def planted_rows(rows: int, seed: int) -> tuple[list[NDArray[np.uint8]], NDArray[np.bool_]]:
    """Coded columns with skewed values, and outcomes with three causes."""
    random = np.random.default_rng(seed)
    codes = []
    for size in SIZES:
        weights = 1 / np.arange(1, size + 1) ** 0.6
        drawn = random.choice(size, rows, p=weights / weights.sum())
        codes.append(drawn.astype(np.uint8))
    rates = np.full(rows, BASE_RATE)
    for condition, rate in zip(PLANTED, RATES, strict=True):
        inside = np.ones(rows, dtype=bool)
        for attribute, code in condition:
            inside &= codes[attribute] == code
        rates[inside] = np.maximum(rates[inside], rate)
    return codes, random.random(rows) < rates


def run_scan(codes: list[NDArray[np.uint8]], outcomes: NDArray[np.bool_]) -> str:
    """Seconds of the first call in this process, compiling included, and of the next."""
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        scan = scan_outcomes(codes, outcomes)
        seconds.append(time.perf_counter() - started)
    found = {cause.condition for cause in scan.named}
    missed, extra = set(PLANTED) - found, found - set(PLANTED)
    return (
        f"{min(seconds[1:]):.2f} s (first call {seconds[0]:.2f} s), planted causes missed "
        f"{len(missed)}, extra {len(extra)}"
    )


def run_floor(codes: list[NDArray[np.uint8]], outcomes: NDArray[np.bool_]) -> str:
    """Seconds of counting every combination of up to three attributes."""
    import duckdb
    import pyarrow as pa

    names = [f"a{place}" for place in range(len(codes))]
    rows = pa.table([*codes, outcomes.astype(np.uint8)], names=[*names, "outcome"])
    sets = [
        f"({', '.join(chosen)})" for depth in (1, 2, 3) for chosen in combinations(names, depth)
    ]
    connection = duckdb.connect()
    connection.register("rows", rows)
    connection.execute("CREATE TABLE held AS SELECT * FROM rows")
    started = time.perf_counter()
    connection.execute(
        f"CREATE TABLE counted AS SELECT {', '.join(names)}, count(*) AS trials, "
        f"sum(outcome) AS counts FROM held GROUP BY GROUPING SETS ({', '.join(sets)})"
    )
    return f"{time.perf_counter() - started:.2f} s"


def shuffled_names(seed: int) -> bool:
    """Whether a cause is named where outcomes have none."""
    codes, outcomes = planted_rows(SHUFFLED_ROWS, seed)
    np.random.default_rng(seed).shuffle(outcomes)
    return bool(scan_outcomes(codes, outcomes).named)


def _contest(name: str, rows: int, seed: int) -> float:
    command = [sys.executable, __file__, "--rows", str(rows), "--seed", str(seed), "--only", name]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    said = process.stdout.read().strip() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{name} failed")
    print(f"{name}: {said}, {usage.ru_maxrss / 1024:,.0f} MiB with the rows")
    return float(said.split()[0])


if __name__ == "__main__":
    main()
