"""Equal amounts again, and gaps that are too even."""

from collections.abc import Callable

import numpy as np
import pytest

from tieout.detect.behaviour.features import behaviour
from tieout.model.table import Table

MakeTable = Callable[..., Table]


def test_the_same_amount_at_the_same_merchant_is_a_repeat(table: MakeTable) -> None:
    payments = table(
        time=[f"2025-01-01T10:0{minute}" for minute in range(6)],
        card=["1", "1", "1", "2", "1", "1"],
        merchant=["m", "n", "m", "m", "m", "m"],
        amount=[5.0, 5.0, 5.0, 5.0, 5.01, 5.0],
    )
    found = behaviour(payments)
    seconds = found["seconds_since_same_amount"].to_list()
    assert seconds == [None, None, 120.0, None, None, 180.0]
    assert found["same_amount_before"].to_list() == [0, 0, 1, 0, 0, 2]


def test_amounts_in_other_currencies_are_not_the_same(table: MakeTable) -> None:
    payments = table(
        time=["2025-01-01T10:00", "2025-01-01T10:01"],
        card=["1", "1"],
        merchant=["m", "m"],
        amount=[5.0, 5.0],
        currency=["EUR", "USD"],
    )
    assert behaviour(payments)["seconds_since_same_amount"].to_list() == [None, None]


def test_a_missing_amount_equals_no_other(table: MakeTable) -> None:
    payments = table(
        time=["2025-01-01T10:00", "2025-01-01T10:01", "2025-01-01T10:02"],
        card=["1", "1", "1"],
        merchant=["m", "m", "m"],
        amount=[None, None, 0.0],
    )
    found = behaviour(payments)
    assert found["seconds_since_same_amount"].to_list() == [None, None, None]
    assert found["same_amount_before"].to_list() == [None, None, 0]


@pytest.mark.parametrize("amount", [0.0, -12.34, 0.0001, 1e12, 1e15])
def test_amounts_of_any_size_repeat(table: MakeTable, amount: float) -> None:
    payments = table(
        time=["2025-01-01T10:00", "2025-01-01T10:01", "2025-01-01T10:02"],
        card=["1", "1", "1"],
        merchant=["m", "m", "m"],
        amount=[amount, amount + 1.0, amount],
    )
    assert behaviour(payments)["seconds_since_same_amount"].to_list() == [None, None, 120.0]


def test_gap_variation_is_zero_for_a_machine(table: MakeTable) -> None:
    payments = table(
        time=[f"2025-01-01T10:{minute:02d}" for minute in range(8)], customer=["a"] * 8
    )
    found = behaviour(payments)["gap_variation"].to_list()
    assert found[:5] == [None] * 5
    assert found[5:] == [0.0] * 3


def test_gap_variation_is_deviation_over_mean_of_the_latest_twenty(table: MakeTable) -> None:
    gaps = np.random.default_rng(1).integers(1, 1000, 40)
    seconds = np.concatenate([[0], np.cumsum(gaps)])
    moments = np.datetime64("2025-01-01T00:00:00") + seconds.astype("timedelta64[s]")
    payments = table(time=[str(moment) for moment in moments], customer=["a"] * 41)
    found = behaviour(payments)["gap_variation"]
    assert found[40] == pytest.approx(gaps[20:].std() / gaps[20:].mean())
    assert found[10] == pytest.approx(gaps[:10].std() / gaps[:10].mean())


def test_gaps_of_nothing_tell_nothing(table: MakeTable) -> None:
    payments = table(time=["2025-01-01T10:00"] * 8, customer=["a"] * 8)
    assert behaviour(payments)["gap_variation"].to_list() == [None] * 8
