"""What a journal test is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import polars as pl

from tieout.close.journal.book import Book

Parameters: TypeAlias = Mapping[str, float | int | str | tuple[str, ...] | tuple[float, ...] | None]
Subject: TypeAlias = Literal["entry", "account"]


@dataclass(frozen=True, kw_only=True)
class JournalTest:
    """One test, whole: what it looks for, where that comes from, and how it is found.

    needs: what the journal must know (columns of LINE_SCHEMA, `sides`); else it does not apply.
    find: hits as a frame of `place` (of the entry, or of the account in `accounts`), `score`
        (larger is odder; comparable within the test only) and `text` (a sentence with numbers).
    """

    id: str
    title: str
    definition: str
    source: str
    find: Callable[[Book, Parameters], pl.DataFrame]
    needs: frozenset[str] = frozenset()
    parameters: Parameters = field(default_factory=dict)
    subject: Subject = "entry"


HIT_SCHEMA: Mapping[str, pl.DataType] = {
    "place": pl.Int64(),
    "score": pl.Float64(),
    "text": pl.String(),
}


def hits(found: pl.DataFrame, *, text: pl.Expr, score: pl.Expr | None = None) -> pl.DataFrame:
    """Hits of entries that are left in a frame; without a score all are alike."""
    return found.select(
        place=pl.col("entry_index").cast(pl.Int64),
        score=(pl.lit(1.0) if score is None else score.cast(pl.Float64)),
        text=text,
    )


def unless_common(found: pl.DataFrame, of: int, parameters: Parameters) -> pl.DataFrame:
    """Nothing, where over `hit_max` of the entries would be hit: rare is then the usual case."""
    return found.clear() if found.height > number(parameters, "hit_max") * of else found


def rare(found: pl.DataFrame, of: int, parameters: Parameters) -> pl.DataFrame:
    """Those with a `share` of at most `share_max`, unless so few are not rare here."""
    few = found.filter(pl.col("share") <= number(parameters, "share_max"))
    return unless_common(few, of, parameters)


def odd_share(found: pl.DataFrame, parameters: Parameters) -> pl.DataFrame:
    """With `share`, that of `here` in `whole`: those of at most `share_max` in `entries_min`."""
    return found.with_columns(share=pl.col("here") / pl.col("whole")).filter(
        (pl.col("share") <= number(parameters, "share_max"))
        & (pl.col("whole") >= number(parameters, "entries_min"))
    )


def rarity(column: str = "share") -> pl.Expr:
    """A score that grows as a share falls."""
    return -pl.col(column).log()


def number(parameters: Parameters, name: str) -> float:
    """A parameter that is a number."""
    return float(str(parameters[name]))


def amount_text(book: Book, column: str = "amount") -> pl.Expr:
    """An amount for people."""
    whole = pl.col(column).cast(pl.Float64) / book.unit
    return whole.map_elements(lambda value: f"{value:,.{book.scale}f}", return_dtype=pl.String)


def share_text(column: str) -> pl.Expr:
    """A share as a percentage."""
    return pl.col(column).map_elements(lambda value: f"{value:.2%}", return_dtype=pl.String)
