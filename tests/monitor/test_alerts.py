"""What is told of an episode."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.monitor.alerts import AlertKind, Policy, Told, alert_of
from tieout.monitor.episodes import Breach, Episode, Severity, breached, graded, opened, quiet
from tieout.monitor.flags import Flags
from tieout.monitor.spec import EpisodeSpec, SeveritySpec

SEVERITIES = SeveritySpec()
BREACH = Breach(
    value=0.2, baseline=0.05, n=100, p_value=1e-9, excess=1, onset=0, minutes=1, window_minutes=1
)


def story(minutes: str, flags: str = "", policy: Policy | None = None) -> list[tuple[int, str]]:
    """Alerts of an episode by minute. `b` breached, `q` quiet; flags: `s` silenced, else free."""
    episode: Episode = graded(opened("denied_rate", "", 0, BREACH), SEVERITIES)
    told, sent = Told(), []
    for minute in range(len(minutes) + 1):
        if minute:
            if not episode.is_open:
                break
            if minutes[minute - 1] == "b":
                episode = breached(episode, minute, BREACH, SEVERITIES)
            else:
                episode = quiet(episode, EpisodeSpec())
        held = minute < len(flags) and flags[minute] == "s"
        kind, told = alert_of(
            episode, told, Flags(silenced="upkeep" if held else None), minute, policy or Policy()
        )
        if kind is not None:
            sent.append((minute, f"{kind} {episode.severity}".strip()))
    return sent


def test_each_severity_is_told_once_and_the_end_once() -> None:
    assert story("b" * 64 + "q" * 10) == [
        (14, "fired info"),
        (29, "escalated warning"),
        (44, "escalated critical"),
        (59, "escalated severe"),
        (74, "resolved severe"),
    ]


def test_what_never_fired_is_never_told() -> None:
    assert story("b" * 10 + "q" * 10) == []


def test_it_does_not_speak_again_when_it_fires_again() -> None:
    assert story("b" * 14 + "qqqq" + "b" * 4 + "q" * 10) == [
        (14, "fired info"), (32, "resolved info"),
    ]  # fmt: skip


def test_a_notice_comes_before_the_first_severity() -> None:
    told = story("b" * 16 + "q" * 10, policy=Policy(notice_minutes=3))
    assert told == [(2, "notice"), (14, "fired info"), (26, "resolved info")]


def test_a_notice_of_what_never_fired_has_an_end_too() -> None:
    told = story("b" * 4 + "q" * 10, policy=Policy(notice_minutes=3))
    assert told == [(2, "notice"), (14, "resolved")]


def test_reminders_come_while_it_fires() -> None:
    told = story("b" * 28 + "q" * 10, policy=Policy(reminder_minutes=5))
    assert [kind for _, kind in told] == [
        "fired info", "reminder info", "reminder info", "resolved info",
    ]  # fmt: skip
    assert [minute for minute, _ in told][:3] == [14, 19, 24]


def test_what_is_silenced_is_not_told_unless_it_lasts_longer() -> None:
    assert story("b" * 20 + "q" * 10, flags="s" * 40) == []
    assert story("b" * 40 + "q" * 10, flags="s" * 33) == [
        (33, "fired warning"), (50, "resolved warning"),
    ]  # fmt: skip


def test_who_was_called_hears_the_end_even_when_silenced_since() -> None:
    told = story("b" * 20 + "q" * 10, flags=" " * 16 + "s" * 40)
    assert told == [(14, "fired info"), (30, "resolved info")]


def test_a_flag_that_goes_after_the_last_breach_tells_nothing() -> None:
    assert story("b" * 20 + "q" * 10, flags="s" * 22) == []


@pytest.mark.parametrize(
    ("flags", "held"),
    [
        (Flags(), False),
        (Flags(acknowledged_until=50), True),
        (Flags(acknowledged_until=10), False),
        (Flags(silenced="upkeep"), True),
        (Flags(inhibited_by="ep-1"), True),
        (Flags(flapping=True), True),
    ],
)
def test_any_flag_holds_back(flags: Flags, held: bool) -> None:
    assert flags.holds_back(10) is held


@given(st.text("bq", max_size=100), st.text("s ", max_size=100))
def test_no_severity_of_an_episode_is_told_twice(minutes: str, flags: str) -> None:
    kinds = [kind for _, kind in story(minutes, flags)]
    assert len(kinds) == len(set(kinds))
    assert sum(kind.startswith("resolved") for kind in kinds) <= 1
    assert sum(kind.startswith("fired") for kind in kinds) <= 1


def test_what_was_told_is_kept_apart_from_the_episode() -> None:
    episode = replace(opened("m", "", 0, BREACH), severity=Severity.INFO)
    kind, told = alert_of(episode, Told(), Flags(), 0, Policy())
    assert (kind, told.severity, told.minute) == (AlertKind.FIRED, Severity.INFO, 0)
    again, same = alert_of(episode, told, Flags(), 0, Policy())
    assert (again, same) == (None, told)
