"""One cell is read as the column of a file is."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from tieout.model.formats import AmountFormat, DateFormat
from tieout.model.table import Kind
from tieout.sources.typed import ReadTable
from tieout.sources.typed.cells import read_cell
from tieout.sources.typed.reading import ISO, PLAIN, TEXT, Reading

Reader = Callable[..., ReadTable]

GERMAN = Reading(Kind.NUMBER, "amount", amount=AmountFormat(decimal=",", thousands="."))


@pytest.mark.parametrize(
    "values",
    [
        ["12", "-3.5", "1e3", "", "n/a", " 7 ", "0012.50"],
        ["1.234,50", "-3,5", "(12,00)", "7,00 €", "5,00-", "NULL", "1.000.000,00"],
        ["$1,234.50", "12.00", "-$3", "1,000,000.00", "(5.25)", "99.00"],
        ["2025-01-31", "2025-02-01 10:05:30", "2025-02-01T23:59:59.250", "-", "2024-02-29"],
        ["31/12/2024", "01/02/2025", "13/02/2025 ", "", "28/02/2025"],
        ["2025-03-01T10:00:00Z", "2025-03-01T10:00:00+05:30", "2025-03-02T00:00:00-08:00"],
        ["Jan 5 2025", "Feb 28 2025", "Dec 31 2024"],
        ["red", " blue", "", "007", "Grün"],
    ],
)
def test_text_is_read_as_in_a_file(values: list[str], read: Reader) -> None:
    # Enough rows for the format to be sure.
    rows = values * 8
    text = "place,column\n" + "".join(f'p{n},"{value}"\n' for n, value in enumerate(rows))
    table = read(text)
    assert table.rejected == 0
    reading = table.readings["column"]
    found = [read_cell(value, reading) for value in rows]
    assert found == table.table.frame["column"].to_list()


@pytest.mark.parametrize(
    ("value", "reading", "expected"),
    [
        (None, PLAIN, None),
        (12, PLAIN, 12.0),
        (Decimal("1.25"), PLAIN, 1.25),
        (float("nan"), PLAIN, None),
        (float("inf"), GERMAN, None),
        (1234.5, GERMAN, 1234.5),
        (datetime(2025, 1, 2, 3, tzinfo=UTC), ISO, datetime.fromisoformat("2025-01-02T03:00")),
        (
            datetime(2025, 1, 2, 3, tzinfo=timezone(timedelta(hours=2))),
            ISO,
            datetime.fromisoformat("2025-01-02T03:00"),
        ),
        (date(2025, 1, 2), ISO, datetime.fromisoformat("2025-01-02")),
        (1735689600, Reading(Kind.TIME, "epoch", ticks=1), datetime.fromisoformat("2025-01-01")),
        (
            "1735689600500",
            Reading(Kind.TIME, "epoch", ticks=1000),
            datetime.fromisoformat("2025-01-01T00:00:00.500"),
        ),
        (7, TEXT, "7"),
        (7.0, TEXT, "7"),
        (7.5, TEXT, "7.5"),
        (True, TEXT, "true"),
        ("  ", TEXT, None),
        ("", ISO, None),
    ],
)
def test_values_of_json_are_read_too(value: Any, reading: Reading, expected: Any) -> None:
    assert read_cell(value, reading) == expected


@pytest.mark.parametrize(
    ("value", "reading", "expected"),
    [
        ("abc", PLAIN, "a number such as 1234.56"),
        ("1_000", PLAIN, "a number"),
        (True, PLAIN, "a number"),
        ([1], PLAIN, "a number"),
        ("12.5.1", GERMAN, "a number such as 1.234,56"),
        ("tomorrow", ISO, "2"),
        ("2025-02-30", ISO, "2"),
        ("0024-01-31", ISO, "2"),
        (20250131, ISO, "2"),
        ("x", Reading(Kind.TIME, "epoch"), "1970"),
        ("31/01/2025", Reading(Kind.TIME, "date", date=DateFormat(patterns=("%m/%d/%Y",))), "/"),
    ],
)
def test_what_cannot_be_read_says_what_was_expected(
    value: Any, reading: Reading, expected: str
) -> None:
    with pytest.raises(ValueError, match=expected):
        read_cell(value, reading)
