"""How payment attempts end, and how often: by cell, by hour, and by levels that wander."""

from typing import Final

import numpy as np

from tieout.practice.breaks.arrays import Floats, Ints
from tieout.practice.rates.cells import CELLS, DIMENSIONS, values_of
from tieout.practice.rates.noise import wander
from tieout.practice.rates.period import DAY_MINUTES, hour_of, hump

STATUSES: Final = (
    "approved",
    "denied",
    "failed",
    "reversed",
    "backend_reversed",
    "refunded",
    "timeout",
    "chargeback",
)
APPROVED, DENIED, FAILED, REVERSED, BACKEND_REVERSED, REFUNDED, TIMEOUT, CHARGEBACK = range(8)
# What follows a payment, with no issuer to wait for.
AFTERWARDS: Final = (BACKEND_REVERSED, REFUNDED, CHARGEBACK)

# Of all attempts, for each status but approved, which is what remains.
_RATES: Final = np.array([0.046, 0.004, 0.007, 0.002, 0.008, 0.003, 0.001])
_FACTORS: Final = (
    ("channel", "online", (1.35, 1.2, 0.8, 1.3, 1.4, 1.2, 2.0)),
    ("channel", "app", (0.9, 0.9, 0.7, 1.0, 0.8, 1.1, 0.8)),
    ("channel", "phone", (1.6, 0.8, 1.2, 0.8, 1.1, 0.8, 2.5)),
    ("channel", "pos", (0.75, 0.9, 1.3, 0.8, 0.8, 0.9, 0.3)),
    ("product", "subscription", (1.5, 1.0, 0.3, 1.5, 0.6, 1.0, 1.6)),
    ("product", "top_up", (1.2, 1.1, 0.5, 1.0, 0.1, 1.0, 0.6)),
    ("product", "instalments", (1.3, 1.0, 1.0, 1.0, 1.6, 1.0, 1.0)),
    ("acquirer", "A2", (1.0, 1.2, 1.0, 1.4, 1.0, 1.3, 1.0)),
    ("acquirer", "A3", (1.1, 1.8, 1.2, 1.0, 1.0, 2.2, 1.1)),
    ("card_type", "credit", (0.8, 1.0, 1.0, 1.0, 1.3, 1.0, 1.5)),
    ("card_type", "prepaid", (2.3, 1.0, 1.1, 1.0, 0.4, 1.0, 0.5)),
)
_SPREADS: Final = np.array([0.3, 0.3, 0.3, 0.4, 0.4, 0.4, 0.2, 0.2])
_REVERSALS, _AFTER_SALE = 6, 7
_MEMORY: Final = 0.6


def rates_by_cell() -> Floats:
    """Share of each status but approved (cells x statuses), at an ordinary hour."""
    rates = np.tile(_RATES, (CELLS, 1))
    for dimension, value, factors in _FACTORS:
        of_value = values_of(dimension) == DIMENSIONS[dimension].index(value)
        rates[of_value] *= np.array(factors)
    return rates


def factors_by_minute() -> Floats:
    """How the hour moves each rate (minutes of a day x statuses).

    Card holders run out of money late at night, systems are maintained at half past three and
    loaded in the evening; refunds and chargebacks are made in office hours.
    """
    hour = hour_of(np.arange(DAY_MINUTES))
    factors = np.ones((DAY_MINUTES, len(_RATES)))
    factors[:, DENIED - 1] += 0.6 * hump(hour, 2.5, 2.5) - 0.1 * hump(hour, 10, 3)
    factors[:, FAILED - 1] += 1.0 * hump(hour, 3.5, 1.0) + 0.3 * hump(hour, 20, 2)
    factors[:, REVERSED - 1] += 0.3 * hump(hour, 18, 2)
    factors[:, REFUNDED - 1] = 0.15 + 1.4 * hump(hour, 13, 3.5)
    factors[:, TIMEOUT - 1] += 0.7 * hump(hour, 20, 2)
    factors[:, CHARGEBACK - 1] = 0.1 + 2.2 * hump(hour, 10, 2)
    return factors


def draw_levels(minutes: int, generator: np.random.Generator) -> Floats:
    """Levels by minute: of denials by card type, of failures by acquirer, and of two more."""
    return wander(minutes, _SPREADS, generator, memory=_MEMORY)


def levels_of(levels: Floats, minute: Ints, cell: Ints) -> Floats:
    """The level that holds for each status but approved (rows x statuses)."""
    denials = levels[minute, values_of("card_type")[cell]]
    failures = levels[minute, 3 + values_of("acquirer")[cell]]
    reversals, after_sale = levels[minute, _REVERSALS], levels[minute, _AFTER_SALE]
    return np.stack(
        [denials, failures, reversals, reversals, after_sale, failures, after_sale], axis=1
    )
