"""The groups that rows belong to: none, the values of a column, the pairs of two columns."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tieout.detect.detector import Json, State
from tieout.detect.label_codes import codes_by_label
from tieout.detect.views.peers import Coded, Codes
from tieout.detect.views.texts import packed, texts_of, unpacked

if TYPE_CHECKING:
    import polars as pl

# The columns that make the groups, the wider grouping first: (), (a,) or (a, b).
Grouping: TypeAlias = tuple[str, ...]
_CODE: Final = "__code"
_ROWS_FEW: Final = 3
# Up to here looking each row up is quicker than a join.
_ROWS_AT_ONCE_MAX: Final = 64
_SHARE_FITTING: Final = 0.3
_CELLS_PER_ROW: Final = 4
_CELLS_LISTED_MAX: Final = 1 << 20


@dataclass(frozen=True)
class Keys:
    """The values of one column by group code; a missing value is a value like the others."""

    values: "pl.Series"

    @cached_property
    def _code_of(self) -> dict[str | None, int]:
        return {text: code for code, text in enumerate(self.values)}

    @classmethod
    def of(cls, column: "pl.Series") -> "Keys":
        """Groups in order of their first row."""
        return cls(column.unique(maintain_order=True).cast(_string()))

    def coded(self, column: "pl.Series") -> Coded:
        """The group of each row; -1 where its value was not seen."""
        if len(column) <= _ROWS_AT_ONCE_MAX:
            codes = np.array([self._code_of.get(text, -1) for text in column], dtype=np.int64)
            return Coded(codes, len(self.values))
        known = codes_by_label(column, lambda label: self._code_of.get(label, -1))
        if known is not None:
            return Coded(known, len(self.values))
        name = self.values.name
        found = (
            column.alias(name)
            .to_frame()
            .join(
                self.values.to_frame().with_row_index(_CODE),
                on=name,
                how="left",
                nulls_equal=True,
                maintain_order="left",
            )
        )
        codes = found[_CODE].cast(_int64()).fill_null(-1).to_numpy()
        return Coded(codes, len(self.values))


@dataclass(frozen=True)
class Book:
    """All groups that views need. pairs: the sorted keys of the pairs of codes that occurred."""

    columns: Mapping[str, Keys]
    pairs: Mapping[tuple[str, str], NDArray[np.int64]]

    @classmethod
    def of(cls, frame: "pl.DataFrame", groupings: Iterable[Grouping]) -> "Book":
        """From history, for groupings of one or two columns."""
        return cls.with_levels(frame, groupings)[0]

    @classmethod
    def with_levels(
        cls, frame: "pl.DataFrame", groupings: Iterable[Grouping]
    ) -> "tuple[Book, dict[Grouping, list[Coded]]]":
        """As `of`, and what `levels` says of history itself."""
        wanted = list(dict.fromkeys(groupings))
        names = list(dict.fromkeys(name for grouping in wanted for name in grouping))
        columns = {name: Keys.of(frame[name]) for name in names}
        coded = {name: keys.coded(frame[name]) for name, keys in columns.items()}
        pairs = {
            (first, second): _distinct(_pair_keys(coded[first], coded[second]))
            for first, second in (grouping for grouping in wanted if len(grouping) == 2)
        }
        book = cls(columns, pairs)
        return book, {grouping: book._levels(grouping, coded) for grouping in wanted}

    def levels(
        self, frame: "pl.DataFrame", groupings: Iterable[Grouping]
    ) -> dict[Grouping, list[Coded]]:
        """For each grouping the groups of each row, widest first; -1 where unseen."""
        wanted = list(dict.fromkeys(groupings))
        names = dict.fromkeys(name for grouping in wanted for name in grouping)
        coded = {name: self.columns[name].coded(frame[name]) for name in names}
        return {grouping: self._levels(grouping, coded) for grouping in wanted}

    def _levels(self, grouping: Grouping, coded: Mapping[str, Coded]) -> list[Coded]:
        if len(grouping) < 2:
            return [coded[name] for name in grouping]
        first, second = grouping
        known = self.pairs[first, second]
        keys = _pair_keys(coded[first], coded[second])
        table = self._codes_of_pairs.get((first, second)) if len(keys) > _ROWS_AT_ONCE_MAX else None
        if table is not None:
            # The key -1, of what is unseen, picks the last entry.
            return [coded[first], Coded(table[keys], len(known))]
        codes = np.minimum(np.searchsorted(known, keys), len(known) - 1)
        return [coded[first], Coded(np.where(known[codes] == keys, codes, -1), len(known))]

    @cached_property
    def _codes_of_pairs(self) -> dict[tuple[str, str], Codes]:
        """By key, then -1, the code of each pair, where all keys are few enough to be listed."""
        tables: dict[tuple[str, str], Codes] = {}
        for (first, second), known in self.pairs.items():
            cells = len(self.columns[first].values) * len(self.columns[second].values)
            if cells <= _CELLS_LISTED_MAX:
                tables[first, second] = np.full(cells + 1, -1)
                tables[first, second][known] = np.arange(len(known))
        return tables

    def state(self) -> "dict[str, Json | NDArray[np.generic]]":
        """What `restored` needs."""
        state: dict[str, Json | NDArray[np.generic]] = {
            "columns": list(self.columns),
            "pairs": [list(pair) for pair in self.pairs],
        }
        for position, keys in enumerate(self.columns.values()):
            for part, array in packed(keys.values.to_list()).items():
                state[f"column/{position}/{part}"] = array
        for position, known in enumerate(self.pairs.values()):
            state[f"pair/{position}"] = known
        return state

    @classmethod
    def restored(cls, state: State) -> "Book":
        """From what `state` gave."""
        import polars as pl

        columns: dict[str, Keys] = {}
        for position, name in enumerate(texts_of(state["columns"])):
            parts = {part: state[f"column/{position}/{part}"] for part in ("bytes", "lengths")}
            columns[name] = Keys(pl.Series(name, unpacked(parts), dtype=pl.String))
        pairs: dict[tuple[str, str], NDArray[np.int64]] = {}
        listed = state["pairs"]
        for position, pair in enumerate(listed if isinstance(listed, list) else []):
            first, second = texts_of(pair)
            pairs[first, second] = np.asarray(state[f"pair/{position}"], dtype=np.int64)
        return cls(columns, pairs)


def fits(coded: Coded) -> bool:
    """Whether groups are worth looking at: two or more, with enough rows in groups of some."""
    if coded.groups < 2:
        return False
    counts = np.bincount(coded.codes, minlength=coded.groups)
    crowded = counts[counts >= _ROWS_FEW].sum()
    return bool(crowded >= _SHARE_FITTING * len(coded.codes) and counts.max() < len(coded.codes))


def paired(first: Coded, second: Coded) -> Coded:
    """The groups of the pairs of codes that occur, by their codes."""
    keys = _pair_keys(first, second)
    cells = first.groups * second.groups
    if cells > max(_CELLS_PER_ROW * len(keys), 1) or (len(keys) and keys.min() < 0):
        distinct, codes = np.unique(keys, return_inverse=True)
        return Coded(codes.astype(np.int64), len(distinct))
    # Marking what occurs takes a tenth of sorting it.
    occurs = np.zeros(cells, dtype=np.bool_)
    occurs[keys] = True
    return Coded((np.cumsum(occurs) - 1)[keys], int(occurs.sum()))


def _distinct(keys: Codes) -> Codes:
    """Each key once, ascending."""
    import polars as pl

    distinct: Codes = pl.Series(keys).unique().sort().to_numpy()
    return distinct


def subset(levels: Sequence[Coded], rows: NDArray[np.int64]) -> list[Coded]:
    """The codes of some rows."""
    return [Coded(coded.codes[rows], coded.groups) for coded in levels]


def _pair_keys(first: Coded, second: Coded) -> Codes:
    """One number for each pair of codes; -1 where either is unseen."""
    keys = first.codes * second.groups + second.codes
    return np.where((first.codes < 0) | (second.codes < 0), -1, keys)


def _string() -> "type[pl.String]":
    import polars as pl

    return pl.String


def _int64() -> "type[pl.Int64]":
    import polars as pl

    return pl.Int64
