from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.sources.cells import Kind, cell_text, kind_of, plain_number


@pytest.mark.parametrize(
    "cell",
    [
        "2024-01-31",
        "31.01.24",
        "1/2/2024 10:00",
        "2024-01-31T23:59:59Z",
        "31 Jan 2024",
        "31-Dez-24",
        "January 31, 2024",
        "20240131T101500",
        "12",
        "-1,234.50",
        "+30000,77",
        "1 234,50",
        "1'234.50",
        "(12.00)",
        "12.00-",
        "$106,89",
        "\u20ac 12",
        "12,50 EUR",
        "USD 12.50",
        "12.00 CR",
        "\u221212.50",
        ".5",
    ],
)
def test_it_sees_a_date_or_an_amount(cell: str) -> None:
    assert kind_of(cell) is Kind.TYPED
    assert kind_of(f"  {cell} ") is Kind.TYPED


@pytest.mark.parametrize("cell", ["Amount", "REF001", "INV-7", "V1", "a 1", "D", "UNIQUE OP 1"])
def test_it_sees_a_word(cell: str) -> None:
    assert kind_of(cell) is Kind.TEXT


@pytest.mark.parametrize(
    ("cell", "kind"), [("2024", Kind.YEAR), ("1899", Kind.TYPED), (" ", Kind.EMPTY)]
)
def test_it_tells_a_year_from_other_numbers(cell: str, kind: Kind) -> None:
    assert kind_of(cell) is kind


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("as it is ", "as it is "),
        (True, "true"),
        (7, "7"),
        (1.10, "1.1"),
        (1e22, "10000000000000000000000"),
        (-0.00001, "-0.00001"),
        (float("nan"), "nan"),
        (Decimal("1E+3"), "1000"),
        (Decimal("-0.0500"), "-0.0500"),
        (date(2024, 1, 31), "2024-01-31"),
        (datetime(2024, 1, 31, 10, 0, tzinfo=UTC), "2024-01-31 10:00:00"),
        (time(10, 5), "10:05:00"),
        (timedelta(hours=25), "1 day, 1:00:00"),
        (b"\x01\xff", "01ff"),
        ({"a": [1, Decimal("2.5")]}, '{"a": [1, "2.5"]}'),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    ],
)
def test_it_writes_a_native_value_as_text(value: object, text: str) -> None:
    assert cell_text(value) == text


def test_it_writes_a_moment_with_a_zone_in_utc() -> None:
    moment = datetime(2024, 1, 31, 23, 0, tzinfo=timezone(timedelta(hours=-5)))

    assert cell_text(moment) == "2024-02-01 04:00:00"


@given(st.integers(-(10**14), 10**14))
def test_it_gives_back_the_cents_that_a_binary_number_was_made_of(cents: int) -> None:
    amount = Decimal(cents) / 100

    assert Decimal(plain_number(float(amount))) == amount


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_it_never_writes_an_exponent(value: float) -> None:
    assert "e" not in plain_number(value).lower()
