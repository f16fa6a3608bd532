"""A quantity among peers: fitted to history, it gives each row a residual and a p-value."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tieout.detect.detector import FloatArray, Json, State
from tieout.detect.views.evenness import even_alpha
from tieout.detect.views.groups import Grouping
from tieout.detect.views.peers import Coded, Level, Peers, Shrinkage, robust_scale
from tieout.detect.views.quantities import Form, Quantity
from tieout.detect.views.search import Candidate
from tieout.detect.views.tails import Tails
from tieout.detect.views.texts import texts_of

_LEVEL_PARTS: Final = ("rows", "shift", "scale")


@dataclass(frozen=True)
class View:
    """A quantity, its groups, and what history says of them.

    groups: no column, one, or two (the first is the wider one). gain: nats a row over what the
    columns say alone. alpha: the power of the scale that deviations are divided by. typical: the
    robust scale of the residuals. tails: of the residuals, for p-values.
    """

    quantity: Quantity
    groups: Grouping
    gain: float
    alpha: float
    typical: float
    peers: Peers
    tails: Tails

    @classmethod
    def fitted(
        cls,
        candidate: Candidate,
        values: FloatArray,
        levels: Sequence[Coded],
        *,
        rows: NDArray[np.int64],
        shrinkage: Shrinkage,
        seed: int = 0,
    ) -> "View":
        """From the quantity and groups of all rows of history; alpha and tails from some `rows`."""
        peers = Peers.fitted(values, levels, shrinkage=shrinkage, seed=seed)
        picked = rows[~np.isnan(values[rows])]
        alpha, residuals = residuals_of(peers, values, levels, picked)
        return cls(
            quantity=candidate.quantity,
            groups=candidate.grouping,
            gain=candidate.gain.nats,
            alpha=alpha,
            typical=robust_scale(residuals),
            peers=peers,
            tails=Tails.fitted(residuals),
        )

    def judged(self, values: FloatArray, levels: Sequence[Coded]) -> "Judged":
        """Residuals, their log p-values, and whether history knew the row's peers at all.

        A residual is the distance from the centre of the group divided by scale^alpha. Where the
        innermost group is new its scale is that of other groups, which chance has not made large
        or small: the distance is divided by all of it, and typical residuals are the unit.
        """
        found = self.peers.deviations(values, [level.codes for level in levels])
        residuals = found.distance / _power(found.scale, self.alpha)
        new = found.depth < len(self.groups)
        if new.any():
            residuals[new] = (found.in_scales() * (self.typical or 1.0))[new]
        known = (found.depth > 0) | (not self.groups)
        return Judged(residuals, self.tails.log_p(residuals), known)

    def describe(self) -> str:
        """The view in a sentence."""
        form = self.quantity.form
        kind = "logarithm of " if form in {Form.LOG, Form.RATIO, Form.SIGNED} else ""
        among = f"within {' and '.join(self.groups)}" if self.groups else "among all rows"
        return (
            f"{kind}{self.quantity.describe()} {among} foretells {self.gain:.2f} nats a row more"
            f" than its columns do alone; deviations are divided by scale to the {self.alpha:.2f}"
        )

    def state(self) -> "dict[str, Json | NDArray[np.generic]]":
        """What `restored` needs."""
        state: dict[str, Json | NDArray[np.generic]] = {
            "quantity": self.quantity.state(),
            "groups": list(self.groups),
            "gain": self.gain,
            "alpha": self.alpha,
            "typical": self.typical,
            "pool": [self.peers.rows, self.peers.centre, self.peers.spread],
            "tails": list(self.tails.numbers()),
        }
        for depth, level in enumerate(self.peers.levels):
            for part in _LEVEL_PARTS:
                state[f"level/{depth}/{part}"] = getattr(level, part)
        return state

    @classmethod
    def restored(cls, state: State) -> "View":
        """From what `state` gave."""
        groups = texts_of(state["groups"])
        levels = tuple(
            Level(*(np.asarray(state[f"level/{d}/{part}"], np.float64) for part in _LEVEL_PARTS))
            for d in range(len(groups))
        )
        rows, centre, spread = np.asarray(state["pool"], dtype=np.float64).tolist()
        return cls(
            quantity=Quantity.restored(state["quantity"]),
            groups=groups,
            gain=float(str(state["gain"])),
            alpha=float(str(state["alpha"])),
            typical=float(str(state["typical"])),
            peers=Peers(int(rows), centre, spread, levels),
            tails=Tails.of(np.asarray(state["tails"], dtype=np.float64).tolist()),
        )


@dataclass(frozen=True)
class Judged:
    """By row: the residual, its log p-value (NaN for NaN), and whether its peers were known."""

    residuals: FloatArray
    log_p: FloatArray
    known: NDArray[np.bool_]


def residuals_of(
    peers: Peers, values: FloatArray, levels: Sequence[Coded], rows: NDArray[np.int64]
) -> tuple[float, FloatArray]:
    """Alpha, and the residuals of some rows of history (values without NaN) by it."""
    found = peers.deviations(values[rows], [level.codes[rows] for level in levels])
    alpha = even_alpha(found.distance, found.scale)
    return alpha, found.distance / _power(found.scale, alpha)


def _power(scale: FloatArray, alpha: float) -> FloatArray | float:
    if alpha == 0.0:  # as it is where a scale is zero
        return 1.0
    power: FloatArray = scale**alpha
    return power
