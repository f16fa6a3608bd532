"""Exact subset sums."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tieout.reconcile.evidence.subsets import subset_hits

ONE = np.array([1])


def _hits(target: int, pool: list[int]) -> list[tuple[int, ...]]:
    found = subset_hits(np.array([[target]]), np.array([pool]), unit=ONE)
    return [hit.parts for hit in found]


def test_it_finds_the_parts_of_a_sum() -> None:
    assert _hits(6_000, [1_000, 2_000, 3_000, 7_700]) == [(0, 1, 2)]


def test_it_prefers_the_fewest_parts() -> None:
    assert _hits(6_000, [1_000, 2_000, 3_000, 3_001, 2_999]) == [(3, 4)]


def test_one_row_is_no_sum() -> None:
    assert _hits(6_000, [6_000, 1_000]) == []


def test_nothing_is_no_target() -> None:
    assert _hits(0, [500, -500]) == []


def test_signs_may_be_mixed() -> None:
    assert _hits(700, [1_000, -300, 250]) == [(0, 1)]


def test_a_sum_that_chance_would_find_anyway_is_no_proof() -> None:
    assert _hits(20, [3, 5, 7, 11, 13, 16, 2]) == []


def test_all_rows_together_are_always_proof() -> None:
    assert _hits(6, [1, 2, 3]) == [(0, 1, 2)]


def test_pools_of_more_than_twenty_rows_are_left_alone() -> None:
    assert _hits(300_000, [100_000, 200_000, *range(1, 20)]) == []


def test_it_counts_other_answers_of_the_same_size() -> None:
    (hit,) = subset_hits(
        np.array([[60_000]]), np.array([[10_000, 50_000, 15_000, 45_000]]), unit=ONE
    )

    assert (hit.parts, hit.answers) == ((0, 1), 2)


def test_each_group_and_target_has_its_own_answer() -> None:
    targets = np.array([[30_000, 5], [99_999, 70_000]])
    pools = np.array([[10_000, 20_000, 1], [30_000, 40_000, 2]])

    found = subset_hits(targets, pools, unit=np.array([1, 1]))

    assert [(hit.group, hit.target, hit.parts) for hit in found] == [(0, 0, (0, 1)), (1, 1, (0, 1))]


@given(
    pool=st.lists(st.integers(min_value=-(10**12), max_value=10**12), min_size=2, max_size=9),
    target=st.integers(min_value=-(10**12), max_value=10**12),
)
def test_what_it_finds_sums_exactly(pool: list[int], target: int) -> None:
    for parts in _hits(target, pool) + _hits(pool[0] + pool[1], pool):
        assert sum(pool[part] for part in parts) in {target, pool[0] + pool[1]}
        assert len(set(parts)) == len(parts) >= 2
