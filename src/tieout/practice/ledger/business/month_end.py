"""Closing a month: accruals and their reversals, depreciation, prepaid and deferred items."""

from datetime import date
from typing import Final

from tieout.practice.ledger import chart
from tieout.practice.ledger.business.purchases import Purchases
from tieout.practice.ledger.business.sales import renew_services
from tieout.practice.ledger.calendar import (
    DAY,
    LAST_DAY,
    month_before,
    workday_from,
    workdays_later,
)
from tieout.practice.ledger.company import Company
from tieout.practice.ledger.entries import Entry, two_lines
from tieout.practice.ledger.staff import (
    ACCOUNTANTS,
    ASSETS,
    CONTROLLER,
    by_hand,
    by_machine,
)

CLOSE_WORKDAYS: Final = 4
_ASSET_CLASSES: Final = (
    ("Machines", 0.5),
    ("Vehicles", 0.2),
    ("Computers", 0.2),
    ("Fittings", 0.1),
)
_LIFE_MONTHS: Final = 96
_ACCRUED_FOR: Final = (
    ("Electricity", chart.OPERATING),
    ("Freight", chart.OPERATING),
    ("Audit fees", chart.OPERATING),
    ("Advertising", chart.OPERATING),
    ("Overtime", chart.PAYROLL),
    ("Bonus", chart.PAYROLL),
    ("Holiday pay", chart.PAYROLL),
)
_ACCRUAL_SHARE: Final = 0.04  # of revenue, all accruals of a month
_YEAR_END_WORKDAY: Final = 8


def close_month(company: Company, day: date) -> None:
    """On the first working day: everything that closes the month before, over a few days."""
    ended = month_before(day)
    _accrue(company, ended)
    _write_down(company, ended)
    _count_contracts(company, ended)
    _correct(company, ended)
    if ended.month % 3 == 0:
        _count_stock(company, ended)


def close_year(company: Company, day: date) -> None:
    """Carry the results of the year before to retained earnings, once its months are closed."""
    ended = date(day.year - 1, 12, 31)
    results = company.books.results(ended.year)
    lines = [(account, -amount) for account, amount in results.items() if amount]
    lines.append((chart.RETAINED, sum(results.values())))
    posting = by_hand(company.luck, day, CONTROLLER, abs(sum(results.values())), "closing")
    words = f"Result of {ended.year} to retained earnings"
    company.books.enter(Entry(posting, ended, tuple(lines), words, f"CLOSE-{ended:%y}"))


def closes_year(day: date) -> bool:
    """Whether the year before is closed on this day."""
    return day.month == 1 and day == workdays_later(month_before(day), _YEAR_END_WORKDAY)


def begin_month(company: Company, purchases: Purchases, day: date) -> None:
    """What is invoiced for a year ahead, and each quarter's equipment."""
    renew_services(company, day)
    for policy in company.policies:
        if policy.month == day.month:
            amount, words = policy.yearly_minor, "Insurance, a year ahead"
            purchases.receive(day, chart.PREPAID, amount, words, policy.party)
    if day.month % 3 == 2:
        purchases.equip(workdays_later(day, company.luck.whole(3, 15)))


def _closing_day(company: Company, ended: date) -> date:
    """Within the first working days; some come in on a Saturday to get it done."""
    day = workdays_later(ended, company.luck.whole(1, CLOSE_WORKDAYS))
    if day.weekday() == 0 and company.luck.happens(0.12):
        return day - 2 * DAY if (day - 2 * DAY) > ended else day
    return day


def _accrue(company: Company, ended: date) -> None:
    luck = company.luck
    count = int(max(2.0, company.invoices / 9))
    share = company.revenue_minor * _ACCRUAL_SHARE / count
    for _ in range(count):
        words, account = luck.choose(_ACCRUED_FOR)
        amount = luck.amount(share, 0.5)
        # An estimate is often a round one.
        amount = max(10_000, round(amount, -4)) if luck.happens(0.35) else amount
        day, who = _closing_day(company, ended), luck.choose(ACCOUNTANTS)
        document = company.number("ACC", ended)
        party = luck.choose(company.vendors) if account == chart.OPERATING else ""
        lines = two_lines(account, chart.ACCRUED, amount)
        posting = by_hand(luck, day, who, amount, "manual")
        text = f"Accrual {words.lower()} {ended:%m/%Y}"
        company.books.enter(Entry(posting, ended, lines, text, document, party))
        _reverse(company, ended, day, document, text, account, amount, party)


def _reverse(  # noqa: PLR0913, PLR0917 - what an accrual consists of
    company: Company,
    ended: date,
    booked: date,
    document: str,
    text: str,
    account: int,
    amount: int,
    party: str,
) -> None:
    """On the first day of the next month, by whoever is there when the accrual is booked."""
    luck, effective = company.luck, ended + DAY
    if effective > LAST_DAY:
        return
    day = workday_from(booked)
    posting = by_hand(luck, day, luck.choose(ACCOUNTANTS), amount, "reversal")
    lines = two_lines(chart.ACCRUED, account, amount)
    company.books.enter(Entry(posting, effective, lines, f"Reversal of {text}", document, party))


def _write_down(company: Company, ended: date) -> None:
    """Straight line over eight years, a class at a time."""
    cost = company.books.balances[chart.EQUIPMENT]
    day = workdays_later(ended, 1)
    for name, share in _ASSET_CLASSES:
        amount = round(cost * share / _LIFE_MONTHS)
        if amount > 0:
            lines = two_lines(chart.DEPRECIATION, chart.WRITTEN_DOWN, amount)
            posting = by_machine(company.luck, day, ASSETS, "assets")
            text, document = f"Depreciation {name.lower()} {ended:%m/%Y}", f"DEP-{ended:%y%m}"
            company.books.enter(Entry(posting, ended, lines, text, document))


def _count_contracts(company: Company, ended: date) -> None:
    """A month of each service is earned, a month of each policy is used up."""
    luck, day = company.luck, workdays_later(ended, 2)
    for contract, debit, credit, words in (
        *((each, chart.DEFERRED, chart.REVENUE, "Service") for each in company.services),
        *((each, chart.OPERATING, chart.PREPAID, "Insurance") for each in company.policies),
    ):
        amount = contract.monthly_minor(ended.month)
        posting = by_machine(luck, day, ASSETS, "recurring")
        text, document = f"{words} {ended:%m/%Y}", company.number("REC", ended)
        lines = two_lines(debit, credit, amount)
        company.books.enter(Entry(posting, ended, lines, text, document, contract.party))


def _correct(company: Company, ended: date) -> None:
    """Costs that were booked to the wrong place are moved."""
    luck = company.luck
    for _ in range(luck.count(max(1.0, company.invoices / 12))):
        wrong, right = luck.choose(
            ((chart.OPERATING, chart.RENT), (chart.OPERATING, chart.COST_OF_GOODS))
        )
        amount, who = luck.amount(25_000, 0.8), luck.choose(ACCOUNTANTS)
        posting = by_hand(luck, _closing_day(company, ended), who, amount, "manual")
        lines = two_lines(right, wrong, amount)
        document = company.number("COR", ended)
        company.books.enter(Entry(posting, ended, lines, "Reclassification of costs", document))


def _count_stock(company: Company, ended: date) -> None:
    luck = company.luck
    amount = luck.amount(company.revenue_minor * 0.006, 0.5)
    missing = luck.happens(0.8)
    debit, credit = (chart.COST_OF_GOODS, chart.INVENTORY)
    lines = two_lines(debit, credit, amount) if missing else two_lines(credit, debit, amount)
    posting = by_hand(luck, workdays_later(ended, 3), luck.choose(ACCOUNTANTS), amount, "manual")
    document = company.number("CNT", ended)
    company.books.enter(Entry(posting, ended, lines, "Stock count difference", document))
