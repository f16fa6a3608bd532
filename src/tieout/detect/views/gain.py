"""How much better peers foretell a column than the column's own pool does."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tieout.detect.detector import FloatArray
from tieout.detect.views.peers import Coded, Peers, Shrinkage
from tieout.detect.views.quantities import Columns, Quantity
from tieout.detect.views.student import HalfStudent

_FREEDOMS: Final = 2.0 ** np.arange(-1.0, 6.01, 0.5)
_RESOLUTION: Final = 1e-2  # nearer than this to its centre, in scales, no row is foretold better
_ERRORS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Gain:
    """Log-density gained, in nats a row. error: the standard error of the mean."""

    nats: float
    error: float

    @property
    def sure(self) -> float:
        """What is gained at least, but for chance (two standard errors)."""
        return self.nats - _ERRORS * self.error


def held_out_density(
    values: FloatArray,
    levels: Sequence[Coded],
    folds: NDArray[np.bool_],
    *,
    shrinkage: Shrinkage,
) -> FloatArray:
    """Log-density of each value by its peers in the other half (Student's t); NaN where unknown.

    values: of a quantity, NaN allowed. levels: the groups of each row, widest first; none for the
    pool alone. folds: which half each row belongs to.
    """
    deviations = np.full(len(values), np.nan)
    log_scale = np.zeros(len(values))
    missing = np.isnan(values)
    one, other = np.flatnonzero(folds), np.flatnonzero(~folds)
    for held, rest in ((one, other), (other, one)):
        learnt = rest[~missing[rest]]
        if not len(learnt):
            continue
        inner = [coded.take(learnt) for coded in levels]
        peers = Peers.fitted(values[learnt], inner, shrinkage=shrinkage)
        if peers.spread <= 0.0:
            continue
        codes = []
        for coded, level in zip(levels, peers.levels, strict=True):
            here = coded.codes[held]
            codes.append(np.where(level.rows[here] > 0.0, here, -1))
        found = peers.deviations(values[held], codes)
        deviations[held] = found.distance / found.scale
        log_scale[held] = np.log(found.scale)
    known = ~np.isnan(deviations)
    density = np.full(len(values), np.nan)
    if known.any():
        distances = np.maximum(np.abs(deviations[known]), _RESOLUTION)
        law = HalfStudent.fitted(distances, freedoms=_FREEDOMS)
        density[known] = law.log_density(distances) - log_scale[known]
    return density


def gain_over(quantity: Quantity, density: FloatArray, columns: Columns, alone: Columns) -> Gain:
    """What was gained over what each column says alone; the lesser gain for two columns.

    density: log-density of the quantity by peers. alone: log-density of each column by its own
    pool. The density of a ratio is carried over to each of its columns, the other one given, by
    the logarithm of the Jacobian. Rows that lack the quantity gain nothing.
    """
    gains: list[Gain] = []
    for name in quantity.columns:
        rows = int((~np.isnan(alone[name])).sum())
        difference = density + quantity.log_jacobian(columns, name) - alone[name]
        known = difference[~np.isnan(difference)]
        if rows == 0 or len(known) == 0:
            return Gain(0.0, 0.0)
        error = float(known.std()) * np.sqrt(len(known)) / rows
        gains.append(Gain(float(known.sum()) / rows, error))
    return min(gains, key=lambda gain: gain.nats)
