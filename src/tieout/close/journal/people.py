"""Tests of who posts and who approves."""

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


def _infrequent(book: Book, parameters: Parameters) -> pl.DataFrame:
    named = book.entries.filter(pl.col("prepared_by") != "")
    counted = named.with_columns(
        times=pl.len().over("prepared_by"), share=pl.len().over("prepared_by") / named.height
    )
    found = rare(counted, named.height, parameters)
    text = pl.format("{} posted {} entries, {} of all", "prepared_by", "times", share_text("share"))
    return hits(found, text=text, score=rarity())


def _self_approved(book: Book, _: Parameters) -> pl.DataFrame:
    names = [pl.col(name).str.to_lowercase() for name in ("prepared_by", "approved_by")]
    found = book.entries.filter((names[0] == names[1]) & (pl.col("prepared_by") != ""))
    text = pl.format("{} prepared and approved {}", "prepared_by", amount_text(book))
    return hits(found, text=text)


def _unapproved(book: Book, parameters: Parameters) -> pl.DataFrame:
    """A person's entry without approval, where people's entries usually have one."""
    people = book.entries.filter(pl.col("by_hand"))
    without = people.filter(pl.col("approved_by") == "")
    if without.height > number(parameters, "share_max") * max(people.height, 1):
        return hits(without.clear(), text=pl.lit(""))
    text = pl.format("nobody approved {} of {}", amount_text(book), "prepared_by")
    return hits(without, text=text)


def _fast(book: Book, parameters: Parameters) -> pl.DataFrame:
    seconds = (pl.col("approved_at") - pl.col("posted_at")).dt.total_seconds()
    judged = book.entries.with_columns(seconds=seconds).drop_nulls("seconds")
    found = judged.filter(pl.col("seconds") <= number(parameters, "seconds_max"))
    text = pl.format("approved {} seconds after it was posted", "seconds")
    return hits(found, text=text, score=-pl.col("seconds"))


def _approver(book: Book, parameters: Parameters) -> pl.DataFrame:
    """Somebody approves whom they hardly ever approve."""
    named = book.entries.filter((pl.col("approved_by") != "") & pl.col("by_hand"))
    counted = named.with_columns(
        here=pl.len().over("prepared_by", "approved_by"), whole=pl.len().over("prepared_by")
    )
    found = odd_share(counted, parameters).filter(pl.col("prepared_by") != pl.col("approved_by"))
    text = pl.format("{} approves {} in {} of {} entries", "approved_by", "prepared_by",
                     share_text("share"), "whole")  # fmt: skip
    return hits(found, text=text, score=rarity())


TESTS = (
    JournalTest(
        id="infrequent_poster",
        title="Posted by somebody who rarely posts",
        definition="Who posted it posted at most `share_max` of all entries; nobody, where over "
        "`hit_max` of the entries are of such people.",
        source="AS 2401.61 (individuals who typically do not make entries); ISA 240.A45",
        find=_infrequent,
        needs=frozenset({"prepared_by"}),
        parameters={"share_max": 0.005, "hit_max": 0.05},
    ),
    JournalTest(
        id="self_approved",
        title="Poster and approver are the same",
        definition="The same person prepared and approved the entry.",
        source="ISA 240.A45 (override of controls); practice",
        find=_self_approved,
        needs=frozenset({"prepared_by", "approved_by"}),
    ),
    JournalTest(
        id="unapproved",
        title="Without approval",
        definition="A person's entry that nobody approved, where at most `share_max` of people's "
        "entries are so.",
        source="ISA 240.A45 (override of controls); practice",
        find=_unapproved,
        needs=frozenset({"prepared_by", "approved_by"}),
        parameters={"share_max": 0.05},
    ),
    JournalTest(
        id="fast_approval",
        title="Approved at once",
        definition="Approved within `seconds_max` seconds of the posting.",
        source="practice",
        find=_fast,
        needs=frozenset({"posted_at", "approved_at"}),
        parameters={"seconds_max": 60},
    ),
    JournalTest(
        id="unusual_approver",
        title="Approved by somebody unusual",
        definition="The approver approves at most `share_max` of this person's entries, of which "
        "there are at least `entries_min`.",
        source="practice",
        find=_approver,
        needs=frozenset({"prepared_by", "approved_by"}),
        parameters={"share_max": 0.005, "entries_min": 200},
    ),
)
