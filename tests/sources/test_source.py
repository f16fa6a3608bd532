from dataclasses import replace

import polars as pl
import pytest

from tieout.engines.duckdb import DuckDBEngine
from tieout.sources.source import Part, Source, free_name, text_frame

from .conftest import Opener


def source(engine: DuckDBEngine, parts: tuple[Part, ...]) -> Source:
    table = engine.publish(pl.DataFrame({"ref": ["A"]}))
    return Source("all", (), ("ref",), table, lambda rows: pl.DataFrame().head(rows), parts)


def test_a_row_belongs_to_the_file_in_which_it_stands(engine: DuckDBEngine) -> None:
    several = source(engine, (Part("1.csv", 0), Part("2.csv", 3), Part("3.csv", 4)))

    assert [several.file_of(row) for row in range(1, 7)] == [
        "1.csv",
        "1.csv",
        "1.csv",
        "2.csv",
        "3.csv",
        "3.csv",
    ]


def test_a_file_without_rows_holds_none(engine: DuckDBEngine) -> None:
    several = source(engine, (Part("1.csv", 0), Part("2.csv", 0)))

    assert several.file_of(1) == "2.csv"


def test_a_header_belongs_to_the_first_file(engine: DuckDBEngine) -> None:
    assert source(engine, (Part("1.csv", 0), Part("2.csv", 3))).file_of(0) == "1.csv"


def test_a_numbered_copy_takes_the_place_of_the_table(engine: DuckDBEngine) -> None:
    before = source(engine, (Part("1.csv", 0),))
    copy = engine.publish(pl.DataFrame({"row": [1], "ref": ["A"]}))

    after = before.with_row_numbers(copy, "row", 1)

    assert (before.numbered, after.numbered) == (False, True)
    assert (after.rows, after.exact, after.columns) == (1, None, ("ref",))


@pytest.mark.parametrize(
    ("taken", "found"), [([], "row"), (["ROW"], "row_"), (["row", "Row_"], "row__")]
)
def test_it_finds_a_name_that_differs_in_more_than_case(taken: list[str], found: str) -> None:
    assert free_name("row", taken) == found


def test_a_frame_of_text_has_nulls_for_nothing() -> None:
    frame = text_frame(("a", "b"), [["", " "], ["x ", "0"]])

    assert frame.rows() == [(None, None), ("x ", "0")]
    assert text_frame(("a",), []).schema == {"a": pl.String}


def test_a_sample_is_taken_once_and_serves_who_asks_for_fewer(opened: Opener) -> None:
    source = opened("ref,amount\nA,1\nB,2\nC,3\n")
    asked: list[int] = []

    def counted(rows: int) -> pl.DataFrame:
        asked.append(rows)
        return source.sampler(rows)

    counting = replace(source, sampler=counted)
    assert [counting.sample(rows).height for rows in (2, 1, 2, 3, 1)] == [2, 1, 2, 3, 1]
    assert counting.sample(1).rows() == [("A", "1")]
    assert asked == [2, 3]
