"""Payments in pounds and dollars, converted at the day's rate."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from tieout.practice.company.calendar import BANK_DAYS
from tieout.practice.company.draw import Draw
from tieout.practice.company.names import ABROAD
from tieout.practice.company.rows import Entry, Event, Kind, bank_spelling

# Euros for one unit, in hundred-thousandths, and how far a day moves them.
RATE_ONE: Final = 100_000
_RATES_FIRST: Final = {"GBP": 115_240, "USD": 85_310}
_STEP_MAX: Final = {"GBP": 420, "USD": 470}
_EXTRA: Final = 50
_BANDS: Final = ((60_000, 200_000, 50), (200_000, 700_000, 50))


@dataclass(frozen=True)
class Rates:
    """Euros for one unit by currency and bank day, in hundred-thousandths."""

    table: dict[tuple[str, date], int]

    @classmethod
    def of(cls, draw: Draw) -> "Rates":
        """Rates that move a little every day, and never stay the same."""
        table = {}
        for currency, first in _RATES_FIRST.items():
            rate = first
            for day in BANK_DAYS:
                move = draw.whole(40, _STEP_MAX[currency])
                # The further from where it began, the likelier the way back.
                up = draw.whole(-3_000, 3_000) > rate - first
                rate += move if up else -move
                table[currency, day] = rate
        return cls(table)

    def convert(self, original_minor: int, currency: str, day: date) -> int:
        """Cents of the account for cents of a currency, rounded half up, with their sign."""
        product = abs(original_minor) * self.table[currency, day]
        whole = (2 * product + RATE_ONE) // (2 * RATE_ONE)
        return whole if original_minor > 0 else -whole


def foreign_payments(draw: Draw, rates: Rates) -> list[Event]:
    """One payment a day in each currency, and some more."""
    wanted = [(currency, day) for currency in ABROAD for day in BANK_DAYS]
    wanted += [(draw.choose(tuple(ABROAD)), draw.choose(BANK_DAYS)) for _ in range(_EXTRA)]
    return [
        foreign_payment(draw, rates, currency, day, number)
        for number, (currency, day) in enumerate(wanted, start=1)
    ]


def foreign_payment(draw: Draw, rates: Rates, currency: str, day: date, number: int) -> Event:
    """One payment, in or out."""
    party, incoming = draw.choose(ABROAD[currency]), not draw.one_in(3)
    original = draw.amount(_BANDS) * (1 if incoming else -1)
    reference = f"FX-2026-{number:04d}"
    rate = rates.table[currency, day]
    said = f"FOREIGN PAYMENT {currency} RATE {rate // RATE_ONE}.{rate % RATE_ONE:05d}"
    bank = Entry(
        day,
        reference,
        said,
        bank_spelling(party),
        rates.convert(original, currency, day),
        original,
        currency,
    )
    text = f"{'Receipt' if incoming else 'Payment'} {currency} {reference}"
    return Event(Kind.FOREIGN, (bank,), (replace(bank, party=party, text=text),))
