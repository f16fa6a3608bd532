"""A day with three failures upstream among 500 unrelated breaks: is each of them one incident?

Each seed draws another day: which attributes fail, alone or two together, in what way, and how
many of the rows that they describe. The same day is told in three ways: two files that are
reconciled; a list of differences with 45 days of history; both sides' balances with history.
"""

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from tieout.pipeline.analyze import AnalyzeJob, analyze
from tieout.pipeline.reconcile import ReconcileJob, reconcile

ATTRIBUTES = {"counterparty": 40, "desk": 12, "product": 5, "channel": 3}
FAILURES = 3
UNRELATED = 500
DAYS = 45
DAY = date(2026, 3, 16)
WAYS = ("missing", "fee", "swapped")


@dataclass(frozen=True)
class Day:
    """records: the attributes and amount of a day. failed: rows of each failure. unrelated: rows.
    causes: what each failure's rows share."""

    records: pl.DataFrame
    failed: tuple[np.ndarray, ...]
    ways: tuple[str, ...]
    unrelated: np.ndarray
    causes: tuple[tuple[tuple[str, str], ...], ...]


def draw_attributes(chance: np.random.Generator, rows: int) -> dict[str, list[str]]:
    """Values of which some are far more frequent than others, as in life."""
    columns = {}
    for name, count in ATTRIBUTES.items():
        weights = 1.0 / np.arange(1, count + 1) ** 0.5
        drawn = chance.choice(count, rows, p=weights / weights.sum())
        columns[name] = [f"{name[:2].upper()}{each:02d}" for each in drawn]
    return columns


def draw_day(seed: int, rows: int = 20_000) -> Day:
    """A day of records, of which three failures and some unrelated rows break."""
    chance = np.random.default_rng(seed)
    frame = pl.DataFrame(
        {
            "reference": [f"R{seed}-{number:06d}" for number in range(rows)],
            **draw_attributes(chance, rows),
            "amount": np.round(np.exp(chance.normal(5.5, 1.1, rows)), 2),
        }
    )
    free = np.ones(rows, dtype=bool)
    failed: list[np.ndarray] = []
    causes: list[tuple[tuple[str, str], ...]] = []
    ways: list[str] = []
    while len(failed) < FAILURES:
        depth = int(chance.integers(1, 3))
        row = int(chance.integers(rows))
        names = sorted(chance.choice(list(ATTRIBUTES), depth, replace=False).tolist())
        values = tuple((name, frame[name][row]) for name in names)
        inside = np.flatnonzero(meets(frame, values) & free)
        if not 150 <= len(inside) <= 2_500 or any(set(values) & set(each) for each in causes):
            continue
        share = float(chance.uniform(0.4, 1.0))
        rows_failed = np.sort(chance.choice(inside, int(share * len(inside)), replace=False))
        free[rows_failed] = False
        failed.append(rows_failed)
        causes.append(values)
        ways.append(WAYS[int(chance.integers(len(WAYS)))])
    unrelated = np.sort(chance.choice(np.flatnonzero(free), UNRELATED, replace=False))
    return Day(frame, tuple(failed), tuple(ways), unrelated, tuple(causes))


def meets(frame: pl.DataFrame, values: tuple[tuple[str, str], ...]) -> np.ndarray:
    """Which records have all of the values."""
    found: np.ndarray = np.all(
        [(frame[name] == value).to_numpy() for name, value in values], axis=0
    )
    return found


def broken(amounts: np.ndarray, way: str) -> list[float | None]:
    """What the other side says."""
    if way == "missing":
        return [None] * len(amounts)
    other = amounts * 0.971 - 0.30 if way == "fee" else amounts * 10
    return [float(each) for each in np.round(other, 2)]


def other_side(day: Day, chance: np.random.Generator) -> pl.Series:
    """The amounts of the other side, None where it has no record."""
    amounts = day.records["amount"].to_numpy()
    other: list[float | None] = amounts.tolist()
    parts = [*zip(day.failed, day.ways, strict=True)]
    kinds = chance.integers(len(WAYS), size=len(day.unrelated))
    parts += [(day.unrelated[kinds == at], way) for at, way in enumerate(WAYS)]
    for rows, way in parts:
        for row, value in zip(rows, broken(amounts[rows], way), strict=True):
            other[row] = value
    return pl.Series("amount", other, dtype=pl.Float64)


def by_reconcile(day: Day, folder: Path, seed: int) -> dict[int, str | None]:
    """The incident of each left row that is in a break."""
    left = day.records.with_columns(booked=pl.lit(DAY))
    left.write_csv(folder / "left.csv")
    right = left.with_columns(other_side(day, np.random.default_rng(seed + 1)))
    right.filter(pl.col("amount").is_not_null()).write_csv(folder / "right.csv")
    job = ReconcileJob(
        left=str(folder / "left.csv"), right=str(folder / "right.csv"), out=folder / "run"
    )
    return incident_of_rows(reconcile(job).out)


def by_analyze(day: Day, folder: Path, seed: int, *, sides: bool) -> dict[int, str | None]:
    """The same, of breaks that another tool found, as numbers of the day's records."""
    chance = np.random.default_rng(seed + 2)
    history = [past_day(chance, before, sides=sides) for before in range(DAYS, 0, -1)]
    pl.concat(history).write_csv(folder / "history.csv")
    other = other_side(day, np.random.default_rng(seed + 1))
    rows = np.sort(np.concatenate([*day.failed, day.unrelated]))
    present = day.records.with_columns(other.alias("theirs"))[rows]
    said = as_breaks(present, DAY, sides=sides)
    said.write_csv(folder / "breaks.csv")
    job = AnalyzeJob(
        breaks=str(folder / "breaks.csv"),
        history=str(folder / "history.csv"),
        out=folder / "analysis",
    )
    found = incident_of_rows(analyze(job).out)
    return {int(rows[row]): incident for row, incident in found.items()}


def past_day(chance: np.random.Generator, before: int, *, sides: bool) -> pl.DataFrame:
    """Some 500 unrelated breaks."""
    count = int(chance.poisson(UNRELATED * chance.uniform(0.8, 1.2)))
    amounts = np.round(np.exp(chance.normal(5.5, 1.1, count)), 2)
    kinds = chance.integers(len(WAYS), size=count)
    theirs: list[float | None] = [None] * count
    for at, way in enumerate(WAYS):
        rows = np.flatnonzero(kinds == at)
        for row, value in zip(rows, broken(amounts[rows], way), strict=True):
            theirs[row] = value
    frame = pl.DataFrame(
        {
            "reference": [f"H{before}-{number}" for number in range(count)],
            **draw_attributes(chance, count),
            "amount": amounts,
            "theirs": pl.Series(theirs, dtype=pl.Float64),
        }
    )
    return as_breaks(frame, DAY - timedelta(days=before), sides=sides)


def as_breaks(frame: pl.DataFrame, day: date, *, sides: bool) -> pl.DataFrame:
    """As another tool lists them."""
    dated = frame.with_columns(recon_date=pl.lit(day))
    if sides:
        return dated.rename({"amount": "bank_amount", "theirs": "ledger_amount"})
    apart = (pl.col("amount") - pl.col("theirs").fill_null(0)).round(2)
    return dated.with_columns(difference=apart).drop("amount", "theirs")


def incident_of_rows(out: Path) -> dict[int, str | None]:
    """The incident of each row of the left file that is in a break, counted from 0."""
    breaks = pl.read_parquet(out / "breaks.parquet").select("left_rows", "incident_id")
    each = breaks.explode("left_rows").drop_nulls("left_rows")
    return {int(row) - 1: incident for row, incident in each.iter_rows()}


def measured(day: Day, found: dict[int, str | None]) -> Iterator[tuple[float, float]]:
    """Of each failure, the share of its rows in its incident, and of strangers in that one.

    A row that two failing causes describe belongs to either.
    """
    members: dict[str, set[int]] = {}
    for row, incident in found.items():
        if incident is not None:
            members.setdefault(incident, set()).add(row)
    taken: set[str] = set()
    described = np.sum([meets(day.records, cause) for cause in day.causes], axis=0)
    shared = set(np.flatnonzero(described > 1).tolist())
    for rows in day.failed:
        mine = set(rows.tolist()) - shared
        left = [name for name in members if name not in taken]
        best = max(left, key=lambda name: len(members[name] & mine), default=None)
        if best is None:
            yield 0.0, 0.0
            continue
        taken.add(best)
        inside = members[best]
        strangers = inside - mine - shared
        yield len(inside & mine) / len(mine), len(strangers) / max(len(inside), 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[31, 32, 33, 34, 35, 36])
    options = parser.parse_args()
    print(f"{'way':22}{'seed':>6}{'held':>24}{'strangers':>24}  incidents of 20 or more")
    worst: dict[str, list[float]] = {}
    for seed in options.seeds:
        day = draw_day(seed)
        for way in ("reconcile", "analyze differences", "analyze both sides"):
            with tempfile.TemporaryDirectory() as scratch:
                folder = Path(scratch)
                if way == "reconcile":
                    found = by_reconcile(day, folder, seed)
                else:
                    found = by_analyze(day, folder, seed, sides="both" in way)
            shares = list(measured(day, found))
            named = [each for each in found.values() if each is not None]
            large = sum(named.count(each) >= 20 for each in set(named))
            held = " ".join(f"{each:7.1%}" for each, _ in shares)
            strange = " ".join(f"{each:7.1%}" for _, each in shares)
            print(f"{way:22}{seed:>6}{held:>24}{strange:>24}  {large}", flush=True)
            worst.setdefault(way, []).extend(each for each, _ in shares)
    for way, all_held in worst.items():
        enough = sum(each >= 0.95 for each in all_held)
        print(f"{way}: {enough} of {len(all_held)} failures held to 95 %")


if __name__ == "__main__":
    main()
