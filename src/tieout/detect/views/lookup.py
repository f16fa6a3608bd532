"""Values looked up in a table whose places lie evenly apart, without searching."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from tieout.detect.detector import FloatArray

_FEW: Final = 256  # looking so few up one by one is quicker than setting out


@dataclass(frozen=True)
class EvenTable:
    """Straight lines between points. places: from 0.0 on, evenly apart (`numpy.linspace`)."""

    places: FloatArray
    values: FloatArray

    def at(self, wanted: FloatArray) -> FloatArray:
        """As `numpy.interp`, to the last bit, of what lies within the places; NaN for NaN.

        >>> EvenTable(np.array([0.0, 1.0, 2.0]), np.array([5.0, 7.0, 4.0])).at(np.array([0.5, 2.0]))
        array([6., 4.])
        """
        if len(wanted) <= _FEW or np.isnan(wanted).any():
            found: FloatArray = np.interp(wanted, self.places, self.values)
            return found
        slopes, ends, steps = self._lines
        line = (wanted * steps).astype(np.intp)
        # Rounding may have taken it for a neighbour.
        line -= wanted < self.places.take(line)
        line += wanted >= ends.take(line)
        found = wanted - self.places.take(line)
        found *= slopes.take(line)
        found += self.values.take(line)
        return found

    @cached_property
    def _lines(self) -> tuple[FloatArray, FloatArray, float]:
        """The slope and the end of each line, a last one from the last place on; lines in 1.0."""
        slopes = np.append(np.diff(self.values) / np.diff(self.places), 0.0)
        ends = np.append(self.places[1:], np.inf)
        return slopes, ends, (len(self.places) - 1) / float(self.places[-1])
