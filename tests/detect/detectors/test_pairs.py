import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tieout.detect.detectors import pairs
from tieout.detect.detectors.pairs import PAIR_THRESHOLD, PairRarity

Codes = NDArray[np.int32]


def rarity(cells: dict[tuple[int, int], int], labels: int = 3) -> PairRarity:
    """From the rows of each pair; both columns have as many labels, coded from 0."""
    left = np.repeat([a for a, _ in cells], list(cells.values())).astype(np.int32)
    right = np.repeat([b for _, b in cells], list(cells.values())).astype(np.int32)
    return PairRarity.counted(left, right, (labels + 2, labels + 2))


def evidence(pair: PairRarity, left: int, right: int) -> float:
    return float(pair.evidence(np.array([left], np.int32), np.array([right], np.int32))[0])


def test_an_unseen_pair_of_common_labels_is_evidence() -> None:
    pair = rarity({(0, 0): 5_000, (1, 1): 5_000})
    assert evidence(pair, 0, 1) > 5.0


def test_a_pair_seen_once_is_about_as_odd_as_an_unseen_one() -> None:
    pair = rarity({(0, 0): 5_000, (1, 1): 5_000, (0, 1): 1})
    assert evidence(pair, 0, 1) == pytest.approx(evidence(pair, 1, 0), abs=0.5)
    assert evidence(pair, 0, 1) > 4.0


def test_the_usual_pair_is_no_evidence() -> None:
    pair = rarity({(0, 0): 5_000, (1, 1): 5_000})
    assert evidence(pair, 0, 0) == 0.0


def test_pairs_as_frequent_as_chance_are_no_evidence() -> None:
    pair = rarity({(a, b): 10 * (a + 1) * (b + 1) for a in range(3) for b in range(3)})
    assert max(evidence(pair, a, b) for a in range(3) for b in range(3)) == 0.0


def test_more_rows_make_an_unseen_pair_odder() -> None:
    few = rarity({(0, 0): 50, (1, 1): 50})
    many = rarity({(0, 0): 50_000, (1, 1): 50_000})
    assert evidence(many, 0, 1) > evidence(few, 0, 1) + 3.0


def test_the_lesser_known_label_bounds_the_evidence() -> None:
    pair = rarity({(0, 0): 50_000, (1, 1): 3})
    assert evidence(pair, 0, 1) < np.log(10.0)


def test_labels_without_rows_have_no_habits_to_break() -> None:
    pair = rarity({(0, 0): 5_000, (1, 1): 5_000})
    unseen, missing = 3, 4
    assert evidence(pair, 0, unseen) == 0.0
    assert evidence(pair, missing, 1) == 0.0


def test_a_label_seen_once_breaks_no_pair() -> None:
    pair = rarity({(0, 0): 5_000, (1, 0): 5_000, (2, 1): 1})
    assert evidence(pair, 2, 1) == 0.0


def test_pairs_silence_themselves_where_new_ones_are_common() -> None:
    random = np.random.default_rng(1)
    left = random.integers(0, 40, 4_000).astype(np.int32)
    right = random.integers(0, 4_000, 4_000).astype(np.int32)
    pair = PairRarity.counted(left, right, (42, 4_002))
    assert pair.evidence(left, right).max() == 0.0
    shuffled = random.permutation(right)
    assert pair.evidence(left, shuffled).max() == 0.0


def test_one_label_may_have_habits_where_another_has_none() -> None:
    random = np.random.default_rng(2)
    faithful = np.zeros(3_000, dtype=np.int32)
    rover = np.ones(3_000, dtype=np.int32)
    places = np.concatenate([random.integers(0, 3, 3_000), np.arange(3, 3_003)]).astype(np.int32)
    pair = PairRarity.counted(np.concatenate([faithful, rover]), places, (4, 3_010))
    # Place 1 is common; the faithful label was never at place 3 or later, the rover at each once.
    assert evidence(pair, 1, 1) == 0.0
    other = rarity({(0, 0): 3_000, (1, 1): 3_000, (1, 2): 3_000})
    assert evidence(other, 0, 2) > 4.0


def test_rows_with_a_missing_label_are_not_counted() -> None:
    left = np.array([0, 0, 4, 0], np.int32)
    right = np.array([1, 4, 1, 1], np.int32)
    pair = PairRarity.counted(left, right, (5, 5))
    assert pair.cells.tolist() == [1]
    assert pair.counts.tolist() == [2]
    assert pair.left_rows.tolist() == [2, 0, 0, 0, 0]


def test_the_rows_of_a_pair_can_be_asked_for() -> None:
    pair = rarity({(0, 0): 7, (1, 2): 3})
    left, right = np.array([0, 1, 2], np.int32), np.array([0, 2, 2], np.int32)
    assert pair.rows_with(left, right).tolist() == [7, 3, 0]


CELLS = st.dictionaries(
    st.tuples(st.integers(0, 2), st.integers(0, 2)), st.integers(1, 3_000), min_size=1
)


@given(CELLS)
def test_tables_too_large_to_keep_give_the_same_evidence(cells: dict[tuple[int, int], int]) -> None:
    left, right = (codes.ravel().astype(np.int32) for codes in np.indices((5, 5)))
    whole = rarity(cells)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pairs, "DENSE_CELLS_MAX", 0)
        sparse = rarity(cells)
        assert sparse.table is None
        assert sparse.evidence(left, right).tolist() == whole.evidence(left, right).tolist()


@given(CELLS)
def test_evidence_is_that_of_the_formula(cells: dict[tuple[int, int], int]) -> None:
    pair = rarity(cells)
    total = sum(cells.values())
    for (a, b), count in cells.items():
        sides = []
        for side, label, other in ((0, a, b), (1, b, a)):
            rows = sum(n for key, n in cells.items() if key[side] == label) - 1
            others = sum(n for key, n in cells.items() if key[1 - side] == other)
            alone = sum(n == 1 for key, n in cells.items() if key[side] == label) - (count == 1)
            rate = new_rate(cells, side, rows)
            new = 1.0 if rows == 0 else (alone + 1) / (rows + 1 / rate)
            habit = (1 - new) * (count - 1) / max(rows, 1) + new * others / total
            sides.append(np.log(others / total / habit))
        expected = max(min(sides) - PAIR_THRESHOLD, 0.0)
        assert evidence(pair, a, b) == pytest.approx(expected, abs=1e-4)


def new_rate(cells: dict[tuple[int, int], int], side: int, rows: int) -> float:
    """The share of rows that were the only ones, among labels about as frequent."""
    near, alone = 0, 0
    for key, n in cells.items():
        size = sum(m for other, m in cells.items() if other[side] == key[side]) - 1
        if int(np.log2(size + 1)) == int(np.log2(rows + 1)):
            near, alone = near + n, alone + (n == 1)
    return (alone + 0.5) / (near + 1.0)
