"""Money that the company pays: suppliers, wages, contracts, taxes and the bank itself."""

from datetime import date
from typing import Final

from tieout.practice.company.calendar import (
    BANK_DAYS,
    MONTH_NAMES,
    MONTHS,
    bank_days_later,
    last_bank_day,
    month_day,
)
from tieout.practice.company.draw import SUPPLY, Draw
from tieout.practice.company.names import CONTRACTS, INSURERS, OWN_NAME, SUPPLIERS
from tieout.practice.company.rows import Entry, Event, Kind, bank_spelling

PAYMENTS_PER_DAY: Final = (2, 4)
BATCH_LINES: Final = (3, 8)
EMPLOYEES: Final = 14
_NUMBERS_FIRST: Final = 11_000
_NUMBERS_APART: Final = 4_000
_BANK: Final = "Gewerbebank Birkenau eG"
_TAX_OFFICE: Final = "Finanzkasse Birkenau"
_BATCH_WEEKDAYS: Final = (1, 4)
# Reference, how the bank puts it, how the ledger does, cents.
_MONTHLY_FEES: Final = (
    ("FEE-ACCOUNT", "ACCOUNT FEES", "Bank fees, account", 2_490),
    ("FEE-TERMINAL", "CARD TERMINAL FEES", "Bank fees, card terminals", 3_990),
    ("FEE-POSTINGS", "POSTING FEES", "Bank fees, postings", None),
    ("FEE-CASH", "CASH HANDLING FEES", "Bank fees, cash", None),
    ("FEE-ABROAD", "FOREIGN PAYMENT FEES", "Bank fees, foreign payments", None),
)


def supplier_payments(draw: Draw) -> list[Event]:
    """Transfers of one supplier's invoice each, by the supplier's number."""
    events = []
    # Each supplier counts in a range of its own: no two send the same number.
    numbers = {
        name: _NUMBERS_FIRST + _NUMBERS_APART * place + draw.whole(0, 900)
        for place, name in enumerate(SUPPLIERS)
    }
    for day in BANK_DAYS:
        for _ in range(draw.whole(*PAYMENTS_PER_DAY)):
            name = draw.choose(SUPPLIERS)
            numbers[name] += draw.whole(3, 40)
            events.append(_paid(day, f"RE{numbers[name]}", name, -draw.amount(SUPPLY)))
    return events


def _paid(day: date, reference: str, name: str, amount_minor: int) -> Event:
    said, text = f"TRANSFER {reference} {bank_spelling(OWN_NAME)}", f"Payment {reference}"
    return Event(
        Kind.SUPPLIER,
        (Entry(day, reference, said, bank_spelling(name), amount_minor),),
        (Entry(day, reference, text, name, amount_minor),),
    )


def supplier_batches(draw: Draw) -> list[Event]:
    """Payment runs: one row of the bank for a file of transfers, a ledger line for each."""
    events = []
    days = [day for day in BANK_DAYS if day.weekday() in _BATCH_WEEKDAYS]
    for number, day in enumerate(days, start=1):
        reference, count = f"SCT-2026-{number:03d}", draw.whole(*BATCH_LINES)
        lines = tuple(
            Entry(day, reference, f"Payment run, {name}", name, -draw.amount(SUPPLY))
            for name in draw.some(SUPPLIERS, count)
        )
        total = sum(line.amount_minor for line in lines)
        said = f"BULK TRANSFER {reference} {count} ITEMS"
        bank = Entry(day, reference, said, bank_spelling(OWN_NAME), total)
        events.append(Event(Kind.BATCH, (bank,), lines))
    return events


def payroll(draw: Draw) -> list[Event]:
    """Net salaries: one row of the bank, a ledger line for each employee."""
    salaries = [draw.whole(198_000, 412_000) for _ in range(EMPLOYEES)]
    events = []
    for month in MONTHS:
        day, reference = bank_days_later(last_bank_day(month), -1), f"SAL-2026-{month:02d}"
        name_of_month = MONTH_NAMES[month - 1]
        lines = tuple(
            Entry(
                day,
                reference,
                f"Net salary {name_of_month}",
                f"Employee {number:03d}",
                -salary - draw.whole(0, 9_000),
            )
            for number, salary in enumerate(salaries, start=1)
        )
        total = sum(line.amount_minor for line in lines)
        said = f"SALARIES {name_of_month.upper()} {EMPLOYEES} ITEMS"
        bank = Entry(day, reference, said, bank_spelling(OWN_NAME), total)
        events.append(Event(Kind.PAYROLL, (bank,), lines))
    return events


def contracts(draw: Draw) -> list[Event]:
    """Rent, leases, power and the like: the same day and about the same amount each month."""
    return [
        _monthly(Kind.ROUTINE, month, day, code, party, amount + draw.whole(0, 900))
        for month in MONTHS
        for code, party, day, amount in CONTRACTS
    ]


def taxes(draw: Draw) -> list[Event]:
    """Value added and wage tax, trade and corporation tax, and social security."""
    events = []
    for month in MONTHS:
        amounts = [("VAT", 1_150_000, 2_600_000), ("WAGE-TAX", 760_000, 840_000)]
        if month in {2, 5}:
            amounts.append(("TRADE-TAX", 410_000, 410_000))
        if month in {3, 6}:
            amounts.append(("CORPORATION-TAX", 520_000, 520_000))
        events += [
            _monthly(Kind.TAX, month, 10, code, _TAX_OFFICE, draw.whole(low, high))
            for code, low, high in amounts
        ]
        events += [
            _monthly(Kind.TAX, month, 26, f"SOCIAL-{place}", party, draw.whole(180_000, 420_000))
            for place, party in enumerate(INSURERS, start=1)
        ]
    return events


def _monthly(kind: Kind, month: int, day: int, code: str, party: str, amount_minor: int) -> Event:
    booked, reference = month_day(month, day), f"{code}-2026-{month:02d}"
    name = code.replace("-", " ").capitalize()
    said = f"{reference} {MONTH_NAMES[month - 1].upper()}"
    return Event(
        kind,
        (Entry(booked, reference, said, bank_spelling(party), -amount_minor),),
        (Entry(booked, reference, f"{name} {MONTH_NAMES[month - 1]}", party, -amount_minor),),
    )


def bank_fees(draw: Draw) -> list[Event]:
    """What the bank itself takes at the end of a month."""
    events = []
    for month in MONTHS:
        day = last_bank_day(month)
        for code, said, text, amount in _MONTHLY_FEES:
            reference = f"{code}-2026-{month:02d}"
            fee = -(amount or draw.whole(1_200, 9_800))
            said_of_month = f"{said} {MONTH_NAMES[month - 1].upper()}"
            bank = Entry(day, reference, said_of_month, bank_spelling(_BANK), fee)
            ledger = Entry(day, reference, text, _BANK, fee)
            events.append(Event(Kind.FEE, (bank,), (ledger,)))
    return events
