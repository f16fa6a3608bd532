from pathlib import Path

import polars as pl
import pytest

from tieout.sources.spool import TextSpool, sample_of


def test_it_writes_rows_in_batches_under_their_numbers(tmp_path: Path) -> None:
    path = tmp_path / "new" / "spool.parquet"

    with TextSpool(path, ("ref",)) as spool:
        for row in range(1, 120_002, 2):
            spool.add(row, [f"A{row}"])

    frame = pl.read_parquet(path)
    assert frame.schema == {"row": pl.Int64, "ref": pl.String}
    assert frame["row"].to_list() == list(range(1, 120_002, 2))
    assert frame["ref"][-1] == "A120001"


def test_it_leaves_a_column_of_the_source_its_name(tmp_path: Path) -> None:
    with TextSpool(tmp_path / "spool.parquet", ("Row",)) as spool:
        spool.add(1, ["x"])

    assert spool.row_column == "row_"
    assert pl.read_parquet(tmp_path / "spool.parquet").rows() == [(1, "x")]


def test_it_leaves_no_half_file(tmp_path: Path) -> None:
    path = tmp_path / "spool.parquet"

    def be_cut_off() -> None:
        with TextSpool(path, ("ref",)) as spool:
            spool.add(1, ["x"])
            raise ValueError("cut off")

    with pytest.raises(ValueError, match="cut off"):
        be_cut_off()
    assert not path.exists()


def test_it_is_a_table_even_without_rows(tmp_path: Path) -> None:
    with TextSpool(tmp_path / "spool.parquet", ("ref",)):
        pass

    assert sample_of(tmp_path / "spool.parquet", ("ref",), 5).is_empty()


def test_a_sample_has_the_first_rows_as_text(tmp_path: Path) -> None:
    with TextSpool(tmp_path / "spool.parquet", ("ref", "amount")) as spool:
        for row, cells in enumerate((["A", ""], ["B", "2"], ["C", "3"]), 1):
            spool.add(row, cells)

    assert sample_of(tmp_path / "spool.parquet", ("ref", "amount"), 2).rows() == [
        ("A", None),
        ("B", "2"),
    ]
