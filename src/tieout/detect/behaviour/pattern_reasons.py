"""Sentences for payments that are unlike the past."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from tieout.detect.behaviour.amounts import levels
from tieout.detect.behaviour.aspects import ALONE, COMPANY, TOGETHER
from tieout.model.facts import Reason
from tieout.model.table import TableRole

WORTH_SAYING = np.log(0.05)
# In the sum an aspect is named when it is at least a little odd.
_PART_OF_SUM = np.log(0.2)


@dataclass(frozen=True)
class RowFacts:
    """A row as sentences see it: its features, its columns, and who acts."""

    features: Mapping[str, Any]
    row: Mapping[str, Any]
    roles: Mapping[TableRole, str]
    who: str

    def column(self, role: TableRole) -> Any:
        """The row's own value for a role; None where there is none."""
        return self.row.get(self.roles[role]) if role in self.roles else None

    def feature(self, name: str) -> float:
        """A feature as a number; NaN where there is none."""
        value = self.features.get(name)
        return float("nan") if value is None else float(value)

    @property
    def rows_before(self) -> int:
        """Earlier rows of who acts."""
        return int(self.feature("rows_before"))


def _amount(facts: RowFacts) -> Reason:
    amount = abs(float(facts.column(TableRole.AMOUNT) or 0.0))
    times, median = facts.feature("amount_own_times"), facts.feature("amount_own_median")
    rows, z = facts.feature("amount_own_rows"), facts.feature("amount_own_z")
    return Reason(
        f"{amount:,.2f} is {times:,.1f} times this {facts.who}'s usual {median:,.2f} "
        f"(median of its latest {rows:.0f} payments), {z:.1f} robust sigma",
        (amount, times, median, rows, z),
    )


def _level(facts: RowFacts) -> Reason:
    amount = abs(float(facts.column(TableRole.AMOUNT) or 0.0))
    usual, rows = facts.feature("amount_all_median"), facts.feature("amount_all_rows")
    z, level = facts.feature("amount_all_z"), int(facts.feature("amount_all_level"))
    key = levels(facts.roles)[level - 1] if level else ()
    like = ", ".join(str(facts.column(role)) for role in key)
    return Reason(
        f"{amount:,.2f} is {amount / usual:,.1f} times the usual {usual:,.2f} of "
        f"{f'payments in {like}' if like else 'all payments'} (median of {rows:,.0f}), {z:.1f} "
        f"robust sigma; this {facts.who} has too few of its own to compare",
        (amount, amount / usual, usual, rows, z),
    )


def _hour(facts: RowFacts) -> Reason:
    hour, near = int(facts.feature("hour")), int(facts.feature("hour_near_before"))
    first, last = (hour - 1) % 24, (hour + 1) % 24
    return Reason(
        f"{near:,} of this {facts.who}'s {facts.rows_before:,} earlier payments were between "
        f"{first:02d}:00 and {last:02d}:59, as this one is",
        (near, facts.rows_before, first, last),
    )


def _burst(facts: RowFacts) -> Reason:
    count, minutes = facts.feature("burst_10m"), 10
    return Reason(f"one of {count:.0f} payments within {minutes} minutes", (count, minutes))


def _travel(facts: RowFacts) -> Reason:
    km, speed = facts.feature("km_from_last"), facts.feature("km_per_hour_away")
    return Reason(
        f"{km:,.0f} km from the last place; to be here in time takes {speed:,.0f} km/h",
        (km, speed),
    )


def _country(facts: RowFacts) -> Reason:
    country = facts.column(TableRole.COUNTRY)
    seen, others = int(facts.feature("country_seen_before")), int(facts.feature("countries_before"))
    if seen:
        hours = facts.feature("country_known_days") * 24.0
        return Reason(
            f"{country} is new for this {facts.who} since {hours:.1f} hours: {seen:,} of its "
            f"{facts.rows_before:,} earlier payments",
            (hours, seen, facts.rows_before),
        )
    return Reason(
        f"{country} is new for this {facts.who}: 0 of its {facts.rows_before:,} earlier payments, "
        f"which were in {others:,} other {'country' if others == 1 else 'countries'}",
        (0, facts.rows_before, others),
    )


def _repeat(facts: RowFacts) -> Reason:
    amount = float(facts.column(TableRole.AMOUNT) or 0.0)
    gap = facts.feature("seconds_since_same_amount")
    return Reason(
        f"the same amount {amount:,.2f} went to the same place {gap:,.0f} s before", (amount, gap)
    )


def _device(facts: RowFacts) -> Reason:
    return Reason(
        f"a device that this {facts.who} has not used in {facts.rows_before:,} earlier payments",
        (facts.rows_before,),
    )


def _seen(name: str, role: TableRole) -> Callable[[RowFacts], Reason]:
    def said(facts: RowFacts) -> Reason:
        seen = int(facts.feature(f"{name}_seen_before"))
        return Reason(
            f"{name} {facts.column(role)}: {seen:,} of this {facts.who}'s {facts.rows_before:,} "
            "earlier payments",
            (seen, facts.rows_before),
        )

    return said


_SENTENCES: Mapping[str, Callable[[RowFacts], Reason]] = MappingProxyType(
    {
        "amount": _amount,
        "level": _level,
        "hour": _hour,
        "burst": _burst,
        "travel": _travel,
        "country": _country,
        "repeat": _repeat,
        "device": _device,
        "merchant": _seen("merchant", TableRole.MERCHANT),
        "category": _seen("category", TableRole.MERCHANT_CATEGORY),
    }
)


def reasons_of(facts: RowFacts, log_p: Mapping[str, float]) -> tuple[Reason, ...]:
    """Sentences of the aspects with p <= .05, the oddest first.

    When only the sum or the company is that odd, the aspects that make it up are told; when
    nothing is, nothing is told.
    """
    told = {name: value for name, value in log_p.items() if name in _SENTENCES}
    summed = min(log_p.get(TOGETHER, 0.0), log_p.get(COMPANY, 0.0)) <= WORTH_SAYING
    alone = any(told.get(name, 0.0) <= WORTH_SAYING for name in ALONE)
    if not summed and not alone:
        return ()
    limit = WORTH_SAYING if alone else _PART_OF_SUM
    odd = sorted((value, name) for name, value in told.items() if value <= limit)
    reasons = [_SENTENCES[name](facts) for _, name in odd]
    if log_p.get(COMPANY, 0.0) <= WORTH_SAYING:
        reasons.append(
            Reason("another payment of the same card within 2 hours is unusual as well", (2.0,))
        )
    return tuple(reasons)
