"""Sums over the cells of all combinations."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.explain.scan import tables
from tieout.explain.scan.columns import capped_columns
from tieout.explain.scan.tables import count_rows, tabulate


def rows(seed: int, count: int = 200) -> list[np.ndarray[tuple[int], np.dtype[np.uint8]]]:
    random = np.random.default_rng(seed)
    return [random.integers(0, size, count).astype(np.uint8) for size in (3, 4, 2, 5)]


@given(st.integers(0, 50), st.integers(1, 3))
def test_every_cell_holds_its_rows_and_outcomes(seed: int, depth: int) -> None:
    codes = rows(seed)
    columns = capped_columns(codes, depth=depth)
    outcomes = np.random.default_rng(seed).random(200) < 0.3
    found = tabulate(columns, [None, outcomes], depth=depth)
    expected = [c for d in range(1, depth + 1) for c in combinations(range(4), d)]
    assert sorted(found.sums) == sorted(expected)
    for place in range(found.cells.shape[1]):
        inside = np.ones(200, dtype=bool)
        for attribute, code in found.condition(place):
            inside &= columns.codes[attribute] == code
        assert found.cells[0, place] == inside.sum()
        assert found.cells[1, place] == (inside & outcomes).sum()


def test_weights_are_summed() -> None:
    columns = capped_columns(rows(1), depth=2)
    weights = np.arange(200, dtype=np.float64)
    found = tabulate(columns, [np.ones(200), weights], depth=2)
    assert found.sums[0,][1].sum() == pytest.approx(weights.sum())
    assert found.sums[0,][1][0] == pytest.approx(weights[columns.codes[0] == 0].sum())


def test_compiled_and_plain_counting_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = capped_columns(rows(2), depth=3)
    outcomes = columns.codes[1] == 2
    for depth in (1, 2, 3):
        plain = tabulate(columns, [None, outcomes], depth=depth)
        with monkeypatch.context() as patched:
            patched.setattr(tables, "_COMPILED_ROWS_MIN", 0)
            compiled = tabulate(columns, [None, outcomes], depth=depth)
        assert plain.sums.keys() == compiled.sums.keys()
        for chosen, table in plain.sums.items():
            assert (table == compiled.sums[chosen]).all()


@pytest.mark.parametrize("count", [1, 150], ids=["few rows, by cell", "many rows, by table"])
def test_taking_rows_away_leaves_the_count_of_the_others(count: int) -> None:
    columns = capped_columns(rows(3), depth=3)
    outcomes = np.random.default_rng(3).random(200) < 0.5
    gone = np.arange(200) < count
    found = tabulate(columns, [None, outcomes], depth=3)
    kept = found.copy()
    found.subtract(columns.take(gone), [None, outcomes[gone]])
    others = count_rows(columns.take(~gone), columns.sizes, [None, outcomes[~gone]], depth=3)
    assert all((found.sums[chosen] == others.sums[chosen]).all() for chosen in others.sums)
    assert kept.cells[0].sum() > found.cells[0].sum()


def test_weights_that_are_no_counts_are_taken_away_too() -> None:
    columns = capped_columns(rows(4), depth=2)
    weights = np.arange(200, dtype=np.float64)
    found = tabulate(columns, [np.ones(200), weights], depth=2)
    found.subtract(columns.take(np.arange(1)), [np.ones(1), weights[:1] + 7.0])
    assert found.sums[0,][1].sum() == pytest.approx(weights.sum() - 7.0)


def test_depth_beyond_three_is_three() -> None:
    found = tabulate(capped_columns(rows(4), depth=3), [None], depth=9)
    assert max(map(len, found.sums)) == 3


def test_threads_count_what_one_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = capped_columns(rows(3), depth=3)
    outcomes = np.arange(200) % 3 == 0
    alone = tabulate(columns, [None, outcomes], depth=3)
    monkeypatch.setattr("tieout.explain.scan.tables._THREADED_MIN", 0)
    together = tabulate(columns, [None, outcomes], depth=3)
    assert list(together.sums) == list(alone.sums)
    for chosen, table in alone.sums.items():
        np.testing.assert_array_equal(together.sums[chosen], table)
