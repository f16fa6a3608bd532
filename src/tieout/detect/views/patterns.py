"""What is missing from a row, or has the wrong sign, where that is rare."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from tieout.detect.detector import FloatArray, Json, State
from tieout.detect.views.quantities import Columns, is_size, number_columns
from tieout.detect.views.texts import texts_of

if TYPE_CHECKING:
    import polars as pl

COMMON_SHARE: Final = 0.05
STATES: Final = ("given", "missing", "zero", "below zero")
_MISSING, _ZERO, _BELOW = 1, 2, 3  # positions in STATES
_COLUMNS_MAX: Final = 30  # two bits each in a whole number of 64


@dataclass(frozen=True)
class Patterns:
    """The states of columns, taken together, and how many rows of history had each pattern.

    watched: by column, which of the states are rare enough to say something. codes: the patterns
    of history, ascending. counts: their rows. rows: all of history.
    """

    watched: Mapping[str, tuple[int, ...]]
    codes: NDArray[np.int64]
    counts: NDArray[np.int64]
    rows: int

    @classmethod
    def fitted(cls, frame: "pl.DataFrame", names: Sequence[str]) -> "Patterns":
        """From the number columns of history, one at a time.

        A state in over 5 % of rows is not watched: where values are commonly missing, that one is
        missing says nothing. Signs are watched in columns of sizes only.
        """
        watched: dict[str, tuple[int, ...]] = {}
        rows = frame.height
        codes = np.zeros(rows, dtype=np.int64)
        for name in names[:_COLUMNS_MAX]:
            values = number_columns(frame, [name])[name]
            found = {_MISSING: np.isnan(values)}
            if is_size(values):
                found |= {_ZERO: values == 0.0, _BELOW: values < 0.0}
            watched[name] = tuple(
                s for s in found if np.count_nonzero(found[s]) <= COMMON_SHARE * rows
            )
            codes = _with_column(codes, values, watched[name])
        watched = {name: states for name, states in watched.items() if states}
        return cls(watched, *_counted(codes), rows)

    @property
    def tells(self) -> bool:
        """Whether history had more than one pattern."""
        return len(self.codes) > 1

    def log_p(self, columns: Columns, rows: int) -> FloatArray:
        """Logarithm of the share of history whose pattern was at most as frequent.

        One more than all of history counts as a row with the pattern judged, so that a pattern
        never seen has a p-value too.
        """
        if rows == 1:
            count = self.seen(columns, rows)[0]
            rarest = float(self.counts[self.counts <= count].sum())
            return np.array([min(math.log((rarest + 1.0) / (self.rows + 1.0)), 0.0)])
        at, known = self._places(columns, rows)
        # The last is that of a pattern never seen.
        return self._log_p[at] if known.all() else self._log_p[np.where(known, at, -1)]

    def seen(self, columns: Columns, rows: int) -> NDArray[np.int64]:
        """How many rows of history had the pattern of each row."""
        at, known = self._places(columns, rows)
        return np.where(known, self.counts[at], 0)

    def _places(self, columns: Columns, rows: int) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        codes = _codes(columns, self.watched, rows)
        at = np.minimum(np.searchsorted(self.codes, codes), len(self.codes) - 1)
        return at, self.codes[at] == codes

    @cached_property
    def _log_p(self) -> FloatArray:
        """By pattern, then of one that was never seen."""
        counts = np.append(self.counts, 0)
        rarer = np.array([self.counts[self.counts <= count].sum() for count in counts], dtype=float)
        log_p: FloatArray = np.log((rarer + 1.0) / (self.rows + 1.0))
        return np.minimum(log_p, 0.0)

    def words(self, columns: Columns, row: int) -> str:
        """The watched states of a row: `value is missing and quantity is zero`."""
        said = []
        for name, states in self.watched.items():
            state = int(_states(columns[name][row : row + 1])[0])
            if state in states:
                said.append(f"{name} is {STATES[state]}")
        return " and ".join(said)

    def state(self) -> "dict[str, Json | NDArray[np.generic]]":
        """What `restored` needs."""
        return {
            "watched": [[name, *states] for name, states in self.watched.items()],
            "codes": self.codes,
            "counts": self.counts,
            "rows": self.rows,
        }

    @classmethod
    def restored(cls, state: State) -> "Patterns":
        """From what `state` gave."""
        watched: dict[str, tuple[int, ...]] = {}
        listed = state["watched"]
        for item in listed if isinstance(listed, list) else []:
            name, *states = texts_of(item)
            watched[name] = tuple(int(each) for each in states)
        return cls(
            watched,
            np.asarray(state["codes"], dtype=np.int64),
            np.asarray(state["counts"], dtype=np.int64),
            int(str(state["rows"])),
        )


def _counted(codes: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each code once, ascending, and how many rows have it."""
    import polars as pl

    counted = pl.Series("code", codes).value_counts(name="rows").sort("code")
    return counted["code"].to_numpy(), counted["rows"].cast(pl.Int64).to_numpy()


def _states(values: FloatArray) -> NDArray[np.int64]:
    """0 for a value above zero, 1 missing, 2 zero, 3 below zero."""
    states = np.where(values == 0.0, _ZERO, 0)
    states[values < 0.0] = _BELOW
    states[np.isnan(values)] = _MISSING
    return states


def _codes(columns: Columns, watched: Mapping[str, Sequence[int]], rows: int) -> NDArray[np.int64]:
    codes = np.zeros(rows, dtype=np.int64)
    for name, states in watched.items():
        codes = _with_column(codes, columns[name], states)
    return codes


def _with_column(
    codes: NDArray[np.int64], values: FloatArray, watched: Sequence[int]
) -> NDArray[np.int64]:
    """The codes with one more column; the same ones if nothing of it is watched."""
    if not watched:
        return codes
    codes = codes * len(STATES)
    # Nearly always all rows are above zero, and NaN is not.
    if len(values) == 0 or values.min() > 0.0:
        return codes
    if tuple(watched) == (_MISSING,):
        missing = np.isnan(values)
        return codes + missing if missing.any() else codes
    states = _states(values)
    return codes + np.where(np.isin(states, watched), states, 0)
