"""Right amount and day under a wrong reference or code."""

from dataclasses import replace

import numpy as np

from tieout.model.buckets import Bucket
from tieout.practice.breaks.arrays import Ints
from tieout.practice.breaks.items import Draw, Taste, both_ways, draw_items
from tieout.practice.breaks.rows import Block, code_of, paired
from tieout.practice.breaks.world import CHF, EUR, GBP, USD


def wrong_reference(draw: Draw, days: Ints, numbers: Ints) -> Block:
    """One side mistyped the reference, into one that nobody has."""
    return both_ways(draw, days, numbers, _mistyped_right)


def static_data(draw: Draw, days: Ints, numbers: Ints) -> Block:
    """The right side has another currency code."""
    left = draw_items(draw, days, numbers[:, 0], Taste(original_share=0, yen=False))
    codes = np.array([EUR, USD, GBP, CHF])
    step = draw.generator.integers(1, len(codes), len(days))
    currency = codes[(np.searchsorted(codes, left.currency) + step) % len(codes)]
    right = replace(left, currency=currency).reordered(draw.generator)
    return paired(left, right, code_of(Bucket.STATIC_DATA))


def _mistyped_right(draw: Draw, days: Ints, numbers: Ints) -> Block:
    left = draw_items(draw, days, numbers[:, 0])
    typed = draw.typist.mistype(left.number, draw.generator)
    right = replace(left, number=typed).reordered(draw.generator)
    return paired(left, right, code_of(Bucket.WRONG_REFERENCE))
