"""One payment goes through twice: a terminal that asks again, or a clerk who does."""

from typing import Final

import numpy as np

from tieout.practice.breaks.arrays import Flags
from tieout.practice.payments.categories import ATM, RECURRING
from tieout.practice.payments.rows import KINDS, Rows
from tieout.practice.payments.stories.story import Plot, Story
from tieout.practice.payments.world import World

_BY_MACHINE: Final = 0.65


def _once_is_enough(_: World, rows: Rows) -> Flags:
    fits: Flags = (rows.channel != ATM) & (rows.channel != RECURRING)
    return fits


def _plant(plot: Plot) -> Rows:
    first, size = plot.bases, len(plot.bases)
    by_machine = plot.generator.random(size) < _BY_MACHINE
    tried_again = plot.generator.integers(4, 75, size)
    by_hand = np.exp(plot.generator.normal(np.log(95), 0.6, size)).clip(20, 3_600)
    gap = np.where(by_machine, tried_again, by_hand.astype(np.int64))
    kind = np.full(size, KINDS.index(DUPLICATE.kind) + 1, dtype=np.int8)
    return Rows(**{**vars(first), "time": first.time + gap, "kind": kind})


DUPLICATE: Final = Story("DUPLICATE", 0.0030, (1, 1), _once_is_enough, _plant)
