import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.practice.payments.chance import (
    pick_by_row,
    pick_weighted,
    scatter,
    scatter_share,
    shares_to_counts,
)


def test_scatter_gives_one_number_to_each_combination() -> None:
    keys = np.arange(1_000)
    assert len(np.unique(scatter(keys, 5))) == 1_000
    assert scatter(keys, 5).tolist() == scatter(keys, 5).tolist()


def test_the_order_of_keys_matters() -> None:
    one, two = np.array([1]), np.array([2])
    assert scatter(one, two).tolist() != scatter(two, one).tolist()


def test_scatter_shares_are_spread_evenly() -> None:
    shares = scatter_share(np.arange(20_000), 3)
    counts, _ = np.histogram(shares, bins=10, range=(0, 1))
    assert counts.sum() == 20_000
    assert counts.min() > 1_800


def test_weights_are_kept_to(generator: np.random.Generator) -> None:
    drawn = pick_weighted(np.cumsum([1.0, 0.0, 3.0]), 10_000, generator)
    counts = np.bincount(drawn, minlength=3)
    assert counts[1] == 0
    assert counts[2] / counts[0] == pytest.approx(3, rel=0.1)


def test_each_row_has_chances_of_its_own() -> None:
    summed = np.array([[0.5, 1.0], [0.0, 1.0], [1.0, 1.0]])
    assert pick_by_row(summed, np.array([0.4, 0.4, 0.4])).tolist() == [0, 1, 0]
    assert pick_by_row(summed, np.array([0.5, 0.0, 0.99])).tolist() == [1, 1, 0]


@given(
    shares=st.lists(st.floats(0, 1e6), min_size=1, max_size=40).filter(lambda s: sum(s) > 1e-6),
    total=st.integers(0, 10_000),
)
def test_counts_add_up_and_follow_the_shares(shares: list[float], total: int) -> None:
    given_shares = np.array(shares)
    counts = shares_to_counts(given_shares, total)
    assert counts.sum() == total
    exact = given_shares / given_shares.sum() * total
    assert np.all(np.abs(counts - exact) <= 1 + 1e-9)
