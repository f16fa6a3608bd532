"""Selling: invoices and deliveries, receipts weeks later, the web shop, credit notes."""

from datetime import date
from typing import Final

from tieout.practice.ledger import chart
from tieout.practice.ledger.calendar import DAY, is_workday, workday_from, workdays_later
from tieout.practice.ledger.company import (
    COST_SHARE,
    INVOICE_MEDIAN_MINOR,
    INVOICE_SPREAD,
    Company,
)
from tieout.practice.ledger.entries import Entry, two_lines
from tieout.practice.ledger.staff import (
    ACCOUNTANTS,
    BANK_FEED,
    RECEIVABLES_CLERKS,
    SHOP,
    by_hand,
    by_machine,
    clerk_for,
)

WORKDAYS_A_MONTH: Final = 21
SATURDAY: Final = 5
_TERMS_DAYS: Final = (14, 30, 30, 30, 45)
_CREDITED: Final = 0.025
_LOST: Final = 0.006
_IN_TWO: Final = 0.04
_WRITTEN_OFF_AFTER_DAYS: Final = 120
_SHOP_SHARE: Final = 0.1
_SHOP_FEE: Final = 0.015


def sell(company: Company, day: date) -> None:
    """Invoice and deliver; what comes of it is booked when it comes."""
    for _ in range(company.luck.count(company.invoices * company.busyness(day) / WORKDAYS_A_MONTH)):
        customer = company.luck.choose(company.customers)
        amount = company.luck.amount(INVOICE_MEDIAN_MINOR, INVOICE_SPREAD)
        document = company.number("INV", day)
        bill(company, day, customer, amount, document, chart.REVENUE)
        _deliver(company, day, customer, amount, document)
        _settle(company, day, customer, amount, document)


def bill(
    company: Company, day: date, customer: str, amount: int, document: str, earned: int
) -> None:
    """Dr receivable, Cr what is earned now or later."""
    clerk = clerk_for(company.luck, RECEIVABLES_CLERKS, day)
    company.books.enter(
        Entry(
            by_hand(company.luck, day, clerk, amount, "sales"),
            day,
            two_lines(chart.RECEIVABLE, earned, amount),
            f"Invoice {document}",
            document,
            customer,
        )
    )


def collect(company: Company, due: date, customer: str, amount: int, document: str) -> None:
    """Dr cash, Cr receivable, about when it is due."""
    late = int(abs(company.luck.normal()) * 8) - 2
    day = workday_from(due + late * DAY)
    company.books.enter(
        Entry(
            by_machine(company.luck, day, BANK_FEED, "bank"),
            day,
            two_lines(chart.CASH, chart.RECEIVABLE, amount),
            f"Receipt for {document}",
            document,
            customer,
        )
    )


def _settle(company: Company, day: date, customer: str, amount: int, document: str) -> None:
    luck = company.luck
    due = day + luck.choose(_TERMS_DAYS) * DAY
    if luck.happens(_LOST):
        _write_off(company, day + _WRITTEN_OFF_AFTER_DAYS * DAY, customer, amount, document)
        return
    if luck.happens(_CREDITED):
        credit = max(1, round(amount * luck.choose((0.1, 0.2, 0.5, 1.0))))
        _credit(company, workdays_later(day, luck.whole(3, 12)), customer, credit, document)
        amount -= credit
    if luck.happens(_IN_TWO) and amount > 1:
        collect(company, due + 15 * DAY, customer, amount - amount // 2, document)
        amount //= 2
    if amount:
        collect(company, due, customer, amount, document)


def _deliver(company: Company, day: date, customer: str, amount: int, document: str) -> None:
    cost = max(1, round(amount * (COST_SHARE + 0.05 * company.luck.normal())))
    company.books.enter(
        Entry(
            by_machine(company.luck, day, SHOP, "inventory"),
            day,
            two_lines(chart.COST_OF_GOODS, chart.INVENTORY, cost),
            f"Goods issued for {document}",
            document,
            customer,
        )
    )


def _credit(company: Company, day: date, customer: str, amount: int, document: str) -> None:
    clerk = clerk_for(company.luck, RECEIVABLES_CLERKS, day)
    company.books.enter(
        Entry(
            by_hand(company.luck, day, clerk, amount, "sales"),
            day,
            two_lines(chart.REVENUE, chart.RECEIVABLE, amount),
            f"Credit note for {document}",
            company.number("CRN", day),
            customer,
        )
    )


def _write_off(company: Company, day: date, customer: str, amount: int, document: str) -> None:
    day = workday_from(day)
    who = company.luck.choose(ACCOUNTANTS)
    company.books.enter(
        Entry(
            by_hand(company.luck, day, who, amount, "manual"),
            day,
            two_lines(chart.OPERATING, chart.RECEIVABLE, amount),
            f"Write-off of {document}, uncollectable",
            document,
            customer,
        )
    )


def sell_online(company: Company, day: date) -> None:
    """Every day, weekends included: Dr cash and fees, Cr revenue; and the goods."""
    luck = company.luck
    if company.is_small and day.weekday() != SATURDAY:
        return
    share = 7.0 if company.is_small else 1.0 if is_workday(day) else 1.4
    mean = company.revenue_minor * _SHOP_SHARE / 30.4 * company.busyness(day) * share
    amount = luck.amount(mean, 0.25)
    fee = max(1, round(amount * _SHOP_FEE))
    document = f"SHOP-{day:%y%m%d}"
    lines = (
        (chart.CASH, amount - fee),
        (chart.OPERATING, fee),
        (chart.REVENUE, -amount),
    )
    posting = by_machine(luck, day, SHOP, "shop")
    company.books.enter(Entry(posting, day, lines, "Web shop sales of the day", document))
    cost = max(1, round(amount * (COST_SHARE + 0.04 * luck.normal())))
    goods = two_lines(chart.COST_OF_GOODS, chart.INVENTORY, cost)
    posting = by_machine(luck, day, SHOP, "inventory")
    company.books.enter(Entry(posting, day, goods, "Web shop goods issued", document))


def renew_services(company: Company, day: date) -> None:
    """Service contracts are invoiced for a year ahead, in the month in which they begin."""
    for service in company.services:
        if service.month == day.month:
            document = company.number("INV", day)
            amount = service.yearly_minor
            bill(company, day, service.party, amount, document, chart.DEFERRED)
            collect(company, day + 30 * DAY, service.party, amount, document)


def collect_opening(company: Company) -> None:
    """What customers owe at the start is paid within two months."""
    luck, first = company.luck, date(2024, 1, 2)
    left = company.books.opening[chart.RECEIVABLE]
    number = 0
    while left > 0:
        amount = min(left, luck.amount(INVOICE_MEDIAN_MINOR, INVOICE_SPREAD))
        number += 1
        due = first + luck.whole(2, 50) * DAY
        collect(company, due, luck.choose(company.customers), amount, f"INV-23-{number:06d}")
        left -= amount
