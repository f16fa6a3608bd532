"""How far a part departs from the rest: for outcomes, and for measures."""

from dataclasses import dataclass, replace
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from tieout.explain.scan.tables import Sums, Tables, Weights
from tieout.model.special import log_beta

Floats = NDArray[np.float64]


class Family(Protocol):
    """Evidence of parts against the rest, from additive sums (weights x parts)."""

    def living(self, sums: Sums) -> NDArray[np.bool_]:
        """Parts that may be candidates, now or once rows have been taken away from them."""
        ...

    def candidates(self, sums: Sums, totals: Floats, *, least: float | Floats) -> NDArray[np.int64]:
        """Parts whose evidence may reach `least` nats (of each); cheap, and never missing one."""
        ...

    def evidence(self, sums: Floats, totals: Floats) -> Floats:
        """Log Bayes factor, in nats, of an effect in each part."""
        ...

    def fitted(self, tables: Tables) -> "Family":
        """The same with what is usual among these cells."""
        ...

    def among(self, totals: Floats) -> "Family":
        """The same for parts of a part with these sums."""
        ...

    def renewed(self, weights: Weights, left: NDArray[np.bool_]) -> "Family":
        """The same when only some rows are left."""
        ...


@dataclass(frozen=True)
class Outcomes:
    """Sums are trials and outcomes. A part's rate against one rate for all.

    Beta priors worth two trials around the overall rate; only rises count. ratio_min: rate
    inside over rate outside from which a rise matters. counts_min: outcomes in a part.
    dispersion: intraclass correlation of the outcomes of a cell; where rates differ from cell to
    cell as a matter of course, a part says no more than 1 / dispersion trials do.
    """

    ratio_min: float = 1.15
    counts_min: float = 3.0
    dispersion: float = 0.0

    def living(self, sums: Sums) -> NDArray[np.bool_]:
        """Parts with enough outcomes."""
        enough: NDArray[np.bool_] = sums[1] >= self.counts_min
        return enough

    def candidates(self, sums: Sums, totals: Floats, *, least: float | Floats) -> NDArray[np.int64]:
        """Parts whose likelihood ratio at its maximum reaches `least`."""
        # Nearly all cells have few outcomes or none.
        risen: NDArray[np.int64] = np.flatnonzero(sums[1] >= self.counts_min)
        trials, counts = sums[:, risen]
        base = totals[1] / max(totals[0], 1.0)
        expected = base * trials
        beyond = counts - expected
        # k log(k/m) - k + m is at most (k - m)^2 / 2m; a fifth is left for the rest's share.
        needed = np.broadcast_to(least, sums.shape[1])
        far = beyond * np.maximum(beyond, 0.0) >= 1.6 * needed[risen] * expected
        risen = risen[(beyond > 0) & far]
        if len(risen) == 0:
            return risen
        part = sums[:, risen].astype(np.float64)
        rest = totals[:, None] - part
        inside, outside = part[1] / part[0], rest[1] / np.maximum(rest[0], 1e-12)
        ratio = _bernoulli(*part) + _bernoulli(*rest) - float(_bernoulli(*totals[:, None])[0])
        enough = ratio >= needed[risen]
        found: NDArray[np.int64] = risen[enough & (inside >= self.ratio_min * outside)]
        return found

    def evidence(self, sums: Floats, totals: Floats) -> Floats:
        """One-sided Bayes factor of two rates against one."""
        base = float(np.clip(totals[1] / max(totals[0], 1.0), 1e-9, 1 - 1e-9))
        rest = totals[:, None] - sums
        part = sums / (1 + np.maximum(sums[0] - 1, 0.0) * self.dispersion)
        apart = _beta_evidence(part, base) + _beta_evidence(rest, base)
        return np.asarray(apart - _beta_evidence(part + rest, base) + np.log(2.0))

    def among(self, totals: Floats) -> "Outcomes":  # noqa: ARG002 - as the protocol has it
        """The same: parts are compared with the other parts at hand."""
        return self

    def renewed(self, weights: Weights, left: NDArray[np.bool_]) -> "Outcomes":  # noqa: ARG002
        """The same: sums of what is left say it all."""
        return self

    def fitted(self, tables: Tables) -> "Outcomes":
        """With the dispersion of the cells of one and two attributes around their median rate.

        A median, so that causes do not count as what is usual.
        """
        sums = [table for chosen, table in tables.sums.items() if len(chosen) <= 2]
        trials, counts = np.concatenate(sums, axis=1).astype(np.float64)
        rates = counts / np.maximum(trials, 1e-12)
        order = np.argsort(rates, kind="stable")
        order = order[trials[order] > 0]
        weight = np.cumsum(trials[order])
        if len(order) < _CELLS_MIN:
            return self
        usual = float(rates[order][np.searchsorted(weight, weight[-1] / 2)])
        expected = trials * usual
        told = expected * (1 - usual) >= _EXPECTED_MIN
        if told.sum() < _CELLS_MIN:
            return self
        square = (counts[told] - expected[told]) ** 2 / (expected[told] * (1 - usual))
        apart = (square / _MEDIAN_SQUARE - 1) / np.maximum(trials[told] - 1, 1.0)
        return replace(self, dispersion=float(np.clip(np.median(apart), 0.0, 0.5)))


@dataclass(frozen=True)
class Measures:
    """Sums are rows, sum d and sum d2 of departures d from expectation, up or down.

    Normal with a conjugate prior: a part with a mean of its own against one with the usual mean,
    at a variance of its own in either case, so that a part which only scatters more is no cause.
    centre: the usual departure; a median, which is where all is if all is off alike.
    """

    centre: float = 0.0
    rows_min: float = 2.0
    prior_rows: float = 0.05

    def living(self, sums: Sums) -> NDArray[np.bool_]:
        """Parts of enough rows."""
        enough: NDArray[np.bool_] = sums[0] >= self.rows_min
        return enough

    def candidates(self, sums: Sums, totals: Floats, *, least: float | Floats) -> NDArray[np.int64]:
        """Parts of enough rows; their evidence is computed as it is."""
        places = np.flatnonzero(self.living(sums))
        needed = np.broadcast_to(least, sums.shape[1])[places]
        found: NDArray[np.int64] = places[self.evidence(sums[:, places], totals) >= needed]
        return found

    def among(self, totals: Floats) -> "Measures":
        """With the mean of these rows as the usual one."""
        return replace(self, centre=float(totals[1]) / max(float(totals[0]), 1.0))

    def renewed(self, weights: Weights, left: NDArray[np.bool_]) -> "Measures":
        """With the median of what is left; a cause pulls even that a little to its side."""
        departures = weights[1]
        if departures is None or not left.any():
            return self
        return replace(self, centre=float(np.median(departures[left])))

    def fitted(self, tables: Tables) -> "Measures":  # noqa: ARG002 - as the protocol has it
        """The same: departures from an expectation have no usual size by cell."""
        return self

    def evidence(self, sums: Floats, totals: Floats) -> Floats:
        """Bayes factor of a mean of its own against the usual one."""
        all_rows = max(float(totals[0]), 1.0)
        whole = _centred(totals[:, None], self.centre)
        variance = max(float(whole[2, 0]) / all_rows, 1e-300)
        part = _centred(sums, self.centre)
        apart = _normal_evidence(part, variance, self.prior_rows)
        return np.asarray(apart - _normal_evidence(part, variance, np.inf))


_PRIOR_TRIALS: Final = 2.0
_CELLS_MIN: Final = 8
_EXPECTED_MIN: Final = 5.0
# Of the square of a standard normal deviate.
_MEDIAN_SQUARE: Final = 0.4549364231195727


def _bernoulli(trials: Floats, counts: Floats) -> Floats:
    """Greatest log likelihood of counts."""
    missing = np.maximum(trials - counts, 0.0)
    size = np.maximum(trials, 1e-12)
    hits = counts * np.log(np.maximum(counts, 1e-12) / size)
    others = missing * np.log(np.maximum(missing, 1e-12) / size)
    return np.asarray(hits + others)


def _beta_evidence(sums: Floats, base: float) -> Floats:
    """Log marginal likelihood of (trials, outcomes) under a beta prior."""
    hits, others = _PRIOR_TRIALS * base, _PRIOR_TRIALS * (1 - base)
    missing = np.maximum(sums[0] - sums[1], 0.0)
    return log_beta(sums[1] + hits, missing + others) - log_beta(hits, others)


def _centred(sums: Floats, centre: float) -> Floats:
    """Sums of the same rows after a constant was taken from each."""
    rows, first, second = sums
    squares = second - 2 * centre * first + rows * centre**2
    return np.stack([rows, first - rows * centre, np.maximum(squares, 0.0)])


def _normal_evidence(sums: Floats, variance: float, prior_rows: float) -> Floats:
    """Log marginal likelihood under a normal-inverse-gamma prior (Murphy, 2007, section 7).

    prior_rows: weight of the prior mean, which is zero; infinite where that is the mean.
    """
    from scipy.special import gammaln

    rows, first, second = sums
    mean = first / np.maximum(rows, 1.0)
    scatter = np.maximum(second - rows * mean**2, 0.0)
    shape = 1.0
    if np.isinf(prior_rows):
        pull, share = rows * mean**2, np.zeros(len(rows))
    else:
        pull = prior_rows * rows / (prior_rows + rows) * mean**2
        share = 0.5 * (np.log(prior_rows) - np.log(prior_rows + rows))
    scale = variance + 0.5 * (scatter + pull)
    grown = shape + 0.5 * rows
    known = shape * np.log(variance) - float(gammaln(shape))
    return np.asarray(
        share + known + gammaln(grown) - grown * np.log(scale) - 0.5 * rows * np.log(2 * np.pi)
    )
