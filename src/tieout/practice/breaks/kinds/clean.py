"""Rows that tie out, the easy ones and those that only look difficult."""

from dataclasses import replace

import numpy as np

from tieout.model.buckets import Bucket
from tieout.practice.breaks.arrays import Ints
from tieout.practice.breaks.items import Draw, both_ways, draw_items
from tieout.practice.breaks.rows import (
    CLEAN,
    Block,
    join_blocks,
    join_labels,
    join_rows,
    label_left,
    paired,
)


def single(draw: Draw, days: Ints, numbers: Ints) -> Block:
    """One row on each side."""
    left = draw_items(draw, days, numbers[:, 0])
    return paired(left, left.reordered(draw.generator), CLEAN)


def twins(draw: Draw, days: Ints, numbers: Ints) -> Block:
    """The same reference, amount and date twice on both sides, first belonging to first."""
    first = single(draw, days, numbers)
    left, right = first.left.later(draw.generator), first.right.later(draw.generator)
    return join_blocks([first, paired(left, right, CLEAN)])


def twins_beside_copy(draw: Draw, days: Ints, numbers: Ints) -> Block:
    """Twins of which one side, left or right, has a third that is one too many."""
    return both_ways(draw, days, numbers, _twins_and_third)


def neighbours(draw: Draw, days: Ints, numbers: Ints) -> Block:
    """Two items of one day and amount under neighbouring references, half of one party."""
    first = single(draw, days, numbers)
    size = len(days)
    party = draw_items(draw, days, numbers[:, 1]).party
    same_party = draw.generator.random(size) < 0.5
    left = replace(
        first.left,
        number=numbers[:, 1],
        party=np.where(same_party, first.left.party, party),
    ).reordered(draw.generator)
    return join_blocks([first, paired(left, left.reordered(draw.generator), CLEAN)])


def _twins_and_third(draw: Draw, days: Ints, numbers: Ints) -> Block:
    both = twins(draw, days, numbers)
    size = len(days)
    second = both.left.take(np.arange(size, 2 * size))
    third = second.later(draw.generator)
    position = np.arange(2 * size, 3 * size)
    return Block(
        left=join_rows([both.left, third]),
        right=both.right,
        labels=join_labels([both.labels, label_left(position, Bucket.DUPLICATE)]),
    )
