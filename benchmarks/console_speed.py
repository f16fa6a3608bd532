"""Speed of the console: a run with a million breaks comes in, and its pages are asked for.

Usage: uv run python benchmarks/console_speed.py [--breaks 1000000] [--calls 15]
Beside `register_run` stands the same number of cases written by Django's `bulk_create`; beside the
page of breaks the same rows asked of DuckDB by hand. CPU seconds are of this process.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

BUCKETS = ("timing", "fee_or_tax", "missing_right", "rounding", "transposition", "unknown")
SEVERITIES = ("critical", "high", "medium", "low")
QUERIES = {
    "queue": "/",
    "queue, filtered and sorted": "/?bucket=timing&severity=high&sort=amount",
    "queue, words searched": "/?q=KEY-00012",
    "queue, page 500": "/?page=500",
    "live poll": "/queue/live/?tab=new&since=2026-01-01T00:00:00Z&ids=1,2,3",
    "breaks of the run": "/runs/big/rows/",
    "breaks, filtered and searched": "/runs/big/rows/?bucket=timing&q=KEY-001&sort=difference",
    "breaks, page 10,000": "/runs/big/rows/?page=10000",
    "run": "/runs/big/",
}


def write_run(folder: Path, breaks: int) -> None:
    """A run folder with so many breaks, as reconcile leaves it."""
    folder.mkdir(parents=True)
    chance = np.random.default_rng(7)
    number = pl.Series(np.arange(breaks))
    cents = pl.Series(chance.integers(-1_000_000, 1_000_000, breaks))
    frame = pl.DataFrame({"n": number, "cents": cents}).select(
        break_id=pl.format("{}", pl.col("n").hash(1)).str.zfill(32),
        side=pl.lit("both"),
        left_rows=pl.concat_list(pl.col("n") + 1),
        right_rows=pl.concat_list(pl.col("n") + 1),
        key=pl.format("KEY-{}", pl.col("n").cast(pl.String).str.zfill(8)),
        amount_left=(pl.col("cents") * 3).cast(pl.Decimal(38, 2)),
        amount_right=(pl.col("cents") * 2).cast(pl.Decimal(38, 2)),
        difference=pl.col("cents").cast(pl.Decimal(38, 2)),
        currency=pl.lit("EUR"),
        date_left=pl.date(2026, 1, 1) + pl.duration(days=pl.col("n") % 90),
        date_right=pl.date(2026, 1, 2) + pl.duration(days=pl.col("n") % 90),
        age_days=(pl.col("n") % 90).cast(pl.Int32),
        bucket=pl.Series(chance.choice(BUCKETS, breaks)),
        bucket_confidence=pl.lit(0.9),
        evidence=pl.format("left {} - right {} = {}", pl.col("cents") * 3, "n", "cents"),
        candidates=pl.lit([], pl.List(pl.String)),
        score=pl.Series(chance.random(breaks)),
        p_value=pl.Series(chance.random(breaks)),
        anomalous=pl.Series(chance.random(breaks) < 0.05),
        reasons=pl.concat_list(pl.format("{} is unlike the others", "cents")),
        incident_id=pl.lit(None, pl.String),
        severity=pl.Series(chance.choice(SEVERITIES, breaks, p=(0.02, 0.06, 0.32, 0.6))),
        resolution=pl.lit("Look at both records."),
        proposal=pl.lit(None, pl.String),
    )
    frame.write_parquet(folder / "breaks.parquet", compression="zstd", row_group_size=122_880)
    side = {"rows": breaks, "matched": 0, "in_breaks": breaks, "rejected": 0}
    facts = {"side": "left", "location": "l", "name": "l.csv", "files": [], "rejected": 0}
    manifest = {
        "run_id": "big",
        "job": "reconcile",
        "created_at": "2026-03-31T18:00:00Z",
        "inputs": [facts | {"rows": breaks}],
        "spec": {"reconciliation": "bank_vs_ledger"},
        "spec_sha256": "",
        "options": {"earlier_runs": ["before"]},
        "versions": {},
        "seed": 0,
        "counts": {},
        "conservation": {"left": side},
        "outputs": {},
        "seconds": {"total": 1.0},
    }
    (folder / "run.json").write_text(json.dumps(manifest))


def timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Wall and CPU seconds of some work."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def by_bulk_create(rows: int) -> None:
    """The same cases through Django's objects."""
    from django.utils import timezone

    from tieout.server.cases.models import Case

    now = timezone.now()
    Case.objects.bulk_create(
        [
            Case(
                kind="other",
                identity=str(number),
                title=f"KEY-{number:08d}",
                key=f"KEY-{number:08d}",
                summary="left 1 - right 2 = 3",
                bucket="timing",
                bucket_found="timing",
                severity="medium",
                amount_minor=number,
                difference_minor=number,
                currency="EUR",
                opened_at=now,
                updated_at=now,
                due_at=now,
            )
            for number in range(rows)
        ],
        batch_size=2000,
    )


def by_hand(path: Path) -> None:
    """The rows of a page straight from DuckDB."""
    import duckdb

    duckdb.connect().execute(
        "SELECT break_id, key, bucket, severity, difference, currency, amount_left, amount_right, "
        "age_days, score, anomalous, evidence FROM read_parquet(?) "
        "ORDER BY score DESC, break_id LIMIT 50",
        [str(path)],
    ).fetchall()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--breaks", type=int, default=1_000_000)
    parser.add_argument("--calls", type=int, default=15)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tieout-console-") as name:
        workspace = Path(name)
        write_run(workspace / "runs" / "big", asked.breaks)
        os.environ["TIEOUT_WORKSPACE"] = name
        from tieout.server.boot import boot

        boot(workspace)
        measure(workspace, asked.calls)


def measure(workspace: Path, calls: int) -> None:
    """Register the run, then ask for each page."""
    from django.db import connection, transaction
    from django.test import Client

    from tieout.server.accounts.services import create_user
    from tieout.server.cases.models import Case, Run
    from tieout.server.cases.registering import register_run

    user = create_user("ann", password=None, roles=["reviewer"])
    wall, cpu = timed(lambda: register_run(workspace / "runs" / "big", actor=user))
    indexed = Run.objects.get().indexed
    print(f"{connection.vendor}: {indexed:,} findings indexed in {wall:.1f} s, {cpu:.1f} CPU s")
    with transaction.atomic():
        slow = timed(lambda: by_bulk_create(indexed))
        transaction.set_rollback(True)
    print(f"bulk_create of as many cases: {slow[0]:.1f} s, {slow[1]:.1f} CPU s")
    print(f"{Case.objects.count():,} cases; median and worst of {calls} calls, ms")
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    for name, address in QUERIES.items():
        client.get(address)
        spent = [timed(partial(client.get, address)) for _ in range(calls)]
        walls = sorted(1000 * each[0] for each in spent)
        cpus = statistics.median(1000 * each[1] for each in spent)
        print(f"| {name} | {statistics.median(walls):.0f} | {walls[-1]:.0f} | CPU {cpus:.0f} |")
    hand = [
        1000 * timed(lambda: by_hand(workspace / "runs/big/breaks.parquet"))[0] for _ in range(5)
    ]
    print(f"| the page's breaks by hand | {statistics.median(hand):.0f} | {max(hand):.0f} | |")


if __name__ == "__main__":
    main()
