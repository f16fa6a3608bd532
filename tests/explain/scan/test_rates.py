"""Why a rate rose at one moment."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tieout.explain.scan.options import EVIDENCE_MIN, RateOptions
from tieout.explain.scan.rates import Cells, scan_rates
from tieout.explain.scan.result import Condition, Verdict

Make = Callable[..., Any]


@pytest.mark.parametrize(
    "cause",
    [((0, 1),), ((1, 3),), ((0, 2), (1, 1)), ((1, 0), (2, 1)), ((0, 3), (1, 2), (2, 0))],
)
def test_it_names_exactly_the_combination_that_was_struck(minutes: Make, cause: Condition) -> None:
    scan = scan_rates(minutes(3).struck(cause, 0.25).cells)
    assert scan.verdict is Verdict.NAMED
    assert [each.condition for each in scan.named] == [cause]
    assert scan.causes[0].evidence >= EVIDENCE_MIN


def test_the_figures_of_a_cause_are_those_of_its_cells(minutes: Make) -> None:
    struck = minutes(3).struck(((0, 1),), 0.25)
    cause = scan_rates(struck.cells).causes[0]
    inside = struck.inside(((0, 1),))
    counts, trials = struck.cells.counts, struck.cells.trials
    assert cause.support == trials[inside].sum()
    assert cause.outcome_rate == pytest.approx(counts[inside].sum() / trials[inside].sum())
    rate_rest = counts[~inside].sum() / trials[~inside].sum()
    assert cause.risk_ratio == pytest.approx(cause.outcome_rate / rate_rest, rel=0.01)
    assert cause.ratio_low < cause.risk_ratio < cause.ratio_high
    assert cause.expected_rate == pytest.approx(0.03, rel=0.3)
    assert 0.8 < cause.explained_share <= 1
    assert cause.p_value < 1e-6


@pytest.mark.parametrize("seed", range(6))
def test_a_quiet_minute_has_no_cause_but_a_ranked_list(minutes: Make, seed: int) -> None:
    scan = scan_rates(minutes(seed).cells)
    assert scan.verdict is Verdict.QUIET
    assert scan.named == ()
    assert len(scan.causes) == RateOptions().listed_max
    assert not any(cause.named for cause in scan.causes)


@pytest.mark.parametrize("times", [2, 4])
@pytest.mark.parametrize("seed", range(4))
def test_a_surge_of_all_cells_is_everywhere_and_names_nothing(
    minutes: Make, seed: int, times: int
) -> None:
    scan = scan_rates(minutes(seed).surged(times).cells)
    assert scan.verdict is Verdict.EVERYWHERE
    assert scan.named == ()
    assert scan.everywhere is not None
    assert scan.everywhere > EVIDENCE_MIN


def test_a_strike_on_top_of_a_slight_drift_is_still_found(minutes: Make) -> None:
    struck = minutes(5).surged(1.2).struck(((0, 2), (1, 1)), 0.4)
    assert [each.condition for each in scan_rates(struck.cells).named] == [((0, 2), (1, 1))]


def test_spill_over_to_a_few_cells_does_not_coarsen_the_answer(minutes: Make) -> None:
    quiet = minutes(7, size=800.0)
    spilt = quiet.struck(((0, 0), (1, 4), (2, 1)), 0.12).struck(((0, 3), (1, 2), (2, 0)), 0.1)
    struck = spilt.struck(((0, 1), (1, 4)), 0.35)
    assert scan_rates(struck.cells).causes[0].condition == ((0, 1), (1, 4))


def test_two_strikes_are_two_causes(minutes: Make) -> None:
    struck = minutes(2, size=1_500.0).struck(((1, 0),), 0.3).struck(((1, 3),), 0.2)
    named = {each.condition for each in scan_rates(struck.cells).named}
    assert named == {((1, 0),), ((1, 3),)}


def test_incidents_of_the_past_do_not_hide_the_one_of_now(minutes: Make) -> None:
    quiet = minutes(4)
    past = quiet.cells.counts_past.copy()
    inside = quiet.inside(((0, 1),))
    for moment in (1, 4):
        past[inside, moment] = np.floor(quiet.cells.trials_past[inside, moment] * 0.3)
    cells = replace(quiet.struck(((0, 1),), 0.2).cells, counts_past=past)
    assert [each.condition for each in scan_rates(cells).named] == [((0, 1),)]
    calm = replace(quiet.cells, counts_past=past)
    assert scan_rates(calm).named == ()


def test_a_rise_too_small_to_show_in_the_whole_is_ranked_but_not_named(minutes: Make) -> None:
    quiet = minutes(1, size=3_000.0)
    leaf: Condition = ((0, 0), (1, 0), (2, 0))
    trials = float(quiet.cells.trials[quiet.inside(leaf)][0])
    total = quiet.cells.counts.sum()
    rate = min(0.03 + 0.05 * total / trials, 0.9)
    scan = scan_rates(quiet.struck(leaf, rate).cells)
    assert scan.named == ()
    assert leaf in [cause.condition for cause in scan.causes[:3]]


def test_the_simpler_of_two_equal_conditions_comes_first() -> None:
    codes = np.array([[0, 0], [1, 1], [2, 1], [3, 1]], dtype=np.int64)
    trials = np.full((4, 5), 1_000.0)
    cells = Cells(codes, np.array([400.0, 30, 30, 30]), trials[:, 0], trials * 0.03, trials)
    causes = scan_rates(cells).causes
    assert len(causes[0].condition) == 1
    same = [cause.condition for cause in causes if cause.outcome_rate == causes[0].outcome_rate]
    assert same == [((1, 0),), ((0, 0),), ((0, 0), (1, 0))]


def test_the_answer_does_not_depend_on_the_order_of_leaves(minutes: Make) -> None:
    cells = minutes(3).struck(((0, 2), (1, 1)), 0.3).cells
    order = np.random.default_rng(9).permutation(len(cells.codes))
    shuffled = Cells(
        cells.codes[order],
        cells.counts[order],
        cells.trials[order],
        cells.counts_past[order],
        cells.trials_past[order],
    )
    one, other = scan_rates(cells), scan_rates(shuffled)
    assert other.named[0].condition == one.named[0].condition
    assert other.named[0].evidence == pytest.approx(one.named[0].evidence, rel=1e-6)
    assert [c.condition for c in other.causes[:5]] == [c.condition for c in one.causes[:5]]


def test_one_earlier_moment_is_enough(minutes: Make) -> None:
    cells = minutes(3).struck(((0, 1),), 0.3).cells
    alone = replace(
        cells, counts_past=cells.counts_past[:, :1], trials_past=cells.trials_past[:, :1]
    )
    assert [each.condition for each in scan_rates(alone).named] == [((0, 1),)]


def test_cells_without_trials_now_play_no_part(minutes: Make) -> None:
    cells = minutes(3).struck(((0, 1),), 0.3).cells
    trials, counts = cells.trials.copy(), cells.counts.copy()
    gone = cells.codes[:, 0] == 3
    trials[gone] = counts[gone] = 0
    scan = scan_rates(replace(cells, trials=trials, counts=counts))
    assert [each.condition for each in scan.named] == [((0, 1),)]
    assert all(((0, 3)) not in cause.condition for cause in scan.causes)


def test_a_moment_without_trials_is_quiet(minutes: Make) -> None:
    cells = minutes(0).cells
    nothing = np.zeros(len(cells.codes))
    scan = scan_rates(replace(cells, trials=nothing, counts=nothing))
    assert (scan.verdict, scan.causes) == (Verdict.QUIET, ())


def test_no_attributes_are_quiet() -> None:
    cells = Cells(
        np.zeros((1, 0), dtype=np.int64), np.ones(1), np.ones(1), np.ones((1, 2)), np.ones((1, 2))
    )
    assert scan_rates(cells).verdict is Verdict.QUIET


def test_what_has_no_past_is_refused(minutes: Make) -> None:
    cells = minutes(0).cells
    none = np.zeros((len(cells.codes), 0))
    with pytest.raises(ValueError, match="no earlier moment"):
        scan_rates(replace(cells, counts_past=none, trials_past=none))


def test_shapes_that_disagree_are_refused(minutes: Make) -> None:
    cells = minutes(0).cells
    with pytest.raises(ValueError, match="not of the same leaves"):
        scan_rates(replace(cells, counts=cells.counts[:-1]))
    with pytest.raises(ValueError, match="not of the same leaves"):
        scan_rates(replace(cells, counts_past=cells.counts_past[:, 1:]))


def test_conditions_are_no_deeper_than_asked(minutes: Make) -> None:
    scan = scan_rates(minutes(3).cells, RateOptions(depth_max=1, listed_max=99))
    assert {len(cause.condition) for cause in scan.causes} == {1}
    assert scan.combinations == len(scan.causes) == 4 + 5 + 2
