"""New and rare values."""

from collections.abc import Callable

from tieout.detect.behaviour.features import behaviour
from tieout.model.table import Table

MakeTable = Callable[..., Table]


def test_a_country_is_new_until_it_was_seen(table: MakeTable) -> None:
    payments = table(
        time=[f"2025-01-0{day}T10:00" for day in range(1, 7)],
        customer=["a", "a", "a", "b", "a", "a"],
        country=["GB", "GB", "FR", "FR", "FR", "GB"],
    )
    found = behaviour(payments)
    assert found["new_country"].to_list() == [None, False, True, None, False, False]
    assert found["country_seen_before"].to_list() == [0, 1, 0, 0, 1, 2]
    assert found["countries_before"].to_list() == [0, 1, 1, 0, 2, 2]
    assert found["country_known_days"].to_list() == [0.0, 1.0, 0.0, 0.0, 2.0, 5.0]


def test_a_missing_country_is_neither_new_nor_seen(table: MakeTable) -> None:
    payments = table(
        time=[f"2025-01-0{day}T10:00" for day in range(1, 4)],
        customer=["a", "a", "a"],
        country=["GB", None, "FR"],
    )
    found = behaviour(payments)
    assert found["new_country"].to_list() == [None, None, True]
    assert found["country_seen_before"].to_list() == [0, None, 0]
    assert found["country_known_days"].to_list() == [0.0, None, 0.0]
    assert found["countries_before"].to_list() == [0, 1, 1]


def test_the_first_known_country_after_unknown_ones_is_not_new(table: MakeTable) -> None:
    payments = table(
        time=[f"2025-01-0{day}T10:00" for day in range(1, 4)],
        customer=["a", "a", "a"],
        country=[None, "GB", "FR"],
    )
    assert behaviour(payments)["new_country"].to_list() == [None, None, True]


def test_devices_channels_categories_and_merchants_are_followed(table: MakeTable) -> None:
    payments = table(
        time=["2025-01-01T10:00", "2025-01-02T10:00", "2025-01-03T10:00"],
        card=["1", "1", "1"],
        device=["d", "e", "d"],
        channel=["pos", "pos", "online"],
        merchant_category=["food", "food", "fuel"],
        merchant=["m", "n", "n"],
    )
    found = behaviour(payments)
    assert found["new_device"].to_list() == [None, True, False]
    assert found["new_channel"].to_list() == [None, False, True]
    assert found["new_category"].to_list() == [None, False, True]
    assert found["merchant_seen_before"].to_list() == [0, 0, 1]


def test_rarity_counts_what_anyone_had(table: MakeTable) -> None:
    payments = table(
        time=[f"2025-01-0{day}T10:00" for day in range(1, 5)],
        customer=["a", "b", "c", "a"],
        country=["GB", "GB", "FR", "GB"],
        merchant_category=["food", "food", "food", "fuel"],
    )
    found = behaviour(payments)
    assert found["country_rows_before"].to_list() == [0, 1, 0, 2]
    assert found["category_rows_before"].to_list() == [0, 1, 2, 0]
    assert found["country_and_category_pair_before"].to_list() == [0, 1, 0, 0]


def test_pairs_of_account_and_preparer_are_counted(table: MakeTable) -> None:
    lines = table(
        time=["2025-01-01", "2025-01-02", "2025-01-03"],
        account=["4000", "4000", "4000"],
        prepared_by=["ann", "ann", "bob"],
    )
    found = behaviour(lines)
    assert found["account_and_prepared_by_pair_before"].to_list() == [0, 1, 0]
    assert found["prepared_by_rows_before"].to_list() == [0, 1, 0]


def test_a_counterparty_alone_is_not_new_to_itself(table: MakeTable) -> None:
    payments = table(time=["2025-01-01", "2025-01-02"], counterparty=["x", "x"])
    found = behaviour(payments)
    assert "new_counterparty" not in found.columns
    assert found["rows_before"].to_list() == [0, 1]
