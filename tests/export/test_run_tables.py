"""The tables of a run, read back."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from tieout.export.run_tables import run_tables
from tieout.export.table import write_csv
from tieout.model.errors import InputError


def test_a_table_in_two_forms_is_read_once_from_parquet(tmp_path: Path) -> None:
    frame = pl.DataFrame({"key": ["a"], "rows": [[1, 2]]})
    frame.write_parquet(tmp_path / "breaks.parquet")
    write_csv(frame, tmp_path / "breaks.csv")
    (table,) = run_tables(tmp_path)
    assert table.path.name == "breaks.parquet"
    assert pl.concat(table.chunks()).equals(frame)


def test_what_people_look_at_first_comes_first(tmp_path: Path) -> None:
    for name in ("rejects", "matches", "breaks", "aside"):
        pl.DataFrame({"x": [1]}).write_csv(tmp_path / f"{name}.csv")
    assert [table.name for table in run_tables(tmp_path)] == [
        "breaks",
        "matches",
        "aside",
        "rejects",
    ]


def test_text_that_was_made_safe_is_as_it_was(tmp_path: Path) -> None:
    write_csv(pl.DataFrame({"note": ["=1+1", "'quoted'", "plain"]}), tmp_path / "t.csv")
    (table,) = run_tables(tmp_path)
    assert pl.concat(table.chunks())["note"].to_list() == ["=1+1", "'quoted'", "plain"]


def test_days_and_numbers_of_a_csv_have_their_types(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("day,n,id\n2026-01-31,1,007a\n,2.5,8\n")
    (table,) = run_tables(tmp_path)
    assert list(table.columns.values()) == [pl.Date, pl.Float64, pl.String]
    assert pl.concat(table.chunks()).row(0) == (date(2026, 1, 31), 1.0, "007a")


def test_an_empty_table_keeps_its_columns(tmp_path: Path) -> None:
    (tmp_path / "rejects.csv").write_text("file,row\n")
    pl.DataFrame(schema={"match_id": pl.String}).write_parquet(tmp_path / "matches.parquet")
    assert [
        [(chunk.columns, chunk.height) for chunk in table.chunks()]
        for table in run_tables(tmp_path)
    ] == [[(["match_id"], 0)], [(["file", "row"], 0)]]


def test_many_rows_come_in_pieces(tmp_path: Path) -> None:
    pl.DataFrame({"n": range(250_001)}).write_parquet(tmp_path / "t.parquet")
    (table,) = run_tables(tmp_path)
    heights = [chunk.height for chunk in table.chunks()]
    assert sum(heights) == 250_001
    assert max(heights) <= 100_000


def test_a_damaged_table_is_named(tmp_path: Path) -> None:
    (tmp_path / "breaks.parquet").write_bytes(b"PAR1 not at all")
    with pytest.raises(InputError, match=r"breaks\.parquet: is damaged"):
        run_tables(tmp_path)
