"""Journal tests: planted exceptions found, shares on real card data, seconds at a million lines.

Usage: python benchmarks/close_journal.py [--seeds 911 912 913] [--rows 75000]
           [--cards FILE] [--lines 1000000]
"""

import argparse
import tempfile
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import polars as pl

from tieout.close.journal.book import Book, open_book
from tieout.close.journal.risk import combine, detect_lines, detected_p
from tieout.close.journal.run import run_tests, summary
from tieout.close.ledger.accounts import read_accounts
from tieout.close.ledger.read import read_journal
from tieout.close.ledger.validate import Rules, validate
from tieout.engines.duckdb import DuckDBEngine
from tieout.practice.ledger import LedgerWritten, generate_ledger

SHARE = 0.05


class Clock:
    """CPU and wall seconds of each step."""

    def __init__(self) -> None:
        self.cpu, self.wall = time.process_time(), time.perf_counter()

    def lap(self) -> str:
        """Seconds since the last lap."""
        cpu, wall = time.process_time(), time.perf_counter()
        text = f"{cpu - self.cpu:.2f} CPU s, {wall - self.wall:.2f} s"
        self.cpu, self.wall = cpu, wall
        return text


def opened(made: LedgerWritten, *, say: bool = False) -> Book:
    """The book of a practice ledger."""
    clock = Clock()
    with DuckDBEngine() as engine, tempfile.TemporaryDirectory() as scratch:
        read = read_journal(str(made.journal), engine=engine, workdir=Path(scratch))
        accounts = read_accounts(str(made.accounts), engine=engine, workdir=Path(scratch))
    steps = [("read", clock.lap())]
    validate(read.lines, Rules(accounts=accounts))
    steps.append(("validate", clock.lap()))
    book = open_book(read.lines, known=read.known, accounts=accounts, holidays="DE")
    steps.append(("gather entries", clock.lap()))
    if say:
        for name, spent in steps:
            print(f"  {name}: {spent}")
    return book


def recall(seed: int, rows: int, folder: Path) -> None:
    """Print how many planted entries are among the riskiest 5 %."""
    made = generate_ledger(rows=rows, seed=seed, out=folder / str(seed))
    book = opened(made)
    results = run_tests(book)
    _, judged, _ = detect_lines(book, seed=0)
    order = combine(book, results, detected_p(book, judged)).order()
    labels = pl.read_parquet(made.labels).select(pl.col("row").cast(pl.Int64), "anomaly_type")
    kinds = (
        book.lines.join(labels, on="row", maintain_order="left")
        .group_by("entry_index", maintain_order=True)
        .agg(pl.col("anomaly_type").first())["anomaly_type"]
    )
    first = set(order[: int(SHARE * len(order))].tolist())
    planted = Counter(kind for kind in kinds if kind)
    found = Counter(kind for place, kind in enumerate(kinds) if kind and place in first)
    whole = sum(found.values()) / sum(planted.values())
    worst = min(planted, key=lambda kind: found[kind] / planted[kind])
    print(
        f"seed {seed}: {book.entries.height:,} entries, {sum(planted.values())} planted of "
        f"{len(planted)} kinds, recall at {SHARE:.0%} {whole:.4f}, "
        f"least {worst} {found[worst]}/{planted[worst]}"
    )


def cards(path: Path) -> None:
    """Print each test's share of rows of real purchasing cards."""
    columns = {
        "account": "MERCHNUM", "description": "MERCHDESCRIPTION", "prepared_by": "CARDNUM",
        "effective": "DATE", "counterparty": "MERCHSTATE",
    }  # fmt: skip
    with DuckDBEngine() as engine, tempfile.TemporaryDirectory() as scratch:
        read = read_journal(str(path), engine=engine, workdir=Path(scratch), columns=columns)
    book = open_book(read.lines, known=read.known, holidays="US")
    table = summary(run_tests(book)).filter("applies").sort("share", descending=True)
    print(f"{path.name}: {book.entries.height:,} rows")
    for test, hits, share in table.select("test", "hits", "share").iter_rows():
        print(f"  {test}: {hits:,} ({share:.2%})")


def repeated(made: LedgerWritten, lines: int, path: Path) -> LedgerWritten:
    """A journal of about so many lines: the same entries again under other numbers and amounts."""
    once = pl.read_csv(made.journal, infer_schema=False)
    copies = [
        once.with_columns(
            entry_id=pl.lit(f"C{number:03d}") + pl.col("entry_id"),
            **{
                side: (pl.col(side).cast(pl.Decimal(18, 2)) * (number + 1)).cast(pl.String)
                for side in ("debit", "credit")
            },
        )
        for number in range(max(1, lines // made.rows))
    ]
    pl.concat(copies).write_csv(path)
    return replace(made, journal=path)


def speed(lines: int, folder: Path) -> None:
    """Print seconds of a large journal, and of one month of a small one."""
    small_files = generate_ledger(rows=60_000, seed=8, out=folder / "small")
    book = opened(repeated(small_files, lines, folder / "large.csv"), say=True)
    clock = Clock()
    results = run_tests(book)
    print(f"  {len(results)} tests of {book.lines.height:,} lines: {clock.lap()}")
    combine(book, results)
    print(f"  risk: {clock.lap()}")
    small = opened(small_files)
    day = pl.col("effective").is_between(pl.date(2025, 10, 1), pl.date(2025, 10, 31))
    month = open_book(
        small.lines.filter(day).drop("entry_index"), known=small.known, accounts=small.accounts
    )
    clock = Clock()
    _, judged, _ = detect_lines(month, seed=0)
    combine(month, run_tests(month), detected_p(month, judged))
    print(f"a month, {month.entries.height:,} entries, tests, detectors and risk: {clock.lap()}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, nargs="*", default=[911, 912, 913])
    parser.add_argument("--rows", type=int, default=75_000)
    parser.add_argument("--cards", type=Path)
    parser.add_argument("--lines", type=int, default=1_000_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        for seed in asked.seeds:
            recall(seed, asked.rows, Path(scratch))
        if asked.cards:
            cards(asked.cards)
        if asked.lines:
            speed(asked.lines, Path(scratch))


if __name__ == "__main__":
    main()
