"""From evidence to an answer: one cause, several, everywhere, or nothing."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from tieout.explain.scan.evidence import Moment, Ranking, chosen, joint
from tieout.explain.scan.options import RateOptions
from tieout.explain.scan.result import Condition, Verdict

_PAIRED_MAX = 40
_SECONDS_MAX = 200
_COVERED_MAX = 0.9
_BACKED = 3.0


@dataclass(frozen=True)
class Answer:
    """The verdict, and places of the named causes in the ranking, first found first."""

    verdict: Verdict
    named: tuple[int, ...] = ()


def name_causes(moment: Moment, ranking: Ranking, order: list[int], options: RateOptions) -> Answer:
    """Which causes to name. order: places of the ranking, the most likely first.

    "Everywhere" competes: if it wins, two causes together are tried against it. A single cause
    may be followed by a second one in what it leaves unexplained.
    """
    if not order:
        return Answer(Verdict.QUIET)
    best = max(order, key=lambda place: ranking.local[place])
    if ranking.local[best] > ranking.everywhere:
        return _single(moment, ranking, order, best, options)
    if ranking.everywhere - ranking.quiet < options.evidence_min:
        return Answer(Verdict.QUIET)
    pair = _best_pair(moment, ranking, order, options)
    return Answer(Verdict.NAMED, pair) if pair else Answer(Verdict.EVERYWHERE)


def ordered(ranking: Ranking) -> list[int]:
    """Places of a ranking by evidence; of equals the simpler condition is first."""
    strength = np.maximum(ranking.local, ranking.drift - _BACKED)
    depth = [len(condition) for condition in ranking.conditions]
    return sorted(
        range(len(strength)),
        key=lambda place: (-round(float(strength[place]), 9), depth[place], place),
    )


def _single(
    moment: Moment, ranking: Ranking, order: list[int], best: int, options: RateOptions
) -> Answer:
    quiet = max(ranking.quiet, float(ranking.calm[best]))
    net = float(ranking.outlook.net[best])
    if ranking.local[best] - quiet < options.evidence_min or net < options.material_min:
        return Answer(Verdict.QUIET)
    second = _second(moment, ranking, order, best, options)
    named = (best,) if second is None else (best, second)
    if not _stands_out(moment, ranking, named, options):
        return Answer(Verdict.EVERYWHERE)
    return Answer(Verdict.NAMED, named)


def _second(
    moment: Moment, ranking: Ranking, order: list[int], best: int, options: RateOptions
) -> int | None:
    gains = [
        (joint(moment, chosen(ranking, [best, other]), options) - ranking.local[best], -place)
        for place, other in enumerate(order[:_SECONDS_MAX])
        if ranking.outlook.explained[other] >= options.second_explained_min
        and _disjoint(ranking.conditions[best], ranking.conditions[other])
    ]
    if not gains:
        return None
    gain, place = max(gains)
    return order[-place] if gain >= options.second_gain_min else None


def _best_pair(
    moment: Moment, ranking: Ranking, order: list[int], options: RateOptions
) -> tuple[int, int] | None:
    all_trials = moment.trials.sum()
    found: tuple[float, tuple[int, int]] | None = None
    for pair in combinations(order[:_PAIRED_MAX], 2):
        both = chosen(ranking, list(pair))
        if (
            not _disjoint(*both.conditions)
            or both.outlook.trials.sum() > _COVERED_MAX * all_trials
            or both.outlook.explained.min() < options.second_explained_min
            or both.outlook.net.sum() < options.material_min
            or not _stands_out(moment, ranking, pair, options)
        ):
            continue
        evidence = joint(moment, both, options)
        if found is None or evidence > found[0]:
            found = (evidence, pair)
    if found is None or found[0] <= ranking.everywhere + options.pair_gain_min:
        return None
    return found[1]


def _disjoint(one: Condition, other: Condition) -> bool:
    """Whether no leaf can meet both: they differ in a value of one attribute."""
    values = dict(one)
    return any(attribute in values and values[attribute] != code for attribute, code in other)


def _stands_out(
    moment: Moment, ranking: Ranking, named: tuple[int, ...], options: RateOptions
) -> bool:
    """Whether the rest has risen far less, as far as noise allows to say.

    Asked only where a rise everywhere would explain more than no rise at all.
    """
    if ranking.everywhere <= ranking.quiet:
        return True
    outlook = chosen(ranking, list(named)).outlook
    all_expected = float(moment.expected.sum())
    net, expected = float(outlook.net.sum()), float(outlook.expected.sum())
    left = max(1 - expected, 1e-9)
    outside = max((float(moment.excess.sum()) / all_expected - net) / left, 0.0)
    # Two standard errors of a count of independent outcomes.
    outside += 2 * float(np.sqrt((1 + outside) / (left * all_expected)))
    return net / expected >= options.contrast_min * outside
