"""The files that Spark writes, one a partition, as one table in the order of the partitions."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

ROW_GROUP_ROWS = 122_880
_SIGNED: dict[pl.DataType, pl.DataType] = {
    pl.UInt8(): pl.Int16(),
    pl.UInt16(): pl.Int32(),
    pl.UInt32(): pl.Int64(),
}


def read_parts(folder: Path, schema: pa.Schema, *, rows: int) -> Iterator[pa.RecordBatch]:
    """The rows of a folder in the order of its parts, at most `rows` in a batch."""
    for path in sorted(folder.glob("part-*.parquet")):
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=rows):
                yield batch.cast(schema)


def write_merged(folder: Path, path: Path, schema: pa.Schema) -> int:
    """Write the rows of a folder to one file and answer how many there are.

    The same rows in the same order give the same bytes, however they were divided.
    """
    written = held = 0
    waiting: list[pa.RecordBatch] = []
    with pq.ParquetWriter(path, schema, compression="zstd", compression_level=1) as writer:

        def flush() -> None:
            nonlocal waiting, held
            table = pa.Table.from_batches(waiting, schema=schema).combine_chunks()
            writer.write_table(table, row_group_size=ROW_GROUP_ROWS)
            waiting, held = [], 0

        for batch in read_parts(folder, schema, rows=ROW_GROUP_ROWS):
            written += batch.num_rows
            while held + batch.num_rows >= ROW_GROUP_ROWS:
                room = ROW_GROUP_ROWS - held
                waiting.append(batch.slice(0, room))
                flush()
                batch = batch.slice(room)  # noqa: PLW2901 - its rest is the next one
            if batch.num_rows:
                waiting.append(batch)
                held += batch.num_rows
        if waiting or not written:
            flush()
    return written


def narrow_types(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame in types that Spark has: it knows no categories and no unsigned integers."""
    kinds = {name: _narrow(kind) for name, kind in frame.schema.items()}
    return frame.cast({name: kind for name, kind in kinds.items() if kind != frame.schema[name]})


def _narrow(kind: pl.DataType) -> pl.DataType:
    if isinstance(kind, (pl.Categorical, pl.Enum, pl.Null)):
        return pl.String()
    return _SIGNED.get(kind, kind)
