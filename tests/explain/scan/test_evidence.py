"""The evidence of combinations, piece by piece."""

from typing import Any

import numpy as np
import pytest

from tieout.explain.scan.betabinomial import log_sum
from tieout.explain.scan.evidence import Moment, Ranking, chosen, joint, rank
from tieout.explain.scan.history import Expectation
from tieout.explain.scan.likelihoods import NEVER, likelihoods, strengths
from tieout.explain.scan.naming import name_causes, ordered
from tieout.explain.scan.options import RateOptions
from tieout.explain.scan.result import Condition, Verdict

OPTIONS = RateOptions()
CODES = np.array(list(np.ndindex(3, 4)), dtype=np.int64)


def moment(counts: np.ndarray[Any, Any], trials: float = 500.0, rate: float = 0.05) -> Moment:
    leaves = len(CODES)
    usual = Expectation(np.full(leaves, rate), np.full(leaves, 5_000.0), 1e-4)
    sizes = np.full(leaves, trials)
    return Moment(CODES, counts, sizes, sizes * rate, likelihoods(counts, sizes, usual, OPTIONS))


def calm() -> np.ndarray[Any, Any]:
    return np.array([25.0, 24, 26, 25, 27, 23, 25, 26, 24, 25, 25, 26])


def struck(condition: Condition, count: float) -> np.ndarray[Any, Any]:
    counts = calm()
    inside = np.ones(len(CODES), dtype=bool)
    for attribute, code in condition:
        inside &= CODES[:, attribute] == code
    counts[inside] = count
    return counts


def place(ranking: Ranking, condition: Condition) -> int:
    return ranking.conditions.index(condition)


def answer(counts: np.ndarray[Any, Any]) -> tuple[Verdict, list[Condition]]:
    now = moment(counts)
    ranking = rank(now, OPTIONS)
    found = name_causes(now, ranking, ordered(ranking), OPTIONS)
    return found.verdict, [ranking.conditions[at] for at in found.named]


def test_every_combination_is_compared() -> None:
    ranking = rank(moment(calm()), OPTIONS)
    assert len(ranking.conditions) == 3 + 4 + 12
    assert len(set(ranking.conditions)) == 19


def test_the_prior_of_deeper_conditions_is_lower() -> None:
    ranking = rank(moment(calm()), OPTIONS)
    single = ranking.prior[place(ranking, ((0, 1),))]
    double = ranking.prior[place(ranking, ((0, 1), (1, 2)))]
    assert single == pytest.approx(-OPTIONS.cost_depth - OPTIONS.cost_value * np.log(3))
    assert double < single


def test_shares_of_single_values_of_one_attribute_add_up() -> None:
    now = moment(struck(((1, 2),), 120.0))
    ranking = rank(now, OPTIONS)
    places = [place(ranking, ((0, code),)) for code in range(3)]
    part = chosen(ranking, places).outlook
    assert part.explained.sum() == pytest.approx(1.0)
    assert part.expected.sum() == pytest.approx(1.0)
    assert part.net.sum() == pytest.approx(now.excess.sum() / now.expected.sum())
    assert part.trials.sum() == now.trials.sum()


def test_the_struck_combination_has_the_most_evidence() -> None:
    ranking = rank(moment(struck(((0, 1), (1, 2)), 200.0)), OPTIONS)
    assert ranking.conditions[ordered(ranking)[0]] == ((0, 1), (1, 2))


def test_scatter_without_a_rise_is_no_cause() -> None:
    counts = calm()
    inside = CODES[:, 0] == 1
    counts[inside] = [2.0, 60.0, 1.0, 37.0]
    ranking = rank(moment(counts), OPTIONS)
    at = place(ranking, ((0, 1),))
    assert ranking.local[at] - max(ranking.quiet, ranking.calm[at]) < OPTIONS.evidence_min


def test_a_combination_that_rose_no_more_than_the_rest_cannot_be_the_cause() -> None:
    ranking = rank(moment(calm() * 3), OPTIONS)
    assert ranking.everywhere - ranking.quiet > 20
    assert ranking.local[place(ranking, ((0, 1),))] < ranking.everywhere
    assert answer(calm() * 3) == (Verdict.EVERYWHERE, [])


def test_two_disjoint_causes_together_beat_one() -> None:
    counts = struck(((1, 0),), 150.0)
    counts[CODES[:, 1] == 3] = 110.0
    now = moment(counts)
    ranking = rank(now, OPTIONS)
    pair = chosen(ranking, [place(ranking, ((1, 0),)), place(ranking, ((1, 3),))])
    assert joint(now, pair, OPTIONS) > ranking.local.max() + OPTIONS.second_gain_min
    verdict, named = answer(counts)
    assert verdict is Verdict.NAMED
    assert set(named) == {((1, 0),), ((1, 3),)}


def test_a_second_cause_that_adds_nothing_is_not_named() -> None:
    assert answer(struck(((0, 2),), 140.0)) == (Verdict.NAMED, [((0, 2),)])


def test_nothing_to_rank_is_quiet() -> None:
    now = moment(calm())
    assert name_causes(now, rank(now, OPTIONS), [], OPTIONS).verdict is Verdict.QUIET


def test_strengths_are_rises_of_the_log_odds() -> None:
    found = strengths(np.array([0.1]), OPTIONS)[0]
    additive, raised = OPTIONS.effects_additive, OPTIONS.effects_logit
    assert found[len(additive) :] == pytest.approx(raised)
    spoilt = 0.1 + additive[0] * 0.9
    expected = np.log(spoilt / (1 - spoilt)) - np.log(0.1 / 0.9)
    assert found[0] == pytest.approx(expected)


def test_prior_weights_of_likelihoods_sum_to_one() -> None:
    likely = moment(calm()).likelihoods
    for weights in (
        likely.effects,
        likely.modes.prior,
        likely.usual,
        likely.elsewhere,
        likely.within,
    ):
        assert float(log_sum(weights, 0)) == pytest.approx(0.0, abs=1e-9)


def test_a_spill_explains_a_single_far_cell_better_than_calm_does() -> None:
    counts = calm()
    counts[5] = 150.0
    likely = moment(counts).likelihoods
    by_mode = likely.by_mode(likely.outside[5:6], likely.elsewhere)[0]
    still = by_mode[likely.modes.still].max()
    assert by_mode[likely.modes.spills].max() > still
    assert (by_mode > NEVER).all()


@pytest.mark.parametrize("rate", [1e-5, 0.5, 0.94])
def test_any_usual_rate_gives_finite_evidence(rate: float) -> None:
    counts = np.full(len(CODES), np.floor(500 * rate))
    ranking = rank(moment(counts, rate=rate), OPTIONS)
    assert np.isfinite(ranking.local).all()
    assert np.isfinite([ranking.quiet, ranking.everywhere]).all()
