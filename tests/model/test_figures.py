"""Columns of numbers read like numbers that are written one by one."""

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tieout.model.figures import fixed_text, money_text
from tieout.model.money import format_amount

_AMOUNTS = st.integers(min_value=-(10**17), max_value=10**17)
_FLOATS = st.floats(allow_nan=False, allow_infinity=False)


@given(amounts=st.lists(_AMOUNTS, min_size=1), scale=st.integers(min_value=0, max_value=6))
def test_columns_read_like_single_amounts(amounts: list[int], scale: int) -> None:
    column = money_text(pl.Series("paid", amounts, dtype=pl.Int64), scale)

    assert column.to_list() == [format_amount(amount, scale) for amount in amounts]
    assert column.name == "paid"


def test_no_amount_is_no_text() -> None:
    assert money_text(pl.Series([None, 0], dtype=pl.Int64), 2).to_list() == [None, "0.00"]


def test_an_empty_column_stays_empty() -> None:
    assert money_text(pl.Series([], dtype=pl.Int64), 2).to_list() == []
    assert fixed_text(np.array([]), 2).to_list() == []


@given(values=st.lists(_FLOATS, min_size=1), decimals=st.integers(min_value=0, max_value=6))
@example([0.125, 0.375, 2.5, 1.005, -0.001, 999.995, 1e15, 4_503_599_627_370_496.5], 2)
@example([0.5, 1.5, 2.5, -0.0, 999_999.5], 0)
def test_floats_read_as_python_writes_them(values: list[float], decimals: int) -> None:
    column = fixed_text(np.array(values), decimals)

    assert column.to_list() == [f"{value:,.{decimals}f}" for value in values]


@given(cents=st.lists(_AMOUNTS.map(lambda cents: cents * 5), min_size=1))
def test_halves_of_a_cent_go_where_python_lets_them(cents: list[int]) -> None:
    values = [each / 1000 for each in cents]

    assert fixed_text(np.array(values), 2).to_list() == [f"{value:,.2f}" for value in values]


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan")])
def test_what_is_no_number_reads_so(value: float) -> None:
    assert fixed_text(np.array([1.0, value]), 1).to_list() == ["1.0", f"{value:,.1f}"]
