"""Cells of an engine's table, each way of reading."""

import ibis.expr.datatypes as dt
import polars as pl
import pytest

from tieout.engines.duckdb import DuckDBEngine
from tieout.model.formats import AmountFormat, DateFormat
from tieout.model.table import Kind
from tieout.sources.typed.expressions import can_fail, kind_of_type, unread_of, value_of
from tieout.sources.typed.reading import ISO, PLAIN, TEXT, Reading

from .conftest import moment


def values(engine: DuckDBEngine, reading: Reading, *cells: object) -> list[object]:
    """What a reading makes of some cells, in their order."""
    frame = pl.DataFrame({"row": range(len(cells)), "cell": pl.Series(list(cells))})
    table = engine.publish(frame)
    plan = table.select("row", value=value_of(table["cell"], reading)).order_by("row")
    return engine.fetch(plan)["value"].to_list()


def test_text_is_trimmed_and_blank_text_is_nothing(engine: DuckDBEngine) -> None:
    assert values(engine, TEXT, " a\t", "", "  ", None, "b c") == ["a", None, None, None, "b c"]


def test_plain_numbers_are_cast_and_other_text_is_null(engine: DuckDBEngine) -> None:
    found = values(engine, PLAIN, "1.5", " -2 ", "1e-05", "x", "", None, "1,5", "+.5")

    assert found == [1.5, -2.0, 1e-05, None, None, None, None, 0.5]


@pytest.mark.parametrize(
    ("amount_format", "cells", "numbers"),
    [
        (AmountFormat(), ("$5", "5.25 USD", "(3)", "1,5"), [5.0, 5.25, -3.0, None]),
        (
            AmountFormat(thousands=","),
            ("1,234.5", "1,23", "12,345,678", "-$1,000"),
            [1234.5, None, 12345678.0, -1000.0],
        ),
        (
            AmountFormat(decimal=",", thousands="."),
            ("1.234,5", "1.234", "0,5", "1,234.5", "7%"),
            [1234.5, 1234.0, 0.5, None, 7.0],
        ),
        (AmountFormat(decimal=",", thousands=" "), ("1 234,5", "1\u00a0234,5"), [1234.5, 1234.5]),
        (AmountFormat(thousands="'"), ("1'234.5", "1\u2019234.5"), [1234.5, 1234.5]),
    ],
)
def test_amounts_are_read_by_their_format_alone(
    engine: DuckDBEngine,
    amount_format: AmountFormat,
    cells: tuple[str, ...],
    numbers: list[float | None],
) -> None:
    reading = Reading(Kind.NUMBER, "amount", amount=amount_format)

    assert values(engine, reading, *cells) == numbers


def test_dates_are_read_by_the_first_pattern_that_fits(engine: DuckDBEngine) -> None:
    patterns = DateFormat(patterns=("%d/%m/%Y", "%m/%d/%Y", "%Y-%m-%d"))

    found = values(
        engine,
        Reading(Kind.TIME, "date", date=patterns),
        "01/02/2024", "01/31/2024", "2024-03-01T10:00", "31/31/2024", "soon",
    )  # fmt: skip

    assert found == [
        moment("2024-02-01"),
        moment("2024-01-31"),
        moment("2024-03-01T10:00"),
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("%Y-%m-%d", "epoch"),
        ("%Y-%m-%d", "infinity"),
        ("%d/%m/%Y", "epoch"),
        ("%b %d, %Y", "infinity"),
        ("%Y%m%d", "2024013"),
        ("%d/%m/%Y", "31/01/24"),
        ("%Y-%m-%d", "2024-02-30"),
    ],
)
def test_what_the_engine_would_misread_is_null(
    engine: DuckDBEngine, pattern: str, text: str
) -> None:
    reading = Reading(Kind.TIME, "date", date=DateFormat(patterns=(pattern,)))

    assert values(engine, reading, text) == [None]


def test_numbers_of_any_native_type_become_floats(engine: DuckDBEngine) -> None:
    assert values(engine, PLAIN, 1, 2, None) == [1.0, 2.0, None]
    assert values(engine, PLAIN, 1.5, None) == [1.5, None]


def test_only_text_that_is_given_a_meaning_can_fail(engine: DuckDBEngine) -> None:
    table = engine.publish(pl.DataFrame({"text": ["a"], "number": [1]}))

    assert can_fail(table["text"], PLAIN)
    assert can_fail(table["text"], ISO)
    assert not can_fail(table["text"], TEXT)
    assert not can_fail(table["number"], PLAIN)


def test_what_was_not_read_stays_beside_as_it_was(engine: DuckDBEngine) -> None:
    frame = pl.DataFrame({"row": [0, 1, 2, 3], "cell": ["1.5", " x ", None, ""]})
    table = engine.publish(frame)
    value = value_of(table["cell"], PLAIN)
    plan = table.select("row", unread=unread_of(value, table["cell"])).order_by("row")

    assert engine.fetch(plan)["unread"].to_list() == [None, " x ", None, ""]


@pytest.mark.parametrize(
    ("dtype", "kind"),
    [
        (dt.int64, Kind.NUMBER),
        (dt.float32, Kind.NUMBER),
        (dt.Decimal(10, 2), Kind.NUMBER),
        (dt.date, Kind.TIME),
        (dt.Timestamp(timezone="UTC"), Kind.TIME),
        (dt.boolean, Kind.CATEGORY),
        (dt.string, Kind.CATEGORY),
        (dt.time, Kind.CATEGORY),
        (dt.binary, Kind.CATEGORY),
    ],
)
def test_a_native_type_has_a_kind(dtype: dt.DataType, kind: Kind) -> None:
    assert kind_of_type(dtype) is kind
