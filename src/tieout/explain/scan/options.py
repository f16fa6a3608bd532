"""What the scans assume, and when they name a cause."""

from dataclasses import dataclass
from typing import Final

EVIDENCE_MIN: Final = 5.0
"""Nats above the best other explanation from which a cause is named."""


@dataclass(frozen=True, kw_only=True)
class RateOptions:
    """Priors and limits of the scan of rates. Logits and evidence are in nats.

    dispersions: intraclass correlations that are summed over, from none to gross.
    effects_additive: shares of the sound part that an incident spoils. effects_logit: rises of
        the log odds. Both are what all cells of a cause share; each kind has half of the prior.
    shifts: common drift of log odds outside of a cause; its prior falls by `shift_decay` a nat.
    spread_usual, spread_outside, spread_inside: how far, in nats, the dispersion of this moment
        may be from that of earlier ones where there is no cause, outside of one and within.
    spills: shares of the cells outside that an incident may reach by spilling over.
    spill_chance: prior that it does. spill_explained_min: of the excess that a cause must explain
        for the rest to count as spilt.
    cost_depth, cost_value: nats that an attribute costs, and that a nat of its log number of
        values costs.
    prior_trials: weight, in trials, of the main effects in a cell's expected rate.
    shift_small_max: drift outside up to which a cause may explain less than
        `explained_drift_min` of the excess.
    effect_least, effect_factor: a cause must exceed the drift outside this many times, and so much.
    lift_least, lift_drift: how many times the relative rise inside must be that outside, and
        where something also happens outside.
    contrast_min: the same as far as noise allows, where "everywhere" explains something too.
    material_min: excess of a cause over all that was expected, for it to be named.
    second_gain_min, second_explained_min: what a further cause must add, and explain.
    pair_cost, pair_gain_min: prior of two causes, and what a pair must gain over "everywhere".
    depth_max: attributes in a condition. listed_max: length of the ranked list.
    """

    dispersions: tuple[float, ...] = (1e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.25)
    effects_additive: tuple[float, ...] = (0.06, 0.12, 0.2, 0.3, 0.45, 0.65, 0.85)
    effects_logit: tuple[float, ...] = (0.5, 0.9, 1.4, 1.9, 2.4, 3.0, 3.6, 4.5)
    shifts: tuple[float, ...] = (-1.2, -0.5, -0.2, 0.0, 0.2, 0.4, 0.7, 1.0, 1.4, 2.0, 2.8)
    shift_decay: float = 2.0
    spread_usual: float = 2.0
    spread_outside: float = 1.5
    spread_inside: float = 2.5
    spills: tuple[float, ...] = (0.01, 0.03, 0.1)
    spill_chance: float = 0.3
    spill_explained_min: float = 0.7
    cost_depth: float = 1.0
    cost_value: float = 0.25
    prior_trials: float = 40.0
    shift_small_max: float = 0.25
    explained_drift_min: float = 0.5
    effect_least: float = 0.4
    effect_factor: float = 3.0
    lift_least: float = 2.0
    lift_drift: float = 3.0
    contrast_min: float = 8.0
    material_min: float = 0.08
    second_gain_min: float = 10.0
    second_explained_min: float = 0.15
    pair_cost: float = 3.0
    pair_gain_min: float = 3.0
    evidence_min: float = EVIDENCE_MIN
    depth_max: int = 4
    listed_max: int = 50
