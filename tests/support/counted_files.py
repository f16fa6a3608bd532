"""Parquet files whose rows count on from one file to the next."""

from pathlib import Path

import polars as pl


def counted_files(folder: Path) -> list[Path]:
    """Four files, one of them empty, of 13 rows in all: `value` from 0, in row groups of two."""
    sizes = [5, 1, 0, 7]
    paths = [folder / f"{number}.parquet" for number in range(len(sizes))]
    start = 0
    for path, size in zip(paths, sizes, strict=True):
        values = pl.Series("value", range(start, start + size), dtype=pl.Int64)
        values.to_frame().write_parquet(path, row_group_size=2)
        start += size
    return paths
