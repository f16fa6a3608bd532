"""Hours, weekdays, ends of months and gaps."""

from collections.abc import Callable

import pytest

from tieout.detect.behaviour.features import behaviour
from tieout.model.table import Table

MakeTable = Callable[..., Table]


def test_it_tells_hour_weekday_and_night(table: MakeTable) -> None:
    payments = table(
        time=["2025-03-03T05:59:59", "2025-03-03T06:00:00", "2025-03-08T00:00:00"],
        customer=["a", "b", "c"],
    )
    found = behaviour(payments, features=["hour", "is_night", "weekday", "is_weekend"])
    assert found["hour"].to_list() == [5, 6, 0]
    assert found["is_night"].to_list() == [True, False, True]
    assert found["weekday"].to_list() == [1, 1, 6]
    assert found["is_weekend"].to_list() == [False, False, True]


@pytest.mark.parametrize(
    ("day", "left"),
    [("2025-02-28", 0), ("2024-02-28", 1), ("2024-02-29", 0), ("2025-12-01", 30)],
)
def test_it_counts_the_days_to_the_end_of_the_month(table: MakeTable, day: str, left: int) -> None:
    found = behaviour(table(time=[day], amount=[1.0]))
    assert found["days_to_month_end"].to_list() == [left]
    assert found["is_month_end"].to_list() == [left == 0]


def test_gaps_are_told_per_key(table: MakeTable) -> None:
    payments = table(
        time=["2025-01-01T10:00", "2025-01-01T10:05", "2025-01-01T11:00", "2025-01-02T10:00"],
        customer=["a", "b", "a", "a"],
        card=["1", "1", "2", "1"],
    )
    found = behaviour(payments)
    assert found["customer_seconds_since_last"].to_list() == [None, None, 3600.0, 82800.0]
    assert found["card_seconds_since_last"].to_list() == [None, 300.0, None, 86100.0]
    assert found["customer_rows_before"].to_list() == [0, 0, 1, 2]
    assert found["card_rows_before"].to_list() == [0, 1, 0, 2]


def test_the_holder_is_the_customer_and_else_the_card(table: MakeTable) -> None:
    times = ["2025-01-01T10:00", "2025-01-01T10:05"]
    both = behaviour(table(time=times, customer=["a", "b"], card=["1", "1"]))
    card = behaviour(table(time=times, card=["1", "1"]))
    assert both["rows_before"].to_list() == [0, 0]
    assert card["rows_before"].to_list() == [0, 1]
    assert card["seconds_since_last"].to_list() == [None, 300.0]


def test_a_table_of_dates_has_no_features_of_the_clock(table: MakeTable) -> None:
    found = behaviour(table(time=["2025-01-01", "2025-01-02"], customer=["a", "a"]))
    assert not {"hour", "is_night", "customer_count_10m", "customer_count_1h"} & set(found.columns)
    assert found["weekday"].to_list() == [3, 4]
    assert found["customer_seconds_since_last"].to_list() == [None, 86400.0]
    assert found["customer_count_1d"].to_list() == [1, 2]


def test_a_row_without_a_time_has_nulls_and_is_nobodys_past(table: MakeTable) -> None:
    payments = table(time=["2025-01-01T10:00", None, "2025-01-01T12:00"], customer=["a", "a", "a"])
    found = behaviour(payments)
    assert found["hour"].to_list() == [10, None, 12]
    assert found["customer_rows_before"].to_list() == [0, None, 1]
    assert found["customer_seconds_since_last"].to_list() == [None, None, 7200.0]
    assert found["is_night"].to_list() == [False, None, False]


def test_a_row_without_a_key_has_nulls(table: MakeTable) -> None:
    payments = table(
        time=["2025-01-01T10:00", "2025-01-01T11:00", "2025-01-01T12:00"],
        customer=[None, None, "a"],
    )
    found = behaviour(payments)
    assert found["customer_rows_before"].to_list() == [None, None, 0]
    assert found["customer_seconds_since_last"].to_list() == [None, None, None]
    assert found["customer_count_1h"].to_list() == [None, None, 1]
    assert found["gap_variation"].to_list() == [None, None, None]
