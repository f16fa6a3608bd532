"""Several rows against one."""

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

Run = Callable[..., Any]
Records = Callable[..., pl.DataFrame]
GROUP: dict[str, Any] = {"group": {}}


def test_sixty_ties_out_against_ten_twenty_and_thirty(run: Run, records: Records) -> None:
    left = records("key amount\nA 60.00\nB 1.00")
    right = records("key amount\nA 10.00\nA 20.00\nA 30.00\nB 2.00")
    found = run(left, right, GROUP)
    assert found.groups == [("one_to_many", [1], [1, 2, 3], 0)]
    assert (found.open_left, found.open_right) == ([2], [4])


def test_many_rows_on_the_left_tie_out_against_one(run: Run, records: Records) -> None:
    left = records("key amount\nA 10.00\nA -2.50")
    found = run(left, records("key amount\nA 7.50"), GROUP)
    assert found.groups == [("many_to_one", [1, 2], [1], 0)]


def test_sums_that_differ_do_not_tie_out(run: Run, records: Records) -> None:
    left = records("key amount\nA 60.00")
    right = records("key amount\nA 10.00\nA 20.00\nA 30.01")
    found = run(left, right, GROUP)
    assert found.groups == []
    assert (found.open_left, found.open_right) == ([1], [1, 2, 3])


def test_sums_may_differ_by_the_tolerance(run: Run, records: Records) -> None:
    left = records("key amount\nA 60.00")
    right = records("key amount\nA 29.99\nA 30.00")
    found = run(left, right, {"group": {"amount": {"absolute": "0.01"}}})
    assert found.groups == [("one_to_many", [1], [1, 2], 1)]


def test_only_the_shapes_that_are_named_are_permitted(run: Run, records: Records) -> None:
    left = records("key amount\nA 60.00\nB 1.00\nB 2.00\nC 1.00\nC 2.00")
    right = records("key amount\nA 30.00\nA 30.00\nB 3.00\nC 0.50\nC 2.50")
    kinds = ["one_to_many", "many_to_one", "many_to_many"]
    for kind in kinds:
        found = run(left, right, {"group": {"shapes": [kind]}})
        assert [group[0] for group in found.groups] == [kind]
    assert len(run(left, right, {"group": {"shapes": kinds}}).groups) == 3


def test_one_row_against_one_is_no_group(run: Run, records: Records) -> None:
    left = records("key amount\nA 60.00")
    shapes = ["one_to_many", "many_to_one", "many_to_many"]
    assert run(left, left, {"group": {"shapes": shapes}}).groups == []


@pytest.mark.parametrize(("size_max", "groups"), [(4, 1), (3, 0)])
def test_a_group_has_at_most_so_many_rows(
    run: Run, records: Records, size_max: int, groups: int
) -> None:
    left = records("key amount\nA 60.00")
    right = records("key amount\nA 10.00\nA 20.00\nA 30.00")
    assert len(run(left, right, {"group": {"size_max": size_max}}).groups) == groups


@pytest.mark.parametrize(
    ("first", "last", "matches"),
    [
        ("2024-03-01", "2024-03-04", True),  # Friday and Monday.
        ("2024-02-29", "2024-03-05", True),
        ("2024-02-28", "2024-03-01", False),
        ("2024-03-01", "2024-03-06", False),
    ],
)
def test_every_date_must_be_in_the_window_of_days(
    run: Run, records: Records, first: str, last: str, matches: bool
) -> None:
    left = records("key amount date\nA 60.00 2024-03-01")
    right = records(f"key amount date\nA 20.00 {first}\nA 40.00 {last}")
    found = run(left, right, {"group": {"days": {"before": 1, "after": 2}}})
    assert bool(found.groups) is matches


def test_the_window_counts_from_every_left_date(run: Run, records: Records) -> None:
    left = records("key amount date\nA 20.00 2024-03-04\nA 40.00 2024-03-07")
    right = records("key amount date\nA 60.00 2024-03-07")
    window = {"group": {"days": {"after": 2}}}
    assert run(left, right, window).groups == []
    assert len(run(left, right, {"group": {"days": {"after": 3}}}).groups) == 1


def test_keys_and_currencies_are_not_mixed(run: Run, records: Records) -> None:
    left = records("key amount currency\nA 60.00 EUR")
    right = records("""
        key amount currency
        A   30.00  EUR
        A   30.00  USD
        B   30.00  EUR
    """)
    assert run(left, right, GROUP).groups == []


def test_rows_without_a_key_are_no_group(run: Run, records: Records) -> None:
    left = records("key amount\n- 60.00")
    right = records("key amount\n- 30.00\n- 30.00")
    assert run(left, right, GROUP).groups == []


def test_rows_that_an_earlier_pass_took_do_not_count(run: Run, records: Records) -> None:
    left = records("key amount\nA 60.00\nA 5.00")
    right = records("key amount\nA 5.00\nA 20.00\nA 40.00")
    found = run(left, right, {"exact": {}}, GROUP)
    assert found.pairs == [(2, 1)]
    assert found.groups == [("one_to_many", [1], [2, 3], 0)]


def test_groups_stand_in_the_order_of_their_first_left_row(run: Run, records: Records) -> None:
    left = records("key amount\nC 2.00\nA 2.00\nB 1.00\nB 1.00")
    right = records("key amount\nA 1.00\nA 1.00\nB 2.00\nC 1.00\nC 1.00")
    found = run(left, right, GROUP)
    assert [group[1] for group in found.groups] == [[1], [2], [3, 4]]
    assert [group[2] for group in found.groups] == [[4, 5], [1, 2], [3]]


def test_sums_are_exact_whatever_their_size(run: Run, records: Records) -> None:
    left = records("key amount\nA 90071992547409.93")
    right = records("key amount\nA 90071992547409.92\nA 0.01")
    assert len(run(left, right, GROUP).groups) == 1
    off = records("key amount\nA 90071992547409.92\nA 0.02")
    assert run(left, off, GROUP).groups == []


def test_a_sum_too_large_for_a_unit_count_is_no_match_and_no_crash(
    run: Run, records: Records
) -> None:
    left = records("key amount\nA 92233720368547758.07\nA 92233720368547758.07\nB 2.00")
    right = records("key amount\nA 1.00\nB 1.00\nB 1.00")
    assert [group[1] for group in run(left, right, GROUP).groups] == [[3]]
