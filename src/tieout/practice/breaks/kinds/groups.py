"""One row against several, and payments in parts."""

from dataclasses import dataclass, replace

import numpy as np

from tieout.model.buckets import Bucket
from tieout.practice.breaks.arrays import Flags, Ints
from tieout.practice.breaks.items import Draw, Taste, both_ways, draw_items, minor_unit
from tieout.practice.breaks.rows import (
    CLEAN,
    Block,
    Rows,
    code_of,
    join_labels,
    join_rows,
    label_pairs,
    label_right,
)

PARTS_MAX = 5
EXTRAS_MAX = 2
PARTS_MEAN = (2 + PARTS_MAX) / 2
EXTRAS_MEAN = (1 + EXTRAS_MAX) / 2
# Sums this near to the whole, in minor units, would be taken for rounded ones.
NEAR_MINOR = 10
_GROUP_TASTE = Taste(original_share=0, amount_min=2_000)
_TRIES_MAX = 200


@dataclass(frozen=True)
class Parts:
    """Minor units, a row a group; 0 where a group has fewer."""

    parts: Ints
    extras: Ints


def one_to_many(draw: Draw, days: Ints, numbers: Ints) -> Block:
    """The right rows of a reference add up to the left one."""
    whole = draw_items(draw, days, numbers[:, 0], _GROUP_TASTE)
    parts = _split(_minor(whole), draw.generator)
    return _grouped(draw, whole, parts, CLEAN)


def many_to_one(draw: Draw, days: Ints, numbers: Ints) -> Block:
    """The left rows of a reference add up to the right one."""
    return one_to_many(draw, days, numbers).mirrored()


def rounded_group(draw: Draw, days: Ints, numbers: Ints) -> Block:
    """Parts that add up but for a minor unit per part at most, on either side."""
    return both_ways(draw, days, numbers, _rounded_parts)


def split(draw: Draw, days: Ints, numbers: Ints) -> Block:
    """Some rows of a reference add up to the other side's row, others do not belong to it."""
    return both_ways(draw, days, numbers, _split_beside_extras)


def partial_payments(draw: Draw, days: Ints, numbers: Ints) -> Block:
    """Two left rows pay a part of the right one, and together less than 90 % of it."""
    taste = Taste(original_share=0, amount_min=10_000)
    due = draw_items(draw, days, numbers[:, 0], taste)
    share = draw.generator.uniform(0.15, 0.43, (len(days), 2))
    paid = np.rint(_minor(due)[:, None] * share).astype(np.int64)
    # Odd amounts: nobody would take them for a price or a round share.
    paid += np.where(paid % 10 == 0, 3, 0)
    return _grouped(draw, due, paid, code_of(Bucket.PARTIAL_PAYMENT)).mirrored()


def _rounded_parts(draw: Draw, days: Ints, numbers: Ints) -> Block:
    whole = draw_items(draw, days, numbers[:, 0], _GROUP_TASTE)
    parts = _split(_minor(whole), draw.generator)
    lines = (parts > 0).sum(axis=1)
    error = draw.generator.integers(1, lines + 1) * draw.generator.choice([-1, 1], len(days))
    amount = whole.amount + error * minor_unit(whole.currency) * np.sign(whole.amount)
    return _grouped(draw, replace(whole, amount=amount), parts, code_of(Bucket.ROUNDING))


def _split_beside_extras(draw: Draw, days: Ints, numbers: Ints) -> Block:
    whole = draw_items(draw, days, numbers[:, 0], replace(_GROUP_TASTE, amount_min=5_000))
    drawn = _parts_and_extras(_minor(whole), draw.generator)
    block = _grouped(draw, whole, drawn.parts, code_of(Bucket.SPLIT_OR_AGGREGATE))
    group, extra = _flat(whole, drawn.extras)
    extra = extra.reordered(draw.generator)
    position = len(block.right) + np.arange(len(group))
    return Block(
        left=block.left,
        right=join_rows([block.right, extra]),
        labels=join_labels([block.labels, label_right(position, Bucket.MISSING_LEFT)]),
    )


def _grouped(draw: Draw, whole: Rows, parts: Ints, cause: int) -> Block:
    group, right = _flat(whole, parts)
    labels = label_pairs(group, np.arange(len(group)), cause)
    return Block(whole, right.reordered(draw.generator), labels)


def _flat(whole: Rows, parts: Ints) -> tuple[Ints, Rows]:
    """A row for each part, and the position of its whole."""
    group, column = np.nonzero(parts)
    rows = whole.take(group)
    amount = parts[group, column] * minor_unit(rows.currency) * np.sign(rows.amount)
    return group, replace(rows, amount=amount)


def _minor(rows: Rows) -> Ints:
    return np.abs(rows.amount) // minor_unit(rows.currency)


def _split(whole: Ints, generator: np.random.Generator) -> Ints:
    """Two to five positive parts of each whole, which is at least ten minor units."""
    used = np.arange(PARTS_MAX) < generator.integers(2, PARTS_MAX + 1, len(whole))[:, None]
    weights = np.where(used, 0.2 + generator.exponential(1.0, used.shape), 0)
    shares = weights / weights.sum(axis=1, keepdims=True)
    # Every part has one minor unit for certain; the first takes what rounding down leaves.
    free = whole - used.sum(axis=1)
    parts: Ints = np.floor(free[:, None] * shares).astype(np.int64) + used
    parts[:, 0] += whole - parts.sum(axis=1)
    return parts


def _parts_and_extras(whole: Ints, generator: np.random.Generator) -> Parts:
    """Parts, and lines beside them, such that no other lines come near to the whole."""
    drawn = _draw_parts_and_extras(whole, generator)
    for _ in range(_TRIES_MAX):
        wrong = np.flatnonzero(_has_other_sum(whole, drawn))
        if not len(wrong):
            return drawn
        again = _draw_parts_and_extras(whole[wrong], generator)
        drawn.parts[wrong], drawn.extras[wrong] = again.parts, again.extras
    raise RuntimeError("no parts that add up in one way only")


def _draw_parts_and_extras(whole: Ints, generator: np.random.Generator) -> Parts:
    extras = np.rint(whole[:, None] * generator.uniform(0.1, 0.9, (len(whole), EXTRAS_MAX)))
    extras[generator.random(len(whole)) < 0.5, 1] = 0
    return Parts(_split(whole, generator), extras.astype(np.int64))


def _has_other_sum(whole: Ints, drawn: Parts) -> Flags:
    lines = np.concatenate([drawn.parts, drawn.extras], axis=1)
    size = lines.shape[1]
    subsets = (np.arange(1, 2**size)[:, None] >> np.arange(size)) & 1
    near = np.abs(lines @ subsets.T - whole[:, None]) <= NEAR_MINOR
    of_lines = (lines == 0).astype(np.int64) @ subsets.T == 0
    # One subset of real lines is near for certain: the parts themselves.
    count: Ints = (near & of_lines).sum(axis=1)
    return count > 1
