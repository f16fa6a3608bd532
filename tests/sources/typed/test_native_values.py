"""A file that has types is read in pieces as the engine would read it."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow.parquet as pq
import pytest

from tieout.engines.duckdb import DuckDBEngine
from tieout.model.errors import ConservationError
from tieout.sources import parquet_pieces
from tieout.sources.open import open_source
from tieout.sources.parquet_pieces import pieces_of
from tieout.sources.source import Source
from tieout.sources.typed import read_table, typing_pass
from tieout.sources.typed.read import ReadTable

from .conftest import moment


@pytest.fixture
def awkward() -> pl.DataFrame:
    """Cells in which readers may differ."""
    return pl.DataFrame(
        {
            "price": [1.5, float("nan"), float("inf"), None, -0.0, 1e300],
            "share": pl.Series([0.1, None, 2.5, 3e38, float("nan"), 0.0], dtype=pl.Float32),
            "items": pl.Series([2**53 + 1, -(2**63), None, 0, 7, 2**63 - 1], dtype=pl.Int64),
            "small": pl.Series([1, 2, None, 255, 0, 3], dtype=pl.UInt8),
            "day": [date(2024, 1, 31), None, date(1969, 12, 31), *[date(2024, 2, 29)] * 3],
            "at": [moment("2024-01-31T10:05:07.123456"), None, *[moment("1900-01-01")] * 4],
            "approved": [True, False, None, True, True, False],
            "city": [" Bonn", "", None, "\tKöln\n", "  ", "\u00a0Ulm"],
            "ref code": [7, 8, None, 9, 10, 10**15],
        }
    )


def both_ways(path: Path, engine: DuckDBEngine, workdir: Path) -> tuple[ReadTable, ReadTable]:
    """A file's table by its pieces, and by the engine."""
    quick = read_table(str(path), engine=engine, workdir=workdir)
    assert quick.source.pieces is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet_pieces, "_GROUP_ROWS_MAX", 0)
        slow = read_table(str(path), engine=engine, workdir=workdir)
    assert slow.source.pieces is None
    return quick, slow


def test_every_cell_is_what_the_engine_reads(
    awkward: pl.DataFrame, engine: DuckDBEngine, tmp_path: Path
) -> None:
    path = tmp_path / "rows.parquet"
    pl.concat([awkward] * 40).write_parquet(path, row_group_size=77)

    quick, slow = both_ways(path, engine, tmp_path)

    assert quick.table.frame.schema == slow.table.frame.schema
    assert quick.table.frame.equals(slow.table.frame)
    assert quick.table.columns == slow.table.columns
    assert quick.table.rows.tolist() == slow.table.rows.tolist()
    assert (quick.rows, quick.rejected, quick.rejects) == (slow.rows, slow.rejected, slow.rejects)


def test_the_originals_are_what_the_engine_reads(
    awkward: pl.DataFrame, engine: DuckDBEngine, tmp_path: Path
) -> None:
    path = tmp_path / "rows.parquet"
    pl.concat([awkward] * 40).write_parquet(path, row_group_size=77)

    quick, slow = (list(each.originals(rows=100)) for each in both_ways(path, engine, tmp_path))

    assert [frame.height for frame in quick] == [100, 100, 40]
    assert pl.concat(quick).equals(pl.concat(slow))
    assert quick[0].schema == slow[0].schema


def test_labels_are_trimmed_once_where_they_are_kept_once(
    engine: DuckDBEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tieout.sources.typed.pieces.PACKED_ROWS_MIN", 50)
    monkeypatch.setattr(typing_pass, "_BATCH_ROWS", 100)
    cities = ["Bonn", " Bonn", "Ulm", "", " "] * 60
    clean = ["Bonn", "Ulm"] * 150
    path = tmp_path / "rows.parquet"
    pl.DataFrame({"city": cities, "clean": clean, "n": np.arange(300.0)}).write_parquet(path)

    frame = read_table(str(path), engine=engine, workdir=tmp_path, packed=True).table.frame

    assert all(isinstance(frame.schema[name], pl.Categorical) for name in ("city", "clean"))
    assert frame["city"].cast(pl.String).to_list() == ["Bonn", "Bonn", "Ulm", None, None] * 60
    assert frame["clean"].cast(pl.String).to_list() == clean


@pytest.mark.parametrize(
    "column",
    [
        pl.Series("x", [0], dtype=pl.Datetime("ms")),
        pl.Series("x", [0], dtype=pl.Datetime("us", "UTC")),
        pl.Series("x", ["1.25"]).cast(pl.Decimal(9, 2)),
        pl.Series("x", ["a"], dtype=pl.Categorical),
        pl.Series("x", [[1]], dtype=pl.List(pl.Int64)),
    ],
    ids=["milliseconds", "zone", "decimal", "categorical", "list"],
)
def test_other_types_are_left_to_the_engine(
    column: pl.Series, engine: DuckDBEngine, tmp_path: Path
) -> None:
    path = tmp_path / "rows.parquet"
    column.to_frame().write_parquet(path)

    assert open_source(str(path), engine=engine, workdir=tmp_path).pieces is None


def test_numbers_written_as_text_are_left_to_the_engine(
    engine: DuckDBEngine, tmp_path: Path
) -> None:
    path = tmp_path / "rows.parquet"
    pl.DataFrame({"amount": ["1,234.50", "$2.00", "x", *["3.00"] * 300]}).write_parquet(path)

    read = read_table(str(path), engine=engine, workdir=tmp_path)

    assert read.table.frame["amount"].head(2).to_list() == [1234.5, 2.0]
    assert read.rejected == 1


def test_a_file_that_lost_rows_meanwhile_is_told(
    awkward: pl.DataFrame, engine: DuckDBEngine, tmp_path: Path
) -> None:
    path = tmp_path / "rows.parquet"
    awkward.write_parquet(path)
    source: Source = open_source(str(path), engine=engine, workdir=tmp_path)
    readings = read_table(str(path), engine=engine, workdir=tmp_path).readings

    with pytest.raises(ConservationError, match="7 rows were read, 6 typed"):
        typing_pass.type_rows(replace(source, rows=7), readings, engine=engine)


@pytest.mark.parametrize("at_once", [1, 50, 77, 200, 400, 5_000])
def test_chunks_are_the_same_however_many_rows_are_read_at_once(
    at_once: int, tmp_path: Path
) -> None:
    path = tmp_path / "rows.parquet"
    rows = pl.DataFrame({"n": range(500), "text": [f"T{n % 7}" for n in range(500)]})
    rows.write_parquet(path, row_group_size=77)
    pieces = pieces_of(path, pq.read_metadata(path), pq.read_schema(path))
    assert pieces is not None

    chunks = list(pieces(90, at_once))

    assert [chunk.height for chunk in chunks] == [90] * 5 + [50]
    assert pl.concat(chunks).equals(rows)
