"""The practice company: how large it is, whom it deals with, what it has at the start."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import numpy as np

from tieout.practice.breaks.names import party_names
from tieout.practice.ledger import chart
from tieout.practice.ledger.books import Books
from tieout.practice.ledger.calendar import FIRST_DAY, MONTHS
from tieout.practice.ledger.luck import Luck

# Of the flows that grow with the number of invoices, and of those that every month has.
LINES_PER_INVOICE: Final = 9.5
LINES_EVERY_MONTH: Final = 260.0
LINES_EVERY_MONTH_SMALL: Final = 64.0
SMALL_ROWS: Final = 20_000
INVOICES_MIN: Final = 3.0
INVOICE_MEDIAN_MINOR: Final = 92_000
INVOICE_SPREAD: Final = 0.85
INVOICE_MEAN_MINOR: Final = 132_000
COST_SHARE: Final = 0.52
GROWTH_A_YEAR: Final = 0.06
_SEASON: Final = (0.86, 0.88, 1.0, 0.98, 1.0, 1.03, 0.94, 0.87, 1.04, 1.08, 1.16, 1.16)
_PARTIES_MAX: Final = 1_400


@dataclass(frozen=True)
class Contract:
    """What is paid for a year and counted by the month. month: of the year in which it begins."""

    party: str
    month: int
    yearly_minor: int

    def monthly_minor(self, month: int) -> int:
        """The share of one month; the last takes what rounding leaves."""
        share = self.yearly_minor // 12
        is_last = (month - self.month) % 12 == 11
        return self.yearly_minor - 11 * share if is_last else share

    def left_minor(self) -> int:
        """What is still to be counted when the first year begins."""
        return sum(self.monthly_minor(month) for month in range(1, self.month))


@dataclass
class Company:
    """invoices: in an average month. is_small: counts up its web shop's sales once a week."""

    luck: Luck
    books: Books
    invoices: float
    is_small: bool
    customers: tuple[str, ...]
    vendors: tuple[str, ...]
    services: tuple[Contract, ...]
    policies: tuple[Contract, ...]
    counters: Counter[str] = field(default_factory=Counter)

    @property
    def revenue_minor(self) -> float:
        """Of an average month, in 0.01."""
        return self.invoices * INVOICE_MEAN_MINOR

    @property
    def departments(self) -> int:
        """How many payrolls are run."""
        return int(np.clip(self.invoices / 50, 1, 8))

    def busyness(self, day: date) -> float:
        """Season and growth, 1 for an average month of the first year."""
        years = (day - FIRST_DAY).days / 365.25
        return _SEASON[day.month - 1] * (1 + GROWTH_A_YEAR * years)

    def number(self, prefix: str, day: date) -> str:
        """The next document number of a series."""
        series = f"{prefix}-{day:%y}"
        self.counters[series] += 1
        return f"{series}-{self.counters[series]:06d}"


def invoices_for(rows: int) -> float:
    """Invoices a month that lead to about so many lines in all."""
    a_month = rows / len(MONTHS)
    fixed = LINES_EVERY_MONTH_SMALL if rows < SMALL_ROWS else LINES_EVERY_MONTH
    return max(INVOICES_MIN, (a_month - fixed) / LINES_PER_INVOICE)


def found_company(*, rows: int, generator: np.random.Generator) -> Company:
    """A company with two years before it. Its equity is what its other balances leave."""
    luck = Luck(generator)
    invoices = invoices_for(rows)
    size = int(np.clip(invoices / 3, 8, _PARTIES_MAX))
    names = party_names(2 * size, generator)
    customers, vendors = names[:size], names[size:]
    services = _contracts(customers, max(2, int(invoices / 8)), 600_000, luck)
    policies = _contracts(vendors, int(np.clip(invoices / 60, 2, 12)), 900_000, luck)
    revenue = invoices * INVOICE_MEAN_MINOR
    opening = {
        chart.CASH: round(1.6 * revenue),
        chart.RECEIVABLE: round(1.2 * revenue),
        chart.INVENTORY: round(1.2 * revenue),
        chart.PREPAID: sum(policy.left_minor() for policy in policies),
        chart.EQUIPMENT: round(4.0 * revenue),
        chart.WRITTEN_DOWN: -round(1.2 * revenue),
        chart.PAYABLE: -round(0.7 * revenue),
        chart.ACCRUED: -round(0.07 * revenue),
        chart.DEFERRED: -sum(service.left_minor() for service in services),
        chart.LOAN: -round(3.0 * revenue),
        chart.CAPITAL: -round(1.5 * revenue),
    }
    opening[chart.RETAINED] = -sum(opening.values())
    return Company(
        luck=luck,
        books=Books(opening),
        invoices=invoices,
        is_small=rows < SMALL_ROWS,
        customers=customers,
        vendors=vendors,
        services=services,
        policies=policies,
    )


def _contracts(
    parties: tuple[str, ...], count: int, median_minor: int, luck: Luck
) -> tuple[Contract, ...]:
    return tuple(
        Contract(luck.choose(parties), luck.whole(1, 12), luck.amount(median_minor, 0.5))
        for _ in range(count)
    )
