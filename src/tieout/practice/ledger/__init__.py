"""Practice ledger: two years of a company's journal, and labels for what should not be in it."""

from tieout.practice.ledger.generate import LedgerWritten, generate_ledger

__all__ = ["LedgerWritten", "generate_ledger"]
