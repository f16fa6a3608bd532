"""Wages twice a month, and what was withheld from them in the month after."""

from datetime import date
from typing import Final

from tieout.practice.ledger import chart
from tieout.practice.ledger.calendar import workdays_of
from tieout.practice.ledger.company import Company
from tieout.practice.ledger.entries import Entry, two_lines
from tieout.practice.ledger.staff import PAYROLL_CLERK, TREASURER, by_hand

PAYROLL_SHARE: Final = 0.2  # of revenue, a month
WITHHELD: Final = 0.3
_DEPARTMENTS: Final = (
    "Production",
    "Sales",
    "Warehouse",
    "Administration",
    "Service",
    "Development",
    "Purchasing",
    "Marketing",
)
_RAISE_A_YEAR: Final = 0.03


class Payroll:
    """Remembers what is owed to tax and social security offices."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self._owed = -company.books.opening[chart.ACCRUED]

    def run(self, day: date) -> None:
        """On the 15th and the last working day; withholdings leave on the 10th."""
        workdays = workdays_of(day.year, day.month)
        halves = (max(each for each in workdays if each.day <= 15), workdays[-1])
        if day in halves:
            self._pay(day, "A" if day == halves[0] else "B")
        if day == min(each for each in workdays if each.day >= 10):
            self._remit(day)

    def _pay(self, day: date, half: str) -> None:
        company, luck = self._company, self._company.luck
        rise = 1 + _RAISE_A_YEAR * (day.year - 2024)
        share = company.revenue_minor * PAYROLL_SHARE / 2 / company.departments * rise
        for number in range(company.departments):
            gross = luck.amount(share * (0.7 + 0.6 * number / company.departments), 0.02)
            withheld = round(gross * WITHHELD)
            self._owed += withheld
            lines = (
                (chart.PAYROLL, gross),
                (chart.CASH, withheld - gross),
                (chart.ACCRUED, -withheld),
            )
            words = f"Wages {_DEPARTMENTS[number]} {day:%m/%Y} {half}"
            posting = by_hand(luck, day, PAYROLL_CLERK, gross, "payroll")
            document = f"PR-{day:%y%m}{half}-{number + 1}"
            company.books.enter(Entry(posting, day, lines, words, document))

    def _remit(self, day: date) -> None:
        """What was withheld until the last day of the month before."""
        posting = by_hand(self._company.luck, day, TREASURER, self._owed, "payments")
        lines = two_lines(chart.ACCRUED, chart.CASH, self._owed)
        words, document = "Wage tax and social security", f"TAX-{day:%y%m}"
        if self._owed:
            entry = Entry(posting, day, lines, words, document, "Tax office")
            self._company.books.enter(entry)
        self._owed = 0
