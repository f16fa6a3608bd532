"""The state machine of an episode."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.monitor.episodes import (
    Breach,
    Episode,
    Severity,
    State,
    breached,
    ended,
    episode_id,
    graded,
    opened,
    quiet,
    severity_of,
    without_data,
)
from tieout.monitor.spec import EpisodeSpec, SeveritySpec

SEVERITIES, LIMITS = SeveritySpec(), EpisodeSpec()


def breach(p_value: float = 1e-9, onset: int = 100, minutes: int = 1) -> Breach:
    return Breach(
        value=0.2,
        baseline=0.05,
        n=100.0,
        p_value=p_value,
        excess=15.0,
        onset=onset,
        minutes=minutes,
        window_minutes=1,
    )


def episode() -> Episode:
    return graded(opened("denied_rate", "", 100, breach()), SEVERITIES)


def lived(minutes: str) -> list[Episode]:
    """An episode after each minute: `b` breached, `q` in limits, `-` without data."""
    now, lives = episode(), []
    for place, minute in enumerate(minutes):
        if not now.is_open:
            break
        if minute == "b":
            now = breached(now, 101 + place, breach(), SEVERITIES)
        else:
            now = quiet(now, LIMITS) if minute == "q" else without_data(now)
        lives.append(now)
    return lives


def test_it_begins_pending_and_without_severity() -> None:
    begun = episode()
    assert (begun.state, begun.severity, begun.has_fired) == (State.PENDING, Severity.NONE, False)
    assert (begun.started, begun.detected, begun.ended) == (100, 100, None)
    assert begun.breached_minutes == 1


def test_what_was_found_late_has_lasted_since_its_onset() -> None:
    begun = opened("denied_rate", "", 104, breach(onset=100, minutes=4))
    assert (begun.started, begun.detected, begun.breached_minutes) == (100, 104, 4)


@pytest.mark.parametrize(
    ("minutes", "severity"),
    [(1, ""), (14, ""), (15, "info"), (29, "info"), (30, "warning"), (45, "critical"),
     (59, "critical"), (60, "severe"), (600, "severe")],
)  # fmt: skip
def test_severity_is_how_many_minutes_were_breached(minutes: int, severity: str) -> None:
    assert severity_of(minutes, SEVERITIES) == severity
    lives = lived("b" * (minutes - 1))
    assert (lives[-1] if lives else episode()).severity == severity


def test_a_quiet_minute_resets_nothing() -> None:
    alternating = lived("qb" * 14)
    assert alternating[-1].breached_minutes == 15
    assert alternating[-1].severity is Severity.INFO


def test_quiet_minutes_do_not_count_towards_severity() -> None:
    assert lived("b" * 13 + "q" * 5)[-1].severity is Severity.NONE


def test_it_recovers_and_fires_again() -> None:
    lives = lived("b" * 14 + "qqq" + "b")
    assert lives[13].state is State.FIRING
    assert lives[15].state is State.FIRING
    assert lives[16].state is State.RECOVERING
    assert (lives[17].state, lives[17].quiet_minutes) == (State.FIRING, 0)


def test_it_is_resolved_after_ten_quiet_minutes_and_ended_before_them() -> None:
    lives = lived("b" * 19 + "q" * 10)
    assert lives[-2].state is State.RECOVERING
    last = lives[-1]
    assert (last.state, last.is_open, last.ended) == (State.RESOLVED, False, 120)
    assert last.severity is Severity.INFO


def test_a_pending_one_ends_without_ever_firing() -> None:
    last = lived("b" + "q" * 10)[-1]
    assert (last.state, last.severity, last.ended) == (State.RESOLVED, Severity.NONE, 102)


def test_no_data_freezes_all_and_lets_go_again() -> None:
    lives = lived("b" * 14 + "qqq" + "-" * 30 + "q")
    frozen = lives[30]
    assert (frozen.state, frozen.resumes) == (State.NO_DATA, State.RECOVERING)
    assert (frozen.quiet_minutes, frozen.breached_minutes) == (3, 15)
    assert (lives[-1].state, lives[-1].quiet_minutes) == (State.RECOVERING, 4)


def test_data_that_comes_back_breached_goes_on_firing() -> None:
    last = lived("b" * 14 + "--" + "b")[-1]
    assert (last.state, last.resumes, last.breached_minutes) == (State.FIRING, None, 16)


def test_it_remembers_its_worst_window_and_adds_up_its_excess() -> None:
    worse = breached(episode(), 101, replace(breach(1e-30), value=0.4), SEVERITIES)
    after = breached(worse, 102, replace(breach(1e-5), value=0.1), SEVERITIES)
    assert (after.value, after.p_value) == (0.4, 1e-30)
    assert after.excess == 45.0


@given(st.text("bq-", max_size=120))
def test_severity_only_rises_and_minutes_add_up(minutes: str) -> None:
    lives = lived(minutes)
    ranks = [0, *(each.severity.rank for each in lives)]
    assert ranks == sorted(ranks)
    if lives:
        shown = minutes[: len(lives)]
        assert lives[-1].breached_minutes == 1 + shown.count("b")
        assert lives[-1].has_fired == (lives[-1].breached_minutes >= 15)


@given(st.text("bq-", max_size=120))
def test_it_ends_with_the_tenth_quiet_minute_in_a_row_and_not_before(minutes: str) -> None:
    run = 0
    for minute, life in zip(minutes, lived(minutes), strict=False):
        run = 0 if minute == "b" else run + (minute == "q")
        assert life.is_open == (run < LIMITS.resolved_minutes)
        assert (life.state is State.NO_DATA) == (minute == "-")
        if not life.is_open:
            assert life.ended == life.last_breach + 1


def test_its_identity_is_what_where_and_when() -> None:
    assert episode_id("a", "", 1) == episode_id("a", "", 1)
    assert len({episode_id(*each) for each in (("a", "", 1), ("b", "", 1), ("a", "x=1", 1),
                                              ("a", "", 2))}) == 4  # fmt: skip


def test_severities_can_be_set() -> None:
    quick = SeveritySpec(info=2, warning=3, critical=4, severe=5)
    assert [severity_of(minutes, quick) for minutes in (1, 2, 3, 4, 5)] == list(Severity)
    with pytest.raises(ValueError, match="info < warning"):
        SeveritySpec(info=30, warning=30)


def test_an_end_keeps_everything_else() -> None:
    before = episode()
    assert ended(before) == replace(before, state=State.RESOLVED, ended=101)
