"""Variance of balances and results against what was before, and against a forecast."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tieout.close.review.drivers import drivers
from tieout.close.review.months import Months, is_balance
from tieout.close.tasks.dates import Period

COMPARISONS: Final = ("prior_period", "prior_year", "forecast")
_TREND_MONTHS: Final = 6
_YEAR: Final = 12


@dataclass(frozen=True, kw_only=True)
class Materiality:
    """A variance is material when it passes both: `amount` in units, `percent` of what was before.

    Where nothing was before, the amount alone decides.
    """

    amount: int
    percent: float = 10.0

    def passes(self, variance: int, base: int) -> bool:
        """Whether a variance from a base has to be explained."""
        if abs(variance) < self.amount:
            return False
        return base == 0 or abs(variance) >= abs(base) * self.percent / 100.0


@dataclass(frozen=True, slots=True)
class Flux:
    """One account against one comparison; amounts in units, debits positive.

    fingerprint: of account, comparison and both amounts: an explanation is of this variance, and
    is asked for again when it changes. drivers: what the variance comes from, in words.
    """

    account: str
    name: str
    type: str
    comparison: str
    current: int
    base: int
    material: bool
    drivers: tuple[str, ...] = ()

    @property
    def variance(self) -> int:
        """Current less base."""
        return self.current - self.base

    @property
    def percent(self) -> float | None:
        """Variance in percent of the base; None where that is nothing."""
        return None if self.base == 0 else 100.0 * self.variance / abs(self.base)

    @property
    def fingerprint(self) -> str:
        """What an explanation is bound to."""
        text = f"{self.account}|{self.comparison}|{self.current}|{self.base}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def flux(
    months: Months,
    period: Period,
    materiality: Materiality,
    *,
    comparisons: Sequence[str] = COMPARISONS,
) -> tuple[Flux, ...]:
    """Every account against every comparison there is, material ones first, larger first.

    Balance sheet accounts are compared by their balance, the others by the month's movement.
    A comparison with a month that the ledger does not have is left out.
    """
    found: list[Flux] = []
    for account, kind, name, values in _series(months):
        if period not in values:
            continue
        for comparison in comparisons:
            base = _base(values, period, comparison, balance=is_balance(kind))
            if base is None:
                continue
            current = values[period]
            is_material = materiality.passes(current - base, base)
            found.append(Flux(account, name, kind, comparison, current, base, is_material))
    found.sort(key=lambda each: (not each.material, -abs(each.variance), each.account))
    return tuple(_with_drivers(months, period, each) for each in found)


def _series(months: Months) -> list[tuple[str, str, str, dict[Period, int]]]:
    grouped = (
        months.table.sort("account", "month")
        .group_by("account", "type", "name", maintain_order=True)
        .agg("month", "movement", "balance")
    )
    return [
        (
            account,
            kind,
            name,
            dict(zip(map(Period.of, days), balance if is_balance(kind) else moved, strict=True)),
        )
        for account, kind, name, days, moved, balance in grouped.iter_rows()
    ]


def _base(
    values: dict[Period, int], period: Period, comparison: str, *, balance: bool
) -> int | None:
    if comparison == "prior_period":
        return values.get(period.before)
    if comparison == "prior_year":
        return values.get(period.later(-_YEAR))
    return forecast(values, period, balance=balance)


def forecast(values: dict[Period, int], period: Period, *, balance: bool) -> int | None:
    """What the months before would let one expect; None with fewer than three.

    With a year before, the change of the same month a year ago, scaled by how the last six months
    compare with the same six a year before; else the mean of the last six months. Balances go on
    from the last one by such a movement.
    """
    movements = _movements(values) if balance else values
    past = [movements[period.later(-back)] for back in range(_TREND_MONTHS, 0, -1)
            if period.later(-back) in movements]  # fmt: skip
    if len(past) < 3 or (balance and period.before not in values):
        return None
    expected = sum(past) / len(past)
    year_ago = movements.get(period.later(-_YEAR))
    before = [movements.get(period.later(-_YEAR - back)) for back in range(1, _TREND_MONTHS + 1)]
    known = [each for each in before if each is not None]
    if year_ago is not None and len(known) == _TREND_MONTHS and sum(known) != 0:
        growth = sum(past) / sum(known)
        if 0.5 <= growth <= 2.0:
            expected = year_ago * growth
    return round(expected) + (values[period.before] if balance else 0)


def _movements(balances: dict[Period, int]) -> dict[Period, int]:
    return {
        period: balance - balances[period.before]
        for period, balance in balances.items()
        if period.before in balances
    }


def _with_drivers(months: Months, period: Period, each: Flux) -> Flux:
    if not each.material:
        return each
    against = period.later(-_YEAR) if each.comparison == "prior_year" else period.before
    words = drivers(months.lines, each.account, period, against)
    return Flux(
        each.account, each.name, each.type, each.comparison, each.current, each.base,
        each.material, words,
    )  # fmt: skip
