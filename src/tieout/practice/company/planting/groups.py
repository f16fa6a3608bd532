"""Payment runs that the two books cut into different rows."""

from dataclasses import replace
from typing import Final

from tieout.model.buckets import Bucket
from tieout.practice.company.draw import SUPPLY
from tieout.practice.company.names import SUPPLIERS
from tieout.practice.company.planting.one_sided import is_past_due
from tieout.practice.company.planting.pool import Pool
from tieout.practice.company.rows import Event, Kind

CUT_IN_TWO: Final = 3
WITH_EXTRA: Final = 2
_LINES_MAX: Final = 7


def plant_splits(pool: Pool) -> None:
    """A run that the bank carried out in two parts, or that lacks one of the ledger's lines."""
    for event in pool.take(CUT_IN_TWO, Kind.BATCH, where=_is_small):
        # Neither part is the sum of some lines: only the two together agree.
        bank = event.bank[0]
        first = bank.amount_minor * pool.draw.whole(35, 65) // 100
        parts = tuple(
            replace(bank, amount_minor=amount, text=f"{bank.text} PART {number}")
            for number, amount in enumerate((first, bank.amount_minor - first), start=1)
        )
        pool.put(replace(event, bank=parts, cause=Bucket.SPLIT_OR_AGGREGATE))
    for event in pool.take(WITH_EXTRA, Kind.BATCH, where=_is_small_and_past_due):
        there = {line.party for line in event.ledger}
        party = pool.draw.choose([name for name in SUPPLIERS if name not in there])
        extra = replace(
            event.ledger[0],
            party=party,
            text=f"Payment run, {party}",
            amount_minor=-pool.draw.amount(SUPPLY),
        )
        pool.put(
            replace(event, cause=Bucket.SPLIT_OR_AGGREGATE),
            Event(Kind.BATCH, (), (extra,), Bucket.MISSING_LEFT),
        )


def _is_small(event: Event) -> bool:
    return len(event.ledger) <= _LINES_MAX


def _is_small_and_past_due(event: Event) -> bool:
    return _is_small(event) and is_past_due(event)
