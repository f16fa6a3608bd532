"""Data rows as their file has them."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from tieout.engines.duckdb import DuckDBEngine
from tieout.model.manifest import InputFacts
from tieout.pipeline.explain_originals import (
    Original,
    open_again,
    original,
    reject_of,
    source_step,
    unchanged_files,
)
from tieout.pipeline.inputs import fingerprint_file


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    """Where files are read."""
    with DuckDBEngine() as found:
        yield found


def facts(location: str, *paths: Path) -> InputFacts:
    """An input as a manifest has it."""
    files = tuple(fingerprint_file(path) for path in paths)
    return InputFacts(
        side="left", location=location, name=location, files=files, rows=9, rejected=0
    )


def read(location: str, row: int, engine: DuckDBEngine, folder: Path) -> Original | None:
    """A row of a location."""
    workdir = folder / "work"
    source = open_again(facts(location), engine=engine, workdir=workdir)
    return original(source, row, engine=engine, workdir=workdir)


def test_lines_above_the_header_and_blank_ones_count(engine: DuckDBEngine, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("My bank\n\nref;amount\nA;1,00\n\n;\nB;2,00\n", encoding="utf-8")
    first, second = (read(str(path), row, engine, tmp_path) for row in (1, 2))
    assert first == Original("a.csv", 1, 4, {"ref": "A", "amount": "1,00"})
    assert second == Original("a.csv", 2, 7, {"ref": "B", "amount": "2,00"})


def test_a_value_of_several_lines_pushes_the_next_row_down(
    engine: DuckDBEngine, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    path.write_text('ref,note\r\nA,"one\r\ntwo\r\nthree"\r\nB,x\r\n', encoding="utf-8", newline="")
    found = read(str(path), 2, engine, tmp_path)
    assert found == Original("a.csv", 2, 5, {"ref": "B", "note": "x"})


def test_packed_files_and_other_encodings_are_read(engine: DuckDBEngine, tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress("ref;who\nA;M\u00fcller\nB;J\u00f6rg\n".encode("cp1252")))
    found = read(str(path), 2, engine, tmp_path)
    assert found is not None
    assert (found.line, found.cells["who"]) == (3, "J\u00f6rg")


def test_rows_of_a_glob_are_those_of_their_file(engine: DuckDBEngine, tmp_path: Path) -> None:
    for name in "abc":
        lines = [f"{name}{number},{number}" for number in range(1, 4)]
        (tmp_path / f"{name}.csv").write_text("ref,n\n" + "\n".join(lines) + "\n", encoding="utf-8")
    pattern = str(tmp_path / "*.csv")
    told = [read(pattern, row, engine, tmp_path) for row in (1, 4, 9)]
    assert [(each.file, each.line, each.cells["ref"]) for each in told if each] == [
        ("a.csv", 2, "a1"),
        ("b.csv", 2, "b1"),
        ("c.csv", 4, "c3"),
    ]


def test_typed_files_have_cells_and_no_lines(engine: DuckDBEngine, tmp_path: Path) -> None:
    pl.DataFrame({"ref": ["A", None], "n": [1, 2]}).write_parquet(tmp_path / "a.parquet")
    found = read(str(tmp_path / "a.parquet"), 2, engine, tmp_path)
    assert found == Original("a.parquet", 2, None, {"ref": "", "n": "2"})


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_row_beyond_the_last_is_none(engine: DuckDBEngine, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    frame = pl.DataFrame({"ref": ["A", "B"], "n": [1, 2]})
    _ = frame.write_csv(path) if suffix == "csv" else frame.write_parquet(path)
    assert read(str(path), 3, engine, tmp_path) is None


def test_a_changed_a_lost_and_a_secret_input_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("ref\nA\n", encoding="utf-8")
    given = facts(str(path), path)
    assert unchanged_files(given, tmp_path) == ""
    path.write_text("ref\nB\n", encoding="utf-8")
    assert "has changed since the run" in unchanged_files(given, tmp_path)
    path.unlink()
    assert "is gone" in unchanged_files(given, tmp_path)
    secret = facts("postgresql://ann:***@host/db#entries")
    assert "needs a password" in unchanged_files(secret, tmp_path)


def test_a_reject_is_found_by_its_file_and_row(tmp_path: Path) -> None:
    (tmp_path / "rejects.csv").write_text(
        "file,row,column,value,expected\na.csv,3,amount,,a number\n'=b.csv,3,day,x,a date\n",
        encoding="utf-8",
    )
    first = reject_of(tmp_path, "a.csv", 3)
    assert first is not None
    assert (first["column"], first["value"]) == ("amount", "")
    second = reject_of(tmp_path, "=b.csv", 3)
    assert second is not None
    assert second["expected"] == "a date"
    assert reject_of(tmp_path, "a.csv", 4) is None
    assert reject_of(tmp_path / "none", "a.csv", 3) is None


def test_a_station_without_cells_says_why(tmp_path: Path) -> None:
    step = source_step(None, 3, "a.csv is gone", which="left a.csv")
    assert (step.facts, step.notes) == ((("data row", "3"),), ("a.csv is gone",))
    assert not list(tmp_path.iterdir())
