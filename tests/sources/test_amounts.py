"""Amounts as text to exact units: the plan and the plain function read alike."""

from collections.abc import Callable
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.engines.duckdb import DuckDBEngine
from tieout.model.formats import AmountFormat
from tieout.sources.amounts import (
    UNITS_MAX,
    UNITS_MIN,
    amount_units,
    bare_amount,
    parse_amount,
    reads_as_amount,
)

POINT = AmountFormat()
PLAIN = AmountFormat(plain=True)
ENGLISH = AmountFormat(thousands=",")
GERMAN = AmountFormat(decimal=",", thousands=".")
FRENCH = AmountFormat(decimal=",", thousands=" ")
SWISS = AmountFormat(thousands="'")
COMMA = AmountFormat(decimal=",")
FORMATS = (POINT, PLAIN, ENGLISH, GERMAN, FRENCH, SWISS, COMMA)


UnitsOf = Callable[[list[str | None], AmountFormat, int], list[int | None]]


@pytest.fixture(scope="module")
def units_of(engine: DuckDBEngine) -> UnitsOf:
    """What the plan answers on DuckDB, in the order of the values."""

    def read(values: list[str | None], amount_format: AmountFormat, scale: int) -> list[int | None]:
        frame = pl.DataFrame({"text": values}, schema={"text": pl.String}).with_row_index("row")
        table = engine.publish(frame)
        units = amount_units(table["text"], amount_format, scale)
        rows = engine.fetch(table.select("row", units=units)).sort("row")
        assert rows.schema["units"] == pl.Int64
        answer: list[int | None] = rows["units"].to_list()
        return answer

    return read


@pytest.mark.parametrize(
    ("text", "amount_format", "units"),
    [
        ("12.34", POINT, 1234),
        ("-12.34", POINT, -1234),
        ("+12.34", POINT, 1234),
        ("12", POINT, 1200),
        ("12.3", POINT, 1230),
        ("12.", POINT, 1200),
        (".5", POINT, 50),
        ("-.5", POINT, -50),
        ("0", POINT, 0),
        ("-0.00", POINT, 0),
        ("007.10", POINT, 710),
        ("12.3400", POINT, 1234),
        ("1,234.50", ENGLISH, 123450),
        ("1,234,567.89", ENGLISH, 123456789),
        ("1234567.89", ENGLISH, 123456789),
        ("12,34,567.00", ENGLISH, 123456700),
        ("106,89", GERMAN, 10689),
        ("1.234,50", GERMAN, 123450),
        ("1 234,50", FRENCH, 123450),
        ("1\u00a0234,50", FRENCH, 123450),
        ("1\u202f234,50", FRENCH, 123450),
        ("1'234.50", SWISS, 123450),
        ("1\u2019234.50", SWISS, 123450),
        ("(5.00)", POINT, -500),
        ("( 5.00 )", POINT, -500),
        ("(-5.00)", POINT, -500),
        ("5.00-", POINT, -500),
        ("5.00 -", POINT, -500),
        ("5.00+", POINT, 500),
        ("- 5.00", POINT, -500),
        ("\u22125.00", POINT, -500),
        ("5.00DR", POINT, -500),
        ("5.00 cr", POINT, 500),
        ("5.00 D", POINT, -500),
        ("5.00 S", POINT, -500),
        ("5.00 H", POINT, 500),
    ],
)
def test_it_reads_signs_and_marks(
    units_of: UnitsOf, text: str, amount_format: AmountFormat, units: int
) -> None:
    assert parse_amount(text, amount_format, 2) == units
    assert units_of([text], amount_format, 2) == [units]


@pytest.mark.parametrize(
    ("text", "amount_format", "units"),
    [
        ("$106,89", COMMA, 10689),
        ("$12.50", POINT, 1250),
        ("-$12.50", POINT, -1250),
        ("$-12.50", POINT, -1250),
        ("($12.50)", POINT, -1250),
        ("$(12.50)", POINT, -1250),
        ("12.50 €", POINT, 1250),
        ("12.50€-", POINT, -1250),
        ("£ 12.50", POINT, 1250),
        ("¥1,250", ENGLISH, 125000),
        ("USD 12.50", POINT, 1250),
        ("12.50 usd", POINT, 1250),
        ("EUR12.50", POINT, 1250),
        ("12.50 EUR-", POINT, -1250),
        ("US$12.50", POINT, 1250),
        ("R$ 1.234,50", GERMAN, 123450),
        ("Rs. 500", POINT, 50000),
        ("Fr.500", POINT, 50000),
        ("500 kr.", POINT, 50000),
        ("₹12,34,567.00", ENGLISH, 123456700),
        ("12,50 zł", COMMA, 1250),
    ],
)
def test_it_drops_the_currency_around_the_number(
    units_of: UnitsOf, text: str, amount_format: AmountFormat, units: int
) -> None:
    assert parse_amount(text, amount_format, 2) == units
    assert units_of([text], amount_format, 2) == [units]


@pytest.mark.parametrize(
    ("text", "amount_format"),
    [
        ("", POINT),
        (" ", POINT),
        ("-", POINT),
        (".", POINT),
        ("()", POINT),
        ("--5", POINT),
        ("-5-", POINT),
        ("-(5)", POINT),
        ("abc", POINT),
        ("5x", POINT),
        ("INV5", POINT),
        ("1e5", PLAIN),
        ("1e-9", PLAIN),
        ("1_000", PLAIN),
        ("0x10", PLAIN),
        ("inf", PLAIN),
        ("NaN", PLAIN),
        ("5C", POINT),
        ("5 6", POINT),
        ("1.2.3", POINT),
        ("1,5", POINT),
        ("1,23", ENGLISH),
        ("1,2345", ENGLISH),
        ("0,123", ENGLISH),
        ("1.5", GERMAN),
        ("2024-01-31", POINT),
        ("01.02.2024", GERMAN),
        ("12:30", POINT),
        ("5%", POINT),
        ("१२", POINT),
        ("EUR", POINT),
    ],
)
def test_what_is_no_amount_in_the_format_is_null(
    units_of: UnitsOf, text: str, amount_format: AmountFormat
) -> None:
    assert parse_amount(text, amount_format, 2) is None
    assert units_of([text], amount_format, 2) == [None]


def test_null_stays_null(units_of: UnitsOf) -> None:
    assert units_of([None, "1"], PLAIN, 2) == [None, 100]


@pytest.mark.parametrize("amount_format", [POINT, PLAIN])
def test_it_rejects_what_it_would_have_to_round(
    units_of: UnitsOf, amount_format: AmountFormat
) -> None:
    texts: list[str | None] = ["1.239", "1.230", "0.001", "1.2300000000000000000000000000000001"]
    assert units_of(texts, amount_format, 2) == [None, 123, None, None]


@pytest.mark.parametrize(
    ("scale", "units"), [(0, None), (1, None), (2, None), (3, 1239), (4, 12390), (6, 1239000)]
)
def test_the_scale_decides_how_many_decimals_are_exact(
    units_of: UnitsOf, scale: int, units: int | None
) -> None:
    assert parse_amount("1.239", PLAIN, scale) == units
    assert units_of(["1.239"], PLAIN, scale) == [units]


def test_scale_zero_takes_whole_numbers_only(units_of: UnitsOf) -> None:
    assert units_of(["5", "5.0", "5.1", "-7"], PLAIN, 0) == [5, 5, None, -7]


@pytest.mark.parametrize("amount_format", [POINT, PLAIN])
def test_amounts_up_to_the_ends_of_int64_are_exact(
    units_of: UnitsOf, amount_format: AmountFormat
) -> None:
    texts: list[str | None] = [
        "92233720368547758.07",
        "-92233720368547758.08",
        "92233720368547758.08",
        "-92233720368547758.09",
        "9" * 60,
    ]
    expected = [UNITS_MAX, UNITS_MIN, None, None, None]
    assert units_of(texts, amount_format, 2) == expected
    assert [parse_amount(text or "", amount_format, 2) for text in texts] == expected


def test_a_plain_format_still_reads_odd_rows_that_the_sample_did_not_show(
    units_of: UnitsOf,
) -> None:
    texts: list[str | None] = ["1.5", "$7.25", "(3)", " 4 ", ".5", "12345678901234.56", "x"]
    assert units_of(texts, PLAIN, 2) == [150, 725, -300, 400, 50, 1234567890123456, None]


@given(
    st.lists(
        st.one_of(
            st.text(alphabet="0123456789.,-+() '$€DRCSH\u2212\u00a0eE", max_size=14),
            st.decimals(-(10**9), 10**9, places=3).map(str),
            st.decimals(-(10**6), 10**6, places=2).map(lambda d: f"{d:,}"),
        ),
        min_size=1,
        max_size=60,
    ),
    st.sampled_from(FORMATS),
    st.integers(0, 4),
)
@settings(max_examples=60, deadline=None)
def test_plan_and_function_agree_on_any_text(
    units_of: UnitsOf, texts: list[str], amount_format: AmountFormat, scale: int
) -> None:
    expected = [parse_amount(text, amount_format, scale) for text in texts]
    assert units_of(list(texts), amount_format, scale) == expected


@given(st.integers(UNITS_MIN, UNITS_MAX), st.integers(0, 6))
@settings(max_examples=100, deadline=None)
def test_every_exact_amount_comes_back(units: int, scale: int) -> None:
    text = f"{Decimal(units).scaleb(-scale):f}"
    assert parse_amount(text, PLAIN, scale) == units


@given(st.integers(-(10**12), 10**12), st.sampled_from([ENGLISH, GERMAN, FRENCH, SWISS]))
@settings(max_examples=100, deadline=None)
def test_grouped_amounts_come_back_in_every_format(units: int, amount_format: AmountFormat) -> None:
    english = f"{Decimal(units).scaleb(-2):,.2f}"
    marks = {",": amount_format.thousands, ".": amount_format.decimal}
    text = "".join(marks.get(letter, letter) for letter in english)
    assert parse_amount(text, amount_format, 2) == units


def test_bare_amount_keeps_letters_that_are_no_currency() -> None:
    assert bare_amount("INV 5") == "INV 5"
    assert bare_amount("EUR 5") == "5"
    assert bare_amount("5 Euros") == "5 Euros"


def test_reading_a_bare_value_ignores_how_many_decimals_it_has() -> None:
    assert reads_as_amount("1.23456789", POINT)
    assert not reads_as_amount("1.234.567", POINT)
    assert reads_as_amount("1.234.567", GERMAN)


@pytest.mark.parametrize(
    ("text", "amount_format", "units"),
    [
        ("1234", PLAIN, 1234),
        ("-5", POINT, -5),
        ("1,234", ENGLISH, 1234),
        ("1234.5", PLAIN, None),
        ("1234.0", PLAIN, 1234),
    ],
)
def test_decimals_that_are_not_written_are_read_as_if_they_were(
    units_of: UnitsOf, text: str, amount_format: AmountFormat, units: int | None
) -> None:
    cents = amount_format.model_copy(update={"unwritten_decimals": 2})
    assert units_of([text], cents, 2) == [units]
    assert parse_amount(text, cents, 2) == units
    assert parse_amount(text, cents, 3) == parse_amount(text, amount_format, 1)
