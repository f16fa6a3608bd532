"""Tests of accounts: rare ones, pairs that make no sense, sides that are never used."""

import polars as pl

from tieout.close.journal.book import Book
from tieout.close.journal.definition import (
    JournalTest,
    Parameters,
    amount_text,
    hits,
    number,
    odd_share,
    rare,
    rarity,
    share_text,
)
from tieout.close.ledger.model import AccountType


def _rarest(shares: pl.DataFrame) -> pl.DataFrame:
    """The smallest share of each entry."""
    ordered = shares.sort("entry_index", "share")
    return ordered.unique("entry_index", keep="first", maintain_order=True)


def _rare(book: Book, parameters: Parameters) -> pl.DataFrame:
    """The rarest account of an entry, by the share of entries that touch it."""
    total = book.entries.height
    touched = book.lines.select("entry_index", "account").unique(maintain_order=True)
    counts = touched.with_columns(share=pl.len().over("account") / total)
    rarest = _rarest(counts)
    found = rare(rarest, total, parameters)
    text = pl.format("account {} is used in {} of the entries", "account", share_text("share"))
    return hits(found, text=text, score=rarity())


def _pairs(book: Book, parameters: Parameters) -> pl.DataFrame:
    """The rarest pair of a debited and a credited account of an entry with few accounts."""
    total = book.entries.height
    most = int(number(parameters, "accounts_max"))
    small = book.entries.filter(
        (pl.col("debits").list.len() <= most) & (pl.col("credits").list.len() <= most)
    )
    crossed = (
        small.select("entry_index", "debits", "credits")
        .explode("debits")
        .explode("credits")
        .drop_nulls()
        .with_columns(share=pl.len().over("debits", "credits") / total)
    )
    rarest = _rarest(crossed)
    found = rare(rarest, total, parameters)
    text = pl.format("debit of {} against {} is in {} of the entries", "debits", "credits",
                     share_text("share"))  # fmt: skip
    return hits(found, text=text, score=rarity())


def _of_type(book: Book, kind: AccountType) -> list[str]:
    return sorted(account for account, type_ in book.types().items() if type_ == kind)


def _revenue_debit(book: Book, parameters: Parameters) -> pl.DataFrame:
    """Revenue debited in a way in which it rarely is: by origin and contra account."""
    revenue = _of_type(book, AccountType.REVENUE)
    taken = book.entries.filter(
        pl.col("debits").list.eval(pl.element().is_in(revenue)).list.any()
        & (pl.col("debits").list.len() == 1)
    )
    counted = taken.with_columns(way=pl.len().over("credit", "origin") / book.entries.height)
    found = counted.filter(pl.col("way") <= number(parameters, "share_max"))
    text = pl.format("revenue {} is debited with {} against {}", "debit", amount_text(book),
                     "credit")  # fmt: skip
    return hits(found, text=text, score=rarity("way"))


def _cash(book: Book) -> list[str]:
    words = r"\b(?:cash|bank|checking|petty)\b"
    named = book.accounts.filter(
        pl.col("name").str.to_lowercase().str.contains(words)
        & (pl.col("type") == AccountType.ASSET)
    )
    written = [name for name in book.lines["account"].unique() if "cash" in name.lower()]
    return sorted({*named["account"], *written})


def _cash_credit(book: Book, parameters: Parameters) -> pl.DataFrame:
    """Money out against an account that money rarely goes to."""
    cash = _cash(book)
    out = book.entries.filter(pl.col("credit").is_in(cash) & ~pl.col("debit").is_in(cash))
    counted = out.with_columns(way=pl.len().over("debit", "origin") / max(out.height, 1))
    found = counted.filter(pl.col("way") <= number(parameters, "share_max"))
    text = pl.format("{} of cash against {}, as in {} of all payments", amount_text(book), "debit",
                     share_text("way"))  # fmt: skip
    return hits(found, text=text, score=rarity("way"))


def _same_account(book: Book, _: Parameters) -> pl.DataFrame:
    both = pl.col("debits").list.set_intersection("credits")
    found = book.entries.with_columns(both=both).filter(pl.col("both").list.len() > 0)
    text = pl.format("debits and credits account {}", pl.col("both").list.first())
    return hits(found, text=text)


def _origin(book: Book, parameters: Parameters) -> pl.DataFrame:
    """A pair of accounts that usually comes from elsewhere."""
    counted = book.entries.filter(pl.col("origin") != "").with_columns(
        here=pl.len().over("pair", "origin"), whole=pl.len().over("pair")
    )
    found = odd_share(counted, parameters)
    text = pl.format("{} comes from {} in {} of {} entries", "pair", "origin", share_text("share"),
                     "whole")  # fmt: skip
    return hits(found, text=text, score=rarity())


TESTS = (
    JournalTest(
        id="rare_account",
        title="Rarely used account",
        definition="An account of the entry is in at most `share_max` of all entries; none, where "
        "over `hit_max` of the entries have such accounts.",
        source="AS 2401.61 (unrelated, unusual or seldom-used accounts); ISA 240.A45",
        find=_rare,
        needs=frozenset({"account"}),
        parameters={"share_max": 0.01, "hit_max": 0.05},
    ),
    JournalTest(
        id="unusual_pair",
        title="Unusual pair of accounts",
        definition="A debited and a credited account stand together in at most `share_max` of all "
        "entries; entries with over `accounts_max` accounts on a side are left out, and all where "
        "over `hit_max` of the entries have such pairs.",
        source="AS 2401.61; ISA 240.A45",
        find=_pairs,
        needs=frozenset({"account", "sides"}),
        parameters={"share_max": 0.002, "accounts_max": 4, "hit_max": 0.05},
    ),
    JournalTest(
        id="revenue_debit",
        title="Revenue debited",
        definition="Revenue alone is debited, against an account and from an origin that at most "
        "`share_max` of all entries have.",
        source="ISA 240.27 (presumed risk in revenue); AS 2401.61",
        find=_revenue_debit,
        needs=frozenset({"account", "sides"}),
        parameters={"share_max": 0.005},
    ),
    JournalTest(
        id="cash_credit",
        title="Money out in an unusual way",
        definition="Cash is credited against an account and from an origin that at most "
        "`share_max` of all payments have.",
        source="AS 2401.61; practice",
        find=_cash_credit,
        needs=frozenset({"account", "sides"}),
        parameters={"share_max": 0.01},
    ),
    JournalTest(
        id="same_account",
        title="Both sides in one account",
        definition="An account is debited and credited in the same entry.",
        source="practice",
        find=_same_account,
        needs=frozenset({"account", "sides", "entry"}),
    ),
    JournalTest(
        id="unusual_origin",
        title="Accounts from an unusual origin",
        definition="A pair of accounts, of at least `entries_min` entries, that comes from this "
        "origin in at most `share_max` of them.",
        source="ISA 240.A45 (entries outside the normal course); practice",
        find=_origin,
        needs=frozenset({"account", "origin"}),
        parameters={"share_max": 0.02, "entries_min": 50},
    ),
)
