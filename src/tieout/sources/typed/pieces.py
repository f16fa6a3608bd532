"""A column that comes in pieces; labels that come again and again take a number a row."""

from typing import Final

import polars as pl

# Of smaller pieces it is not known whether labels come again, and little is saved.
PACKED_ROWS_MIN: Final = 100_000
_SHARE_MAX: Final = 0.05


def own_labels() -> pl.Categorical:
    """Labels with codes of their own: those of other columns and tables are not theirs."""
    return pl.Categorical(pl.Categories.random("tieout"))


class Pieces:
    """The pieces of one column, in order.

    packed: text of which a piece holds few different ones becomes Categorical, a quarter of the
    size; where a later piece holds many, all of it is text after all.
    """

    def __init__(self, *, packed: bool) -> None:
        self._pieces: list[pl.Series] = []
        self._packed = packed
        self._dtype: pl.DataType | None = None

    def add(self, piece: pl.Series) -> None:
        """The next rows."""
        kept = self._compact(piece) if self._packed else piece
        self._pieces.append(kept)

    def whole(self) -> pl.Series:
        """All rows in one piece. The pieces are given up."""
        pieces, self._pieces = self._pieces, []
        return pl.concat(pieces, rechunk=True)

    def _compact(self, piece: pl.Series) -> pl.Series:
        if piece.dtype != pl.String or (self._dtype is None and len(piece) < PACKED_ROWS_MIN):
            self._packed = False
            return piece
        dtype = self._dtype or own_labels()
        labels = piece.cast(dtype)
        # The last piece may be short.
        if len(piece) >= PACKED_ROWS_MIN and not _has_few(labels):
            self._packed = False
            self._pieces = [each.cast(pl.String) for each in self._pieces]
            return piece
        self._dtype = dtype
        return labels


def _has_few(labels: pl.Series) -> bool:
    """Whether labels come again and again: by the largest of their numbers, which count up from 0.

    Where these are many, most may be those of earlier pieces.
    """
    numbers, most = labels.to_physical(), _SHARE_MAX * len(labels)
    # A missing label counts as one.
    at_most = int(numbers.max() or 0) + 2  # type: ignore[arg-type]
    return at_most <= most or numbers.n_unique() <= most
