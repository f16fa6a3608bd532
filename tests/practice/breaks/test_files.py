from pathlib import Path

import polars as pl
import pytest

from tieout.practice.breaks.files import SetWriter

LABELS = pl.DataFrame({"left_row": [1], "right_row": [None], "cause": ["timing"]}).cast(
    {"right_row": pl.Int64}
)


def table(name: str, *values: int) -> pl.DataFrame:
    return pl.DataFrame({name: values}, schema={name: pl.Int64})


def test_it_writes_the_header_once(tmp_path: Path) -> None:
    with SetWriter(tmp_path) as writer:
        writer.append(table("a", 1), table("b", 2), LABELS)
        writer.append(table("a", 3), table("b", 4), LABELS)
    assert (tmp_path / "left.csv").read_text() == "a\n1\n3\n"
    assert (tmp_path / "right.csv").read_text() == "b\n2\n4\n"
    assert pl.read_parquet(tmp_path / "labels.parquet")["right_row"].to_list() == [None, None]


def test_a_chunk_may_have_no_rows_on_one_side(tmp_path: Path) -> None:
    with SetWriter(tmp_path) as writer:
        writer.append(table("a"), table("b", 2), LABELS)
        writer.append(table("a", 3), table("b", 4), LABELS)
    assert (tmp_path / "left.csv").read_text() == "a\n3\n"


def test_files_appear_only_when_they_are_whole(tmp_path: Path) -> None:
    with SetWriter(tmp_path) as writer:
        writer.append(table("a", 1), table("b", 2), LABELS)
        assert not (tmp_path / "left.csv").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "labels.parquet",
        "left.csv",
        "right.csv",
    ]


def write_and_fail(folder: Path) -> None:
    with SetWriter(folder) as writer:
        writer.append(table("a", 1), table("b", 2), LABELS)
        raise OSError("disk full")


def test_after_an_error_the_folder_is_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "left.csv").write_text("earlier")
    with pytest.raises(OSError, match="disk full"):
        write_and_fail(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["left.csv"]
    assert (tmp_path / "left.csv").read_text() == "earlier"


def test_it_makes_the_folder(tmp_path: Path) -> None:
    with SetWriter(tmp_path / "one" / "two") as writer:
        writer.append(table("a", 1), table("b", 2), LABELS)
    assert writer.left == tmp_path / "one" / "two" / "left.csv"
    assert writer.left.is_file()
