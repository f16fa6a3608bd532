from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.practice.rates.incidents import KINDS, Incident
from tieout.practice.rates.period import DAY_MINUTES
from tieout.practice.rates.schedule import (
    QUIET_DAYS,
    draw_campaigns_and_incidents,
    draw_night_noise,
)


def drawn(days: int, seed: int) -> list[Incident]:
    found = draw_campaigns_and_incidents(days, np.random.default_rng(seed))
    return sorted(found, key=lambda each: each.first_minute)


@given(days=st.integers(7, 28), seed=st.integers(0, 2**32))
def test_happenings_keep_apart(days: int, seed: int) -> None:
    found = drawn(days, seed)
    for one, following in pairwise(found):
        assert one.first_minute + one.minutes + 30 <= following.first_minute


@given(days=st.integers(7, 28), seed=st.integers(0, 2**32))
def test_they_happen_by_day_and_after_the_quiet_days(days: int, seed: int) -> None:
    for each in drawn(days, seed):
        assert QUIET_DAYS * DAY_MINUTES <= each.first_minute < days * DAY_MINUTES
        assert each.first_minute % DAY_MINUTES >= 8 * 60
        assert each.first_minute % DAY_MINUTES + each.minutes <= 22 * 60


@given(days=st.integers(7, 28), seed=st.integers(0, 2**32))
def test_every_kind_and_every_severity_occurs(days: int, seed: int) -> None:
    incidents = [each for each in drawn(days, seed) if each.kind]
    assert {each.kind for each in incidents} == set(KINDS)
    hints = {each.severity_hint for each in incidents}
    assert hints == {"none", "info", "warning", "critical", "severe"}


@given(seed=st.integers(0, 2**32))
def test_acquirers_time_out_for_20_to_70_minutes(seed: int) -> None:
    outages = [each for each in drawn(28, seed) if each.kind == "ACQUIRER_TIMEOUT"]
    assert len(outages) >= 4
    assert all(20 <= each.minutes <= 70 for each in outages)
    assert len({str(each.condition) for each in outages}) > 2


@pytest.mark.parametrize(("days", "incidents", "campaigns"), [(7, 10, 1), (14, 17, 2), (28, 33, 5)])
def test_there_is_some_more_than_one_incident_a_day(
    days: int, incidents: int, campaigns: int
) -> None:
    kinds = [each.kind for each in drawn(days, 1)]
    assert (len(kinds) - kinds.count(None), kinds.count(None)) == (incidents, campaigns)


def test_no_two_are_equally_deep() -> None:
    shares = [each.effect.turned[0][1] for each in drawn(28, 1) if each.effect.turned]
    assert len(set(shares)) == len(shares) > 10


@pytest.mark.parametrize("per_minute", [0.05, 0.5, 500.0])
def test_a_noisy_night_has_about_three_denials_more(per_minute: float) -> None:
    expected = np.full(28 * DAY_MINUTES, per_minute)
    nights = draw_night_noise(28, expected, np.random.default_rng(1))
    assert 4 < len(nights) < 20
    for night in nights:
        ((_, share),) = night.effect.turned
        assert night.kind is None
        assert share <= 0.5
        assert share * per_minute * night.minutes <= 3.001


def test_noisy_nights_are_over_before_the_morning() -> None:
    nights = draw_night_noise(28, np.ones(28 * DAY_MINUTES), np.random.default_rng(1))
    for night in nights:
        assert night.first_minute % DAY_MINUTES >= 60
        assert night.first_minute % DAY_MINUTES + night.minutes < 5 * 60
