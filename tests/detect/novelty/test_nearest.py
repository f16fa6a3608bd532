import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.detect.novelty import nearest as module
from tieout.detect.novelty.nearest import nearest, nearest_by_numpy, nearest_compiled


def by_sorting(
    rows: np.ndarray, reference: np.ndarray, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """All distances, sorted: slow and plain."""
    squares = ((rows[:, :, None] - reference[None]) ** 2).sum(axis=1)
    order = np.argsort(squares, axis=1, kind="stable")[:, :count]
    return np.take_along_axis(squares, order, axis=1), order


def test_it_finds_what_sorting_all_distances_finds() -> None:
    random = np.random.default_rng(0)
    rows, reference = random.normal(size=(40, 5)), random.normal(size=(5, 300))
    squares, positions = nearest_by_numpy(rows, reference, 7)
    expected, order = by_sorting(rows, reference, 7)
    assert positions.tolist() == order.tolist()
    assert squares == pytest.approx(expected)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 4), st.integers(1, 30), st.integers(1, 700))
def test_both_ways_agree_to_the_last_bit(seed: int, width: int, many: int, rows: int) -> None:
    random = np.random.default_rng(seed)
    # Whole numbers, so that there are many equal distances to be put in order.
    reference = random.integers(-2, 3, (width, many)).astype(np.float64)
    values = random.integers(-2, 3, (rows, width)).astype(np.float64) * 0.1
    count = min(5, many)
    for ours, theirs in zip(
        nearest_by_numpy(values, reference, count),
        nearest_compiled(values, reference, count),
        strict=True,
    ):
        assert ours.tolist() == theirs.tolist()


def test_equal_distances_stand_by_position() -> None:
    squares, positions = nearest_by_numpy(np.zeros((1, 1)), np.array([[1.0, -1.0, 1.0, 0.5]]), 3)
    assert positions.tolist() == [[3, 0, 1]]
    assert squares.tolist() == [[0.25, 1.0, 1.0]]


def test_threads_do_not_change_what_is_found() -> None:
    random = np.random.default_rng(1)
    rows, reference = random.normal(size=(1_500, 3)), random.normal(size=(3, 50))
    whole = nearest_compiled(rows, reference, 4)
    parts = [nearest_compiled(rows[i : i + 100], reference, 4) for i in range(0, 1_500, 100)]
    assert whole[0].tolist() == np.concatenate([part[0] for part in parts]).tolist()
    assert whole[1].tolist() == np.concatenate([part[1] for part in parts]).tolist()


def test_a_few_rows_are_not_worth_compiling_for(monkeypatch: pytest.MonkeyPatch) -> None:
    module._compiled.cache_clear()
    called: list[int] = []
    monkeypatch.setattr(module, "nearest_compiled", lambda *_: called.append(1))
    found = nearest(np.zeros((2, 1)), np.array([[1.0, 2.0]]), 1)
    assert called == []
    assert found[1].tolist() == [[0], [0]]


def test_much_work_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    module._compiled.cache_clear()
    monkeypatch.setattr(module, "_COMPILED_FROM", 1)
    monkeypatch.setattr(module, "nearest_by_numpy", None)
    assert nearest(np.zeros((2, 1)), np.array([[1.0, 0.5]]), 1)[1].tolist() == [[1], [1]]


def test_no_rows_find_nothing() -> None:
    for way in (nearest_by_numpy, nearest_compiled):
        squares, positions = way(np.empty((0, 2)), np.ones((2, 4)), 3)
        assert squares.shape == positions.shape == (0, 3)
