"""Features of journal lines."""

from collections.abc import Callable

import pytest

from tieout.detect.behaviour.features import behaviour
from tieout.model.table import Table

MakeTable = Callable[..., Table]


def test_zeros_at_the_end_are_counted_in_whole_units(table: MakeTable) -> None:
    lines = table(amount=[12_000.0, -500.0, 1_234.0, 10.5, 0.0, None, 3_000_000_000.0])
    found = behaviour(lines)
    assert found["trailing_zeros"].to_list() == [3, 2, 0, 0, 0, None, 6]


def test_an_entry_balances_to_the_cent(table: MakeTable) -> None:
    lines = table(
        entry=["1", "1", "1", "2", "2", None],
        debit=[0.1, 0.2, None, 100.0, None, 7.0],
        credit=[None, None, 0.3, None, 99.99, None],
    )
    found = behaviour(lines)
    assert found["entry_difference"].to_list() == [0.0, 0.0, 0.0, 0.01, 0.01, None]
    assert found["entry_lines"].to_list() == [3, 3, 3, 2, 2, None]


def test_amounts_without_a_sign_say_nothing_of_balance(table: MakeTable) -> None:
    found = behaviour(table(entry=["1", "1"], amount=[5.0, 5.0]))
    assert "entry_difference" not in found.columns
    assert found["entry_lines"].to_list() == [2, 2]


def test_one_person_in_two_spellings_is_the_same(table: MakeTable) -> None:
    lines = table(
        prepared_by=["Ann", "ann ", "bob", None],
        approved_by=["ann", "ANN", "ann", "ann"],
        amount=[1.0] * 4,
    )
    assert behaviour(lines)["is_same_person"].to_list() == [True, True, False, None]


def test_posting_is_compared_with_the_effective_date(table: MakeTable) -> None:
    lines = table(
        time=["2025-01-31", "2025-01-31", "2025-02-15", "2025-01-31"],
        posted_at=["2025-01-31T18:00", "2025-02-01T09:00", "2025-02-10T09:00", None],
    )
    found = behaviour(lines)
    assert found["days_posted_late"].to_list() == [0, 1, -5, None]
    assert found["is_posted_after_period"].to_list() == [False, True, False, None]
    assert found["posted_weekday"].to_list() == [5, 6, 1, None]
    assert found["is_posted_on_weekend"].to_list() == [False, True, False, None]


@pytest.mark.parametrize(
    ("origin", "manual"),
    [("Manual", True), ("MAN", True), ("user entry", True), ("system", False), ("AP batch", False)],
)
def test_manual_entries_are_told_by_their_origin(
    table: MakeTable, origin: str, manual: bool
) -> None:
    assert behaviour(table(origin=[origin], amount=[1.0]))["is_manual"].to_list() == [manual]
