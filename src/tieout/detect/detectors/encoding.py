"""Labels as small integers, so that counting them is array work."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tieout.detect.label_codes import codes_by_label
from tieout.model.table import Table

if TYPE_CHECKING:
    import polars as pl

CodeArray = NDArray[np.int32]

# Below this many rows a dictionary is quicker than setting up a columnar cast.
_FEW_ROWS = 256


@dataclass(frozen=True)
class Vocabulary:
    """The labels of one column that history has, in order.

    A label's code is its position; `unseen` is the code of every other label, `missing` that of
    null. Tables over codes have `size` entries.
    """

    labels: tuple[str, ...]
    _codes: dict[str | None, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        codes: dict[str | None, int] = {label: code for code, label in enumerate(self.labels)}
        codes[None] = len(self.labels) + 1
        object.__setattr__(self, "_codes", codes)

    @property
    def unseen(self) -> int:
        """The code of a label that history does not have."""
        return len(self.labels)

    @property
    def missing(self) -> int:
        """The code of null."""
        return len(self.labels) + 1

    @property
    def size(self) -> int:
        """How many codes there are."""
        return len(self.labels) + 2

    def code(self, label: str | None) -> int:
        """The code of one label."""
        return self._codes.get(label, self.unseen)

    def encode(self, series: "pl.Series") -> CodeArray:
        """One code a row."""
        import polars as pl

        found = codes_by_label(series, self.code) if len(series) > _FEW_ROWS else None
        if found is not None:
            return found.astype(np.int32)
        if series.dtype != pl.String:
            series = series.cast(pl.String)
        if len(series) <= _FEW_ROWS:
            codes = [self._codes.get(label, self.unseen) for label in series.to_list()]
            return np.array(codes, dtype=np.int32)
        return self._encode_many(series)

    def _encode_many(self, series: "pl.Series") -> CodeArray:
        import polars as pl

        known = series.cast(pl.Enum(self.labels), strict=False).to_physical()
        codes = known.cast(pl.Int32).fill_null(self.unseen).to_numpy(writable=True)
        if series.null_count():
            codes[series.is_null().to_numpy()] = self.missing
        return np.asarray(codes, dtype=np.int32)


def vocabularies(table: Table, names: Sequence[str]) -> tuple[Vocabulary, ...]:
    """The labels of some columns. Raises ValueError when a column is missing."""
    import polars as pl

    require(table, names)
    labels = (table.frame[name].drop_nulls().unique().cast(pl.String).unique() for name in names)
    return tuple(Vocabulary(tuple(each.sort().to_list())) for each in labels)


def require(table: Table, names: Sequence[str]) -> None:
    """Raise ValueError unless the table has all of these columns."""
    absent = [name for name in names if name not in table.frame.columns]
    if absent:
        raise ValueError(f"columns are missing: {', '.join(absent)}")
