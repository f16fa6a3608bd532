import numpy as np

from tieout.model.buckets import CAUSES, Bucket
from tieout.practice.breaks.rows import (
    CAUSE_NAMES,
    CLEAN,
    NO_ROW,
    Block,
    Rows,
    code_of,
    join_blocks,
    join_rows,
    label_left,
    label_right,
    paired,
)


def rows(*amounts: int) -> Rows:
    """Rows of day 7 that differ in their amount."""
    zero = np.zeros(len(amounts), dtype=np.int64)
    return Rows(
        number=zero,
        channel=zero,
        party=zero,
        currency=zero,
        account=zero,
        day=zero + 7,
        amount=np.array(amounts, dtype=np.int64),
        original=zero,
        pair=zero,
        quoted=zero,
        order=np.full(len(amounts), 7.5),
    )


def test_every_cause_has_a_name_after_clean() -> None:
    assert CAUSE_NAMES[CLEAN] == "clean"
    assert [CAUSE_NAMES[code_of(cause)] for cause in CAUSES] == [str(cause) for cause in CAUSES]


def test_it_takes_rows_by_position() -> None:
    assert rows(1, 2, 3).take(np.array([2, 0])).amount.tolist() == [3, 1]


def test_putting_rows_leaves_the_first_ones_as_they_were() -> None:
    first = rows(1, 2, 3)
    second = first.put(np.array([1]), rows(9))
    assert second.amount.tolist() == [1, 9, 3]
    assert first.amount.tolist() == [1, 2, 3]


def test_it_joins_rows() -> None:
    assert join_rows([rows(1), rows(), rows(2, 3)]).amount.tolist() == [1, 2, 3]


def test_reordered_rows_stay_in_their_day() -> None:
    moved = rows(*range(100)).reordered(np.random.default_rng(1))
    assert ((moved.order >= 7) & (moved.order < 8)).all()
    assert len(np.unique(moved.order)) == 100


def test_later_rows_stay_in_their_day() -> None:
    first = rows(*range(100))
    later = first.later(np.random.default_rng(1))
    assert (later.order >= first.order).all()
    assert (later.order < 8).all()


def test_pairs_belong_together_one_to_one() -> None:
    block = paired(rows(1, 2), rows(1, 2), CLEAN)
    assert block.labels.left.tolist() == [0, 1]
    assert block.labels.right.tolist() == [0, 1]
    assert block.labels.cause.tolist() == [CLEAN, CLEAN]


def test_joined_blocks_keep_their_labels_beside_their_rows() -> None:
    """A left row alone, a pair, a right row alone."""
    blocks = [
        Block(rows(1), rows(), label_left(np.array([0]), Bucket.MISSING_RIGHT)),
        paired(rows(2), rows(3), CLEAN),
        Block(rows(), rows(4), label_right(np.array([0]), Bucket.MISSING_LEFT)),
    ]
    joined = join_blocks(blocks)
    assert joined.left.amount.tolist() == [1, 2]
    assert joined.right.amount.tolist() == [3, 4]
    assert joined.labels.left.tolist() == [0, 1, NO_ROW]
    assert joined.labels.right.tolist() == [NO_ROW, 0, 1]


def test_a_mirrored_block_misses_the_row_on_the_other_side() -> None:
    block = Block(rows(1), rows(), label_left(np.array([0]), Bucket.MISSING_RIGHT)).mirrored()
    assert len(block.left) == 0
    assert block.right.amount.tolist() == [1]
    assert block.labels.left.tolist() == [NO_ROW]
    assert block.labels.right.tolist() == [0]
    assert block.labels.cause.tolist() == [code_of(Bucket.MISSING_LEFT)]


def test_mirrored_twice_is_as_it_was() -> None:
    block = Block(rows(), rows(1), label_right(np.array([0]), Bucket.MISSING_LEFT))
    again = block.mirrored().mirrored()
    assert again.labels.cause.tolist() == block.labels.cause.tolist()
    assert again.right.amount.tolist() == [1]
