"""Payments that come by themselves: the same amount, the same merchant, every month."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tieout.practice.breaks.arrays import Floats, Ints
from tieout.practice.payments.people import People
from tieout.practice.payments.period import calendar, month_and_day_of

MONTHS: Final = 12
ROWS_SHARE_MAX: Final = 0.2
SUBSCRIPTIONS_PER_PERSON: Final = 1.2


@dataclass(frozen=True)
class Service:
    """What can be subscribed to. hour: when its billing runs. spread: of prices, 0 for tiers."""

    category: str
    euros: tuple[float, ...]
    hour: float
    spread: float = 0.0


SERVICES: Final = (
    Service("streaming", (7.99, 12.99, 17.99), 6.2),
    Service("streaming", (8.99, 13.99), 8.0),
    Service("music", (10.99, 17.99), 5.1),
    Service("telecom", (19.99, 29.99, 39.99, 49.99), 7.1),
    Service("telecom", (14.99, 24.99, 34.99), 9.0),
    Service("gym", (24.90, 34.90, 59.00), 7.5),
    Service("insurance", (18.0, 42.0), 6.0, 0.4),
    Service("utilities", (85.0, 120.0), 8.4, 0.35),
    Service("newspaper", (9.90, 19.90), 5.4),
    Service("charity", (5.0, 10.0, 20.0, 50.0), 10.1),
)
SERVICE_CATEGORIES: Final = tuple(dict.fromkeys(service.category for service in SERVICES))
_RISES_IN_MONTH: Final = 6
_RISE: Final = 1.1


@dataclass(frozen=True)
class Subscriptions:
    """Sorted by the day of the month on which they are paid.

    begins, ends: months, the latter no more paid. cents: the monthly price in 0.01 EUR.
    """

    person: Ints
    service: Ints
    day: Ints
    begins: Ints
    ends: Ints
    cents: Ints

    def __len__(self) -> int:
        return len(self.person)

    def on(self, day: int) -> Ints:
        """Positions of those that are paid on an epoch day."""
        month, day_of_month = month_and_day_of(np.array([day]))
        low, high = np.searchsorted(self.day, [day_of_month[0], day_of_month[0] + 1])
        index = np.arange(low, high)
        due = (self.begins[index] <= month[0]) & (month[0] < self.ends[index])
        found: Ints = index[due]
        return found

    def rows_by_day(self) -> Ints:
        """How many are paid on each day of the year."""
        return np.array([len(self.on(int(day))) for day in calendar()], dtype=np.int64)

    def price(self, index: Ints, month: Ints) -> Floats:
        """Prices in 0.01; the first service becomes dearer in the middle of the year."""
        dearer = (self.service[index] == 0) & (month >= _RISES_IN_MONTH)
        price: Floats = np.where(dearer, _RISE, 1.0) * self.cents[index]
        return price


def draw_subscriptions(
    people: People, *, rows: int, generator: np.random.Generator
) -> Subscriptions:
    """Contracts of everybody, never more than a fifth of all rows."""
    person = np.repeat(
        np.arange(len(people)), generator.poisson(SUBSCRIPTIONS_PER_PERSON, len(people))
    )
    size = len(person)
    service = generator.integers(0, len(SERVICES), size)
    begins = np.where(generator.random(size) < 0.25, generator.integers(1, MONTHS, size), 0)
    ends = np.where(generator.random(size) < 0.1, generator.integers(6, MONTHS, size), MONTHS)
    ends = np.maximum(ends, begins)
    tier = generator.random(size)
    euros: Floats = np.empty(size)
    for number, each in enumerate(SERVICES):
        chosen = service == number
        prices = np.array(each.euros)
        euros[chosen] = prices[(tier[chosen] * len(prices)).astype(np.int64)]
        euros[chosen] *= np.exp(generator.normal(0, each.spread, int(chosen.sum())))
    few = np.cumsum(ends - begins) <= ROWS_SHARE_MAX * rows
    day = generator.integers(1, 29, size)
    order = np.argsort(day, kind="stable")
    order = order[few[order]]
    return Subscriptions(
        person=person[order],
        service=service[order],
        day=day[order],
        begins=begins[order],
        ends=ends[order],
        cents=np.rint(euros[order] * 100).astype(np.int64),
    )
