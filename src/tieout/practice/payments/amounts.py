"""How much a payment is."""

from typing import Final

import numpy as np

from tieout.practice.breaks.arrays import Floats, Ints
from tieout.practice.payments.categories import CASH, EUROS, ON_MENU, SPREADS
from tieout.practice.payments.chance import scatter
from tieout.practice.payments.cities import SMALLEST_NOTE, UNITS_PER_EURO
from tieout.practice.payments.world import World

_MENU: Final = np.array([1.0, 1.25, 1.6, 2.2])
_USUAL_DISH: Final = 0.7


def draw_amounts(
    world: World, person: Ints, category: Ints, merchant: Ints, generator: np.random.Generator
) -> Ints:
    """What these people usually pay there, in units of 0.01 of their currency.

    Logarithms are normal around the category's median, the merchant's prices and the person's
    level. From a menu, everybody pays one of four prices; cash comes in notes.
    """
    size = len(person)
    price = world.merchants.price[merchant]
    usual = SPREADS[category] * generator.normal(0, 1, size) + world.people.level[person]
    dish = np.where(
        generator.random(size) < _USUAL_DISH,
        scatter(person, merchant) % len(_MENU),
        generator.integers(0, len(_MENU), size),
    )
    freely = np.where(ON_MENU[category], np.log(_MENU[dish]), usual)
    return written(world, person, category, merchant, EUROS[category] * np.exp(price + freely))


def written(world: World, person: Ints, category: Ints, merchant: Ints, euros: Floats) -> Ints:
    """Euros as a till would show them in the person's currency, in units of 0.01."""
    home = world.people.home[person]
    units = np.rint(euros * UNITS_PER_EURO[home] * 100).astype(np.int64)
    note = SMALLEST_NOTE[home] * 100
    tens = np.maximum(units // 10, 1) * 10
    # Some shops end every price in 99.
    ends_in_99 = scatter(merchant, 99) % 20 < 8
    units = np.where(ends_in_99, units // 100 * 100 + 99, units)
    units = np.where(ON_MENU[category], tens, units)
    shown: Ints = np.where(category == CASH, np.maximum(units // note, 1) * note, units)
    return np.maximum(shown, 1)
