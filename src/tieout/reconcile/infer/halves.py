"""Two columns that are one amount: of each row one is filled and the other is not."""

from collections.abc import Sequence
from itertools import combinations

import polars as pl

from tieout.model.formats import AmountFormat
from tieout.reconcile.infer.profile import Column, sample_units
from tieout.reconcile.infer.words import word_set

_ROWS_MIN = 4
_EITHER_MIN = 0.95
_BOTH_MAX = 0.02
_OTHER_CONCEPTS = word_set(
    "balance tax fee rate price quantity difference currency original identity"
)


def exclusive_halves(columns: Sequence[Column], *, scale: int) -> list[tuple[Column, Column]]:
    """Pairs of number columns of which nearly every row has exactly one that is not zero.

    columns: in the order of the file, as are the two of a pair. Names do not matter, but for those
    that say the column is something else, such as a tax.
    """
    filled = {
        column.name: _filled(column, scale)
        for column in columns
        if not column.concepts & _OTHER_CONCEPTS
    }
    named = [column for column in columns if column.name in filled]
    return [
        (first, second)
        for first, second in combinations(named, 2)
        if _exclude(filled[first.name], filled[second.name])
    ]


def _filled(column: Column, scale: int) -> pl.Series:
    units = sample_units(column.values, column.amount or AmountFormat(), scale)
    return (units != 0).fill_null(value=False)


def _exclude(first: pl.Series, second: pl.Series) -> bool:
    rows = len(first)
    if rows < _ROWS_MIN or not first.any() or not second.any():
        return False
    both, either = int((first & second).sum()), int((first | second).sum())
    return both <= _BOTH_MAX * rows and either - both >= _EITHER_MIN * rows
