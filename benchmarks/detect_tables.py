"""Tables for measuring the speed of detect and analyze, drawn by numpy, kept in benchmarks/data."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

DATA = Path(__file__).parent / "data"
BATCH_ROWS = 1_000_000
LABEL_VALUES = (5, 8, 12, 20, 40, 60, 120, 200, 500, 1_000)
QUANTITIES = 8
COLUMNS = 2 + len(LABEL_VALUES) + QUANTITIES


def big_table(rows: int, *, kind: str = "parquet", seed: int = 7) -> Path:
    """A file of 20 columns: an id, a day, ten columns of labels and eight of quantities.

    Labels depend on one another, prices and amounts on the product: there is something to find. A
    row in ten thousand has a quantity that is ten times too large.
    """
    path = DATA / f"table-{rows}-{seed}.{kind}"
    if path.exists():
        return path
    DATA.mkdir(exist_ok=True)
    part = path.with_suffix(".part")
    starts = range(0, rows, BATCH_ROWS)
    if kind == "csv":
        with part.open("wb") as text:
            for start in starts:
                frame = _batch(start, min(BATCH_ROWS, rows - start), seed)
                frame.write_csv(text, include_header=start == 0)
    else:
        import pyarrow.parquet as pq

        schema = _batch(0, 1, seed).to_arrow().schema
        with pq.ParquetWriter(part, schema, compression="zstd") as writer:
            for start in starts:
                frame = _batch(start, min(BATCH_ROWS, rows - start), seed)
                writer.write_table(frame.to_arrow())
    part.rename(path)
    return path


def _batch(start: int, rows: int, seed: int) -> pl.DataFrame:
    random = np.random.default_rng([seed, start])
    columns: dict[str, Any] = {
        "id": _words("R", np.arange(start, start + rows)),
        "day": np.datetime64("2024-01-01") + random.integers(0, 730, rows),
    }
    base = random.zipf(1.5, rows) % 200
    for place, values in enumerate(LABEL_VALUES):
        codes = (base * 7 + random.integers(0, 3 + place % 4, rows)) % values
        columns[f"label_{place}"] = _words("L", codes)
    price = np.exp(2.0 + base % 17 / 4.0 + random.normal(0, 0.1, rows))
    quantity = np.ceil(np.exp(random.normal(3, 1, rows)))
    columns["quantity"] = np.where(random.random(rows) < 1e-4, quantity * 10, quantity)
    columns["amount"] = (price * quantity).round(2)
    columns["cost"] = (price * quantity * random.normal(0.7, 0.03, rows)).round(2)
    columns["tax"] = (columns["amount"] * 0.2).round(2)
    for place in range(QUANTITIES - 4):
        columns[f"measure_{place}"] = (random.standard_t(4, rows) * 10 + base % 11).round(3)
    return pl.DataFrame(columns)


def _words(start: str, codes: NDArray[np.int64]) -> pl.Series:
    return pl.select(start + pl.Series(codes).cast(pl.String)).to_series()


def big_breaks(history: int, current: int, *, seed: int = 7) -> tuple[Path, Path]:
    """CSVs of balances side by side: current ones that break, and their history.

    Keys of company, account and currency, each with a level and a spread of its own; most of the
    history breaks too.
    """
    paths = (
        DATA / f"balances-{current}-{seed}-current.csv",
        DATA / f"balances-{history}-{seed}-history.csv",
    )
    if all(path.exists() for path in paths):
        return paths
    DATA.mkdir(exist_ok=True)
    random = np.random.default_rng(seed)
    keys = 2_000
    level = np.exp(random.normal(10, 1, keys))
    spread = np.exp(random.normal(5, 1, keys))
    for path, rows, first_day, days in (
        (paths[0], current, "2026-06-01", 5),
        (paths[1], history, "2025-06-01", 365),
    ):
        key = random.integers(0, keys, rows)
        left = level[key] + random.normal(0, spread[key])
        gap = random.normal(spread[key], spread[key]) * (random.random(rows) < 0.9)
        day = np.datetime64(first_day) + random.integers(0, days, rows)
        pl.DataFrame(
            {
                "As of Date": np.sort(day),
                "Company": _words("Company ", key % 40),
                "Account": _words("A", 1_000 + key),
                "Currency": np.array(["USD", "EUR", "GBP"])[key % 3],
                "GL Balance": left.round(2),
                "Sub-ledger Balance": (left - gap).round(2),
            }
        ).write_csv(path)
    return paths
