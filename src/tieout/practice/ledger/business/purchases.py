"""Buying: goods, services and equipment on invoice, paid in runs twice a week."""

from collections import defaultdict
from datetime import date
from typing import Final

from tieout.practice.ledger import chart
from tieout.practice.ledger.business.sales import WORKDAYS_A_MONTH
from tieout.practice.ledger.calendar import DAY, workday_from
from tieout.practice.ledger.company import COST_SHARE, Company
from tieout.practice.ledger.entries import Entry, two_lines
from tieout.practice.ledger.staff import PAYABLES_CLERKS, by_hand, clerk_for

GOODS_PER_INVOICE: Final = 0.3
SERVICES_PER_INVOICE: Final = 0.22
OPERATING_SHARE: Final = 0.075  # of revenue
EQUIPMENT_SHARE: Final = 0.12  # of a month's revenue, each quarter
_STOCK_MONTHS: Final = 1.2
_WRITE_DOWN_OF_SPREAD: Final = 0.835  # mean of a logarithmic normal of spread 0.6 is 1 / this
_PAYMENT_WEEKDAYS: Final = (1, 4)
_TERMS_DAYS: Final = (14, 30, 30, 45)
_DISCOUNTED: Final = 0.06
_DISCOUNT: Final = 0.02
_SERVICES: Final = (
    "Advertising campaign",
    "Electricity",
    "Freight and packaging",
    "Cleaning services",
    "Software licences",
    "Trade fair stand",
    "Telephone and internet",
    "Consulting fees",
    "Travel expenses",
)


class Purchases:
    """Invoices of vendors, and what is to be paid to whom on which day."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self._open: defaultdict[date, defaultdict[str, list[int]]] = defaultdict(
            lambda: defaultdict(list)
        )

    def buy(self, day: date) -> None:
        """Goods so that the stock follows sales, and whatever else a company needs."""
        luck, company = self._company.luck, self._company
        a_day = company.busyness(day) / WORKDAYS_A_MONTH
        goods = luck.count(company.invoices * GOODS_PER_INVOICE * a_day)
        mean = self._restock_minor(day) / (company.invoices * GOODS_PER_INVOICE * a_day)
        for _ in range(goods):
            amount = luck.amount(mean * _WRITE_DOWN_OF_SPREAD, 0.6)
            self.receive(day, chart.INVENTORY, amount, "Goods received")
        services = luck.count(company.invoices * SERVICES_PER_INVOICE * a_day)
        mean = company.revenue_minor * OPERATING_SHARE / company.invoices / SERVICES_PER_INVOICE
        for _ in range(services):
            amount = luck.amount(mean * _WRITE_DOWN_OF_SPREAD, 0.6)
            self.receive(day, chart.OPERATING, amount, luck.choose(_SERVICES))

    def receive(
        self, day: date, account: int, amount: int, words: str, vendor: str | None = None
    ) -> None:
        """An invoice comes in: Dr what was bought, Cr payable; some costs are split in two."""
        luck, company = self._company.luck, self._company
        vendor = vendor or luck.choose(company.vendors)
        document = f"{vendor[:2].upper()}{luck.whole(10_000, 99_999)}-{day:%y}"
        lines = two_lines(account, chart.PAYABLE, amount)
        if account == chart.OPERATING and amount > 100 and luck.happens(0.15):
            part = round(amount * (0.3 + 0.4 * luck.share()))
            lines = ((account, part), (account, amount - part), (chart.PAYABLE, -amount))
        clerk = clerk_for(luck, PAYABLES_CLERKS, day)
        posting = by_hand(luck, day, clerk, amount, "purchasing")
        company.books.enter(Entry(posting, day, lines, words, document, vendor))
        due = workday_from(day + luck.choose(_TERMS_DAYS) * DAY)
        while due.weekday() not in _PAYMENT_WEEKDAYS:
            due = workday_from(due + DAY)
        self._open[due][vendor].append(amount)

    def pay(self, day: date) -> None:
        """A payment a vendor for all that is due: Dr payable, Cr cash, at times a discount."""
        luck, company = self._company.luck, self._company
        for vendor, amounts in self._open.pop(day, {}).items():
            amount, document = sum(amounts), company.number("PAY", day)
            lines = two_lines(chart.PAYABLE, chart.CASH, amount)
            if luck.happens(_DISCOUNTED) and amount > 100:
                kept = round(amount * _DISCOUNT)
                paid = amount - kept
                lines = (
                    (chart.PAYABLE, amount),
                    (chart.CASH, -paid),
                    (chart.COST_OF_GOODS, -kept),
                )
            clerk = clerk_for(luck, PAYABLES_CLERKS, day)
            posting = by_hand(luck, day, clerk, amount, "payments")
            words = f"Payment of {len(amounts)} invoice{'s' if len(amounts) > 1 else ''}"
            company.books.enter(Entry(posting, day, lines, words, document, vendor))

    def equip(self, day: date) -> None:
        """Each quarter something large is bought to stay."""
        amount = self._company.luck.amount(self._company.revenue_minor * EQUIPMENT_SHARE, 0.3)
        self.receive(day, chart.EQUIPMENT, amount, "Machine, delivered and installed")

    def owe_opening(self) -> None:
        """What vendors are owed at the start is paid within six weeks."""
        luck, company = self._company.luck, self._company
        left = -company.books.opening[chart.PAYABLE]
        while left > 0:
            amount = min(left, luck.amount(company.revenue_minor / company.invoices, 0.6))
            day = workday_from(date(2024, 1, 2) + luck.whole(1, 40) * DAY)
            while day.weekday() not in _PAYMENT_WEEKDAYS:
                day = workday_from(day + DAY)
            self._open[day][luck.choose(company.vendors)].append(amount)
            left -= amount

    def _restock_minor(self, day: date) -> float:
        """Today's goods: as much as goes out, more or less by what the stock lacks or has."""
        company = self._company
        a_month = company.revenue_minor * 1.1 * COST_SHARE * company.busyness(day)
        lacking = _STOCK_MONTHS * a_month - company.books.balances[chart.INVENTORY]
        return max(0.3 * a_month, a_month + 0.4 * lacking) / WORKDAYS_A_MONTH
