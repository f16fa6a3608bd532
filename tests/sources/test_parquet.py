import io
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.engines.duckdb import DuckDBEngine
from tieout.model.errors import InputError
from tieout.sources.cells import plain_number
from tieout.sources.open import open_source
from tieout.sources.parquet import _plain_numbers
from tieout.sources.source import Source

from .conftest import Opener, Stager

Parquet = Callable[..., Source]


@pytest.fixture
def opened_frame(opened: Opener) -> Parquet:
    def write_and_open(frame: pl.DataFrame, name: str = "bank.parquet") -> Source:
        out = io.BytesIO()
        frame.write_parquet(out)
        return opened(out.getvalue(), name)

    return write_and_open


def test_it_keeps_types_and_numbers_rows(opened_frame: Parquet, engine: DuckDBEngine) -> None:
    source = opened_frame(pl.DataFrame({"ref": ["A", "B"], "n": [1, 2]}))

    assert source.typed
    assert (source.rows, source.row_column) == (2, "row")
    assert engine.fetch(source.table.select("row", "n")).rows() == [(1, 1), (2, 2)]


def test_it_samples_native_values_as_text(opened_frame: Parquet) -> None:
    source = opened_frame(
        pl.DataFrame(
            {
                "decimal": [Decimal("1.50"), None],
                "day": [date(2024, 1, 31), None],
                "moment": [datetime.fromisoformat("2024-01-31 10:05"), None],
                "number": [1e-7, None],
                "text": [" ", "x"],
                "list": [[1, 2], None],
            }
        )
    )

    assert source.sample(1).rows() == [
        ("1.50", "2024-01-31", "2024-01-31 10:05:00", "0.0000001", None, "[1, 2]")
    ]
    assert source.sample(9).rows()[1] == (None, None, None, None, "x", None)


@given(st.lists(st.floats() | st.decimals(-(10**9), 10**9, places=3).map(float), max_size=40))
def test_sampled_numbers_are_written_as_any_number_of_ours_is(numbers: list[float]) -> None:
    assert _plain_numbers(pl.Series(numbers, dtype=pl.Float64)).to_list() == [
        plain_number(each) for each in numbers
    ]


def test_a_column_may_be_called_row(
    opened_frame: Parquet, engine: DuckDBEngine, staged: Stager
) -> None:
    day = date(2024, 1, 31)
    source = opened_frame(pl.DataFrame({"Row": [7], "ref": ["A"], "amount": [1], "day": [day]}))

    assert source.row_column == "row_"
    assert staged(source).rows == [(1, "A", 100, 19753)]


def test_it_numbers_several_files_through(
    opened_frame: Parquet, engine: DuckDBEngine, tmp_path: Path, workdir: Path, staged: Stager
) -> None:
    day = date(2024, 1, 31)
    opened_frame(pl.DataFrame({"ref": ["A", "B"], "amount": [1, 2], "day": day}), "1.parquet")
    types = {"ref": pl.String, "amount": pl.Int64, "day": pl.Date}
    opened_frame(pl.DataFrame({"ref": ["C"], "amount": [None], "day": day}, types), "2.parquet")

    result = staged(open_source(f"{tmp_path}/*.parquet", engine=engine, workdir=workdir))

    assert [row[:3] for row in result.rows] == [(1, "A", 100), (2, "B", 200)]
    assert [(each.file, each.row) for each in result.staged.rejects] == [("2.parquet", 3)]


def test_it_says_that_a_column_has_two_types(
    opened_frame: Parquet, engine: DuckDBEngine, tmp_path: Path
) -> None:
    opened_frame(pl.DataFrame({"n": [1]}), "1.parquet")
    opened_frame(pl.DataFrame({"n": ["1"]}), "2.parquet")

    with pytest.raises(InputError) as raised:
        open_source(f"{tmp_path}/*.parquet", engine=engine, workdir=tmp_path)

    assert str(raised.value) == (
        f"{tmp_path}/*.parquet: column 'n' is int64 in 1.parquet and string in 2.parquet"
    )


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (
            pl.DataFrame({"n": []}, schema={"n": pl.Int64}),
            "bank.parquet: has columns but no data rows",
        ),
        (
            pl.DataFrame({"Amount": [1], "amount": [2]}),
            (
                "bank.parquet: columns 1 'Amount' and 2 'amount' differ only in upper and lower "
                "case; rename one of them"
            ),
        ),
    ],
)
def test_it_says_what_is_wrong(opened_frame: Parquet, frame: pl.DataFrame, expected: str) -> None:
    with pytest.raises(InputError) as raised:
        opened_frame(frame)

    assert str(raised.value) == expected


def test_it_takes_a_time_of_day_from_native_columns(opened_frame: Parquet) -> None:
    source = opened_frame(
        pl.DataFrame({"at": [time(1, 2, 3)], "z": [datetime(2024, 1, 1, tzinfo=UTC)]})
    )

    assert source.sample(1).rows() == [("01:02:03", "2024-01-01 00:00:00")]
