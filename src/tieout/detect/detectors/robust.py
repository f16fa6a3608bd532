"""Medians and MADs of groups, the small ones borrowing from all."""

from dataclasses import astuple, dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tieout.detect.detector import FloatArray, State
from tieout.detect.detectors.deviation import OTHERS_MIN, Baseline, Judged
from tieout.detect.detectors.grouped import GroupedValues
from tieout.detect.detectors.keeping import floats, integers

SIGMA_PER_MAD: Final = 1.4826
SIGMA_PER_MEAN_DEVIATION: Final = 1.2533
MEDIAN_VARIANCE: Final = 1.57
LOG_MAD_VARIANCE: Final = 1.36
WEIGHT_MAX: Final = 1e9
_GROUP_ROWS_MIN: Final = 5
_GROUPS_MIN: Final = 3


@dataclass(frozen=True)
class Pool:
    """What groups have in common, and how much a small one takes of it.

    centre, log_scale: medians over groups of their medians and of the logs of their spreads.
    centre_weight, scale_weight: a group of n values keeps n / (n + weight) of its own. A weight
    is what the mean group's own statistic varies by (its variance times n: for a median 1.57
    squared spreads, for the log of a MAD 1.36) over how much groups truly differ: where they
    differ much, they borrow little (empirical Bayes, Efron and Morris 1975).
    """

    centre: float
    log_scale: float
    centre_weight: float
    scale_weight: float

    @classmethod
    def learnt(cls, grouped: GroupedValues) -> "Pool | None":
        """From the groups with at least five values; None where under three of them vary."""
        large = np.flatnonzero(grouped.counts >= _GROUP_ROWS_MIN)
        whole = grouped.others(large, np.full(len(large), np.nan))
        medians = whole.median()
        scales = SIGMA_PER_MAD * whole.mad(medians)
        varied = scales > 0.0
        if varied.sum() < _GROUPS_MIN:
            return None
        counts = grouped.counts[large].astype(np.float64)
        logs = np.log(scales[varied])
        scale = float(np.exp(np.median(logs)))
        return cls(
            float(np.median(medians)),
            float(np.median(logs)),
            _weight(medians / scale, MEDIAN_VARIANCE / counts, MEDIAN_VARIANCE),
            _weight(logs, LOG_MAD_VARIANCE / counts[varied], LOG_MAD_VARIANCE),
        )


def _weight(statistics: FloatArray, noise: FloatArray, variance: float) -> float:
    """How many values of a group its pool is worth."""
    spread = SIGMA_PER_MAD * float(np.median(np.abs(statistics - np.median(statistics))))
    between = spread**2 - float(np.median(noise))
    return min(max(variance / max(between, 1e-12), 1.0 / WEIGHT_MAX), WEIGHT_MAX)


@dataclass(frozen=True)
class RobustModel:
    """Median and MAD x 1.4826 of each group without the judged value, shrunk to the pool.

    Spreads are shrunk as logs, since they differ by factors. Where over half of a group's values
    are equal its MAD is 0; then its spread is the pool's, and without a pool the mean distance
    of the others from the group's median, x 1.2533. Without a pool, fewer than five others say
    nothing.
    """

    grouped: GroupedValues
    pool: Pool | None

    @classmethod
    def learnt(cls, codes: NDArray[np.integer], values: FloatArray, groups: int) -> "RobustModel":
        """From the group and the value of each row of history."""
        grouped = GroupedValues.of(codes, values, groups)
        return cls(grouped, Pool.learnt(grouped))

    def baseline(self, judged: Judged) -> Baseline:
        """Centre and spread for each row, and how many other values of its group there are."""
        others = self.grouped.others(judged.codes, judged.values)
        median = others.median()
        scale = SIGMA_PER_MAD * others.mad(median)
        if self.pool is None:
            scale = np.where(scale > 0.0, scale, SIGMA_PER_MEAN_DEVIATION * others.mean_deviation())
            scale[others.count < OTHERS_MIN] = np.nan
            return Baseline(median, scale, others.count)
        keep = others.count / (others.count + self.pool.centre_weight)
        own = np.where(others.count > 0, median, self.pool.centre)
        centre = keep * own + (1.0 - keep) * self.pool.centre
        varies = scale > 0.0
        keep = np.where(varies, others.count / (others.count + self.pool.scale_weight), 0.0)
        own = np.log(np.where(varies, scale, 1.0))
        spread = np.exp(keep * own + (1.0 - keep) * self.pool.log_scale)
        return Baseline(centre, spread, others.count)

    def wording(self, judged: Judged, row: int, group: str) -> str:
        """The centre, as a reason says it."""
        count = self.grouped.others(judged.codes, judged.values).count[row]
        return f"the usual value of {count:,} other rows{group}"

    def state(self) -> State:
        """What `restored` needs."""
        pool = [] if self.pool is None else list(astuple(self.pool))
        return {
            "values": self.grouped.values,
            "starts": self.grouped.starts,
            "pool": np.array(pool, dtype=np.float64),
        }

    @classmethod
    def restored(cls, state: State) -> "RobustModel":
        """From what `state` gave."""
        pool = floats(state, "pool").tolist()
        grouped = GroupedValues(floats(state, "values"), integers(state, "starts"))
        return cls(grouped, Pool(*pool) if pool else None)
