"""Amounts for people."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.model.money import format_amount
from tieout.reconcile.evidence.wording import minor_units, money_text, rows_text

_AMOUNTS = st.integers(min_value=-(10**17), max_value=10**17)


@given(amounts=st.lists(_AMOUNTS, min_size=1), scale=st.integers(min_value=0, max_value=4))
def test_columns_read_like_single_amounts(amounts: list[int], scale: int) -> None:
    column = money_text(pl.Series(amounts, dtype=pl.Int64), scale)

    assert column.to_list() == [format_amount(amount, scale) for amount in amounts]


def test_no_amount_is_no_text() -> None:
    assert money_text(pl.Series([None, 0], dtype=pl.Int64), 2).to_list() == [None, "0.00"]


def test_an_empty_column_stays_empty() -> None:
    assert money_text(pl.Series([], dtype=pl.Int64), 2).to_list() == []


def test_minor_units_follow_the_currency() -> None:
    assert minor_units(pl.Series(["EUR", "JPY", "", "KWD"]), 3).to_list() == [10, 1_000, 10, 1]


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([7], "row 7"),
        ([3, 4], "rows 3, 4"),
        (list(range(14)), "rows 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 2 more"),
    ],
)
def test_long_lists_of_rows_are_shortened(rows: list[int], text: str) -> None:
    assert rows_text(rows) == text
