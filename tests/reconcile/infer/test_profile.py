"""What a column looks like, and its sample as amounts and days."""

from collections.abc import Callable
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.model.formats import AmountFormat
from tieout.reconcile.infer import SampleSide
from tieout.reconcile.infer.profile import Kind, profile, sample_days, sample_units
from tieout.sources.amounts import parse_amount

Side = Callable[..., SampleSide]
EPOCH = date(1970, 1, 1)


def test_it_tells_the_kinds_of_columns_apart(side: Side) -> None:
    sample = side(
        """
        id   | amount | day        | ccy | words       | nothing
        A-1  | 1.50   | 2024-01-31 | EUR | first thing | -
        A-2  | -2     | 2024-02-01 | usd | another     | -
        """
    )
    kinds = {column.name: column.kind for column in profile(sample).columns}
    assert kinds == {
        "id": Kind.TEXT,
        "amount": Kind.AMOUNT,
        "day": Kind.DATE,
        "ccy": Kind.CURRENCY,
        "words": Kind.TEXT,
        "nothing": Kind.EMPTY,
    }


def test_eight_digits_that_are_days_are_dates_and_not_amounts(side: Side) -> None:
    found = profile(side(day=["20240131", "20240201"], number=["20249999", "12345678"]))
    assert [column.kind for column in found.columns] == [Kind.DATE, Kind.AMOUNT]


def test_it_counts_what_is_filled_and_distinct(side: Side) -> None:
    column = profile(side(ref=["a", "a", "b", "-", " "])).column("ref")
    assert (column.filled, column.distinct) == (3, 2)
    assert column.filled_share == pytest.approx(0.6)
    assert column.distinct_share == pytest.approx(2 / 3)


def test_values_are_trimmed(side: Side) -> None:
    assert profile(side(ref=[" a ", "b"])).column("ref").values.to_list() == ["a", "b"]


def test_whole_numbers_are_told_apart_from_decimal_ones(side: Side) -> None:
    found = profile(side(a=["1", "20"], b=["1", "2.50"], c=["5142124791.0", "5142124792.0"]))
    assert [column.whole for column in found.columns] == [True, False, True]


def test_an_empty_sample_has_empty_columns(side: Side) -> None:
    column = profile(side(ref=[])).column("ref")
    assert column.kind is Kind.EMPTY
    assert column.distinct_share == column.filled_share == column.length == 0.0


@pytest.mark.parametrize(
    ("values", "days"),
    [
        (["2024-01-31", "2024-02-30"], [date(2024, 1, 31), None]),
        (["2024-01-31 10:00:00", "2024-02-01"], [date(2024, 1, 31), date(2024, 2, 1)]),
        (["31/01/2024", "1/2/2024"], [date(2024, 1, 31), date(2024, 2, 1)]),
        (["31.01.24", "-"], [date(2024, 1, 31), None]),
        (["31 Jan 2024"], [date(2024, 1, 31)]),
        (["31/01/2024 10:30"], [date(2024, 1, 31)]),
        (["2024-01-31", "31/01/2024"], [date(2024, 1, 31)] * 2),
    ],
)
def test_sampled_dates_are_read_by_the_decided_format(
    side: Side, values: list[str], days: list[date | None]
) -> None:
    column = profile(side(day=values)).column("day")
    expected = [None if day is None else (day - EPOCH).days for day in days]
    assert sample_days(column).to_list() == expected


@given(
    st.lists(
        st.one_of(
            st.decimals(-(10**7), 10**7, places=4).map(str),
            st.text(alphabet="0123456789.,-()$ EUR", max_size=10),
        ),
        min_size=1,
        max_size=40,
    ),
    st.sampled_from([AmountFormat(), AmountFormat(thousands=","), AmountFormat(decimal=",")]),
    st.integers(0, 6),
)
@settings(max_examples=60, deadline=None)
def test_sampled_amounts_are_what_the_parser_answers(
    texts: list[str], amount_format: AmountFormat, scale: int
) -> None:
    found = sample_units(pl.Series("x", texts), amount_format, scale)
    assert found.to_list() == [parse_amount(text, amount_format, scale) for text in texts]


@given(st.lists(st.decimals(-(10**9), 10**9, places=5).map(str), min_size=1), st.integers(0, 6))
@settings(max_examples=60, deadline=None)
def test_plain_sampled_amounts_are_never_rounded(texts: list[str], scale: int) -> None:
    found = sample_units(pl.Series("x", texts), AmountFormat(plain=True), scale)
    assert found.to_list() == [parse_amount(text, AmountFormat(), scale) for text in texts]
