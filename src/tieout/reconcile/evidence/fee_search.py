"""Finds fee schedules in unexplained differences.

For each percentage on a grid of 0.01 %, what is left of a difference after the percentage is a
vote for a fixed fee (a Hough transform: Duda and Hart, 1972). A schedule is kept when far more
rows vote for it than the neighbouring fixed fees would lead us to expect (Poisson, corrected for
the number of schedules looked at); the rows that it explains are then taken away, and so on.
"""

from dataclasses import dataclass, replace
from heapq import heapify, heappop, heappush
from typing import Literal

import numpy as np

from tieout.model.special import chance_above
from tieout.reconcile.evidence.fees import Schedule
from tieout.reconcile.evidence.work import Flags, Ints

SCHEDULES_MAX = 8
SUPPORT_MIN = 5
SUPPORT_SHARE_MIN = 0.01
_SAMPLE = 1_600
_GRID_MAX = 3_000  # hundredths of a percent
_GRID_STEP = 100  # 10**-4 percent
_GRID_AT_ONCE = 50  # So many percentages of a sample stay in the processor's cache.
# Partial payments are round shares of the gross amount; above this, only taxes of the net count.
_GROSS_GRID_MAX = 999
_NEIGHBOURS = 50
_CHANCE_MAX = 1e-3
_TRIED_MAX = 3_000
_SHARE_GROSS_MIN = 200


@dataclass(frozen=True)
class _Sample:
    """Positive differences, gross amounts and minor units."""

    difference: Ints
    gross: Ints
    unit: Ints

    def base(self, of: str) -> Ints:
        """What a percentage is taken of."""
        return self.gross if of == "gross" else self.gross - self.difference

    def fits(self, schedule: Schedule) -> Flags:
        """Rows that a schedule explains."""
        return schedule.fits(self.difference, self.gross, unit=self.unit)

    def without(self, schedule: Schedule) -> "_Sample":
        """The rows that a schedule does not explain."""
        left = ~self.fits(schedule)
        return _Sample(self.difference[left], self.gross[left], self.unit[left])


# Minus the votes, complexity, percent, fixed; those break ties the same way in each run.
_Ranked = tuple[int, int, int, int, Schedule]


def find_schedules(difference: Ints, gross: Ints, *, unit: Ints) -> list[Schedule]:
    """Schedules that explain many of the differences, the best supported first.

    difference, gross: positive, units of 10**-scale, difference < gross. unit: minor unit of each
    row's currency. The answer does not depend on the order of the rows.
    """
    usable = (difference > 0) & (difference <= gross - gross // 2)
    usable &= ~_paid_in_shares(difference, gross)
    difference, gross, unit = difference[usable], gross[usable], unit[usable]
    support_min = max(SUPPORT_MIN, int(len(difference) * SUPPORT_SHARE_MIN))
    if len(difference) < support_min:
        return []
    sample = _sampled(difference, gross, unit)
    needed = max(SUPPORT_MIN, int(support_min * len(sample.gross) / len(difference)))
    heap = [
        (-votes, complexity(schedule), schedule.percent, schedule.fixed, schedule)
        for votes, schedule in _candidates(sample, needed=needed)
    ]
    heapify(heap)
    found: list[Schedule] = []
    while heap and len(found) < SCHEDULES_MAX:
        best = _best(heap, sample, needed=needed)
        if best is None:
            break
        found.append(best)
        sample = sample.without(best)
    return found


def _paid_in_shares(difference: Ints, gross: Ints) -> Flags:
    """Rows that lack a multiple of 5 % of the gross, where payers pay such shares.

    That they do shows in shares that no fee takes. Without this, a fifth that was not paid looks
    like a tax of 25 % of the net.
    """
    share = (difference * 20 + gross // 2) // np.maximum(gross, 1)
    round_share = np.abs(difference * 20 - share * gross) <= 20
    round_share &= (share >= 2) & (gross >= _SHARE_GROSS_MIN)
    too_much = round_share & (share >= 7)
    if too_much.sum() * 4 < round_share.sum() or too_much.sum() < 3:
        return np.zeros(len(difference), np.bool_)
    return round_share


def _sampled(difference: Ints, gross: Ints, unit: Ints) -> _Sample:
    """A fixed share of the rows, the same whatever their order."""
    order = np.lexsort((unit, gross, difference))
    if len(order) > _SAMPLE:
        picked = np.random.default_rng(7).choice(len(order), _SAMPLE, replace=False)
        order = order[np.sort(picked)]
    return _Sample(difference[order], gross[order], unit[order])


def _best(heap: list[_Ranked], sample: _Sample, *, needed: int) -> Schedule | None:
    """The simplest of the schedules with the most support, if it is more than chance gives.

    Support only falls as rows are explained, so counts of earlier rounds are upper limits, and
    only schedules at the top of the heap need to be counted again.
    """
    near: list[tuple[int, Schedule]] = []
    most = 0
    while heap and -heap[0][0] >= max(needed, most - max(1, most // 50)):
        votes, simple, percent, fixed, schedule = heappop(heap)
        support = int(sample.fits(schedule).sum())
        if support < -votes:
            if support >= needed:
                heappush(heap, (-support, simple, percent, fixed, schedule))
        elif _is_no_chance(schedule, support, sample):
            near.append((support, schedule))
            most = max(most, support)
    if not near:
        return None
    support, best = min(near, key=lambda each: (complexity(each[1]), -each[0], each[1].percent))
    for votes, schedule in near:
        if schedule is not best:
            heappush(
                heap, (-votes, complexity(schedule), schedule.percent, schedule.fixed, schedule)
            )
    return replace(best, strength=round(min(1.0, 0.8 + support / 100), 4))


def complexity(schedule: Schedule) -> int:
    """How many digits it takes to write a schedule; people agree on simple numbers.

    >>> complexity(Schedule(30, 29_000, "gross")), complexity(Schedule(31, 28_700, "gross"))
    (3, 5)
    """
    digits = [str(number).strip("0") for number in (schedule.fixed, schedule.percent)]
    return sum(len(text) for text in digits) + (schedule.of == "net")


def _candidates(sample: _Sample, *, needed: int) -> list[tuple[int, Schedule]]:
    """Votes and schedule, for each fixed and percent that enough rows vote for."""
    found: list[tuple[int, Schedule]] = []
    kinds: tuple[Literal["gross", "net"], ...] = ("gross", "net")
    for of in kinds:
        first, last = (0, _GROSS_GRID_MAX) if of == "gross" else (1, _GRID_MAX)
        grid = np.arange(first, last + 1, dtype=np.int64) * _GRID_STEP
        percent, fixed, votes = _votes(sample.difference, sample.base(of), grid, needed=needed)
        found += [
            (int(count), Schedule(int(amount), int(share), of))
            for share, amount, count in zip(percent, fixed, votes, strict=True)
        ]
    return found


def _votes(difference: Ints, base: Ints, grid: Ints, *, needed: int) -> tuple[Ints, Ints, Ints]:
    """For each percentage of the grid, the fixed fees that at least `needed` rows vote for."""
    counted = [
        _votes_of_some(difference, base, grid[first : first + _GRID_AT_ONCE], needed=needed)
        for first in range(0, len(grid), _GRID_AT_ONCE)
    ]
    percent, fixed, count = (np.concatenate(each) for each in zip(*counted, strict=True))
    most = np.argsort(-count, kind="stable")[:_TRIED_MAX]
    return percent[most], fixed[most], count[most]


def _votes_of_some(
    difference: Ints, base: Ints, grid: Ints, *, needed: int
) -> tuple[Ints, Ints, Ints]:
    whole, half = 1_000_000, 500_000
    rest = (base % whole)[None, :] * grid[:, None]
    share = (base // whole)[None, :] * grid[:, None] + (rest + half) // whole
    fixed = difference[None, :] - share
    if np.abs(fixed).max(initial=0) < 2**31:
        fixed = fixed.astype(np.int32)
    fixed.sort(axis=1)
    starts = np.ones(fixed.shape, np.bool_)
    starts[:, 1:] = fixed[:, 1:] != fixed[:, :-1]
    first = np.flatnonzero(starts)
    count = np.diff(np.append(first, fixed.size))
    enough = (count >= needed) & (fixed.ravel()[first] >= 0)
    first = first[enough]
    return grid[first // fixed.shape[1]], fixed.ravel()[first].astype(np.int64), count[enough]


def _is_no_chance(schedule: Schedule, support: int, sample: _Sample) -> bool:
    base, one = sample.base(schedule.of), np.ones_like(sample.unit)
    share = replace(schedule, fixed=0).amount(base, one)[0]
    votes = sample.difference - share - schedule.fixed
    near = (np.abs(votes) <= _NEIGHBOURS) & (votes != 0)
    expected = (int(near.sum()) + 1) / (2 * _NEIGHBOURS)
    looks = (_GRID_MAX + _GROSS_GRID_MAX) * 2 * _NEIGHBOURS
    return chance_above(support - 1, expected) * looks < _CHANCE_MAX
