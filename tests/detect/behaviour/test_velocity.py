"""Counts, sums and different others in windows, beside a plain reading of what they mean."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.detect.behaviour.features import behaviour
from tieout.model.table import Table

MakeTable = Callable[..., Table]

START = datetime.fromisoformat("2025-01-01")


def test_a_window_holds_its_first_moment_and_the_row_itself(table: MakeTable) -> None:
    payments = table(
        time=["2025-01-01T10:00:00", "2025-01-01T10:10:00", "2025-01-01T10:10:01"],
        card=["1", "1", "1"],
        amount=[10.0, 20.0, 0.5],
    )
    found = behaviour(payments)
    assert found["card_count_10m"].to_list() == [1, 2, 2]
    assert found["card_sum_10m"].to_list() == [10.0, 30.0, 20.5]
    assert found["card_count_1h"].to_list() == [1, 2, 3]


def test_sums_are_exact_and_a_missing_amount_counts_as_nothing(table: MakeTable) -> None:
    times = [f"2025-01-01T10:00:{second:02d}" for second in range(12)]
    payments = table(time=times, card=["1"] * 12, amount=[0.1] * 11 + [None])
    found = behaviour(payments)
    assert found["card_sum_10m"].to_list()[-2:] == [1.1, 1.1]
    assert found["card_count_10m"].to_list()[-1] == 12


def test_debits_less_credits_are_added_up_where_there_is_no_amount(table: MakeTable) -> None:
    lines = table(
        time=["2025-01-01T10:00", "2025-01-01T11:00"],
        account=["1000", "1000"],
        debit=[100.0, None],
        credit=[None, 30.0],
    )
    assert behaviour(lines)["account_sum_1d"].to_list() == [100.0, 70.0]


def test_equal_times_count_in_the_order_of_the_file(table: MakeTable) -> None:
    payments = table(time=["2025-01-01T10:00"] * 3, merchant=["m"] * 3)
    found = behaviour(payments)
    assert found["merchant_count_10m"].to_list() == [1, 2, 3]
    assert found["merchant_rows_before"].to_list() == [0, 1, 2]


def test_different_merchants_and_countries_are_counted_once(table: MakeTable) -> None:
    payments = table(
        time=[f"2025-01-01T{hour:02d}:30" for hour in (10, 11, 12, 13, 23)],
        customer=["a"] * 5,
        merchant=["m", "n", "m", None, "n"],
        country=["GB", "GB", "FR", "FR", "GB"],
    )
    found = behaviour(payments)
    assert found["customer_merchants_1h"].to_list() == [1, 2, 2, 1, 1]
    assert found["customer_merchants_1d"].to_list() == [1, 2, 2, 2, 2]
    assert found["customer_countries_1d"].to_list() == [1, 1, 2, 2, 2]


def test_many_cards_on_a_device_and_at_a_merchant_are_seen(table: MakeTable) -> None:
    payments = table(
        time=[f"2025-01-01T10:0{minute}" for minute in range(4)],
        card=["1", "2", "3", "1"],
        customer=["a", "b", "c", "a"],
        device=["d"] * 4,
        merchant=["m"] * 4,
    )
    found = behaviour(payments)
    assert found["device_cards_1d"].to_list() == [1, 2, 3, 3]
    assert found["device_customers_1d"].to_list() == [1, 2, 3, 3]
    assert found["merchant_cards_10m"].to_list() == [1, 2, 3, 3]


def test_the_first_rows_of_a_burst_are_part_of_it(table: MakeTable) -> None:
    payments = table(
        time=[
            "2025-01-01T09:00",
            "2025-01-01T10:00",
            "2025-01-01T10:01",
            "2025-01-01T10:09",
            "2025-01-01T10:15",
            "2025-01-01T12:00",
        ],
        card=["1"] * 6,
    )
    found = behaviour(payments)
    assert found["card_count_10m"].to_list() == [1, 1, 2, 3, 2, 1]
    assert found["burst_10m"].to_list() == [1, 3, 3, 3, 2, 1]


def test_bursts_of_different_cards_stay_apart(table: MakeTable) -> None:
    payments = table(
        time=[f"2025-01-01T10:0{minute}" for minute in range(4)], card=["1", "2", "1", "2"]
    )
    assert behaviour(payments)["burst_10m"].to_list() == [2, 2, 2, 2]


moments = st.lists(
    st.tuples(
        st.integers(0, 7200), st.sampled_from("ab"), st.sampled_from("mno"), st.integers(-500, 500)
    ),
    min_size=1,
    max_size=30,
)


@pytest.mark.parametrize(("window", "seconds"), [("10m", 600), ("1h", 3600)])
@settings(max_examples=30, deadline=None)
@given(rows=moments)
def test_windows_are_what_a_plain_count_gives(
    table: MakeTable, window: str, seconds: int, rows: list[tuple[int, str, str, int]]
) -> None:
    rows = sorted(rows, key=lambda row: row[0])
    found = behaviour(
        table(
            time=[(START + timedelta(seconds=row[0])).isoformat() for row in rows]
            + [(START + timedelta(days=9, seconds=1)).isoformat()],
            customer=[row[1] for row in rows] + ["z"],
            merchant=[row[2] for row in rows] + ["z"],
            amount=[row[3] / 100 for row in rows] + [0.0],
        )
    )
    for place, row in enumerate(rows):
        inside = [
            other
            for other in rows[: place + 1]
            if other[1] == row[1] and row[0] - other[0] <= seconds
        ]
        assert found[f"customer_count_{window}"][place] == len(inside)
        assert found[f"customer_sum_{window}"][place] == sum(other[3] for other in inside) / 100
        if window == "1h":
            assert found["customer_merchants_1h"][place] == len({other[2] for other in inside})


@settings(max_examples=30, deadline=None)
@given(rows=moments)
def test_bursts_are_the_largest_count_of_a_window_that_holds_the_row(
    table: MakeTable, rows: list[tuple[int, str, str, int]]
) -> None:
    rows = sorted(rows, key=lambda row: row[0])
    found = behaviour(
        table(
            time=[(START + timedelta(seconds=row[0])).isoformat() for row in rows]
            + [(START + timedelta(days=9, seconds=1)).isoformat()],
            customer=[row[1] for row in rows] + ["z"],
        )
    )
    counts = found["customer_count_10m"].to_list()
    for place, row in enumerate(rows):
        ahead = [
            counts[other]
            for other in range(place, len(rows))
            if rows[other][1] == row[1] and rows[other][0] - row[0] <= 600
        ]
        assert found["burst_10m"][place] == max(ahead)
