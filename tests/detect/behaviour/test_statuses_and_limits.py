"""Refusals, money asked back, and amounts just below limits."""

from collections.abc import Callable

import numpy as np
import pytest

from tieout.detect.behaviour.features import behaviour
from tieout.detect.behaviour.limits import just_below, just_below_of, round_limits
from tieout.model.table import Table

MakeTable = Callable[..., Table]


def test_refusals_are_counted_over_a_day(table: MakeTable) -> None:
    payments = table(
        time=["2025-01-01T10:00", "2025-01-01T10:01", "2025-01-01T10:02", "2025-01-03T10:00"],
        card=["1"] * 4,
        status=["Declined", "REFUSED by issuer", "approved", "failed"],
    )
    found = behaviour(payments)
    assert found["card_refused_1d"].to_list() == [1, 2, 2, 1]
    assert "customer_refused_1d" not in found.columns


def test_money_asked_back_is_counted_over_ninety_days(table: MakeTable) -> None:
    payments = table(
        time=["2025-01-01", "2025-01-15", "2025-03-01", "2025-06-01", "2025-06-02"],
        customer=["a"] * 5,
        status=["chargeback", "ok", "Disputed", "charge back", None],
    )
    found = behaviour(payments)
    assert found["is_chargeback"].to_list() == [True, False, True, True, False]
    assert found["chargebacks_90d"].to_list() == [1, 1, 2, 1, 1]
    assert found["rows_90d"].to_list() == [1, 2, 3, 1, 2]


def test_amounts_just_below_a_limit_are_counted_over_a_week(table: MakeTable) -> None:
    payments = table(
        time=[f"2025-01-{day:02d}" for day in (1, 2, 3, 4, 15)],
        customer=["a"] * 5,
        amount=[9_900.0, 9_600.5, 9_499.0, -9_999.0, 9_900.0],
    )
    found = behaviour(payments, amount_limits=[10_000.0])
    assert found["limit_just_above"].to_list() == [10_000.0, 10_000.0, None, 10_000.0, 10_000.0]
    assert found["near_limit_count_7d"].to_list() == [1, 2, 0, 3, 1]
    assert found["near_limit_sum_7d"].to_list() == [9_900.0, 19_500.5, 0.0, 9_501.5, 9_900.0]


def test_an_amount_at_its_limit_is_not_below_it() -> None:
    amounts = [10_000.0, 9_999.99, 9_500.0, 9_499.99, np.nan]
    found = just_below(np.array(amounts), [10_000.0])
    alone = [just_below_of(each, [10_000.0]) for each in amounts]
    assert np.array_equal(alone, found, equal_nan=True)
    assert np.isnan(found).tolist() == [True, False, False, True, True]


def test_the_nearest_limit_is_told() -> None:
    limits = [1_000.0, 1_020.0, 5_000.0]
    found = just_below(np.array([980.0, 1_010.0]), limits)
    assert [just_below_of(980.0, limits), just_below_of(1_010.0, limits)] == found.tolist()
    assert found.tolist() == [1_000.0, 1_020.0]


def test_limits_not_given_are_round_numbers_above_what_is_ordinary() -> None:
    amounts = np.concatenate([np.full(95, 20.0), np.full(5, 9_900.0)])
    found = round_limits(amounts)
    assert 10_000.0 in found
    assert min(found) > 20.0


@pytest.mark.parametrize("amounts", [[], [np.nan], [0.0, 0.0]])
def test_no_amounts_have_no_limits(amounts: list[float]) -> None:
    assert round_limits(np.array(amounts, dtype=np.float64)) == ()
