"""Plain items of business, before anything goes wrong with them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tieout.practice.breaks.arrays import Flags, Floats, Ints
from tieout.practice.breaks.numbers import Typist
from tieout.practice.breaks.rows import Block, Rows, join_blocks
from tieout.practice.breaks.world import (
    ACCOUNT_SHARES,
    JPY,
    PAIRS,
    PARTIES,
    PREFIXES,
    RATE_UNIT,
    World,
)

ACCOUNTS_PER_CURRENCY = 2
PRICE_POINTS = np.array(
    (499, 990, 999, 1499, 1999, 2500, 2900, 4900, 4999, 7900, 9900, 9999, 14900, 25000, 100000),
    dtype=np.int64,
)
PRICE_POINT_SHARE = 0.3
_TRIES_MAX = 200


@dataclass(frozen=True)
class Draw:
    """What a builder of rows draws from: the chunk's random numbers and the shared world."""

    world: World
    generator: np.random.Generator
    typist: Typist


@dataclass(frozen=True)
class Taste:
    """What items are wanted. `amount_min` is in units of 0.01, before the sign."""

    original_share: float = 0.25
    amount_min: int = 100
    positive: bool = False
    yen: bool = True
    channel: int | None = None


PLAIN = Taste()


def draw_items(draw: Draw, days: Ints, numbers: Ints, taste: Taste = PLAIN) -> Rows:
    """One row for each day and reference number."""
    generator, size = draw.generator, len(days)
    pair = np.full(size, -1, dtype=np.int64)
    with_original = generator.random(size) < taste.original_share
    pair[with_original] = _by_share(_pair_shares(taste), int(with_original.sum()), generator)
    currency = _by_share(_currency_shares(taste), size, generator)
    account_of_pair = np.array([p.account for p in PAIRS], dtype=np.int64)
    currency[with_original] = account_of_pair[pair[with_original]]
    amount, original = _amounts(draw, days, pair, currency, taste)
    if not taste.positive:
        sign = np.where(generator.random(size) < 0.7, 1, -1)
        amount, original = amount * sign, original * sign
    channels = generator.integers(0, len(PREFIXES), size)
    if taste.channel is not None:
        channels[:] = taste.channel
    return Rows(
        number=numbers,
        channel=channels,
        party=(PARTIES * generator.random(size) ** 2).astype(np.int64),
        currency=currency,
        account=currency * ACCOUNTS_PER_CURRENCY
        + generator.integers(0, ACCOUNTS_PER_CURRENCY, size),
        day=days,
        amount=amount,
        original=original,
        pair=pair,
        quoted=np.zeros(size, dtype=np.int64),
        order=days + generator.random(size),
    )


def converted(original: Ints, rate: Ints, currency: Ints) -> Ints:
    """Positive originals at rates in millionths, rounded half up to the account's minor unit."""
    divisor = RATE_UNIT * minor_unit(currency)
    return (original * rate + divisor // 2) // divisor * minor_unit(currency)


def minor_unit(currency: Ints) -> Ints:
    """The minor unit of account currencies in units of 0.01."""
    return np.where(currency == JPY, 100, 1)


def settled(
    draw_pair: Callable[[Ints, Ints], tuple[Rows, Rows]],
    is_bad: Callable[[Rows, Rows], Flags],
    days: Ints,
    numbers: Ints,
) -> tuple[Rows, Rows]:
    """Draw pairs of rows, and draw those again that by accident show another cause as well."""
    left, right = draw_pair(days, numbers)
    for _ in range(_TRIES_MAX):
        wrong = np.flatnonzero(is_bad(left, right))
        if not len(wrong):
            return left, right
        left_again, right_again = draw_pair(days[wrong], numbers[wrong])
        left, right = left.put(wrong, left_again), right.put(wrong, right_again)
    raise RuntimeError("no pairs that show one cause alone")


def both_ways(
    draw: Draw, days: Ints, numbers: Ints, build: Callable[[Draw, Ints, Ints], Block]
) -> Block:
    """Build about half of the blocks as they are and the others with the sides changed."""
    kept = draw.generator.random(len(days)) < 0.5
    return join_blocks(
        [
            build(draw, days[kept], numbers[kept]),
            build(draw, days[~kept], numbers[~kept]).mirrored(),
        ]
    )


def _amounts(draw: Draw, days: Ints, pair: Ints, currency: Ints, taste: Taste) -> tuple[Ints, Ints]:
    generator, size = draw.generator, len(days)
    amount = np.exp(generator.normal(np.log(6_500), 1.3, size)).astype(np.int64)
    popular = generator.random(size) < PRICE_POINT_SHARE
    amount[popular] = PRICE_POINTS[generator.integers(0, len(PRICE_POINTS), int(popular.sum()))]
    amount = np.where(amount < taste.amount_min, amount + taste.amount_min, amount)
    with_original = pair >= 0
    original = np.where(with_original, amount, 0)
    # A price point of 49.00 is 4900 yen: whole yen, in units of 0.01 like all amounts.
    amount = np.where(currency == JPY, amount * 100, amount)
    rate = draw.world.rate(pair[with_original], days[with_original])
    amount[with_original] = converted(original[with_original], rate, currency[with_original])
    return amount, original


def _by_share(shares: Floats, size: int, generator: np.random.Generator) -> Ints:
    limits = np.cumsum(shares / shares.sum())[:-1]
    return np.searchsorted(limits, generator.random(size), side="right").astype(np.int64)


def _currency_shares(taste: Taste) -> Floats:
    shares = np.array(ACCOUNT_SHARES)
    if not taste.yen:
        shares[JPY] = 0
    return shares


def _pair_shares(taste: Taste) -> Floats:
    return np.array([p.share if taste.yen or p.account != JPY else 0.0 for p in PAIRS])
