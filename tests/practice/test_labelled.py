"""Rows and labels in files that appear whole or not at all."""

from pathlib import Path

import numpy as np
import polars as pl
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.model.errors import InputError
from tieout.practice.labelled import ROW_GROUP_ROWS, LabelledWriter

KINDS = ("LOST", "FOUND")


def write(folder: Path, codes: list[int], cuts: list[int]) -> LabelledWriter:
    """Write numbered rows in pieces that end at the cuts."""
    with LabelledWriter(folder, "things.csv", KINDS) as writer:
        for low, high in zip([0, *cuts], [*cuts, len(codes)], strict=True):
            numbers = pl.DataFrame({"number": range(low, high)}, schema={"number": pl.Int64})
            writer.append(numbers, np.array(codes[low:high], dtype=np.int8))
    return writer


def test_it_labels_each_row_by_its_number(tmp_path: Path) -> None:
    writer = write(tmp_path, [0, 1, 0, 2], [])
    assert pl.read_parquet(writer.labels).rows() == [
        (1, False, None),
        (2, True, "LOST"),
        (3, False, None),
        (4, True, "FOUND"),
    ]


def test_it_counts_the_rows(tmp_path: Path) -> None:
    assert write(tmp_path, [0, 1, 0, 2], [1]).rows == 4


def test_it_writes_one_header(tmp_path: Path) -> None:
    writer = write(tmp_path, [0, 0, 0], [1, 2])
    assert writer.table.read_text() == "number\n0\n1\n2\n"


def test_it_writes_the_header_of_a_table_without_rows(tmp_path: Path) -> None:
    writer = write(tmp_path, [], [])
    assert writer.table.read_text() == "number\n"
    assert pl.read_parquet(writer.labels).rows() == []


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_it_writes_the_same_bytes_however_rows_are_cut(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    codes = data.draw(st.lists(st.integers(0, 2), min_size=1, max_size=30))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(codes)), max_size=4)))
    one, other = tmp_path_factory.mktemp("one"), tmp_path_factory.mktemp("other")
    write(one, codes, [])
    write(other, codes, cuts)
    for name in ("things.csv", "labels.parquet"):
        assert (one / name).read_bytes() == (other / name).read_bytes()


def test_row_groups_have_one_size_however_rows_are_cut(tmp_path: Path) -> None:
    rows = 2 * ROW_GROUP_ROWS + 5
    writer = write(tmp_path, [0] * rows, [7, ROW_GROUP_ROWS + 9])
    found = pq.ParquetFile(writer.labels).metadata
    sizes = [found.row_group(index).num_rows for index in range(found.num_row_groups)]
    assert sizes == [ROW_GROUP_ROWS, ROW_GROUP_ROWS, 5]
    assert pl.read_parquet(writer.labels)["row"].to_list() == list(range(1, rows + 1))


def test_it_writes_moments_without_fractions(tmp_path: Path) -> None:
    moments = pl.Series([1_700_000_000_000_000]).cast(pl.Datetime("us"))
    with LabelledWriter(tmp_path, "things.csv", KINDS) as writer:
        writer.append(pl.DataFrame({"at": moments}), np.zeros(1, dtype=np.int8))
    assert writer.table.read_text() == "at\n2023-11-14T22:13:20\n"


def test_a_file_beside_is_written_when_all_went_well(tmp_path: Path) -> None:
    with LabelledWriter(tmp_path, "things.csv", KINDS) as writer:
        writer.append(pl.DataFrame({"a": [1]}), np.zeros(1, dtype=np.int8))
        path = writer.put_beside("more.txt", b"more")
        assert not path.exists()
    assert path.read_bytes() == b"more"
    assert {each.name for each in tmp_path.iterdir()} == {
        "things.csv",
        "labels.parquet",
        "more.txt",
    }


def test_after_an_exception_the_folder_is_as_it_was(tmp_path: Path) -> None:
    write(tmp_path, [1], [])
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    writer = LabelledWriter(tmp_path, "things.csv", KINDS)
    writer.__enter__()
    writer.append(pl.DataFrame({"number": [5]}), np.zeros(1, dtype=np.int8))
    writer.put_beside("more.txt", b"more")
    writer.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_it_makes_the_folder(tmp_path: Path) -> None:
    assert write(tmp_path / "a" / "b", [0], []).table.exists()


def test_it_refuses_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(InputError, match=r"taken: can't be written"):
        write(tmp_path / "taken", [0], [])
