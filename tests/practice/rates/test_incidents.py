import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.practice.rates.cells import where
from tieout.practice.rates.incidents import HEADER, Effect, Incident, incidents_csv
from tieout.practice.rates.statuses import DENIED, FAILED, TIMEOUT


def incident(shape: str = "sudden", *, first: int = 100, minutes: int = 20) -> Incident:
    effect = Effect(shape, turned=((TIMEOUT, 0.5),))  # type: ignore[arg-type]
    condition = where(acquirer="A2", card_type="debit")
    return Incident("ACQUIRER_TIMEOUT", "timeout", first, minutes, condition, effect)


@pytest.mark.parametrize("shape", ["sudden", "creeping", "swelling"])
@given(moment=st.floats(0, 300))
def test_strength_is_a_share_and_nothing_outside(shape: str, moment: float) -> None:
    strength = incident(shape).strength(np.array([moment]))[0]
    assert 0 <= strength <= 1
    if not 100 <= moment < 120:
        assert strength == 0


def test_a_sudden_one_is_whole_after_two_minutes() -> None:
    at = np.array([100.0, 100.5, 101.5, 119.9, 120.0])
    assert incident().strength(at).tolist() == [0.25, 0.5, 1.0, 1.0, 0.0]


def test_a_creeping_one_grows_for_most_of_its_time() -> None:
    strength = incident("creeping").strength(np.array([100.0, 107.0, 114.0, 119.0]))
    assert strength == pytest.approx([0, 0.5, 1, 1])


def test_a_swelling_one_is_highest_in_the_middle() -> None:
    strength = incident("swelling").strength(np.array([100.0, 105.0, 110.0, 115.0]))
    assert strength == pytest.approx([0, 0.5, 1, 0.5])


@pytest.mark.parametrize(
    ("minutes", "hint"),
    [(14, "none"), (15, "info"), (29, "info"), (30, "warning"), (45, "critical"), (60, "severe")],
)
def test_severity_follows_from_duration(minutes: int, hint: str) -> None:
    assert incident(minutes=minutes).severity_hint == hint


def test_what_has_no_kind_marks_no_rows() -> None:
    marked = incident()
    quiet = Incident(None, "volume", 0, 10, where(), Effect("sudden", volume=2.0))
    assert (marked.code, quiet.code) == (1, 0)


def test_an_effect_can_be_softened() -> None:
    effect = Effect("sudden", volume=0.2, slower=5.0, turned=((DENIED, 0.6), (FAILED, 0.2)))
    half = effect.softened(0.5)
    assert half.volume == pytest.approx(0.6)
    assert (half.shape, half.slower) == ("sudden", 3.0)
    assert half.turned == ((DENIED, 0.3), (FAILED, 0.1))
    whole = effect.softened(1.0)
    assert (whole.slower, whole.turned) == (effect.slower, effect.turned)
    assert whole.volume == pytest.approx(effect.volume)


def test_nothing_is_left_of_an_effect_of_no_depth() -> None:
    nothing = Effect("sudden", volume=4.0, slower=5.0, turned=((DENIED, 0.6),)).softened(0.0)
    assert (nothing.volume, nothing.slower, nothing.turned) == (1.0, 1.0, ((DENIED, 0.0),))


def test_incidents_are_written_one_a_line() -> None:
    text = incidents_csv([incident(first=61, minutes=35), incident(first=1_440)]).decode()
    kind, condition = "ACQUIRER_TIMEOUT", "acquirer=A2 & card_type=debit"
    assert text.splitlines() == [
        HEADER,
        f"I0001,{kind},2025-06-02T01:01:00,2025-06-02T01:36:00,{condition},timeout,warning",
        f"I0002,{kind},2025-06-03T00:00:00,2025-06-03T00:20:00,{condition},timeout,info",
    ]
