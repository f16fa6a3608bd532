"""Silenced, inhibited, flapping."""

from dataclasses import replace

import pytest
from pydantic import ValidationError

from tieout.monitor.episodes import Breach, Episode, opened
from tieout.monitor.flags import inhibitor, is_flapping, silenced, silences_of
from tieout.monitor.spec import EpisodeSpec, SilenceSpec


def episode(metric: str, dimensions: str = "", detected: int = 10, breached: int = 5) -> Episode:
    breach = Breach(
        value=1, baseline=0, n=1, p_value=1e-9, excess=1, onset=detected, minutes=breached,
        window_minutes=1,
    )  # fmt: skip
    return opened(metric, dimensions, detected, breach)


def test_a_silence_covers_its_metric_and_its_time() -> None:
    silences = silences_of(
        [SilenceSpec(metric="denied_rate", start="1970-01-01T00:10", until="1970-01-01T00:20",
                     reason="upkeep")]
    )  # fmt: skip
    denied = episode("denied_rate")
    assert [silenced(denied, minute, silences) for minute in (9, 10, 19, 20)] == [
        None, "upkeep", "upkeep", None,
    ]  # fmt: skip
    assert silenced(episode("failed_rate"), 15, silences) is None


def test_a_silence_of_dimensions_covers_only_them() -> None:
    silences = silences_of(
        [SilenceSpec(dimensions="channel=web", start="1970-01-01", until="1970-01-02", reason="x")]
    )
    assert silenced(episode("denied_rate", "channel=web"), 15, silences) == "x"
    assert silenced(episode("denied_rate"), 15, silences) is None


def test_a_moment_with_a_zone_is_that_moment() -> None:
    (silence,) = silences_of(
        [SilenceSpec(start="1970-01-01T01:00+01:00", until="1970-01-01T00:30Z", reason="x")]
    )
    assert (silence.start, silence.until) == (0, 30)


def test_a_moment_that_is_none_is_refused() -> None:
    with pytest.raises(ValidationError, match="expected a moment"):
        SilenceSpec(start="1970-01-01", until="soon", reason="x")


def test_the_whole_speaks_for_its_parts() -> None:
    whole, part = episode("failed_rate"), episode("failed_rate", "acquirer=B")
    assert inhibitor(part, [whole, part]) == whole.episode_id
    assert inhibitor(whole, [whole, part]) is None


def test_a_part_that_has_lasted_much_longer_speaks_for_itself() -> None:
    whole = episode("failed_rate", breached=3)
    part = episode("failed_rate", "acquirer=B", breached=20)
    assert inhibitor(part, [whole]) is None


def test_of_several_the_widest_speaks() -> None:
    whole = episode("failed_rate", detected=12)
    middle = episode("failed_rate", "acquirer=B")
    pair = episode("failed_rate", "acquirer=B & channel=web")
    assert inhibitor(pair, [middle, whole, pair]) == whole.episode_id


def test_another_metric_does_not_speak_for_it() -> None:
    assert inhibitor(episode("failed_rate", "a=1"), [episode("denied_rate")]) is None


def test_the_first_quantile_of_a_latency_speaks_for_the_others() -> None:
    first = episode("latency_p95", detected=10)
    later = episode("latency_p50", detected=14)
    together = replace(episode("latency_p99", detected=10), episode_id="ep-other")
    assert inhibitor(later, [first, later]) == first.episode_id
    assert inhibitor(together, [first, together]) == first.episode_id
    assert inhibitor(first, [first, later, together]) is None


def test_a_series_flaps_beyond_three_episodes_in_six_hours() -> None:
    limits = EpisodeSpec()
    assert not is_flapping([0, 100, 200], 200, limits)
    assert is_flapping([0, 100, 200, 300], 300, limits)
    assert not is_flapping([0, 100, 200, 460], 460, limits)
