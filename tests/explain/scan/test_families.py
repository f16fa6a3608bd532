"""How far a part departs from the rest."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.explain.scan.columns import capped_columns
from tieout.explain.scan.families import Measures, Outcomes
from tieout.explain.scan.tables import tabulate

TOTALS = np.array([10_000.0, 200.0])


def of_outcomes(trials: float, counts: float, family: Outcomes | None = None) -> float:
    sums = np.array([[trials], [counts]])
    return float((family or Outcomes()).evidence(sums, TOTALS)[0])


def test_a_risen_part_has_evidence_and_a_usual_one_has_none() -> None:
    assert of_outcomes(500, 50) > 20
    assert of_outcomes(500, 10) < 0


def test_evidence_grows_with_the_size_of_a_part() -> None:
    assert of_outcomes(1_000, 100) > of_outcomes(500, 50) > of_outcomes(100, 10)


def test_with_dispersion_a_part_says_less() -> None:
    assert of_outcomes(500, 50, Outcomes(dispersion=0.01)) < of_outcomes(500, 50) / 2


@given(st.integers(1, 2_000), st.integers(0, 200))
def test_no_part_with_enough_evidence_is_screened_out(trials: int, counts: int) -> None:
    sums = np.array([[float(trials)], [float(min(counts, trials))]])
    family = Outcomes(ratio_min=1.0, counts_min=0.0)
    evidence = float(family.evidence(sums, TOTALS)[0])
    risen = sums[1, 0] / sums[0, 0] > TOTALS[1] / TOTALS[0]
    if risen and evidence >= 5:
        assert family.candidates(sums, TOTALS, least=4.0).tolist() == [0]


def test_each_part_may_have_to_reach_a_limit_of_its_own() -> None:
    sums = np.array([[500.0, 500.0], [60.0, 60.0]])
    evidence = float(Outcomes().evidence(sums, TOTALS)[0])
    limits = np.array([evidence - 5.0, evidence + 50.0])
    assert Outcomes().candidates(sums, TOTALS, least=limits).tolist() == [0]


def test_what_is_no_candidate_whatever_is_taken_away_is_not_living() -> None:
    sums = np.array([[500.0, 2.0, 1.0], [60.0, 2.0, 1.0]])
    assert Outcomes().living(sums).tolist() == [True, False, False]
    departures = np.array([[9.0, 1.0], [3.0, 3.0], [5.0, 9.0]])
    assert Measures().living(departures).tolist() == [True, False]


def test_a_fallen_part_is_no_candidate() -> None:
    assert len(Outcomes().candidates(np.array([[3_000.0], [5.0]]), TOTALS, least=0.0)) == 0


def test_a_slight_rise_is_no_candidate_however_sure() -> None:
    totals = np.array([1e8, 2e6])
    assert len(Outcomes().candidates(np.array([[1e7], [2.1e5]]), totals, least=0.0)) == 0


def test_cells_that_differ_as_a_matter_of_course_show_as_dispersion() -> None:
    random = np.random.default_rng(1)
    codes = [random.integers(0, 12, 40_000), random.integers(0, 12, 40_000)]
    rates = random.gamma(4, 0.05 / 4, (12, 12))[codes[0], codes[1]]
    columns = capped_columns(codes, depth=2)
    alike = random.random(40_000) < 0.05
    differing = random.random(40_000) < rates
    calm = Outcomes().fitted(tabulate(columns, [None, alike], depth=2)).dispersion
    rough = Outcomes().fitted(tabulate(columns, [None, differing], depth=2)).dispersion
    assert calm < 5e-4
    assert rough > 2e-3


def test_too_few_cells_show_no_dispersion() -> None:
    columns = capped_columns([np.array([0, 1, 0, 1])], depth=1)
    table = tabulate(columns, [None, np.array([True, False, True, True])], depth=1)
    assert Outcomes().fitted(table) == Outcomes()


def measured(
    departures: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.array(
        [[float(len(departures))], [departures.sum()], [(departures**2).sum()]], dtype=np.float64
    )


def test_a_part_off_its_expectation_has_evidence_up_or_down() -> None:
    random = np.random.default_rng(2)
    noise = random.normal(0, 1, 5_000)
    totals = measured(noise)[:, 0]
    for shift in (1.0, -1.0):
        part = measured(noise[:200] + shift)
        assert Measures().evidence(part, totals)[0] > 30


def test_a_part_that_only_scatters_more_has_none() -> None:
    random = np.random.default_rng(3)
    totals = measured(random.normal(0, 1, 5_000))[:, 0]
    part = measured(random.normal(0, 20, 200))
    assert Measures().evidence(part, totals)[0] < 5


def test_where_all_is_off_alike_the_median_is_what_is_usual() -> None:
    random = np.random.default_rng(4)
    departures = random.normal(7, 1, 5_000)
    totals = measured(departures)[:, 0]
    family = Measures().renewed([None, departures], np.ones(5_000, dtype=bool))
    assert family.centre == pytest.approx(7, abs=0.1)
    assert family.evidence(measured(departures[:300]), totals)[0] < 5


def test_parts_of_a_part_are_compared_with_its_mean() -> None:
    assert Measures().among(np.array([10.0, 50.0, 300.0])).centre == 5.0
    assert Outcomes().among(TOTALS) == Outcomes()


def test_a_single_row_is_no_candidate() -> None:
    totals = np.array([100.0, 0.0, 100.0])
    single = np.array([[1.0], [90.0], [8_100.0]])
    assert len(Measures().candidates(single, totals, least=0.0)) == 0


def test_departures_that_are_all_nothing_are_no_evidence() -> None:
    nothing = np.array([[10.0], [0.0], [0.0]])
    assert np.isfinite(Measures().evidence(nothing, np.array([100.0, 0.0, 0.0]))).all()
