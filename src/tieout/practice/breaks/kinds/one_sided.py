"""Rows without a counterpart."""

from dataclasses import replace

import numpy as np

from tieout.model.buckets import Bucket
from tieout.practice.breaks.arrays import Ints
from tieout.practice.breaks.items import Draw, draw_items
from tieout.practice.breaks.numbers import far_number
from tieout.practice.breaks.rows import (
    Block,
    Rows,
    join_blocks,
    label_left,
    label_right,
)
from tieout.practice.breaks.world import PARTIES


def missing_left(draw: Draw, days: Ints, numbers: Ints) -> Block:
    """Only on the right, long past its due date."""
    return _only_right(draw_items(draw, days, numbers[:, 0]), Bucket.MISSING_LEFT)


def missing_right(draw: Draw, days: Ints, numbers: Ints) -> Block:
    """Only on the left, long past its due date."""
    return _only_left(draw_items(draw, days, numbers[:, 0]), Bucket.MISSING_RIGHT)


def late_left(draw: Draw, days: Ints, numbers: Ints) -> Block:
    """Only on the right, since the left side's file of the day is missing."""
    return _only_right(draw_items(draw, days, numbers[:, 0]), Bucket.LATE_FEED)


def late_right(draw: Draw, days: Ints, numbers: Ints) -> Block:
    """Only on the left, since the right side's file of the day is missing."""
    return _only_left(draw_items(draw, days, numbers[:, 0]), Bucket.LATE_FEED)


def in_transit(draw: Draw, days: Ints, numbers: Ints) -> Block:
    """On the left in the period's last days, not yet due on the right."""
    return _only_left(draw_items(draw, days, numbers[:, 0]), Bucket.TIMING)


def strangers(draw: Draw, days: Ints, numbers: Ints) -> Block:
    """A missing left and a missing right row of one amount and date that are no pair.

    Their parties differ and their references differ in every digit.
    """
    left = draw_items(draw, days, numbers[:, 0])
    step = draw.generator.integers(1, PARTIES, len(days))
    right = replace(
        left, number=far_number(left.number), party=(left.party + step) % PARTIES
    ).reordered(draw.generator)
    return join_blocks(
        [_only_left(left, Bucket.MISSING_RIGHT), _only_right(right, Bucket.MISSING_LEFT)]
    )


def _only_left(rows: Rows, cause: Bucket) -> Block:
    nothing = rows.take(np.empty(0, dtype=np.int64))
    return Block(rows, nothing, label_left(np.arange(len(rows)), cause))


def _only_right(rows: Rows, cause: Bucket) -> Block:
    nothing = rows.take(np.empty(0, dtype=np.int64))
    return Block(nothing, rows, label_right(np.arange(len(rows)), cause))
