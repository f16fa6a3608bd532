"""Right amount, wrong day; and entries that come again on a later day."""

from dataclasses import replace

import numpy as np

from tieout.model.buckets import Bucket
from tieout.practice.breaks.arrays import Flags, Ints
from tieout.practice.breaks.items import Draw, both_ways, draw_items
from tieout.practice.breaks.kinds.clean import single
from tieout.practice.breaks.period import Period
from tieout.practice.breaks.rows import (
    Block,
    Rows,
    code_of,
    join_blocks,
    join_labels,
    join_rows,
    label_left,
    paired,
)

LAG_STEPS = np.array([1, 2, 3])
COPY_STEPS = np.array([1])
RETURN_STEPS = np.array([1, 2, 3, 4, 5])
COPY_SAME_DAY_SHARE = 0.8
LEFT_LATER_SHARE = 0.2
NEW_REFERENCE_SHARE = 0.5


def lag_days(period: Period) -> Flags:
    """Business days with a settlement lag that stays within the month."""
    return period.can_move(LAG_STEPS, across_month_end=False)


def cut_off_days(period: Period) -> Flags:
    """Business days with a settlement lag over the month end."""
    return period.can_move(LAG_STEPS, across_month_end=True)


def copy_days(period: Period) -> Flags:
    """Business days on whose next one a copy may be entered."""
    return period.can_move(COPY_STEPS)


def return_days(period: Period) -> Flags:
    """Business days from which a payment may come back."""
    return period.can_move(RETURN_STEPS)


def timing(draw: Draw, days: Ints, numbers: Ints) -> Block:
    """The right side books one to three business days later, within the month."""
    moves = draw.world.period.moves(LAG_STEPS, across_month_end=False)
    return _right_later(draw, days, numbers, moves=moves, cause=Bucket.TIMING)


def cut_off(draw: Draw, days: Ints, numbers: Ints) -> Block:
    """The sides book on different sides of a month end, the right one mostly later."""
    moves = draw.world.period.moves(LAG_STEPS, across_month_end=True)
    early = draw.generator.random(len(days)) < LEFT_LATER_SHARE
    blocks = [
        _right_later(draw, days[chosen], numbers[chosen], moves=moves, cause=Bucket.CUT_OFF)
        for chosen in (early, ~early)
    ]
    return join_blocks([blocks[0].mirrored(), blocks[1]])


def duplicate(draw: Draw, days: Ints, numbers: Ints) -> Block:
    """A pair that ties out, and one of its rows once more, the same day or the next."""
    return both_ways(draw, days, numbers, _pair_and_copy)


def reversal(draw: Draw, days: Ints, numbers: Ints) -> Block:
    """A pair that ties out, and its opposite on one side some days later.

    Half of the opposites have the same reference, the others a new one and words that name it.
    """
    return both_ways(draw, days, numbers, _pair_and_return)


def _right_later(draw: Draw, days: Ints, numbers: Ints, *, moves: Flags, cause: Bucket) -> Block:
    left = draw_items(draw, days, numbers[:, 0])
    later = draw.world.period.move(days, LAG_STEPS, moves, draw.generator)
    right = replace(left, day=later).reordered(draw.generator)
    return paired(left, right, code_of(cause))


def _pair_and_copy(draw: Draw, days: Ints, numbers: Ints) -> Block:
    pair, period, generator = single(draw, days, numbers), draw.world.period, draw.generator
    next_day = period.move(days, COPY_STEPS, period.moves(COPY_STEPS), generator)
    same_day = generator.random(len(days)) < COPY_SAME_DAY_SHARE
    copy = pair.left.later(generator)
    moved = replace(pair.left, day=next_day).reordered(generator)
    copy = copy.put(np.flatnonzero(~same_day), moved.take(np.flatnonzero(~same_day)))
    return _with_extra_left(pair, copy, Bucket.DUPLICATE)


def _pair_and_return(draw: Draw, days: Ints, numbers: Ints) -> Block:
    pair, period, generator = single(draw, days, numbers), draw.world.period, draw.generator
    renamed = generator.random(len(days)) < NEW_REFERENCE_SHARE
    opposite = replace(
        pair.left,
        day=period.move(days, RETURN_STEPS, period.moves(RETURN_STEPS), generator),
        amount=-pair.left.amount,
        original=-pair.left.original,
        number=np.where(renamed, numbers[:, 1], numbers[:, 0]),
        quoted=np.where(renamed, numbers[:, 0], 0),
    ).reordered(generator)
    return _with_extra_left(pair, opposite, Bucket.REVERSAL)


def _with_extra_left(pair: Block, extra: Rows, cause: Bucket) -> Block:
    position = np.arange(len(pair.left), len(pair.left) + len(extra))
    return Block(
        left=join_rows([pair.left, extra]),
        right=pair.right,
        labels=join_labels([pair.labels, label_left(position, cause)]),
    )
