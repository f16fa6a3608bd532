"""What stays the same throughout one data set: currencies, rates, fees and parties."""

from dataclasses import dataclass

import numpy as np

from tieout.practice.breaks.arrays import Flags, Floats, Ints
from tieout.practice.breaks.names import party_names
from tieout.practice.breaks.period import Period, day_weights, plan_period

CURRENCIES = ("EUR", "USD", "GBP", "JPY", "CHF", "CAD", "SEK", "HKD")
ACCOUNT_SHARES = (0.50, 0.20, 0.15, 0.07, 0.08)  # of the first five currencies
EUR, USD, GBP, JPY, CHF = range(5)
CAD, SEK, HKD = range(5, 8)
PREFIXES = ("INV", "CRD", "WIR", "DDB")
INVOICE, CARD, WIRE, DIRECT_DEBIT = range(4)
PARTIES = 1_500
RATE_UNIT = 1_000_000


@dataclass(frozen=True)
class CurrencyPair:
    """Original amounts of one currency are always booked on accounts of one other."""

    original: int
    account: int
    rate: float  # at the period's start, account currency for one of the original
    decimals: int
    share: float


PAIRS = (
    CurrencyPair(USD, EUR, 0.9214, 5, 0.40),
    CurrencyPair(GBP, EUR, 1.1687, 4, 0.20),
    CurrencyPair(CHF, EUR, 1.0452, 4, 0.15),
    CurrencyPair(CAD, USD, 0.7318, 5, 0.12),
    CurrencyPair(SEK, GBP, 0.0753, 6, 0.08),
    CurrencyPair(HKD, JPY, 19.2130, 4, 0.05),
)


@dataclass(frozen=True)
class Schedule:
    """What lies between gross and net: permille of the gross (or the net) plus a fixed fee."""

    permille: int
    fixed: int  # in units of 0.01
    of_net: bool
    channel: int

    def net_of(self, gross: Ints) -> Ints:
        """Net of a gross amount, the percentage rounded half up to 0.01 (not for `of_net`)."""
        return gross - (gross * self.permille + 500) // 1000 - self.fixed

    def gross_of(self, net: Ints) -> Ints:
        """Gross of a net amount, for schedules `of_net`."""
        return net + (net * self.permille + 500) // 1000 + self.fixed

    def explains(self, net: Ints, gross: Ints) -> Flags:
        """Where two positive amounts are net and gross by this schedule."""
        fits: Flags = self.gross_of(net) == gross if self.of_net else self.net_of(gross) == net
        return fits


@dataclass(frozen=True)
class World:
    """Drawn once from the seed.

    weights: share of rows by day of the period's calendar. rates: by pair and calendar day, in
    millionths. first_number: where reference numbers begin.
    """

    period: Period
    weights: Floats
    rates: Ints
    schedules: tuple[Schedule, ...]
    parties_left: tuple[str, ...]
    parties_right: tuple[str, ...]
    first_number: int

    def rate(self, pair: Ints, days: Ints) -> Ints:
        """Rates in millionths on epoch days within the period."""
        return self.rates[pair, days - self.period.start]


def draw_world(*, rows: int, seed: int) -> World:
    """Everything that all chunks share."""
    generator = np.random.default_rng([seed, 0])
    period = plan_period(rows=rows, generator=generator)
    names = party_names(PARTIES, generator)
    return World(
        period=period,
        weights=day_weights(period, generator),
        rates=_random_walks(len(period.calendar), generator),
        schedules=_draw_schedules(generator),
        parties_left=names,
        parties_right=tuple(name.upper().replace(".", "") for name in names),
        first_number=100_000_000 + int(generator.integers(1_000_000)) * 10,
    )


def _draw_schedules(generator: np.random.Generator) -> tuple[Schedule, ...]:
    count = int(generator.integers(2, 4))
    # Percentages at least half a point apart, or two schedules would explain the same fee.
    permilles = generator.choice(np.arange(5, 46, 5), size=count, replace=False)
    permilles += generator.integers(0, 6)
    cards = tuple(
        Schedule(int(permille), int(generator.integers(0, 21)) * 5, of_net=False, channel=CARD)
        for permille in permilles
    )
    wire_fee = int(generator.choice([500, 750, 1250, 1500, 2500]))
    return (
        *cards,
        Schedule(200, 0, of_net=True, channel=INVOICE),
        Schedule(0, wire_fee, of_net=False, channel=WIRE),
    )


def _random_walks(days: int, generator: np.random.Generator) -> Ints:
    walks = np.empty((len(PAIRS), days), dtype=np.int64)
    for index, pair in enumerate(PAIRS):
        level = pair.rate * np.exp(np.cumsum(generator.normal(0, 0.004, days)))
        coarse = np.rint(level * 10**pair.decimals).astype(np.int64)
        walks[index] = coarse * 10 ** (6 - pair.decimals)
    return walks
