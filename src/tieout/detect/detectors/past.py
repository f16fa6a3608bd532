"""History's values of each key in the order of time, and where a moment stands among them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tieout.detect.detector import FloatArray, State
from tieout.detect.detectors.deviation import Judged
from tieout.detect.detectors.keeping import floats, integers
from tieout.detect.detectors.matrix import NO_MOMENT


@dataclass(frozen=True)
class Past:
    """One column of history by key and time; rows without value or time are left out.

    Rows of one moment stand in order of their value, so that the order of the file is of no
    matter.
    """

    codes: NDArray[np.int64]
    moments: NDArray[np.int64]
    values: FloatArray

    @classmethod
    def of(cls, judged: Judged) -> "Past":
        """From the rows of history."""
        known = ~np.isnan(judged.values) & (judged.moments != NO_MOMENT)
        codes, moments, values = (
            array[known] for array in (judged.codes, judged.moments, judged.values)
        )
        order = np.lexsort((values, moments, codes))
        return cls(codes[order].astype(np.int64), moments[order], values[order])

    @cached_property
    def position(self) -> NDArray[np.int64]:
        """Of each row of history: how many rows of its key stand before it."""
        first = np.searchsorted(self.codes, self.codes, side="left")
        result: NDArray[np.int64] = np.arange(len(self.codes)) - first
        return result

    @cached_property
    def _distinct(self) -> NDArray[np.int64]:
        return np.unique(self.moments)

    @cached_property
    def _keys(self) -> NDArray[np.int64]:
        return self._key(self.codes, self.moments)

    def _key(self, codes: NDArray[np.integer], when: NDArray[np.int64]) -> NDArray[np.int64]:
        rank = np.searchsorted(self._distinct, when)
        keys: NDArray[np.int64] = codes.astype(np.int64) * (len(self._distinct) + 1) + rank
        return keys

    def last_before(self, judged: Judged) -> NDArray[np.int64]:
        """The last row of the same key that is strictly earlier than each judged row; else -1.

        Strictly, so that neither the judged row nor another of its moment is in its own past.
        """
        place = np.searchsorted(self._keys, self._key(judged.codes, judged.moments)) - 1
        if len(self.codes) == 0:
            return np.full(len(place), -1, dtype=np.int64)
        same = (place >= 0) & (self.codes[place] == judged.codes) & (judged.moments != NO_MOMENT)
        result: NDArray[np.int64] = np.where(same, place, -1)
        return result

    def state(self) -> State:
        """What `restored` needs."""
        return {"codes": self.codes, "moments": self.moments, "values": self.values}

    @classmethod
    def restored(cls, state: State) -> "Past":
        """From what `state` gave."""
        return cls(integers(state, "codes"), integers(state, "moments"), floats(state, "values"))


def at(statistic: FloatArray, place: NDArray[np.int64]) -> FloatArray:
    """A statistic of history's rows at some of them; NaN at -1."""
    result = np.full(len(place), np.nan)
    known = place >= 0
    result[known] = statistic[place[known]]
    return result
