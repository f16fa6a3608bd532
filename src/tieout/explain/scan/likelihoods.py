"""How well each effect, drift and dispersion explains each leaf."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tieout.explain.scan.betabinomial import (
    Floats,
    expit,
    log_beta_binomial,
    log_sum,
    log_weights,
    logit,
)
from tieout.explain.scan.history import Expectation
from tieout.explain.scan.options import RateOptions

_SMALL_DRIFT = 0.2
NEVER = -1e300
"""Log of what cannot be: finite, so that sums of it stay numbers."""


@dataclass(frozen=True)
class Modes:
    """What may go on outside of a cause: common drifts, then incidents that spill over.

    drift: log odds of each mode, 0 for spills. prior: log weights. spills: which are spills.
    """

    drift: Floats
    prior: Floats
    spills: NDArray[np.bool_]

    @property
    def drift_up(self) -> Floats:
        """The drift of each mode, none where it falls."""
        return np.maximum(self.drift, 0.0)

    @property
    def still(self) -> NDArray[np.bool_]:
        """The modes in which nothing has risen to speak of."""
        return ~self.spills & (self.drift <= _SMALL_DRIFT)


@dataclass(frozen=True)
class Likelihoods:
    """Log likelihoods of this moment's leaves.

    inside: leaves x (effects x dispersions). outside: leaves x (modes x dispersions).
    effects: log weights. The three others are log weights of the dispersions.
    """

    inside: Floats
    outside: Floats
    effects: Floats
    modes: Modes
    usual: Floats
    elsewhere: Floats
    within: Floats

    def by_effect(self, inside: Floats) -> Floats:
        """Sums over leaves (cells x ...) to cells x effects, dispersion summed out."""
        parts = inside.reshape(len(inside), len(self.effects), -1)
        return log_sum(parts + self.within, 2) + self.effects

    def by_mode(self, outside: Floats, dispersions: Floats) -> Floats:
        """Sums over leaves (cells x ...) to cells x modes, dispersion summed out."""
        parts = outside.reshape(len(outside), len(self.modes.drift), -1)
        return log_sum(parts + dispersions, 2) + self.modes.prior


def likelihoods(
    counts: Floats, trials: Floats, usual: Expectation, options: RateOptions
) -> Likelihoods:
    """All that the evidence of combinations is summed from.

    A leaf's precision also holds how well its usual rate is known.
    """
    grid = np.array(options.dispersions)
    known = 1 / (usual.trials + options.prior_trials)
    precision = 1 / (grid / (1 - grid) + known[:, None])
    rates, log_odds = usual.rates[:, None], logit(usual.rates)[:, None]
    additive, raised = np.array(options.effects_additive), np.array(options.effects_logit)
    means = np.hstack([rates + additive * (1 - rates), expit(log_odds + raised)])
    effects = np.concatenate([np.full(len(part), 0.5 / len(part)) for part in (additive, raised)])
    inside = log_beta_binomial(counts, trials, means, precision)
    drifts = np.array(options.shifts)
    drifted = log_beta_binomial(counts, trials, expit(log_odds + drifts), precision)
    spilt = _spilt(inside, np.log(effects), drifted[:, options.shifts.index(0.0)], options)
    weight = {
        name: log_weights(-0.5 * (np.log(grid / usual.dispersion) / spread) ** 2)
        for name, spread in (
            ("usual", options.spread_usual),
            ("elsewhere", options.spread_outside),
            ("within", options.spread_inside),
        )
    }
    leaves = len(counts)
    return Likelihoods(
        inside.reshape(leaves, -1),
        np.concatenate([drifted, spilt], axis=1).reshape(leaves, -1),
        np.log(effects),
        _modes(options),
        **weight,
    )


def strengths(rates: Floats, options: RateOptions) -> Floats:
    """Rise of the log odds that each effect means at a usual rate: rates x effects."""
    additive = np.array(options.effects_additive)
    base = rates[:, None]
    spoilt = logit(base + additive * (1 - base)) - logit(base)
    raised = np.tile(np.array(options.effects_logit), (len(rates), 1))
    return np.hstack([spoilt, raised])


def _spilt(inside: Floats, effects: Floats, calm: Floats, options: RateOptions) -> Floats:
    """Each leaf by itself may have been reached, at an effect of its own."""
    chance = np.array(options.spills)[None, :, None]
    reached = log_sum(inside + effects[None, :, None], 1)[:, None, :]
    spilt: Floats = np.logaddexp(np.log1p(-chance) + calm[:, None, :], np.log(chance) + reached)
    return spilt


def _modes(options: RateOptions) -> Modes:
    drifts = np.array(options.shifts)
    prior = log_weights(-options.shift_decay * np.abs(drifts)) + np.log1p(-options.spill_chance)
    spills = np.full(len(options.spills), np.log(options.spill_chance / len(options.spills)))
    return Modes(
        np.concatenate([drifts, np.zeros(len(spills))]),
        np.concatenate([prior, spills]),
        np.arange(len(drifts) + len(spills)) >= len(drifts),
    )
