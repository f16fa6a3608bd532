"""Sampled references of the columns that may be keys, coordinated between the sides."""

import polars as pl

from tieout.reconcile.infer.profile import Column, Kind, Profile
from tieout.reconcile.infer.readings import is_identifier
from tieout.reconcile.infer.words import word_set
from tieout.reconcile.normalise import normalise_series
from tieout.reconcile.spec import Normaliser

VALUES_MAX = 20_000
Steps = tuple[Normaliser, ...]
_MEASURES = word_set("amount debit credit balance value total price quantity rate tax fee original")


def key_columns(side: Profile) -> list[Column]:
    """Columns that may identify a record: text, and numbers that are ids."""
    return [
        column
        for column in side.columns
        if column.distinct > 1
        and (
            column.kind is Kind.TEXT
            or is_identifier(column)
            or (column.whole and not column.concepts & _MEASURES)
        )
    ]


class Samples:
    """Values of columns, thinned alike on both sides: a reference stays on both or on neither.

    They are thinned by a hash of what no normalisation takes away from a reference, so that
    differently written ones stay together. `modulus`: about one value in so many stays.
    """

    def __init__(self, left: Profile, right: Profile) -> None:
        columns = (*key_columns(left), *key_columns(right))
        every = max((column.distinct for column in columns), default=0)
        self.modulus = -(-every // VALUES_MAX)
        self._kept: dict[int, pl.DataFrame] = {}
        self._normalised: dict[tuple[int, Steps], pl.Series] = {}

    def rows(self, column: Column, steps: Steps) -> pl.DataFrame:
        """The rows that stayed: `at`, their position, and `key`, the value as it is compared."""
        rows = self._rows(column)
        return rows.with_columns(normalise_series(rows["key"], steps)).filter(pl.col("key") != "")

    def values(self, column: Column, steps: Steps) -> pl.Series:
        """Distinct normalised values."""
        known = (id(column), steps)
        if known not in self._normalised:
            values = self.values(column, ()) if steps else self._rows(column)["key"]
            copies = normalise_series(values, steps)
            self._normalised[known] = copies.filter(copies != "").unique()
        return self._normalised[known]

    def _rows(self, column: Column) -> pl.DataFrame:
        if id(column) not in self._kept:
            rows = pl.DataFrame({"key": column.values}).with_row_index("at").drop_nulls()
            if self.modulus > 1:
                essence = rows["key"].str.replace_all("[^1-9]", "")
                stays = essence.hash(seed=1) % self.modulus == 0
                rows = rows.filter((essence != "") & stays).vstack(
                    self._wordy(rows.filter(essence == ""))
                )
            self._kept[id(column)] = rows
        return self._kept[id(column)]

    def _wordy(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Thinned by letters, where there are no digits."""
        letters = normalise_series(rows["key"], ("upper", "letters"))
        return rows.filter(letters.hash(seed=1) % self.modulus == 0)
