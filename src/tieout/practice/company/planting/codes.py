"""Entries whose reference or currency was written down wrongly."""

from collections.abc import Container
from dataclasses import replace
from typing import Final

from tieout.model.buckets import Bucket
from tieout.practice.company.draw import Draw
from tieout.practice.company.planting.one_sided import is_past_due
from tieout.practice.company.planting.pool import Pool
from tieout.practice.company.rows import Event, Kind, bank_spelling

MISTYPED: Final = 9
ABSENT: Final = 3
WRONG_CURRENCY: Final = 5


def plant_wrong_references(pool: Pool, references: Container[str]) -> None:
    """Payers who mistype the invoice number, or leave it out. references: all that exist."""
    for event in pool.take(MISTYPED, Kind.RECEIPT, where=is_past_due):
        wrong = _mistyped(pool.draw, event.reference, references)
        said = f"INVOICE {wrong}"
        bank = replace(event.bank[0], reference=wrong, text=said)
        pool.put(replace(event, bank=(bank,), cause=Bucket.WRONG_REFERENCE))
    for event in pool.take(ABSENT, Kind.RECEIPT, where=_is_past_due_and_plain):
        bank = replace(event.bank[0], reference="", text="THANK YOU FOR THE GOOD WORK")
        pool.put(replace(event, bank=(bank,), cause=Bucket.WRONG_REFERENCE))


def plant_wrong_currencies(pool: Pool) -> None:
    """The ledger has the right number under the wrong currency."""
    for event in pool.take(WRONG_CURRENCY, Kind.RECEIPT, Kind.SUPPLIER):
        ledger = replace(event.ledger[0], currency=pool.draw.choose(("USD", "GBP", "CHF")))
        pool.put(replace(event, ledger=(ledger,), cause=Bucket.STATIC_DATA))


def _is_past_due_and_plain(event: Event) -> bool:
    """Only a name that both books spell alike tells who paid."""
    name = event.ledger[0].party
    return is_past_due(event) and bank_spelling(name) == name.upper()


def _mistyped(draw: Draw, reference: str, references: Container[str]) -> str:
    """A slip of the hand that gives no other entry's reference."""
    while True:
        place = draw.whole(len(reference) - 4, len(reference) - 1)
        digit = str(draw.whole(0, 9))
        candidates = (
            reference[:place] + digit + reference[place + 1 :],
            reference[: place - 1]
            + reference[place]
            + reference[place - 1]
            + reference[place + 1 :],
            reference[:place] + reference[place + 1 :],
            "IVN" + reference[3:],
        )
        wrong = draw.choose(candidates)
        if wrong != reference and wrong not in references:
            return wrong
