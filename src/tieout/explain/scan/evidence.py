"""The evidence that each combination of attribute values is where something happened."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tieout.explain.scan.betabinomial import Floats, log_sum
from tieout.explain.scan.groups import Codes, Cuboid, cuboids, within
from tieout.explain.scan.likelihoods import NEVER, Likelihoods, strengths
from tieout.explain.scan.options import RateOptions
from tieout.explain.scan.result import Condition


@dataclass(frozen=True)
class Moment:
    """The leaves of one moment that have trials.

    codes: leaves x attributes. expected: outcomes that were to be expected. excess: what goes
    beyond them, negative where it falls short.
    """

    codes: Codes
    counts: Floats
    trials: Floats
    expected: Floats
    likelihoods: Likelihoods

    @property
    def excess(self) -> Floats:
        """Outcomes less what was expected."""
        return self.counts - self.expected


@dataclass(frozen=True)
class Outlook:
    """What a combination stands for: sums over its leaves, one entry per combination.

    net: excess over all that was expected at the moment. expected: its part of that, 0 to 1.
    explained: its part of the excess of all leaves that have one.
    """

    trials: Floats
    counts: Floats
    net: Floats
    expected: Floats
    explained: Floats


@dataclass(frozen=True)
class Ranking:
    """All combinations compared; parallel arrays.

    local: log evidence that it is the cause, prior included. drift: that it has changed, and so
    has the rest. calm: that it scatters in its own way and has not risen. `quiet` is the evidence
    that nothing happened, `everywhere` that all has risen.
    """

    conditions: tuple[Condition, ...]
    local: Floats
    drift: Floats
    calm: Floats
    prior: Floats
    outlook: Outlook
    quiet: float
    everywhere: float


def rank(moment: Moment, options: RateOptions) -> Ranking:
    """Compare all combinations of up to `depth_max` attributes."""
    likely = moment.likelihoods
    total = likely.outside.sum(axis=0)[None, :]
    alone = likely.by_mode(total, likely.usual)[0]
    modes = likely.modes
    quiet = float(log_sum(np.where(modes.still, alone, NEVER), 0))
    risen = np.where(modes.still | modes.spills, NEVER, alone)
    parts = [
        _weigh(moment, cells, total, options)
        for cells in cuboids(moment.codes, depth_max=options.depth_max)
    ]
    drift = np.concatenate([part.drift for part in parts])
    outlook = Outlook(
        *(
            np.concatenate([getattr(part.outlook, name) for part in parts])
            for name in Outlook.__dataclass_fields__
        )
    )
    return Ranking(
        tuple(condition for part in parts for condition in part.conditions),
        np.concatenate([part.local for part in parts]),
        drift,
        np.concatenate([part.calm for part in parts]),
        np.concatenate([part.prior for part in parts]),
        outlook,
        quiet,
        max(float(log_sum(risen, 0)), float(drift.max(initial=NEVER))),
    )


def joint(moment: Moment, pair: Ranking, options: RateOptions) -> float:
    """Log evidence that two disjoint combinations, each with its effect, are the causes.

    pair: the two entries of a ranking, as `chosen` gives them.
    """
    likely = moment.likelihoods
    chosen = [within(moment.codes, condition) for condition in pair.conditions]
    inside = np.stack([likely.inside[leaves].sum(axis=0) for leaves in chosen])
    rest = likely.outside[~(chosen[0] | chosen[1])].sum(axis=0)[None, :]
    rates = _rates(moment, chosen)
    allowed = _exceeds(rates, likely, options)
    by_effect = np.where(allowed, likely.by_effect(inside)[:, :, None], NEVER)
    by_mode = likely.by_mode(rest, likely.elsewhere)[0] + log_sum(by_effect, 1).sum(axis=0)
    open_modes = _open_modes(
        likely, float(pair.outlook.explained.sum()), lifted=True, options=options
    )
    evidence = log_sum(np.where(open_modes, by_mode, NEVER), 0)
    return float(evidence + pair.prior.sum() - options.pair_cost)


def chosen(ranking: Ranking, places: NDArray[np.int64] | list[int]) -> Ranking:
    """Some entries of a ranking."""
    picked = np.asarray(places, dtype=np.int64)
    outlook = ranking.outlook
    return replace(
        ranking,
        conditions=tuple(ranking.conditions[place] for place in picked),
        local=ranking.local[picked],
        drift=ranking.drift[picked],
        calm=ranking.calm[picked],
        prior=ranking.prior[picked],
        outlook=Outlook(
            outlook.trials[picked],
            outlook.counts[picked],
            outlook.net[picked],
            outlook.expected[picked],
            outlook.explained[picked],
        ),
    )


def _weigh(moment: Moment, cells: Cuboid, total: Floats, options: RateOptions) -> Ranking:
    """The part of a ranking that one choice of attributes is."""
    likely = moment.likelihoods
    outlook = _outlook(moment, cells)
    inside = likely.by_effect(cells.sums(likely.inside))
    own = cells.sums(likely.outside)
    outside = likely.by_mode(total - own, likely.elsewhere)
    prior = -options.cost_depth * len(cells.attributes) - options.cost_value * sum(
        float(np.log(len(np.unique(moment.codes[:, attribute])))) for attribute in cells.attributes
    )
    rise = outlook.net / outlook.expected
    rest = np.maximum(moment.excess.sum() / moment.expected.sum() - outlook.net, 0)
    rise_outside = rest / np.maximum(1 - outlook.expected, 1e-9)
    allowed = _exceeds(cells.sums(moment.expected) / outlook.trials, likely, options)
    allowed &= (rise >= options.lift_least * rise_outside)[:, None, None]
    modes = np.stack(
        [
            _open_modes(likely, share, lifted=bool(lifted), options=options)
            for share, lifted in zip(
                outlook.explained, rise >= options.lift_drift * rise_outside, strict=True
            )
        ]
    )
    allowed &= modes[:, None, :]
    both = inside[:, :, None] + outside[:, None, :]
    drifting = allowed | likely.modes.spills
    still = likely.modes.still
    calm = log_sum(np.where(still, likely.by_mode(own, likely.within), NEVER), 1)
    calm += log_sum(np.where(still, outside, NEVER), 1)
    return Ranking(
        tuple(cells.condition(cell) for cell in range(cells.cells)),
        log_sum(np.where(allowed, both, NEVER), (1, 2)) + prior,
        log_sum(np.where(drifting, NEVER, both), (1, 2)) + prior,
        calm + prior,
        np.full(cells.cells, prior),
        outlook,
        NEVER,
        NEVER,
    )


def _outlook(moment: Moment, cells: Cuboid) -> Outlook:
    above = np.maximum(moment.excess, 0)
    all_expected = moment.expected.sum()
    return Outlook(
        cells.sums(moment.trials),
        cells.sums(moment.counts),
        cells.sums(moment.excess) / all_expected,
        cells.sums(moment.expected) / all_expected,
        cells.sums(above) / max(above.sum(), 1e-9),
    )


def _rates(moment: Moment, chosen: list[NDArray[np.bool_]]) -> Floats:
    return np.array(
        [moment.expected[leaves].sum() / moment.trials[leaves].sum() for leaves in chosen]
    )


def _exceeds(rates: Floats, likely: Likelihoods, options: RateOptions) -> NDArray[np.bool_]:
    """Cells x effects x modes: whether the effect is well above the drift outside."""
    needed = options.effect_factor * likely.modes.drift_up + options.effect_least
    return np.asarray(strengths(rates, options)[:, :, None] >= needed)


def _open_modes(
    likely: Likelihoods, explained: float, *, lifted: bool, options: RateOptions
) -> NDArray[np.bool_]:
    """Which modes a cause allows: what goes on outside asks for one that explains much."""
    small = ~likely.modes.spills & (likely.modes.drift <= options.shift_small_max)
    if not lifted:
        return small
    if explained >= options.explained_drift_min:
        small = small | ~likely.modes.spills
    return small | likely.modes.spills if explained >= options.spill_explained_min else small
