"""Rent, the bank's charges, the loan and its interest, dividends and capital."""

from datetime import date
from typing import Final

from tieout.practice.ledger import chart
from tieout.practice.ledger.calendar import workdays_of
from tieout.practice.ledger.company import Company
from tieout.practice.ledger.entries import Entry, Posting, two_lines
from tieout.practice.ledger.staff import (
    BANK_FEED,
    CONTROLLER,
    FINANCE_DIRECTOR,
    TREASURER,
    by_hand,
    by_machine,
)

INTEREST_A_YEAR: Final = 0.054
RENT_SHARE: Final = 0.03  # of revenue, a month
_REPAID_OVER_MONTHS: Final = 60
_BANK: Final = "Harbour Trade Bank"
_CHARGES: Final = ("Account fees", "Card terminal fees", "Payment fees")
_SECOND_LOAN_MONTH: Final = (2025, 3)
_SECOND_LOAN_SHARE: Final = 0.8
_DIVIDEND_MONTH: Final = 6
_DIVIDEND_SHARE: Final = 0.5
_CAPITAL_MONTH: Final = (2025, 5)
_CAPITAL_SHARE: Final = 0.25
_CASH_KEPT_MONTHS: Final = 1.0


def move_money(company: Company, day: date) -> None:
    """What is due on this day of its month."""
    workdays = workdays_of(day.year, day.month)
    if day == workdays[0]:
        _pay_rent(company, day)
    if day == workdays[-1]:
        _serve_loan(company, day)
        _pay_charges(company, day)
    if day == workdays[9]:
        _change_capital(company, day)


def _pay_rent(company: Company, day: date) -> None:
    rent = round(company.revenue_minor * RENT_SHARE / 1_000) * 1_000
    posting = by_machine(company.luck, day, BANK_FEED, "bank")
    lines = two_lines(chart.RENT, chart.CASH, max(rent, 1_000))
    words = f"Rent {day:%m/%Y}"
    document = f"RENT-{day:%y%m}"
    company.books.enter(Entry(posting, day, lines, words, document, "Southgate Properties"))


def _serve_loan(company: Company, day: date) -> None:
    """Interest follows the balance: a month of it at the yearly rate, then a part is repaid."""
    owed = -company.books.balances[chart.LOAN]
    interest = round(owed * INTEREST_A_YEAR / 12)
    repaid = min(owed, round(3.0 * company.revenue_minor / _REPAID_OVER_MONTHS))
    for account, amount, words in (
        (chart.INTEREST, interest, "Loan interest"),
        (chart.LOAN, repaid, "Loan repayment"),
    ):
        if amount > 0:
            posting = by_hand(company.luck, day, TREASURER, amount, "bank")
            lines = two_lines(account, chart.CASH, amount)
            text, document = f"{words} {day:%m/%Y}", f"LOAN-{day:%y%m}"
            company.books.enter(Entry(posting, day, lines, text, document, _BANK))


def _pay_charges(company: Company, day: date) -> None:
    for words in _CHARGES:
        amount = company.luck.amount(4_500, 0.4)
        posting = by_machine(company.luck, day, BANK_FEED, "bank")
        lines = two_lines(chart.INTEREST, chart.CASH, amount)
        document = f"FEE-{day:%y%m}"
        company.books.enter(Entry(posting, day, lines, words, document, _BANK))


def _change_capital(company: Company, day: date) -> None:
    """The rare ones: a second loan, new shares, a dividend out of last year's earnings."""
    when = (day.year, day.month)
    if when == _SECOND_LOAN_MONTH:
        drawn = round(company.revenue_minor * _SECOND_LOAN_SHARE / 100_000) * 100_000
        _enter_capital(company, day, (chart.CASH, chart.LOAN, drawn), "Second loan drawn", _BANK)
    if when == _CAPITAL_MONTH:
        paid = round(company.revenue_minor * _CAPITAL_SHARE / 100_000) * 100_000
        accounts = (chart.CASH, chart.CAPITAL, paid)
        _enter_capital(company, day, accounts, "Capital increase paid in", "Shareholders")
    if day.month == _DIVIDEND_MONTH:
        spare = company.books.balances[chart.CASH] - _CASH_KEPT_MONTHS * company.revenue_minor
        amount = round(min(spare, company.revenue_minor) * _DIVIDEND_SHARE / 10_000) * 10_000
        accounts = (chart.RETAINED, chart.CASH, amount)
        _enter_capital(company, day, accounts, f"Dividend for {day.year - 1}", "Shareholders")


def _enter_capital(
    company: Company, day: date, accounts: tuple[int, int, int], words: str, party: str
) -> None:
    debit, credit, amount = accounts
    if amount <= 0:
        return
    second = 11 * 3600 + company.luck.whole(0, 3599)
    posting = Posting(day, second, CONTROLLER, FINANCE_DIRECTOR, "manual")
    lines = two_lines(debit, credit, amount)
    document = company.number("CAP", day)
    company.books.enter(Entry(posting, day, lines, words, document, party))
