"""What every detector looks like, so that they can be judged, fused and saved alike."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Protocol, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tieout.model.facts import Reason
from tieout.model.table import Table

FloatArray: TypeAlias = NDArray[np.float64]
_LARGEST: Final = sys.float_info.max
Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"
State: TypeAlias = Mapping[str, "Json | NDArray[np.generic]"]


@dataclass(frozen=True)
class Scores:
    """What a detector says of each row.

    score: larger is odder; NaN where it has nothing to say.
    log_p: natural logarithm of the p-value under the history it was fitted on, at most 0; exactly
        0.0 where it has nothing to say. Logarithms, because the p-values of the oddest rows are
        too small to be told apart as floats near 0, and their order is what people look at.
    """

    score: FloatArray
    log_p: FloatArray


class Detector(Protocol):
    """Learns from history, scores rows, and says why in sentences.

    name: as files and reasons call it. version: counts changes of meaning of the saved state.
    Equal history, current rows and seed give equal scores. Missing values never raise.
    """

    name: ClassVar[str]
    version: ClassVar[int]

    def fit(self, history: Table) -> Self:
        """Learn what is usual. Raises ValueError when the columns it was made for are missing."""
        ...

    def score(self, current: Table) -> Scores:
        """Judge rows against the history; equal rows get equal scores, alone or in company."""
        ...

    def reasons(self, current: Table, indices: Sequence[int]) -> list[tuple[Reason, ...]]:
        """Why each of some rows (positions) scored as it did, strongest first; may be empty.

        Every number in a sentence can be recomputed from history and row; `Reason.values` holds
        the same numbers unrounded.
        """
        ...

    def state(self) -> State:
        """All that `restored` needs: JSON values and numpy arrays, never pickles."""
        ...

    @classmethod
    def restored(cls, state: State) -> Self:
        """The fitted detector that had this state."""
        ...


def zero_for_nan(values: FloatArray) -> FloatArray:
    """As `numpy.nan_to_num`, of which a row alone pays for the looking up of limits.

    >>> zero_for_nan(np.array([np.nan, -1.5, np.inf])).tolist()
    [0.0, -1.5, 1.7976931348623157e+308]
    """
    known: FloatArray = np.where(np.isnan(values), 0.0, values)
    np.maximum(known, -_LARGEST, out=known)
    return np.minimum(known, _LARGEST, out=known)
