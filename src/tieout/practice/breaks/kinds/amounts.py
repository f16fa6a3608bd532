"""Right reference and day, wrong amount; one row on each side."""

from dataclasses import replace

import numpy as np

from tieout.model.buckets import Bucket
from tieout.practice.breaks.arrays import Flags, Ints
from tieout.practice.breaks.digits import POWERS_OF_TEN, digit_at, swap_digits
from tieout.practice.breaks.items import (
    Draw,
    Taste,
    both_ways,
    converted,
    draw_items,
    minor_unit,
    settled,
)
from tieout.practice.breaks.lookalikes import (
    looks_like_fee,
    looks_like_rate,
    looks_like_rounding,
    looks_transposed,
)
from tieout.practice.breaks.period import Period, pick
from tieout.practice.breaks.rows import Block, Rows, code_of, join_blocks, paired
from tieout.practice.breaks.world import Schedule

# Up to a week back: at most ten calendar days, and a day whose rate other rows show as well.
RATE_STEPS = np.array([-6, -5, -4, -3, -2, -1])
SWAP_SHARE = 0.75


def rate_days(period: Period) -> Flags:
    """Business days before which there is a day whose rate may be used by mistake."""
    return period.can_move(RATE_STEPS)


def rounding(draw: Draw, days: Ints, numbers: Ints) -> Block:
    """The sides are one minor unit apart."""
    left = draw_items(draw, days, numbers[:, 0])
    step = np.where(draw.generator.random(len(days)) < 0.5, 1, -1) * minor_unit(left.currency)
    right = replace(left, amount=left.amount + step).reordered(draw.generator)
    return paired(left, right, code_of(Bucket.ROUNDING))


def fx_rate(draw: Draw, days: Ints, numbers: Ints) -> Block:
    """The right side converted at the rate of a day up to ten days before."""
    taste = Taste(original_share=1.0, amount_min=20_000)
    period = draw.world.period

    def draw_pair(days: Ints, numbers: Ints) -> tuple[Rows, Rows]:
        left = draw_items(draw, days, numbers, taste)
        rate_day = period.move(days, RATE_STEPS, period.moves(RATE_STEPS), draw.generator)
        rate = draw.world.rate(left.pair, rate_day)
        amount = converted(np.abs(left.original), rate, left.currency) * np.sign(left.amount)
        return left, replace(left, amount=amount).reordered(draw.generator)

    def is_bad(left: Rows, right: Rows) -> Flags:
        return (
            looks_like_rounding(left, right)
            | looks_transposed(left, right)
            | looks_like_fee(left, right, draw.world.schedules)
        )

    left, right = settled(draw_pair, is_bad, days, numbers[:, 0])
    return paired(left, right, code_of(Bucket.FX_RATE))


def fee_or_tax(draw: Draw, days: Ints, numbers: Ints) -> Block:
    """The left side is the right one less a fee, by one of the schedules in turn."""
    schedules = draw.world.schedules
    chosen = draw.generator.integers(0, len(schedules), len(days))
    return join_blocks(
        [
            _net_of_fee(draw, days[chosen == index], numbers[chosen == index], schedule)
            for index, schedule in enumerate(schedules)
        ]
    )


def sign_flip(draw: Draw, days: Ints, numbers: Ints) -> Block:
    """Debit and credit changed."""
    left = draw_items(draw, days, numbers[:, 0], Taste(original_share=0))
    right = replace(left, amount=-left.amount).reordered(draw.generator)
    return paired(left, right, code_of(Bucket.SIGN_FLIP))


def transposition(draw: Draw, days: Ints, numbers: Ints) -> Block:
    """Two adjacent digits swapped on one side, or its decimal point one or two places off."""
    return both_ways(draw, days, numbers, _mistyped_right)


def partial_payment(draw: Draw, days: Ints, numbers: Ints) -> Block:
    """The left side pays 30 to 90 % of what the right one expects."""
    taste = Taste(amount_min=5_000)

    def draw_pair(days: Ints, numbers: Ints) -> tuple[Rows, Rows]:
        right = draw_items(draw, days, numbers, taste)
        unit = minor_unit(right.currency)
        share = draw.generator.uniform(0.31, 0.89, len(days))
        paid = np.rint(np.abs(right.amount) // unit * share).astype(np.int64) * unit
        left = replace(right, amount=paid * np.sign(right.amount))
        return left.reordered(draw.generator), right

    def is_bad(left: Rows, right: Rows) -> Flags:
        round_amount: Flags = left.amount % (10 * minor_unit(left.currency)) == 0
        like_fee = looks_like_fee(left, right, draw.world.schedules)
        return round_amount | like_fee | looks_transposed(left, right)

    left, right = settled(draw_pair, is_bad, days, numbers[:, 0])
    return paired(left, right, code_of(Bucket.PARTIAL_PAYMENT))


def _net_of_fee(draw: Draw, days: Ints, numbers: Ints, schedule: Schedule) -> Block:
    amount_min = 10_000 if schedule.permille == 0 else 2_000
    taste = Taste(
        original_share=0,
        amount_min=amount_min,
        positive=True,
        yen=False,
        channel=schedule.channel,
    )

    def draw_pair(days: Ints, numbers: Ints) -> tuple[Rows, Rows]:
        items = draw_items(draw, days, numbers, taste)
        if schedule.of_net:
            left, right = items, replace(items, amount=schedule.gross_of(items.amount))
        else:
            left, right = replace(items, amount=schedule.net_of(items.amount)), items
        return left, right.reordered(draw.generator)

    def is_bad(left: Rows, right: Rows) -> Flags:
        others = tuple(other for other in draw.world.schedules if other != schedule)
        return (
            looks_like_rounding(left, right)
            | looks_transposed(left, right)
            | looks_like_fee(left, right, others)
        )

    left, right = settled(draw_pair, is_bad, days, numbers[:, 0])
    return paired(left, right, code_of(Bucket.FEE_OR_TAX))


def _mistyped_right(draw: Draw, days: Ints, numbers: Ints) -> Block:
    taste = Taste(amount_min=1_000)

    def draw_pair(days: Ints, numbers: Ints) -> tuple[Rows, Rows]:
        left = draw_items(draw, days, numbers, taste)
        unit = minor_unit(left.currency)
        typed = _mistyped(np.abs(left.amount) // unit, draw.generator) * unit
        right = replace(left, amount=typed * np.sign(left.amount))
        return left, right.reordered(draw.generator)

    def is_bad(left: Rows, right: Rows) -> Flags:
        return (
            ~looks_transposed(left, right)
            | looks_like_rounding(left, right)
            | looks_like_rate(left, right)
            | looks_like_fee(left, right, draw.world.schedules)
        )

    left, right = settled(draw_pair, is_bad, days, numbers[:, 0])
    return paired(left, right, code_of(Bucket.TRANSPOSITION))


def _mistyped(amount: Ints, generator: np.random.Generator) -> Ints:
    """Positive amounts in minor units with an error; unchanged where the digits are equal."""
    places = np.arange(7)
    low, high = digit_at(amount[:, None], places), digit_at(amount[:, None], places + 1)
    longer = amount[:, None] >= POWERS_OF_TEN[places + 2]
    # A swap of the first digit with a zero would shorten the number.
    swappable = (low != high) & (high > 0) & ((low > 0) | longer)
    swapped = swap_digits(amount, pick(places, swappable, generator))
    shifted = amount * pick(np.array([10, 100]), np.ones((len(amount), 2), np.bool_), generator)
    return np.where(generator.random(len(amount)) < SWAP_SHARE, swapped, shifted)
