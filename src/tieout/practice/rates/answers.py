"""What each attempt shows besides its status: code, time taken, amount and currency."""

from typing import Final

import numpy as np

from tieout.practice.breaks.arrays import Floats, Ints
from tieout.practice.payments.chance import pick_by_row
from tieout.practice.rates.cells import values_of
from tieout.practice.rates.period import hour_of, hump
from tieout.practice.rates.statuses import AFTERWARDS, FAILED, TIMEOUT

# Response codes of ISO 8583: 00 approved, 05 do not honour, 06 error, 12 invalid transaction,
# 14 no such card, 51 insufficient funds, 54 expired card, 59 suspected fraud, 61 over the amount
# limit, 65 over the count limit, 68 answered too late, 91 issuer not available, 96 system error.
AUTH_CODES: Final = ("00", "05", "06", "12", "14", "51", "54", "59", "61", "65", "68", "91", "96")
_CODE_SHARES: Final[tuple[dict[str, float], ...]] = (
    {"00": 1.0},
    {"51": 0.47, "05": 0.27, "61": 0.08, "54": 0.06, "14": 0.05, "65": 0.04, "59": 0.03},
    {"96": 0.6, "06": 0.25, "12": 0.15},
    {"00": 1.0},
    {"00": 1.0},
    {"00": 1.0},
    {"68": 0.75, "91": 0.25},
    {"00": 1.0},
)
CURRENCIES: Final = ("EUR", "GBP", "USD")
_CURRENCY_SHARES: Final = np.array([[0.93, 0.04, 0.03], [0.25, 0.7, 0.05], [0.55, 0.05, 0.4]])

_MEDIAN_MILLISECONDS: Final = np.array([340.0, 480.0, 620.0])
_CHANNEL_SLOWER: Final = np.array([0.85, 1.15, 1.05, 1.3])
_AFTERWARDS_MILLISECONDS: Final = 140.0
_GIVES_UP_MILLISECONDS: Final = 30_000

_MEDIAN_MINOR: Final = np.array([2_600.0, 1_190.0, 24_000.0, 2_000.0])
_AMOUNT_SPREADS: Final = np.array([0.95, 0.5, 0.6, 0.6])
_ENDS_IN_99: Final = 0.35


def _summed_codes() -> Floats:
    shares = [[shares.get(code, 0.0) for code in AUTH_CODES] for shares in _CODE_SHARES]
    summed: Floats = np.cumsum(np.array(shares), axis=1)
    return summed


def draw_auth_codes(status: Ints, generator: np.random.Generator) -> Ints:
    """Positions in AUTH_CODES, as each status goes with."""
    return pick_by_row(_summed_codes()[status], generator.random(len(status)))


def draw_durations(
    minute: Ints, cell: Ints, status: Ints, slower: Floats, generator: np.random.Generator
) -> Ints:
    """Milliseconds from request to answer.

    Logarithms are normal around the acquirer's median; evenings are slower. What times out is
    given up after 30 seconds, half of what fails does so at once, and what follows a payment
    waits for nobody. slower: a factor on the time that others take.
    """
    median = _MEDIAN_MILLISECONDS[values_of("acquirer")[cell]]
    median = median * _CHANNEL_SLOWER[values_of("channel")[cell]] * slower
    median *= 1 + 0.12 * hump(hour_of(minute), 19.5, 2.5)
    at_once = generator.random(len(cell)) < 0.5
    median = np.where(status == FAILED, np.where(at_once, 45.0, 6 * median), median)
    median = np.where(np.isin(status, AFTERWARDS), _AFTERWARDS_MILLISECONDS, median)
    taken = median * np.exp(generator.normal(0, 0.42, len(cell)))
    taken = np.clip(taken, 5, _GIVES_UP_MILLISECONDS - 1)
    given_up = _GIVES_UP_MILLISECONDS + generator.exponential(40, len(cell))
    milliseconds: Ints = np.where(status == TIMEOUT, given_up, taken).astype(np.int64)
    return milliseconds


def draw_currencies(cell: Ints, generator: np.random.Generator) -> Ints:
    """Positions in CURRENCIES; each acquirer has its own customers."""
    summed = np.cumsum(_CURRENCY_SHARES, axis=1)[values_of("acquirer")[cell]]
    return pick_by_row(summed, generator.random(len(cell)))


def draw_amounts(cell: Ints, generator: np.random.Generator) -> Ints:
    """In units of 0.01 of the currency. Top-ups are round, many prices end in 99."""
    product = values_of("product")[cell]
    logarithm = np.log(_MEDIAN_MINOR[product])
    logarithm += _AMOUNT_SPREADS[product] * generator.normal(0, 1, len(cell))
    units = np.maximum(np.rint(np.exp(logarithm)), 50).astype(np.int64)
    ends_in_99 = generator.random(len(cell)) < _ENDS_IN_99
    units = np.where(ends_in_99, units // 100 * 100 + 99, units)
    top_up = product == 3
    amounts: Ints = np.where(top_up, np.maximum(units // 500, 1) * 500, units)
    return amounts
