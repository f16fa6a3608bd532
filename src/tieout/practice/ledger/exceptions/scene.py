"""What an exception is made from: a day, ordinary business, and people who could know better."""

from collections import deque
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from tieout.practice.ledger import chart
from tieout.practice.ledger.company import INVOICE_MEDIAN_MINOR, Company
from tieout.practice.ledger.entries import Entry, two_lines
from tieout.practice.ledger.luck import Luck
from tieout.practice.ledger.staff import (
    ACCOUNTANTS,
    PAYABLES_CLERKS,
    RECEIVABLES_CLERKS,
    by_hand,
)


@dataclass(frozen=True)
class Business:
    """Something that is booked every day. series: of its documents."""

    debit: int
    credit: int
    words: str
    origin: str
    series: str
    clerks: tuple[str, ...]
    with_customer: bool = False


INVOICE: Final = Business(
    chart.RECEIVABLE, chart.REVENUE, "Invoice", "sales", "INV", RECEIVABLES_CLERKS, True
)
COSTS: Final = Business(
    chart.OPERATING, chart.PAYABLE, "Consulting fees", "purchasing", "AP", PAYABLES_CLERKS
)
GOODS: Final = Business(
    chart.INVENTORY, chart.PAYABLE, "Goods received", "purchasing", "AP", PAYABLES_CLERKS
)
ACCRUED_COSTS: Final = Business(
    chart.OPERATING, chart.ACCRUED, "Accrual advertising", "manual", "ACC", ACCOUNTANTS
)
ACCRUED_WAGES: Final = Business(
    chart.PAYROLL, chart.ACCRUED, "Accrual overtime", "manual", "ACC", ACCOUNTANTS
)
MOVED_COSTS: Final = Business(
    chart.RENT, chart.OPERATING, "Reclassification of costs", "manual", "COR", ACCOUNTANTS
)
BY_CLERKS: Final = (INVOICE, COSTS, GOODS)
BY_ACCOUNTANTS: Final = (ACCRUED_COSTS, ACCRUED_WAGES, MOVED_COSTS)


@dataclass(frozen=True)
class Scene:
    """recent: ordinary entries of the last days, at least one."""

    company: Company
    luck: Luck
    day: date
    recent: deque[Entry]

    def usual_amount(self) -> int:
        """What such entries are about."""
        return self.luck.amount(INVOICE_MEDIAN_MINOR, 0.6)

    def entry(self, kind: str, business: Business, amount: int, *, who: str | None = None) -> Entry:
        """An entry as business goes, today."""
        who = who or self.luck.choose(business.clerks)
        parties = self.company.customers if business.with_customer else self.company.vendors
        return Entry(
            posting=by_hand(self.luck, self.day, who, amount, business.origin),
            effective=self.day,
            lines=two_lines(business.debit, business.credit, amount),
            description=business.words,
            document=self.company.number(business.series, self.day),
            counterparty=self.luck.choose(parties),
            kind=kind,
        )

    def between(self, kind: str, debit: int, credit: int, words: str, amount: int) -> Entry:
        """An accountant's entry between two accounts."""
        business = Business(debit, credit, words, "manual", "ACC", ACCOUNTANTS)
        return replace(self.entry(kind, business, amount), counterparty="")
