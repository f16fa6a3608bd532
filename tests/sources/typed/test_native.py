"""Parquet: columns with types of their own."""

from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl

from tieout.model.table import Kind

from .conftest import Reader, moment


def test_native_types_are_kept_for_what_they_are(read: Reader) -> None:
    frame = pl.DataFrame(
        {
            "price": [1.5, float("nan"), None],
            "quantity": pl.Series([1, 2, None], dtype=pl.Int32),
            "paid": pl.Series([Decimal("1.25"), None, Decimal("-3.00")]),
            "day": [date(2024, 1, 31), None, date(2024, 2, 1)],
            "at": pl.Series([datetime(2024, 1, 31, 10, tzinfo=UTC)] * 3),
            "approved": [True, False, None],
            "city": [" Bonn", "", None],
        }
    )

    table = read(frame, "payments.parquet").table

    assert [facts.kind for facts in table.columns] == [
        *[Kind.NUMBER] * 3,
        *[Kind.TIME] * 2,
        *[Kind.CATEGORY] * 2,
    ]
    assert table.frame.rows() == [
        (1.5, 1.0, 1.25, moment("2024-01-31"), moment("2024-01-31T10:00:00"), "true", "Bonn"),
        (None, 2.0, None, None, moment("2024-01-31T10:00:00"), "false", None),
        (None, None, -3.0, moment("2024-02-01"), moment("2024-01-31T10:00:00"), None, None),
    ]


def test_whole_numbers_that_name_something_are_text_without_decimals(read: Reader) -> None:
    frame = pl.DataFrame({"card_no": [5142124791.0, None], "customer_id": [17, 18]})

    table = read(frame, "payments.parquet").table

    assert table.frame.rows() == [("5142124791", "17"), (None, "18")]


def test_integers_called_time_count_from_1970(read: Reader) -> None:
    frame = pl.DataFrame({"ts": [1_706_695_507_250, 1_706_695_508_250], "amount": [1, 2]})

    table = read(frame, "payments.parquet").table

    assert table.frame["ts"][0] == moment("2024-01-31T10:05:07.250000")


def test_text_in_parquet_is_read_like_text(read: Reader) -> None:
    frame = pl.DataFrame(
        {"amount": ["$1,5", "$2.500,75"] * 150 + ["x"], "day": ["31/01/2024"] * 301}
    )

    result = read(frame, "payments.parquet")

    assert result.table.frame.row(1) == (2500.75, moment("2024-01-31"))
    assert [(each.row, each.value) for each in result.rejects] == [(301, "x")]


def test_infinite_numbers_are_missing(read: Reader) -> None:
    frame = pl.DataFrame({"amount": [1.5, float("inf"), float("-inf")]})

    facts = read(frame, "payments.parquet").table.columns[0]

    assert (facts.distinct, facts.missing) == (1, 2)


def test_an_expected_kind_changes_native_columns_too(read: Reader) -> None:
    frame = pl.DataFrame({"points": [1, 2], "code": ["3", "4"]})

    table = read(
        frame, "payments.parquet", expected={"points": Kind.CATEGORY, "code": Kind.NUMBER}
    ).table

    assert table.frame.rows() == [("1", 3.0), ("2", 4.0)]
