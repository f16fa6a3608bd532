import numpy as np
import pytest

from tieout.detect.views.peers import Coded
from tieout.detect.views.sampling import halves, sampled_by_group, sampled_rows


def test_few_rows_are_all_taken() -> None:
    assert sampled_rows(5, rows=10, seed=0).tolist() == [0, 1, 2, 3, 4]
    assert sampled_by_group(Coded(np.zeros(5, np.int64), 1), rows=10, seed=0).tolist() == [
        0,
        1,
        2,
        3,
        4,
    ]


def test_a_sample_of_rows_has_no_row_twice_and_keeps_their_order() -> None:
    rows = sampled_rows(1_000, rows=100, seed=3)
    assert len(rows) == 100
    assert (np.diff(rows) > 0).all()
    assert rows.tolist() == sampled_rows(1_000, rows=100, seed=3).tolist()
    assert rows.tolist() != sampled_rows(1_000, rows=100, seed=4).tolist()


def test_small_groups_are_in_or_out_as_a_whole() -> None:
    coded = Coded(np.repeat(np.arange(5_000), 4), 5_000)
    rows = sampled_by_group(coded, rows=4_000, seed=0)
    taken = np.bincount(coded.codes[rows], minlength=5_000)
    assert set(taken.tolist()) == {0, 4}
    assert len(rows) == pytest.approx(4_000, rel=0.1)


def test_large_groups_are_sampled_by_row() -> None:
    # One group has half of all rows: all or nothing of it would not be a fair sample.
    coded = Coded(np.append(np.zeros(10_000, np.int64), np.arange(10_000) // 4 + 1), 2_501)
    rows = sampled_by_group(coded, rows=4_000, seed=1)
    of_large = (coded.codes[rows] == 0).sum()
    assert of_large == pytest.approx(2_000, rel=0.1)
    assert len(rows) == pytest.approx(4_000, rel=0.15)


def test_halves_are_equal_and_by_seed() -> None:
    half = halves(1_001, seed=5)
    assert half.sum() in {500, 501}
    assert half.tolist() == halves(1_001, seed=5).tolist()
    assert half.tolist() != halves(1_001, seed=6).tolist()
