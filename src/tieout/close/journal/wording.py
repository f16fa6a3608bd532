"""Tests of what an entry says, and of where it comes from."""

import re

import polars as pl

from tieout.close.journal.book import Book
from tieout.close.journal.definition import JournalTest, Parameters, hits, number, share_text

KEYWORDS = (
    "plug", "fix", "error", "mistake", "wrong", "true up", "true-up", "write off", "write-off",
    "per cfo", "per ceo", "per management", "as requested", "as discussed", "to match",
    "to balance", "out of balance", "suspense", "unknown", "misc", "tbd", "test", "dummy",
    "cookie jar", "override", "do not", "confidential", "gift", "bribe", "facilitation",
    "cash back",
)  # fmt: skip


def _empty(book: Book, parameters: Parameters) -> pl.DataFrame:
    words = pl.col("description").str.strip_chars()
    found = book.entries.filter(words.str.len_chars() < number(parameters, "characters_min"))
    return hits(found, text=pl.format("the description is '{}'", "description"))


def _keyword(book: Book, parameters: Parameters) -> pl.DataFrame:
    listed = parameters["keywords"]
    words = [str(word) for word in listed] if isinstance(listed, tuple) else []
    pattern = rf"(?i)\b({'|'.join(map(re.escape, words))})\b"
    found = book.entries.with_columns(
        word=pl.col("description").str.extract(pattern).str.to_lowercase()
    ).drop_nulls("word")
    found = found.with_columns(share=pl.len().over("word") / max(book.entries.height, 1))
    # A word that is in one of twenty entries is how this company speaks.
    found = found.filter(pl.col("share") <= number(parameters, "share_max"))
    text = pl.format("says '{}', as {} of the entries do", "word", share_text("share"))
    return hits(found, text=text, score=-pl.col("share").log())


def _manual(book: Book, _: Parameters) -> pl.DataFrame:
    """Manual entries by the usual size of what is posted by hand to their accounts."""
    found = book.entries.filter(pl.col("is_manual")).with_columns(
        share=pl.len().over("pair") / max(book.entries.height, 1)
    )
    text = pl.format("keyed in by hand ({}), {} of the entries have its accounts", "origin",
                     share_text("share"))  # fmt: skip
    return hits(found, text=text, score=-pl.col("share").log())


def _strange_words(book: Book, parameters: Parameters) -> pl.DataFrame:
    """No word of the description is used elsewhere for these accounts."""
    words = (
        book.entries.select(
            "entry_index", "pair",
            word=pl.col("description").str.to_lowercase().str.extract_all(r"\p{L}{3,}"),
        )
        .with_columns(whole=pl.len().over("pair"))
        .filter(pl.col("whole") >= number(parameters, "entries_min"))
        .explode("word")
        .drop_nulls("word")
        .unique(maintain_order=True)
        .with_columns(times=pl.len().over("pair", "word"))
    )  # fmt: skip
    strange = words.group_by("entry_index", maintain_order=True).agg(
        pl.col("times").max(), pl.col("whole").first(), pl.col("pair").first(),
        pl.col("word").first(),
    )  # fmt: skip
    found = strange.with_columns(share=pl.col("times") / pl.col("whole")).filter(
        pl.col("share") <= number(parameters, "share_max")
    )
    text = pl.format("words such as '{}' are in {} of the entries of {}", "word",
                     share_text("share"), "pair")  # fmt: skip
    return hits(found, text=text, score=-pl.col("share").log())


TESTS = (
    JournalTest(
        id="empty_description",
        title="Without description",
        definition="The description has fewer than `characters_min` characters.",
        source="AS 2401.61 (little or no explanation); ISA 240.A45",
        find=_empty,
        needs=frozenset({"description"}),
        parameters={"characters_min": 3},
    ),
    JournalTest(
        id="keyword",
        title="Words to look at",
        definition="The description holds one of `keywords`, each in at most `share_max` of the "
        "entries.",
        source="AS 2401.61; practice",
        find=_keyword,
        needs=frozenset({"description"}),
        parameters={"keywords": KEYWORDS, "share_max": 0.02},
    ),
    JournalTest(
        id="unusual_words",
        title="Unusual words for its accounts",
        definition="No word of the description is in more than `share_max` of the entries of its "
        "pair of accounts, of at least `entries_min`.",
        source="practice",
        find=_strange_words,
        needs=frozenset({"description", "account"}),
        parameters={"share_max": 0.005, "entries_min": 100},
    ),
    JournalTest(
        id="manual",
        title="Manual entry",
        definition="The origin says that a person keyed it in; odder the rarer its accounts.",
        source="AS 2401.61 (nonstandard entries); ISA 240.A45",
        find=_manual,
        needs=frozenset({"origin"}),
    ),
)
