"""What people pay for: how often, how much, at what hours and how."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tieout.practice.breaks.arrays import Flags, Floats, Ints

CHANNELS: Final = ("pos", "contactless", "online", "atm", "recurring")
POS, CONTACTLESS, ONLINE, ATM, RECURRING = range(5)


@dataclass(frozen=True)
class Category:
    """One kind of merchant.

    at_home, weekend, away: share of payments, what a weekend does to it, and share on a trip.
    euros, spread: median amount and standard deviation of its logarithm. hours: pairs of mean
    and standard deviation, equally likely. channels: pos, contactless, online, atm. menu: a few
    fixed prices per merchant, so that equal amounts are common. all_night: open at night.
    """

    name: str
    at_home: float
    weekend: float
    away: float
    euros: float
    spread: float
    hours: tuple[tuple[float, float], tuple[float, float]]
    channels: tuple[float, float, float, float]
    menu: bool = False
    all_night: bool = False


_SHOPPING: Final = ((12.0, 1.6), (17.0, 1.7))
_EVENING: Final = ((19.5, 1.6), (21.0, 1.2))
_CARD: Final = (0.45, 0.55, 0.0, 0.0)

CATEGORIES: Final = (
    Category("groceries", 26, 1.1, 10, 28, 0.62, ((11.5, 2.2), (17.8, 1.6)), (0.35, 0.6, 0.05, 0)),
    Category("coffee", 9, 0.7, 8, 4.2, 0.1, ((8.3, 0.9), (14.2, 2.0)), (0.05, 0.95, 0, 0), True),
    Category("restaurant", 9, 1.5, 22, 27, 0.45, ((12.7, 0.7), (19.7, 1.1)), (0.5, 0.45, 0.05, 0)),
    Category("fuel", 6, 0.9, 3, 58, 0.3, ((8.0, 1.3), (17.7, 1.8)), _CARD, all_night=True),
    Category(
        "transport", 9, 0.6, 12, 4.8, 0.1, ((7.8, 0.9), (17.4, 1.5)), (0.05, 0.7, 0.25, 0),
        menu=True, all_night=True,
    ),
    Category("clothing", 5, 1.5, 7, 45, 0.65, _SHOPPING, (0.4, 0.3, 0.3, 0)),
    Category("electronics", 2, 1.2, 1, 85, 0.8, _SHOPPING, (0.4, 0.15, 0.45, 0)),
    Category("household", 4, 1.6, 0.5, 38, 0.75, _SHOPPING, (0.5, 0.25, 0.25, 0)),
    Category("pharmacy", 5, 0.7, 4, 16, 0.55, _SHOPPING, _CARD),
    Category("leisure", 4, 1.8, 9, 14, 0.1, _EVENING, (0.2, 0.4, 0.4, 0), True),
    Category(
        "marketplace", 10, 1.0, 1, 31, 0.75, ((13.0, 2.5), (20.4, 1.5)), (0, 0, 1, 0),
        all_night=True,
    ),
    Category(
        "digital", 4, 1.1, 2, 9, 0.5, ((16.0, 3.0), (20.8, 1.5)), (0, 0, 1, 0), all_night=True
    ),
    Category("travel", 1.4, 1.0, 2, 150, 0.6, ((12.0, 2.5), (20.2, 1.5)), (0.2, 0, 0.8, 0)),
    Category("hotel", 0.4, 1.0, 9, 125, 0.5, ((10.0, 1.0), (18.0, 1.5)), (0.7, 0.1, 0.2, 0)),
    Category("bar", 3, 1.9, 8, 17, 0.5, _EVENING, (0.3, 0.7, 0, 0), all_night=True),
    Category("cash", 4, 1.0, 7, 80, 0.5, _SHOPPING, (0, 0, 0, 1), all_night=True),
    Category("jewellery", 0.4, 1.2, 0.4, 140, 0.7, _SHOPPING, (0.7, 0.1, 0.2, 0)),
    Category("gift cards", 0.4, 1.0, 0.1, 28, 0.4, _SHOPPING, (0.2, 0.2, 0.6, 0)),
)  # fmt: skip
NAMES: Final = tuple(category.name for category in CATEGORIES)

EUROS: Final[Floats] = np.array([category.euros for category in CATEGORIES])
SPREADS: Final[Floats] = np.array([category.spread for category in CATEGORIES])
HOURS: Final[Floats] = np.array([category.hours for category in CATEGORIES])
CHANNELS_SUMMED: Final[Floats] = np.cumsum([category.channels for category in CATEGORIES], axis=1)
ON_MENU: Final[Flags] = np.array([category.menu for category in CATEGORIES])
ALL_NIGHT: Final[Flags] = np.array([category.all_night for category in CATEGORIES])


def codes(*names: str) -> Ints:
    """Positions in CATEGORIES.

    >>> codes("coffee", "bar").tolist()
    [1, 14]
    """
    return np.array([NAMES.index(name) for name in names])


CASH: Final = int(codes("cash")[0])
