"""How a column writes amounts and dates, decided by the whole column."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.model.formats import AmountFormat, DateFormat
from tieout.sources.amounts import parse_amount
from tieout.sources.decide import date_decision, decide_amount_format, decide_date_format


def column(*values: str | None) -> pl.Series:
    """A text column."""
    return pl.Series("column", values, dtype=pl.String)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1", "2", "300"], AmountFormat(plain=True)),
        (["1.50", "-2"], AmountFormat(plain=True)),
        (["1.50", "+2"], AmountFormat()),
        ([" 1.50 ", "2"], AmountFormat(plain=True)),
        (["1,533.50", "-33.50"], AmountFormat(thousands=",")),
        (["1.533,50", "-33,50"], AmountFormat(decimal=",", thousands=".")),
        (["106,89", "3,62"], AmountFormat(decimal=",")),
        (["$106,89", "$3,62"], AmountFormat(decimal=",")),
        (["$106,89", "$2.468,70"], AmountFormat(decimal=",", thousands=".")),
        (["12,34,567.00", "5.00"], AmountFormat(thousands=",")),
        (["1 234,50", "-5,00"], AmountFormat(decimal=",", thousands=" ")),
        (["1\u00a0234,50"], AmountFormat(decimal=",", thousands=" ")),
        (["1 234.50"], AmountFormat(thousands=" ")),
        (["1'234.50", "7.00"], AmountFormat(thousands="'")),
        (["EUR 5.00", "USD 6.00"], AmountFormat()),
        (["5.00 €", "6.00 €"], AmountFormat()),
        (["(5.00)", "6.00"], AmountFormat()),
        (["'5.00", "'6.00 $"], AmountFormat()),
        (["5.00-", "6.00"], AmountFormat()),
        (["5.00 DR", "6.00 CR"], AmountFormat()),
        (["+31070,11"], AmountFormat(decimal=",")),
        (["1,234.00", "1,234,567.00", None, ""], AmountFormat(thousands=",")),
    ],
)
def test_it_tells_how_amounts_are_written(values: list[str | None], expected: AmountFormat) -> None:
    assert decide_amount_format(column(*values)) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1,234"], AmountFormat(thousands=",")),
        (["1,234", "999", "12,345"], AmountFormat(thousands=",")),
        (["1,234", "5,67"], AmountFormat(decimal=",")),
        (["1,234", "0,500"], AmountFormat(decimal=",")),
        (["1,234", "1234,567"], AmountFormat(decimal=",")),
        (["1.234"], AmountFormat(plain=True)),
        (["1.234"] * 12 + ["567"], AmountFormat(decimal=",", thousands=".")),
        (["1.234"] * 12 + ["567.8"], AmountFormat(plain=True)),
        (["1.234.567", "1.234"], AmountFormat(decimal=",", thousands=".")),
    ],
)
def test_an_ambiguous_mark_is_settled_by_the_rest_of_the_column(
    values: list[str], expected: AmountFormat
) -> None:
    assert decide_amount_format(column(*values)) == expected


@pytest.mark.parametrize(
    "values",
    [
        [],
        [None, ""],
        ["abc"],
        ["INV-0001", "INV-0002"],
        ["1", "2", "x"],
        ["2024-01-31"],
        ["31.01.2024"],
        ["31/01/2024"],
        ["12:30"],
        ["DE89370400440532013000"],
        ["5 apples"],
    ],
)
def test_a_column_of_something_else_has_no_amount_format(values: list[str | None]) -> None:
    assert decide_amount_format(column(*values)) is None


def test_up_to_a_tenth_of_the_values_may_be_no_amounts() -> None:
    assert decide_amount_format(column(*["1.50"] * 9, "n/a")) == AmountFormat()
    assert decide_amount_format(column(*["1.50"] * 8, "n/a", "-")) is None


@given(st.lists(st.decimals(-(10**7), 10**7, places=2), min_size=3, max_size=40))
@settings(max_examples=50, deadline=None)
def test_the_decided_format_reads_the_column_it_was_decided_on(
    amounts: list[object],
) -> None:
    for template in ("{:.2f}", "{:,.2f}", "${:,.2f}", "{:,.2f} EUR"):
        texts = [template.format(amount) for amount in amounts]
        found = decide_amount_format(column(*texts))
        assert found is not None
        read = [parse_amount(text, found, 2) for text in texts]
        assert read == [parse_amount(f"{amount:.2f}", AmountFormat(), 2) for amount in amounts]


@pytest.mark.parametrize(
    ("values", "patterns"),
    [
        (["2024-01-31"], ("%Y-%m-%d",)),
        (["2024-01-31 13:45:00"], ("%Y-%m-%d %H:%M:%S",)),
        (["2024-01-31T13:45:00.123Z"], ("%Y-%m-%dT%H:%M:%S.%f",)),
        (["2024-01-31T13:45:00+02:00"], ("%Y-%m-%dT%H:%M:%S",)),
        (["2024-01-31", "2024-01-31 13:45:00"], ("%Y-%m-%d %H:%M:%S",)),
        (["31/01/2024"], ("%d/%m/%Y",)),
        (["12/15/2018"], ("%m/%d/%Y",)),
        (["1/31/2024"], ("%m/%d/%Y",)),
        (["22-03-2024"], ("%d-%m-%Y",)),
        (["31.01.2024"], ("%d.%m.%Y",)),
        (["01.02.24"], ("%d.%m.%y",)),
        (["2024/01/31"], ("%Y/%m/%d",)),
        (["20240131", "20231201"], ("%Y%m%d",)),
        (["31 Jan 2024"], ("%d %b %Y",)),
        (["Jan 31, 2024"], ("%b %d, %Y",)),
        (["31-Jan-24"], ("%d-%b-%y",)),
        (["31 January 2024"], ("%d %B %Y",)),
        (["31/01/2024 13:45"], ("%d/%m/%Y %H:%M",)),
        (["1/31/2024 1:45 PM"], ("%m/%d/%Y %I:%M %p",)),
        (["1/31/2024 1:45PM"], ("%m/%d/%Y %I:%M%p",)),
        (["1/31/2024 1:45:07am"], ("%m/%d/%Y %I:%M:%S%p",)),
        (["2024-01-31 10:05 PM"], ("%Y-%m-%d %I:%M %p",)),
        (["20240131134500", "20231201000000"], ("%Y%m%d%H%M%S",)),
    ],
)
def test_it_tells_how_dates_are_written(values: list[str], patterns: tuple[str, ...]) -> None:
    assert decide_date_format(column(*values)) == DateFormat(patterns=patterns)


def test_halves_of_the_day_are_read_before_the_iso_form_that_would_read_over_them() -> None:
    found = decide_date_format(column("2024-01-31 22:05", "2024-02-01 10:05 PM", "2024-02-02 9:00"))
    assert found == DateFormat(patterns=("%Y-%m-%d %I:%M %p", "%Y-%m-%d %H:%M"))


def test_a_column_may_be_read_although_many_values_are_something_else() -> None:
    values = column("5,00", "7,25", "1084", "2207.68", "see note")
    assert decide_amount_format(values) is None
    assert decide_amount_format(values, coverage=0.5) == AmountFormat(decimal=",")


def test_mixed_ways_of_writing_come_out_the_most_frequent_first() -> None:
    found = decide_date_format(column("31/01/2024", "2024-01-31", "28/01/2024"))
    assert found == DateFormat(patterns=("%d/%m/%Y", "%Y-%m-%d"))


@pytest.mark.parametrize(
    "values",
    [
        [],
        [None, ""],
        ["abc", "def"],
        ["12345678", "87654321"],
        ["1706659200"],
        ["1,234.00"],
        ["1.50"],
        ["99/99/2024"],
        ["2024-01-31", "x"],
        ["13:45"],
    ],
)
def test_a_column_of_something_else_has_no_date_format(values: list[str | None]) -> None:
    assert decide_date_format(column(*values)) is None


def test_a_value_above_twelve_settles_the_order_for_the_whole_column() -> None:
    decision = date_decision(column("01/02/2024", "03/04/2024", "25/04/2024"))
    assert decision is not None
    assert decision.certain
    assert decision.format.patterns == ("%d/%m/%Y",)
    assert decision.reason == "1 values have the day first"


def test_without_one_the_order_that_sorts_the_column_is_taken() -> None:
    month_first = [f"{month:02d}/{day:02d}/2024" for month in (1, 2, 3) for day in (2, 7, 11)]
    decision = date_decision(column(*month_first))
    assert decision is not None
    assert decision.format.patterns == ("%m/%d/%Y",)
    assert not decision.certain


def test_without_order_the_denser_dates_are_taken_and_called_a_guess() -> None:
    decision = date_decision(column("01/02/2024", "01/09/2024", "01/05/2024", "01/01/2024"))
    assert decision is not None
    assert decision.format.patterns == ("%m/%d/%Y",)
    assert not decision.certain
    assert "closer together" in decision.reason


def test_with_nothing_to_go_by_the_day_comes_first_and_it_says_so() -> None:
    decision = date_decision(column("01/02/2024"))
    assert decision is not None
    assert decision.format.patterns == ("%d/%m/%Y",)
    assert not decision.certain


def test_a_clock_of_twelve_hours_suggests_that_the_month_comes_first() -> None:
    decision = date_decision(column("07/12/2025 01:45 PM"))
    assert decision is not None
    assert decision.format.patterns == ("%m/%d/%Y %I:%M %p",)
    assert decision.swapped.patterns == ("%d/%m/%Y %I:%M %p",)
    assert decision.doubt == (
        "03/05/2024 02:30 PM is read as 2024-03-05: no value is above 12, and beside AM and PM the "
        "month mostly comes first"
    )


def test_values_know_better_than_their_clock() -> None:
    decision = date_decision(column("07/12/2025 01:45 PM", "13/12/2025 09:10 AM"))
    assert decision is not None
    assert decision.format.patterns == ("%d/%m/%Y %I:%M %p",)
    assert decision.doubt == ""


def test_dates_with_points_always_have_the_day_first() -> None:
    decision = date_decision(column("01.02.2024", "02.03.2024"))
    assert decision is not None
    assert decision.certain


def test_equal_day_and_month_leave_nothing_to_decide() -> None:
    decision = date_decision(column("01/01/2024", "02/02/2024"))
    assert decision is not None
    assert decision.certain


def test_a_column_that_mixes_both_orders_gets_both_and_is_not_certain() -> None:
    decision = date_decision(column("31/01/2024", "30/01/2024", "12/31/2024"))
    assert decision is not None
    assert decision.format.patterns == ("%d/%m/%Y", "%m/%d/%Y")
    assert not decision.certain


def test_a_few_values_that_are_dates_in_no_order_are_left_to_be_rejected() -> None:
    decided = decide_date_format(pl.Series(["2026-01-31"] * 19 + ["31/31/2026"]))
    assert decided == DateFormat()


def test_a_stray_value_in_the_other_order_is_left_to_be_rejected() -> None:
    decision = date_decision(column(*["31/01/2024"] * 99, "12/31/2024"))
    assert decision is not None
    assert decision.format.patterns == ("%d/%m/%Y",)
    assert decision.certain
