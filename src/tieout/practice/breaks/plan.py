"""How often each kind of item happens, and on which days."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from tieout.practice.breaks.arrays import Flags, Ints
from tieout.practice.breaks.items import Draw
from tieout.practice.breaks.kinds import amounts, clean, dates, groups, one_sided, references
from tieout.practice.breaks.period import Period
from tieout.practice.breaks.rows import Block
from tieout.practice.breaks.world import World

ROWS_FOR_ITEMS_MIN = 2_000
SETTLED_DAYS = 8  # what is missing must be older than this
IN_TRANSIT_DAYS = 2


def _any_day(period: Period) -> Flags:
    return ~period.late


def _settled_day(period: Period) -> Flags:
    early = np.arange(len(period.business)) < len(period.business) - SETTLED_DAYS
    return early & ~period.late


def _last_day(period: Period) -> Flags:
    return np.arange(len(period.business)) >= len(period.business) - IN_TRANSIT_DAYS


def _late_left_day(period: Period) -> Flags:
    return np.isin(np.arange(len(period.business)), period.late_left)


def _late_right_day(period: Period) -> Flags:
    return np.isin(np.arange(len(period.business)), period.late_right)


@dataclass(frozen=True)
class Kind:
    """One kind of item.

    share: items per left row of the whole file; with `of_day`, per row of an allowed day.
    left_rows: rows on the left per item, on average. references: numbers per item. days: the
    business days on which it may happen. items_min: however few rows, from ROWS_FOR_ITEMS_MIN
    on; it gives each cause fifteen rows, and variations of a cause fewer.
    """

    name: str
    build: Callable[[Draw, Ints, Ints], Block]
    share: float
    left_rows: float = 1
    references: int = 1
    days: Callable[[Period], Flags] = _any_day
    of_day: bool = False
    adversarial: bool = False
    items_min: int = 15


SINGLE = Kind("single", clean.single, 0)  # all rows that the others leave

_GROUP_ROWS = (1 + groups.PARTS_MEAN) / 2  # on either side, as often one as the other

KINDS = (
    SINGLE,
    Kind("one_to_many", groups.one_to_many, 0.012),
    Kind("many_to_one", groups.many_to_one, 0.008, left_rows=groups.PARTS_MEAN),
    Kind("twins", clean.twins, 0.004, left_rows=2, items_min=3),
    Kind(
        "neighbours",
        clean.neighbours,
        0.005,
        left_rows=2,
        references=2,
        adversarial=True,
        items_min=3,
    ),
    Kind(
        "twins_beside_copy",
        clean.twins_beside_copy,
        0.001,
        left_rows=2.5,
        adversarial=True,
        items_min=3,
    ),
    Kind("timing", dates.timing, 0.009, days=dates.lag_days),
    Kind("in_transit", one_sided.in_transit, 0.1, days=_last_day, of_day=True),
    Kind("cut_off", dates.cut_off, 0.007, days=dates.cut_off_days),
    Kind("missing_left", one_sided.missing_left, 0.006, left_rows=0, days=_settled_day),
    Kind("missing_right", one_sided.missing_right, 0.006, days=_settled_day),
    Kind("strangers", one_sided.strangers, 0.001, days=_settled_day, adversarial=True, items_min=3),
    Kind("late_left", one_sided.late_left, 1, left_rows=0, days=_late_left_day, of_day=True),
    Kind("late_right", one_sided.late_right, 1, days=_late_right_day, of_day=True),
    Kind("duplicate", dates.duplicate, 0.007, left_rows=1.5, days=dates.copy_days),
    Kind("rounding", amounts.rounding, 0.007),
    Kind("rounded_group", groups.rounded_group, 0.001, left_rows=_GROUP_ROWS, items_min=3),
    Kind("fx_rate", amounts.fx_rate, 0.008, days=amounts.rate_days),
    Kind("fee_or_tax", amounts.fee_or_tax, 0.01, items_min=30),
    Kind("sign_flip", amounts.sign_flip, 0.006),
    Kind("transposition", amounts.transposition, 0.008),
    Kind(
        "split",
        groups.split,
        0.002,
        left_rows=_GROUP_ROWS + groups.EXTRAS_MEAN / 2,
        days=_settled_day,
        items_min=8,
    ),
    Kind("partial_payment", amounts.partial_payment, 0.006),
    Kind("partial_payments", groups.partial_payments, 0.001, left_rows=2, items_min=3),
    Kind("wrong_reference", references.wrong_reference, 0.009),
    Kind("static_data", references.static_data, 0.006),
    Kind("reversal", dates.reversal, 0.007, left_rows=1.5, references=2, days=dates.return_days),
)


@dataclass(frozen=True)
class Plan:
    """counts: items by kind (as KINDS) and calendar day of the period."""

    counts: Ints

    def chunks(self, rows: int) -> Iterator[slice]:
        """Runs of whole days with about this many left rows each, one day at the least."""
        left_rows = np.array([kind.left_rows for kind in KINDS])
        until = np.cumsum(left_rows @ self.counts)
        first = 0
        while first < len(until):
            begun = until[first - 1] if first else 0.0
            after = int(np.searchsorted(until, begun + rows, side="right"))
            after = max(after, first + 1)
            yield slice(first, after)
            first = after


def draw_plan(
    world: World, *, rows: int, adversarial: bool, generator: np.random.Generator
) -> Plan:
    """Spread all items over the days, so that about `rows` left rows come out."""
    counts = np.zeros((len(KINDS), len(world.weights)), dtype=np.int64)
    on_business_day = np.searchsorted(world.period.calendar, world.period.business)
    for index, kind in enumerate(KINDS):
        if kind is SINGLE or (kind.adversarial and not adversarial):
            continue
        allowed = np.zeros(len(world.weights), dtype=np.bool_)
        allowed[on_business_day] = kind.days(world.period)
        weights = np.where(allowed, world.weights, 0.0)
        if kind.of_day:
            counts[index] = np.where(allowed, np.maximum(1, weights * rows * kind.share), 0)
        else:
            total = max(round(kind.share * rows), _items_min(kind, rows))
            counts[index] = generator.multinomial(total, weights / weights.sum())
    left_rows = np.array([kind.left_rows for kind in KINDS])
    singles = max(0, rows - round(float(left_rows @ counts.sum(axis=1))))
    weights = world.weights.copy()
    weights[on_business_day[world.period.late]] = 0
    counts[KINDS.index(SINGLE)] = generator.multinomial(singles, weights / weights.sum())
    return Plan(counts)


def _items_min(kind: Kind, rows: int) -> int:
    return max(1, kind.items_min * min(rows, ROWS_FOR_ITEMS_MIN) // ROWS_FOR_ITEMS_MIN)
