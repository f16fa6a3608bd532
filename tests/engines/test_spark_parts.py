"""Files of Spark's partitions as one table."""

from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from tieout.engines import spark_parts
from tieout.engines.spark_parts import narrow_types, read_parts, write_merged

SCHEMA = pa.schema({"row": pa.int64(), "rows": pa.list_(pa.int64())})


def _parts(folder: Path, sizes: list[int]) -> Path:
    folder.mkdir()
    start = 0
    for number, size in enumerate(sizes):
        rows = range(start, start + size)
        frame = pl.DataFrame(
            {"row": list(rows), "rows": [[row, row + 1] for row in rows]},
            schema={"row": pl.Int32, "rows": pl.List(pl.Int64)},
        )
        frame.write_parquet(folder / f"part-{number:05d}-x.parquet")
        start += size
    (folder / "_SUCCESS").touch()
    return folder


def test_parts_follow_each_other_in_their_order_and_in_the_wanted_types(tmp_path: Path) -> None:
    folder = _parts(tmp_path / "parts", [3, 0, 2])
    batches = list(read_parts(folder, SCHEMA, rows=2))
    assert [batch.schema for batch in batches] == [SCHEMA] * len(batches)
    assert [row for batch in batches for row in batch["row"].to_pylist()] == [0, 1, 2, 3, 4]
    assert max(batch.num_rows for batch in batches) == 2


@pytest.mark.parametrize("sizes", [[10], [4, 6], [1, 0, 8, 1], [3, 3, 4]])
def test_the_same_rows_give_the_same_bytes_however_they_were_divided(
    sizes: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spark_parts, "ROW_GROUP_ROWS", 4)
    whole, merged = tmp_path / "whole.parquet", tmp_path / "merged.parquet"
    assert write_merged(_parts(tmp_path / "one", [10]), whole, SCHEMA) == 10
    assert write_merged(_parts(tmp_path / "more", sizes), merged, SCHEMA) == 10
    assert merged.read_bytes() == whole.read_bytes()
    assert pl.read_parquet(merged)["row"].to_list() == list(range(10))


def test_no_rows_are_a_file_with_columns(tmp_path: Path) -> None:
    path = tmp_path / "none.parquet"
    assert write_merged(_parts(tmp_path / "none", [0]), path, SCHEMA) == 0
    assert pl.read_parquet_schema(path) == {"row": pl.Int64, "rows": pl.List(pl.Int64)}


def test_types_that_spark_lacks_become_wider_ones() -> None:
    frame = pl.DataFrame(
        {"a": [1], "b": [2], "c": ["x"], "d": [None], "e": [3]},
        schema={"a": pl.UInt8, "b": pl.UInt32, "c": pl.Categorical, "d": pl.Null, "e": pl.Int64},
    )
    narrow = narrow_types(frame)
    assert narrow.dtypes == [pl.Int16, pl.Int64, pl.String, pl.String, pl.Int64]
    assert narrow.rows() == [(1, 2, "x", None, 3)]
