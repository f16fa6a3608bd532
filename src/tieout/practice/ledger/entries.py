"""Journal entries as the simulation makes them."""

from dataclasses import dataclass
from datetime import date
from typing import Final

KINDS: Final = (
    "UNBALANCED",
    "UNUSUAL_PAIR",
    "RARE_ACCOUNT_USE",
    "RARE_USER",
    "SELF_APPROVED",
    "WEEKEND_MANUAL",
    "BACKDATED",
    "ROUND_AMOUNT",
    "HIGH_AMOUNT",
    "DUPLICATE_ENTRY",
    "JUST_BELOW_LIMIT",
    "REVENUE_DEBIT",
    "POST_CLOSE",
)
NORMAL: Final = ""


@dataclass(frozen=True, slots=True)
class Posting:
    """Who books, when and on whose word. second: of the day. approved_by: empty for machines."""

    day: date
    second: int
    prepared_by: str
    approved_by: str
    origin: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One journal entry.

    lines: account and amount in 0.01, debits positive. kind: NORMAL or one of KINDS.
    """

    posting: Posting
    effective: date
    lines: tuple[tuple[int, int], ...]
    description: str
    document: str
    counterparty: str = ""
    kind: str = NORMAL

    @property
    def amount_minor(self) -> int:
        """The sum of its debits."""
        return sum(amount for _, amount in self.lines if amount > 0)


def two_lines(debit: int, credit: int, amount_minor: int) -> tuple[tuple[int, int], ...]:
    """A debit of one account and a credit of another."""
    return ((debit, amount_minor), (credit, -amount_minor))
