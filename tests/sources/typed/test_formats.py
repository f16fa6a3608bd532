"""Amounts and moments as files write them."""

from datetime import timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.model.formats import AmountFormat
from tieout.model.table import Kind
from tieout.sources.amounts import parse_amount
from tieout.sources.typed.expressions import number_steps

from .conftest import Reader, column, moment


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        (["$106,89", "$2.468,70", "-$3,62", "$-4,00"], [106.89, 2468.7, -3.62, -4.0]),
        (["1,234.50", "(12.00)", "7.25-", "3"], [1234.5, -12.0, -7.25, 3.0]),
        (["1 234,5", "12,25", "€ 3,10", "4,00 EUR"], [1234.5, 12.25, 3.1, 4.0]),
        (["1'234.50", "0.75", "CHF 9.00"], [1234.5, 0.75, 9.0]),
        (["12.5%", "7 %", "-0.25%"], [12.5, 7.0, -0.25]),
        (["5.00 CR", "5.00 DR", "1.50"], [5.0, -5.0, 1.5]),
    ],
)
def test_it_reads_amounts_as_people_write_them(
    read: Reader, texts: list[str], numbers: list[float]
) -> None:
    rows = "".join(f'p{n},"{text}"\n' for n, text in enumerate(texts * 5))

    table = read("place,amount\n" + rows).table

    assert table.columns[1].kind is Kind.NUMBER
    assert table.frame["amount"].to_list() == numbers * 5


def test_a_point_is_not_a_decimal_mark_where_it_parts_thousands(read: Reader) -> None:
    values = [f"{n}.{n:03}" for n in range(100, 130)] + ["7", "12"]

    frame = read(column("amount", *values)).table.frame

    assert frame["amount"].to_list()[:2] == [100100.0, 101101.0]
    assert frame["amount"].to_list()[-2:] == [7.0, 12.0]


def test_exponents_and_grouped_amounts_read_in_one_column(read: Reader) -> None:
    texts = ["1e-05", "2.5E+3"] + ["1,234.50", "12.25"] * 20
    rows = "".join(f'p{n},"{text}"\n' for n, text in enumerate(texts))

    frame = read("place,amount\n" + rows).table.frame

    assert frame["amount"].to_list()[:4] == [1e-05, 2500.0, 1234.5, 12.25]


def test_codes_that_begin_with_a_currency_are_no_amounts(read: Reader) -> None:
    table = read(column("variant", *[f"ALL{n}" for n in range(1, 10)], "TRY1", "USD2")).table

    assert table.columns[1].kind is Kind.CATEGORY
    assert table.frame["variant"][0] == "ALL1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-01-31", "2024-01-31"),
        ("2024-01-31 10:05", "2024-01-31T10:05:00"),
        ("2024-01-31T10:05:07Z", "2024-01-31T10:05:07"),
        ("2024-01-31T10:05:07.250+02:00", "2024-01-31T10:05:07.250000"),
        ("2024-01-31 10:05:07.000125", "2024-01-31T10:05:07.000125"),
        ("20240131", "2024-01-31"),
        ("31/01/2024", "2024-01-31"),
        ("01/31/2024 10:05", "2024-01-31T10:05:00"),
        ("31.01.24", "2024-01-31"),
        ("31-Jan-2024", "2024-01-31"),
        ("Jan 31, 2024", "2024-01-31"),
        ("2024-01-31 10:05:07 PM", "2024-01-31T22:05:07"),
    ],
)
def test_it_reads_moments_as_written_without_their_zone(
    read: Reader, text: str, expected: str
) -> None:
    rows = f'p,"{text}"\n' * 20

    table = read("place,day\n" + rows).table

    assert table.columns[1].kind is Kind.TIME
    assert table.frame["day"].to_list() == [moment(expected)] * 20


def test_a_column_of_several_date_formats_is_read_by_each(read: Reader) -> None:
    texts = ["2024-01-31", "31/01/2024", "2024-01-31T10:00:00"] * 20

    frame = read(column("day", *texts)).table.frame

    assert frame["day"].to_list()[:3] == [
        moment("2024-01-31"),
        moment("2024-01-31"),
        moment("2024-01-31T10:00:00"),
    ]


@pytest.mark.parametrize("ticks", [1, 1_000, 1_000_000])
def test_whole_numbers_called_time_count_from_1970(read: Reader, ticks: int) -> None:
    first = 1_706_695_507
    values = [(first + n) * ticks for n in range(30)]

    table = read(column("unix_time", *values)).table

    assert table.columns[1].kind is Kind.TIME
    begin = moment("2024-01-31T10:05:07")
    assert table.frame["unix_time"].to_list() == [begin + timedelta(seconds=n) for n in range(30)]


def test_fractions_of_epoch_seconds_are_kept(read: Reader) -> None:
    frame = read(column("timestamp", *["1706695507.25"] * 3)).table.frame

    assert frame["timestamp"][0] == moment("2024-01-31T10:05:07.250000")


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("Time", ["0.0", "328.0", "172792.0"]),  # Seconds since the file begins.
        ("min_value", ["1706695507", "1706695508"]),
        ("amount", ["20240131", "20240201"]),
    ],
)
def test_numbers_that_are_no_moments_stay_numbers(
    read: Reader, name: str, values: list[str]
) -> None:
    assert read(column(name, *values)).table.columns[1].kind is Kind.NUMBER


@given(
    st.integers(-(10**12), 10**12),
    st.sampled_from(
        [AmountFormat(), AmountFormat(thousands=","), AmountFormat(decimal=",", thousands=".")]
    ),
    st.sampled_from(["{}", "${}", "{} EUR", "({})", "{}-", "  {} "]),
)
def test_a_written_number_is_the_amount_that_reconciliation_reads(
    cents: int, amount_format: AmountFormat, shape: str
) -> None:
    grouped = f"{abs(cents) / 100:,.2f}" if amount_format.thousands else f"{abs(cents) / 100:.2f}"
    marks = {ord("."): amount_format.decimal, ord(","): amount_format.thousands}
    swapped = grouped.translate(marks)
    text = shape.format(swapped)
    steps = pl.select(pl.lit(text).alias("text"))["text"]
    for pattern, replacement in number_steps(amount_format):
        steps = steps.str.replace_all(pattern, _as_polars(replacement))

    assert float(steps[0]) == (parse_amount(text, amount_format, 2) or 0) / 100


def _as_polars(replacement: str) -> str:
    for number in range(1, 7):
        replacement = replacement.replace(f"\\{number}", f"${{{number}}}")
    return replacement
