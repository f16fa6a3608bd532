"""Proof that rows stand in the order of their file, on which every row number rests."""

from typing import Final

import polars as pl

from tieout.model.errors import ConservationError
from tieout.model.table import Kind
from tieout.sources.typed.reading import Reading
from tieout.sources.typed.typing_pass import TypedPass

_ALIKE_SHARE_MIN: Final = 0.9


def refuse_disorder(typed: TypedPass, readings: dict[str, Reading], samples: pl.DataFrame) -> None:
    """Raise ConservationError where rows do not stand as in the file.

    Row numbers of the source have to rise. Where it has none, the beginning is compared with the
    sample, which was read row by row, in the text column that has the most different values: the
    engine gives up the order of rows for some plans without a word.
    """
    if typed.source.numbered:
        if not bool((typed.rows.diff().drop_nulls() > 0).all()):
            raise ConservationError(f"{typed.source.name}: rows came out of order")
        return
    texts = [name for name, reading in readings.items() if reading.kind is Kind.CATEGORY]
    if not texts:
        return
    name = max(texts, key=lambda text: samples[text].n_unique())
    seen = _clean(samples[name])
    head = _clean(typed.values[name].head(len(seen)))
    alike = int((head == seen.head(len(head))).sum())
    # The two readers need not agree in the odd cell with stray quotes.
    if alike < _ALIKE_SHARE_MIN * len(head):
        raise ConservationError(f"{typed.source.name}: rows came out of order")


def _clean(texts: pl.Series) -> pl.Series:
    return texts.cast(pl.String).str.strip_chars().fill_null("")
