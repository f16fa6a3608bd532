"""Rows of the two books, and the events that both are about."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

CLEAN: Final = "clean"
BOOK_CURRENCY: Final = "EUR"


class Kind(StrEnum):
    """What an event is about."""

    RECEIPT = "receipt"
    COLLECTIVE = "collective"
    DIRECT_DEBIT = "direct_debit"
    RETURN = "return"
    CARD = "card"
    CASH = "cash"
    SUPPLIER = "supplier"
    BATCH = "batch"
    PAYROLL = "payroll"
    ROUTINE = "routine"
    TAX = "tax"
    FEE = "fee"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a book.

    amount_minor: cents, positive where money comes in. original_minor: the same before it was
    converted, in cents of `original_currency`; 0 where nothing was. value_days: bank days until
    the bank counts the money.
    """

    day: date
    reference: str
    text: str
    party: str
    amount_minor: int
    original_minor: int = 0
    original_currency: str = ""
    currency: str = BOOK_CURRENCY
    value_days: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    """Rows of both books that belong together, and why they do not agree (`clean`: they do)."""

    kind: Kind
    bank: tuple[Entry, ...]
    ledger: tuple[Entry, ...]
    cause: str = CLEAN

    @property
    def day(self) -> date:
        """When it happened, the bank's date where the bank knows of it."""
        return (self.bank or self.ledger)[0].day

    @property
    def reference(self) -> str:
        """What both books call it."""
        return (self.bank or self.ledger)[0].reference

    @property
    def is_single(self) -> bool:
        """Whether it is one row in each book."""
        return len(self.bank) == len(self.ledger) == 1


def bank_spelling(name: str) -> str:
    """A name as banks write it: capitals, umlauts spelled out.

    >>> bank_spelling("Möbelhaus Groß KG")
    'MOEBELHAUS GROSS KG'
    """
    for letter, spelled in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("Ä", "Ae"), ("Ö", "Oe")):
        name = name.replace(letter, spelled)
    return name.replace("Ü", "Ue").replace("ß", "ss").upper()
