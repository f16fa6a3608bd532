"""Money that customers pay: transfers, collective transfers, direct debits, cards and cash."""

from dataclasses import replace
from datetime import date
from typing import Final

from tieout.practice.company.calendar import (
    BANK_DAYS,
    MONTH_NAMES,
    MONTHS,
    bank_days_later,
    month_day,
)
from tieout.practice.company.draw import Draw
from tieout.practice.company.names import CUSTOMERS, OWN_NAME
from tieout.practice.company.rows import Entry, Event, Kind, bank_spelling

RECEIPTS_PER_DAY: Final = (9, 14)
COLLECTIVES: Final = 45
RETURNS: Final = 10
CARD_FIXED_MINOR: Final = 25
CARD_PER_MILLE: Final = 14
CARD_SCHEMES: Final = (("VM", "Visa and Mastercard"), ("GC", "girocard"))
# Invoices are paid out of order, but not wildly so.
_PAID_LATE_MAX: Final = 150
_DIRECT_DEBIT_DAY: Final = 5
_CASH_WEEKDAYS: Final = (0, 3)


def invoice(number: int) -> str:
    """An invoice's reference.

    >>> invoice(123)
    'INV-2026-00123'
    """
    return f"INV-2026-{number:05d}"


def card_fee(gross_minor: int) -> int:
    """1.4 % of the gross, rounded half up, and 0.25 a settlement.

    >>> card_fee(10_000)
    165
    """
    return CARD_FIXED_MINOR + (gross_minor * CARD_PER_MILLE + 500) // 1000


def receipts(draw: Draw) -> list[Event]:
    """Transfers of one invoice each."""
    days = [day for day in BANK_DAYS for _ in range(draw.whole(*RECEIPTS_PER_DAY))]
    order = sorted(range(len(days)), key=lambda place: place + draw.whole(0, _PAID_LATE_MAX))
    return [
        receipt(draw, day, invoice(_number(place))) for day, place in zip(days, order, strict=True)
    ]


def _number(place: int) -> int:
    """Every eleventh number is left to invoices that are paid together with others."""
    return place + place // 10 + 1


def receipt(draw: Draw, day: date, reference: str) -> Event:
    """One transfer of one invoice."""
    place = draw.whole(0, len(CUSTOMERS) - 1)
    name, amount = CUSTOMERS[place], draw.amount()
    said = draw.choose(
        (
            f"{reference} CUSTOMER NO {10_001 + place}",
            f"INVOICE {reference}",
            f"PAYMENT {reference} THANK YOU",
            f"{reference}",
        )
    )
    return Event(
        Kind.RECEIPT,
        (Entry(day, reference, said, bank_spelling(name), amount),),
        (Entry(day, reference, f"Receipt {reference}", name, amount),),
    )


def collectives(draw: Draw) -> list[Event]:
    """One transfer for several invoices, by the number of the payer's remittance advice."""
    events: list[Event] = []
    days = sorted(draw.choose(BANK_DAYS) for _ in range(COLLECTIVES))
    paid = 0
    for number, day in enumerate(days, start=1):
        name, reference = draw.choose(CUSTOMERS), f"RA-2026-{number:04d}"
        count = draw.whole(2, 4)
        lines = tuple(
            Entry(day, reference, f"Receipt {invoice(11 * each)}", name, draw.amount())
            for each in range(paid + 1, paid + count + 1)
        )
        paid += count
        total = sum(line.amount_minor for line in lines)
        said = f"REMITTANCE ADVICE {reference} {count} INVOICES"
        bank = Entry(day, reference, said, bank_spelling(name), total)
        events.append(Event(Kind.COLLECTIVE, (bank,), lines))
    return events


def direct_debits(draw: Draw) -> list[Event]:
    """Maintenance contracts, collected once a month."""
    monthly = [draw.whole(3_900, 38_900) for _ in CUSTOMERS]
    events = []
    for month in MONTHS:
        day, name_of_month = month_day(month, _DIRECT_DEBIT_DAY), MONTH_NAMES[month - 1]
        for place, name in enumerate(CUSTOMERS):
            reference = f"DD-2026{month:02d}-{10_001 + place}"
            said = f"SEPA DIRECT DEBIT MANDATE M{10_001 + place} {name_of_month.upper()}"
            text = f"Maintenance {name_of_month}"
            amount = monthly[place]
            events.append(
                Event(
                    Kind.DIRECT_DEBIT,
                    (Entry(day, reference, said, bank_spelling(name), amount),),
                    (Entry(day, reference, text, name, amount),),
                )
            )
    return events


def returned(event: Event, *, days: int, code: str) -> Entry:
    """The bank's row when a direct debit comes back, so many bank days later."""
    collected = event.bank[0]
    return replace(
        collected,
        day=bank_days_later(collected.day, days),
        text=f"SEPA DIRECT DEBIT RETURN {code}",
        amount_minor=-collected.amount_minor,
    )


def booked_returns(draw: Draw, debits: list[Event]) -> list[Event]:
    """Direct debits that came back and that the ledger took back as well."""
    events = []
    for event in draw.some(debits, RETURNS):
        bank = returned(event, days=draw.whole(2, 5), code="AC04 ACCOUNT CLOSED")
        party, text = event.ledger[0].party, "Direct debit returned, claim reopened"
        events.append(Event(Kind.RETURN, (bank,), (replace(bank, party=party, text=text),)))
    return events


def card_settlements(draw: Draw) -> list[Event]:
    """The day's card sales, paid net; the ledger has the gross amount and the fee."""
    events = []
    for day in BANK_DAYS:
        for code, scheme in CARD_SCHEMES:
            reference = f"STL-{day:%y%m%d}-{code}"
            gross, party = draw.whole(18_000, 260_000), "Kartenkontor Zahlungsdienste AG"
            fee = card_fee(gross)
            said = f"SETTLEMENT {reference} NET OF SERVICE"
            lines = (
                Entry(day, reference, f"Card sales {scheme}", party, gross),
                Entry(day, reference, f"Card fee {scheme}", party, -fee),
            )
            bank = Entry(day, reference, said, bank_spelling(party), gross - fee, value_days=1)
            events.append(Event(Kind.CARD, (bank,), lines))
    return events


def cash_deposits(draw: Draw) -> list[Event]:
    """Cash of the shop, brought to the bank twice a week."""
    days = [day for day in BANK_DAYS if day.weekday() in _CASH_WEEKDAYS]
    events = []
    for number, day in enumerate(days, start=1):
        reference, amount = f"CASH-2026-{number:03d}", 5 * draw.whole(4_000, 24_000)
        party, said = bank_spelling(OWN_NAME), "CASH DEPOSIT COUNTER"
        bank = Entry(day, reference, said, party, amount, value_days=1)
        ledger = Entry(day, reference, "Shop takings to bank", OWN_NAME, amount)
        events.append(Event(Kind.CASH, (bank,), (ledger,)))
    return events
