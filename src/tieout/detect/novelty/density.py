"""How much emptier it is around a row than around the usual rows next to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from tieout.detect.detector import FloatArray
from tieout.detect.novelty.nearest import IntArray, nearest

NEIGHBOURS: Final = 20
RESOLUTION: Final = 0.05


@dataclass(frozen=True)
class Neighbours:
    """Of each row: distance to its nearest usual rows, which they are, and how odd that is.

    odd: the local outlier factor, about 1 among usual rows.
    """

    distance: FloatArray
    position: IntArray
    odd: FloatArray


@dataclass(frozen=True)
class LocalDensity:
    """Local outlier factor of new rows (Breunig, Kriegel, Ng and Sander, SIGMOD 2000).

    reference: d x m coordinates. A row at exactly the place of a reference row is taken to be
    that row, which then does not count among its own neighbours: a table may be judged by itself.
    Distances under a twentieth of a standard deviation per coordinate are the same place, without
    which rows that are repeated have an infinite density.
    """

    reference: FloatArray
    reach: FloatArray
    density: FloatArray

    @classmethod
    def fitted(cls, coordinates: FloatArray) -> Self:
        """From the coordinates (rows x columns) of usual rows, at least two."""
        reference = np.ascontiguousarray(coordinates.T)
        distance, position = _others(coordinates, reference)
        floor = _floor(reference)
        reach = np.maximum(distance[:, -1], floor)
        return cls(reference, reach, _density(distance, reach[position]))

    @property
    def neighbours(self) -> int:
        """How many rows are compared with: twenty where there are as many."""
        return _neighbours(self.reference)

    def judged(self, coordinates: FloatArray) -> Neighbours:
        """Rows against the reference, each for itself."""
        distance, position = _others(coordinates, self.reference)
        own = _density(distance, self.reach[position])
        odd: FloatArray = self.density[position].mean(axis=1) / own
        return Neighbours(distance, position, odd)

    def state(self) -> dict[str, FloatArray]:
        """What `restored` needs."""
        return {"reference": self.reference, "reach": self.reach, "density": self.density}

    @classmethod
    def restored(cls, state: Mapping[str, object]) -> Self:
        """From what `state` gave."""
        return cls(
            *(np.asarray(state[key], dtype=np.float64) for key in ("reference", "reach", "density"))
        )


def _neighbours(reference: FloatArray) -> int:
    return min(NEIGHBOURS, int(reference.shape[1]) - 1)


def _floor(reference: FloatArray) -> float:
    return RESOLUTION * float(np.sqrt(reference.shape[0]))


def _others(coordinates: FloatArray, reference: FloatArray) -> tuple[FloatArray, IntArray]:
    """Distance and position of the nearest reference rows but for the row itself."""
    count = _neighbours(reference)
    squares, position = nearest(coordinates, reference, count + 1)
    itself = squares[:, :1] == 0.0
    squares = np.where(itself, squares[:, 1:], squares[:, :-1])
    return np.sqrt(squares), np.where(itself, position[:, 1:], position[:, :-1])


def _density(distance: FloatArray, reach: FloatArray) -> FloatArray:
    density: FloatArray = 1.0 / np.maximum(distance, reach).mean(axis=1)
    return density
