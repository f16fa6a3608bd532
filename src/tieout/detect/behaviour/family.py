"""What a feature is: a name, a unit and a meaning, and the family that computes it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tieout.detect.behaviour.groups import Groups, Keys
from tieout.detect.behaviour.timeline import Floats, Timeline
from tieout.model.table import TableRole

# The first of these that a table has is who acts: whose habits a row is compared with.
HOLDERS = (TableRole.CUSTOMER, TableRole.CARD, TableRole.ACCOUNT, TableRole.COUNTERPARTY)
# As above, but of what travels: a card is in one place, a customer may share cards.
CARRIERS = (TableRole.CARD, TableRole.CUSTOMER, TableRole.DEVICE)
AMOUNTS = (TableRole.AMOUNT, TableRole.DEBIT)

AnyOf: TypeAlias = tuple[TableRole, ...]


@dataclass(frozen=True)
class Feature:
    """One feature of a row. unit: "" for a plain number or name, else s, km, km/h, ...

    looks_ahead: later rows count as well. Such a feature is known only when its window has passed;
    all others rest on the row and its past.
    """

    name: str
    unit: str
    meaning: str
    looks_ahead: bool = False


class Work:
    """A timeline under computation: its keys, and what several families share."""

    def __init__(
        self, timeline: Timeline, roles: frozenset[TableRole], limits: tuple[float, ...] | None
    ) -> None:
        self.timeline = timeline
        self.roles = roles
        self.limits = limits
        self.keys = Keys(timeline)

    @cached_property
    def holder(self) -> TableRole:
        """Who acts."""
        return first_of(HOLDERS, self.roles)

    @cached_property
    def carrier(self) -> TableRole:
        """What travels."""
        return first_of(CARRIERS, self.roles)

    @cached_property
    def amount(self) -> Floats:
        """Signed amounts; NaN where null."""
        amounts: Floats = self.timeline.frame["amount"].to_numpy()
        return amounts

    @cached_property
    def log_amount(self) -> Floats:
        """Natural logarithm of the absolute amount; NaN where null or zero."""
        with np.errstate(divide="ignore"):
            logs: Floats = np.log(np.abs(self.amount))
        logs[np.isinf(logs)] = np.nan
        return logs

    def groups(self, *names: str) -> Groups:
        """Rows that share some columns."""
        return self.keys.groups(*names)

    def money_groups(self, *names: str) -> Groups:
        """As `groups`, amounts of different currencies kept apart."""
        if TableRole.CURRENCY in self.roles:
            names = (*names, TableRole.CURRENCY)
        return self.keys.groups(*names)


Computed: TypeAlias = Mapping[str, NDArray[np.generic] | pl.Series]


@dataclass(frozen=True)
class Family:
    """Features that are computed together.

    needs: roles, at least one out of each tuple. needs_clock: times must be more than dates.
    timeless: a row without a time has them as well, as if it came after all others.
    compute: a column for each of `features`, as long as the timeline: NaN (or a null of a Series)
    where there is nothing to say.
    """

    features: tuple[Feature, ...]
    needs: tuple[AnyOf, ...]
    compute: Callable[[Work], Computed] = field(repr=False)
    needs_clock: bool = False
    timeless: bool = False

    def available(self, roles: frozenset[TableRole], *, clock: bool) -> bool:
        """Whether a table with these roles has what the family needs."""
        met = all(any(role in roles for role in choice) for choice in self.needs)
        return met and (clock or not self.needs_clock)


def first_of(choice: AnyOf, roles: frozenset[TableRole]) -> TableRole:
    """The first of some roles that a table has."""
    return next(role for role in choice if role in roles)


def floats(size: int) -> Floats:
    """NaN for each row."""
    return np.full(size, np.nan)


def of_groups(groups: Groups, values: NDArray[np.generic]) -> pl.Series:
    """Values of rows, null where a row is in none of the groups."""
    outside = np.ones(groups.height, np.bool_)
    outside[groups.order] = False
    series = pl.Series(values)
    return series.set(pl.Series(outside), None) if outside.any() else series
