"""Which features a table has, what they rest on, and that nothing looks ahead."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from tieout.detect.behaviour.features import FAMILIES, FEATURES, behaviour
from tieout.model.table import Table, TableRole

MakeTable = Callable[..., Table]

START = datetime.fromisoformat("2025-01-01")
COLUMNS = (
    "time",
    "customer",
    "card",
    "merchant",
    "merchant_category",
    "country",
    "amount",
    "latitude",
    "longitude",
    "status",
)


def payment(draw: st.DrawFn) -> dict[str, Any]:
    minutes = draw(st.integers(0, 600))
    return {
        "time": (START + timedelta(minutes=minutes)).isoformat(),
        "customer": draw(st.sampled_from(["a", "b", None])),
        "card": draw(st.sampled_from(["1", "2", "3"])),
        "merchant": draw(st.sampled_from(["m", "n"])),
        "merchant_category": draw(st.sampled_from(["food", "fuel", None])),
        "country": draw(st.sampled_from(["GB", "FR", None])),
        "amount": draw(st.sampled_from([None, 0.0, 5.0, 5.25, 80.0, -5.0])),
        "latitude": draw(st.sampled_from([None, 51.5, 48.9, 95.0])),
        "longitude": draw(st.sampled_from([None, -0.1, 2.4])),
        "status": draw(st.sampled_from(["ok", "declined", "chargeback", None])),
    }


payments_strategy = st.lists(st.composite(payment)(), min_size=1, max_size=25)


def as_columns(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in COLUMNS}


def test_every_feature_is_documented_and_unique() -> None:
    names = [feature.name for family in FAMILIES for feature in family.features]
    assert len(names) == len(set(names))
    assert set(names) < set(FEATURES)
    for name, feature in FEATURES.items():
        assert feature.name == name
        assert feature.meaning


def test_only_bursts_look_ahead() -> None:
    assert [f.name for f in FEATURES.values() if f.looks_ahead] == ["burst_10m"]


def test_what_is_computed_is_what_is_documented(table: MakeTable) -> None:
    row = {
        "time": ["2025-01-01T10:00"],
        "posted_at": ["2025-01-03T10:00"],
        "amount": [10.0],
        "latitude": [51.5],
        "longitude": [0.1],
        **{
            str(role): ["x"]
            for role in TableRole
            if str(role)
            not in {"time", "posted_at", "amount", "latitude", "longitude", "debit", "credit"}
        },
    }
    found = behaviour(table(**row), amount_limits=[100.0])
    missing = set(FEATURES) - set(found.columns)
    # Amounts without a sign say nothing of balance.
    assert missing == {"entry_difference"}
    assert set(found.columns) <= set(FEATURES)


def test_missing_roles_leave_their_features_out(table: MakeTable) -> None:
    found = behaviour(table(time=["2025-01-01T10:00"], card=["1"]))
    assert "card_count_10m" in found.columns
    for absent in (
        "customer_count_10m",
        "card_sum_10m",
        "new_country",
        "km_from_last",
        "is_manual",
    ):
        assert absent not in found.columns


def test_a_table_without_a_time_has_features_of_its_lines_only(table: MakeTable) -> None:
    found = behaviour(table(amount=[12000.0, 12500.0], customer=["a", "a"]))
    assert found.columns == ["trailing_zeros"]
    assert found.height == 2


def test_only_what_is_asked_for_is_given(table: MakeTable) -> None:
    payments = table(time=["2025-01-01T10:00"], customer=["a"], amount=[1.0])
    found = behaviour(payments, features=["amount_own_z", "hour", "km_from_last"])
    assert found.columns == ["hour", "amount_own_z"]


def test_an_unknown_feature_is_refused(table: MakeTable) -> None:
    with pytest.raises(KeyError, match="moon_phase"):
        behaviour(table(time=["2025-01-01"], customer=["a"]), features=["moon_phase"])


def test_an_empty_table_gives_empty_columns(table: MakeTable) -> None:
    empty = table(time=[], customer=[], amount=[], country=[], merchant=[])
    found = behaviour(empty)
    assert found.height == 0
    assert "new_country" in found.columns


def test_numbers_may_name_customers(table: MakeTable) -> None:
    payments = table(time=["2025-01-01T10:00", "2025-01-01T10:01"], amount=[1.0, 2.0])
    frame = payments.frame.with_columns(customer=pl.Series([17.0, 17.0]))
    roles = {**payments.roles, TableRole.CUSTOMER: "customer"}
    found = behaviour(Table(frame, payments.rows, payments.columns, roles))
    assert found["customer_rows_before"].to_list() == [0, 1]


def test_history_is_the_past_of_current_rows(table: MakeTable) -> None:
    history = table(time=["2025-01-01T10:00", "2025-01-03T10:00"], customer=["a", "a"])
    current = table(time=["2025-01-02T10:00", "2025-01-04T10:00"], customer=["a", "b"])
    found = behaviour(current, history)
    # The row of 3 January is later than the first current row, so no part of its past.
    assert found["customer_rows_before"].to_list() == [1, 0]
    assert found["customer_seconds_since_last"].to_list() == [86400.0, None]


def test_history_comes_first_among_equal_times(table: MakeTable) -> None:
    history = table(time=["2025-01-01T10:00"], customer=["a"])
    current = table(time=["2025-01-01T10:00"], customer=["a"])
    assert behaviour(current, history)["customer_rows_before"].to_list() == [1]


def test_history_may_lack_a_role(table: MakeTable) -> None:
    history = table(time=["2025-01-01T10:00"], customer=["a"])
    current = table(time=["2025-01-02T10:00"], customer=["a"], country=["GB"])
    found = behaviour(current, history)
    assert found["customer_rows_before"].to_list() == [1]
    assert found["country_seen_before"].to_list() == [0]


def test_history_without_times_does_not_count(table: MakeTable) -> None:
    history = table(customer=["a"])
    current = table(time=["2025-01-02T10:00"], customer=["a"])
    assert behaviour(current, history)["customer_rows_before"].to_list() == [0]


@settings(max_examples=25, deadline=None)
@given(rows=payments_strategy, seed=st.integers(0, 100))
def test_the_order_of_rows_with_different_times_does_not_matter(
    table: MakeTable, rows: list[dict[str, Any]], seed: int
) -> None:
    unique = list({row["time"]: row for row in rows}.values())
    shuffled = np.random.default_rng(seed).permutation(len(unique))
    straight = behaviour(table(**as_columns(unique)))
    mixed = behaviour(table(**as_columns([unique[place] for place in shuffled])))
    assert_frame_equal(straight[shuffled.tolist()], mixed)


@settings(max_examples=25, deadline=None)
@given(rows=payments_strategy, cut=st.integers(1, 24))
def test_later_rows_change_nothing(table: MakeTable, rows: list[dict[str, Any]], cut: int) -> None:
    # Positions are looked up in the whole file, limits and bursts look ahead by their nature.
    timed = sorted(rows, key=lambda row: str(row["time"]))
    for row in timed:
        row["latitude"] = row["longitude"] = None
    early = timed[:cut]
    names = [
        name
        for name, feature in FEATURES.items()
        if not feature.looks_ahead and "limit" not in name
    ]
    alone = behaviour(table(**as_columns(early)), features=names)
    together = behaviour(table(**as_columns(timed)), features=names)
    known = [name for name in alone.columns if name in together.columns]
    assert_frame_equal(together[: len(early)].select(known), alone.select(known))


@settings(max_examples=25, deadline=None)
@given(rows=payments_strategy, cut=st.integers(0, 25))
def test_history_and_current_rows_give_what_one_table_gives(
    table: MakeTable, rows: list[dict[str, Any]], cut: int
) -> None:
    timed = sorted(rows, key=lambda row: str(row["time"]))
    before, after = timed[:cut], timed[cut:]
    if not before or not after:
        return
    whole = behaviour(table(**as_columns(timed)), amount_limits=[100.0])
    parts = behaviour(
        table(**as_columns(after)), table(**as_columns(before)), amount_limits=[100.0]
    )
    known = [name for name in parts.columns if name in whole.columns]
    assert_frame_equal(whole[len(before) :].select(known), parts.select(known))
