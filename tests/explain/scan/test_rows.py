"""Why some rows have an outcome, or depart from what was expected."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tieout.explain.scan.result import Condition, Verdict
from tieout.explain.scan.rows import scan_measures, scan_outcomes

ROWS = 40_000
SIZES = (4, 6, 3, 5, 2)

Codes = list[NDArray[np.uint8]]


def drawn(seed: int) -> tuple[Codes, np.random.Generator]:
    random = np.random.default_rng(seed)
    return [random.integers(0, size, ROWS).astype(np.uint8) for size in SIZES], random


def inside(codes: Codes, condition: Condition) -> NDArray[np.bool_]:
    found = np.ones(ROWS, dtype=bool)
    for attribute, code in condition:
        found &= codes[attribute] == code
    return found


def planted(seed: int, causes: dict[Condition, float]) -> tuple[Codes, NDArray[np.bool_]]:
    codes, random = drawn(seed)
    sound = np.full(ROWS, 0.98)
    for condition, rate in causes.items():
        sound[inside(codes, condition)] *= 1 - rate
    return codes, random.random(ROWS) > sound


@pytest.mark.parametrize(
    "causes",
    [
        {((0, 1),): 0.05},
        {((1, 2), (3, 0)): 0.15},
        {((0, 3), (2, 1), (4, 1)): 0.3},
        {((0, 1),): 0.06, ((1, 2), (3, 0)): 0.2, ((1, 4), (2, 2), (3, 3)): 0.5},
        {((0, 1),): 0.1, ((1, 3),): 0.1},
    ],
)
@pytest.mark.parametrize("seed", [1, 2])
def test_planted_causes_are_found_exactly_and_no_other(
    seed: int, causes: dict[Condition, float]
) -> None:
    scan = scan_outcomes(*planted(seed, causes))
    assert {cause.condition for cause in scan.named} == set(causes)
    assert scan.verdict is Verdict.NAMED


def test_outcomes_without_a_cause_raise_none() -> None:
    named = 0
    for seed in range(20):
        codes, random = drawn(seed)
        named += bool(scan_outcomes(codes, random.random(ROWS) < 0.05).named)
    assert named <= 1


def test_what_is_not_named_is_ranked() -> None:
    codes, random = drawn(3)
    scan = scan_outcomes(codes, random.random(ROWS) < 0.05)
    assert scan.verdict is Verdict.QUIET
    assert scan.causes
    evidence = [cause.evidence for cause in scan.causes]
    assert evidence == sorted(evidence, reverse=True)


@pytest.mark.parametrize("seed", [4, 5])
def test_the_causes_alone_are_those_that_stand_among_the_others(seed: int) -> None:
    codes, outcomes = planted(seed, {((0, 1),): 0.06, ((1, 2), (3, 0)): 0.2})
    whole, alone = (scan_outcomes(codes, outcomes, named_only=only) for only in (False, True))
    assert alone.causes == whole.named
    assert len(whole.causes) > len(alone.causes) == 2


def test_the_figures_of_a_cause_are_those_of_its_rows() -> None:
    condition: Condition = ((1, 2), (3, 0))
    codes, outcomes = planted(1, {condition: 0.15})
    cause = scan_outcomes(codes, outcomes).causes[0]
    rows = inside(codes, condition)
    assert cause.support == rows.sum()
    assert cause.outcome_rate == pytest.approx(outcomes[rows].mean())
    assert cause.expected_rate == pytest.approx(outcomes[~rows].mean())
    above = outcomes[rows].sum() - rows.sum() * outcomes[~rows].mean()
    assert cause.explained_share == pytest.approx(above / outcomes.sum())
    assert cause.risk_ratio == pytest.approx(
        outcomes[rows].mean() / outcomes[~rows].mean(), rel=0.01
    )


def test_counts_with_trials_answer_like_the_rows_they_sum_up() -> None:
    condition: Condition = ((0, 1),)
    codes, outcomes = planted(4, {condition: 0.08})
    keys = np.stack(codes, axis=1)
    cells, place = np.unique(keys, axis=0, return_inverse=True)
    trials = np.bincount(place.reshape(-1)).astype(float)
    counts = np.bincount(place.reshape(-1), outcomes)
    summed = scan_outcomes(list(cells.T), counts, trials=trials)
    single = scan_outcomes(codes, outcomes)
    assert [c.condition for c in summed.named] == [c.condition for c in single.named]
    assert summed.named[0].support == single.named[0].support
    assert summed.named[0].evidence == pytest.approx(single.named[0].evidence)


def test_a_rise_that_sits_in_two_narrower_causes_is_named_by_these() -> None:
    causes: dict[Condition, float] = {
        ((0, 0), (1, 1)): 0.25,
        ((1, 1), (3, 2)): 0.25,
        ((1, 1), (3, 4)): 0.25,
    }
    scan = scan_outcomes(*planted(5, causes))
    assert {cause.condition for cause in scan.named} == set(causes)


def test_codes_may_be_of_any_width_and_skip_values() -> None:
    codes, outcomes = planted(1, {((0, 1), (1, 2)): 0.3})
    wide: list[NDArray[Any]] = [codes[0].astype(np.int32) * 1_000, codes[1].astype(np.uint16)]
    assert scan_outcomes([*wide, *codes[2:]], outcomes).named[0].condition == ((0, 1_000), (1, 2))


def test_values_too_rare_to_keep_are_never_named() -> None:
    random = np.random.default_rng(6)
    wide = random.integers(0, 500, ROWS)
    wide[:20_000] = random.integers(0, 10, 20_000)
    codes = [wide, random.integers(0, 500, ROWS), random.integers(0, 500, ROWS)]
    outcomes = random.random(ROWS) < np.where(wide >= 10, 0.2, 0.05)
    scan = scan_outcomes(codes, outcomes, cells_max=5_000)
    assert all(code < 500 for cause in scan.causes for _, code in cause.condition)
    assert ((0, 10),) not in [cause.condition for cause in scan.named]


def test_rates_that_differ_everywhere_are_not_a_list_of_causes() -> None:
    random = np.random.default_rng(7)
    codes = [random.integers(0, 15, 60_000).astype(np.uint8) for _ in range(3)]
    rates = random.gamma(3, 0.1 / 3, (15, 15, 15))[codes[0], codes[1], codes[2]]
    rates[codes[0] == 4] = 0.9
    scan = scan_outcomes(codes, random.random(60_000) < np.clip(rates, 0, 1))
    assert scan.causes[0].condition == ((0, 4),)
    assert len(scan.named) < 8


def test_outcomes_that_all_or_none_have_are_quiet() -> None:
    codes, _ = drawn(8)
    for outcomes in (np.zeros(ROWS, dtype=bool), np.ones(ROWS, dtype=bool)):
        assert scan_outcomes(codes, outcomes).named == ()


def test_no_rows_and_no_columns_are_quiet() -> None:
    empty = np.zeros(0, dtype=np.uint8)
    assert scan_outcomes([empty], empty.astype(bool)).verdict is Verdict.QUIET
    assert scan_outcomes([], np.ones(3, dtype=bool)).verdict is Verdict.QUIET


def test_more_outcomes_than_trials_are_refused() -> None:
    with pytest.raises(ValueError, match="more outcomes than trials"):
        scan_outcomes([np.array([0])], np.array([2.0]), trials=np.array([1.0]))


def test_columns_and_outcomes_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError, match="equal length"):
        scan_outcomes([np.array([0, 1])], np.array([True]))


@pytest.mark.parametrize("times", [0.7, 1.4])
def test_a_measure_off_its_expectation_is_found(times: float) -> None:
    codes, random = drawn(9)
    expected = random.lognormal(4, 0.5, ROWS)
    values = expected + random.normal(0, 5, ROWS)
    rows = inside(codes, ((0, 2), (1, 5)))
    values[rows] *= times
    scan = scan_measures(codes, values, expected)
    assert [cause.condition for cause in scan.named] == [((0, 2), (1, 5))]
    cause = scan.causes[0]
    assert cause.support == rows.sum()
    assert cause.outcome_rate == pytest.approx(values[rows].mean())
    assert cause.expected_rate == pytest.approx(expected[rows].mean())
    assert cause.risk_ratio == pytest.approx(times, rel=0.03)
    assert cause.ratio_low < cause.risk_ratio < cause.ratio_high
    assert cause.explained_share == pytest.approx(1.0, abs=0.1)
    assert cause.p_value < 1e-9


def test_measures_as_expected_and_measures_off_alike_name_nothing() -> None:
    codes, random = drawn(10)
    expected = random.lognormal(4, 0.5, ROWS)
    noise = random.standard_t(3, ROWS) * 5
    assert scan_measures(codes, expected + noise, expected).named == ()
    assert scan_measures(codes, expected + noise + 20, expected).named == ()


def test_measures_equal_to_their_expectation_are_quiet() -> None:
    codes, _ = drawn(11)
    assert scan_measures(codes, np.ones(ROWS), np.ones(ROWS)).named == ()


def test_expectations_of_nothing_have_no_ratio_and_no_warning() -> None:
    codes, random = drawn(12)
    values = random.normal(0, 1, ROWS) + inside(codes, ((0, 1),)) * 5
    cause = scan_measures(codes, values, np.zeros(ROWS)).causes[0]
    assert cause.condition == ((0, 1),)
    assert np.isnan(cause.risk_ratio)
