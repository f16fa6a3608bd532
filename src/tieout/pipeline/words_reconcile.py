"""The words of a reconciliation's records, and what they say of its breaks."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import polars as pl

from tieout.model.buckets import Bucket
from tieout.pipeline.words_naming import name_by_words, unproven
from tieout.pipeline.words_vocabulary import CACHE_FOLDER, Vocabulary
from tieout.pipeline.workspace import find_workspace
from tieout.reconcile.records import Residue
from tieout.reconcile.spec import Spec

_ROWS_READ: Final = 3  # Of a break with many rows the first say what it is.
_SIDES: Final = ("left", "right")
# All other evidence of a reconciliation has read the comments already.
_OPEN: Final = frozenset(
    str(bucket) for bucket in (Bucket.UNKNOWN, Bucket.MISSING_LEFT, Bucket.MISSING_RIGHT)
)


@dataclass(frozen=True)
class WordsHeard:
    """breaks: BREAK_SCHEMA. options: what the manifest keeps. next_steps: of own buckets.
    assistant: the same of a language model."""

    breaks: pl.DataFrame
    options: dict[str, Any] = field(default_factory=dict)
    next_steps: dict[str, str] = field(default_factory=dict)
    assistant: dict[str, Any] = field(default_factory=dict)


def name_by_words_of_rows(
    found: pl.DataFrame, residue: Residue, spec: Spec, *, workspace: Path | None
) -> WordsHeard:
    """Buckets of breaks, those without proof also by the comments of their rows.

    found: BREAK_SCHEMA, of the residue. Raises InputError for files of words that are wrong.
    """
    if not spec.words.use:
        return WordsHeard(found)
    vocabulary = Vocabulary.of(
        spec.words,
        (spec.left.name, spec.right.name),
        cache=find_workspace(workspace) / CACHE_FOLDER,
    )
    spoken = any(side.comment for side in (spec.left, spec.right))
    if not spoken or found.is_empty():
        return WordsHeard(found, {"sha256": vocabulary.sha256}, vocabulary.next_steps)
    named = name_by_words(
        found,
        comments_of(found, residue, unproven(found, _OPEN)),
        vocabulary,
        usual=lambda: [*residue.usual_left, *residue.usual_right],
        among=_OPEN,
    )
    options = {"sha256": vocabulary.sha256, "similarities": list(named.similarities)}
    return WordsHeard(named.breaks, options, vocabulary.next_steps)


def comments_of(
    found: pl.DataFrame, residue: Residue, wanted: pl.Series | None = None
) -> list[str]:
    """The words of each break's first rows, left ones first, each said once.

    wanted: which breaks are asked about; the others get "".
    """
    said = found.select(pl.int_range(pl.len()).alias("break"), "left_rows", "right_rows")
    breaks = said.select("break")
    if wanted is not None:
        said = said.filter(wanted)
    parts = []
    for order, side in enumerate(_SIDES):
        rows = (
            said.select("break", pl.col(f"{side}_rows").list.head(_ROWS_READ).alias("row"))
            .explode("row")
            .drop_nulls("row")
        )
        records = getattr(residue, side).select("row", "comment").filter(pl.col("comment") != "")
        parts.append(
            rows.join(records, on="row", how="inner").with_columns(pl.lit(order).alias("side"))
        )
    texts = (
        pl.concat(parts)
        .sort("break", "side", "row")
        .group_by("break", maintain_order=True)
        .agg(pl.col("comment").unique(maintain_order=True).str.join("; "))
    )
    joined = breaks.join(texts, on="break", how="left", maintain_order="left")
    return joined["comment"].fill_null("").to_list()
