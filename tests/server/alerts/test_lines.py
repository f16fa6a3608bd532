"""Lines of the live chart are few points that say what the minutes said."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from tieout.server.alerts.lines import Row, lines_of, shown_first, width_of
from tieout.server.alerts.templatetags.alerts import amounts, length_less, out_of_limits, tone

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def minutes(count: int, events: float, **metrics: list[Any]) -> list[Row]:
    """So many minutes, all alike: value, limit and usual value of each metric."""
    known = {name: [*values, events, 0.0] for name, values in metrics.items()}
    return [(minute, known) for minute in range(count)]


def episode(metric: str, *, severity: str = "info", hours: int = 0, is_open: bool = False) -> Any:
    return SimpleNamespace(
        metric=metric,
        dimensions="",
        severity=severity,
        started_at=NOON + timedelta(hours=hours),
        is_open=is_open,
    )


@pytest.mark.parametrize(
    ("count", "events", "width"),
    [(60, 500.0, 1), (60, 30.0, 5), (60, 2.0, 15), (1440, 500.0, 10), (10_080, 5.0, 60), (0, 0, 1)],
)
def test_a_point_is_as_many_minutes_as_tell_something(
    count: int, events: float, width: int
) -> None:
    assert width_of(minutes(count, events, denied_rate=[0.1, 0.2, 0.1])) == width


def test_a_rate_is_that_of_all_events_of_its_minutes() -> None:
    rows: list[Row] = [
        (0, {"denied_rate": [1.0, 1.5, 0.2, 1.0, 0.0]}),
        (1, {"denied_rate": [0.1, 0.5, 0.2, 9.0, 0.0]}),
        (2, {"denied_rate": [None, None, 0.2, 0.0, 0.0]}),
    ]
    [line] = lines_of(rows, 5, ["denied_rate"])
    [[moment, value, limit, usual]] = line["points"]
    assert moment == "1970-01-01T00:00"
    assert (value, usual) == (pytest.approx(0.19), pytest.approx(0.2))
    # One minute allows 1.3 events beyond the usual, the other 2.7: together the root of squares.
    assert limit == pytest.approx(0.2 + (1.3**2 + 2.7**2) ** 0.5 / 10, rel=1e-4)


def test_no_limit_of_a_rate_is_above_all_events() -> None:
    [line] = lines_of(minutes(1, 1.0, failed_rate=[0.0, 2.3, 0.01]), 1, [])
    assert line["points"] == [["1970-01-01T00:00", 0.0, 1.0, 0.01]]


def test_volume_is_events_a_minute_and_its_limit_lies_below() -> None:
    [line] = lines_of(minutes(4, 90.0, volume_drop=[90.0, 60.0, 100.0]), 5, [])
    assert line["points"] == [["1970-01-01T00:00", 90.0, 80.0, 100.0]]


def test_a_metric_without_a_limit_has_a_line_all_the_same() -> None:
    found = lines_of(
        minutes(2, 5.0, latency_p95=[700.0, None, 650.0], new=[3.0, None, None]), 5, []
    )
    assert {line["metric"]: line["points"][0][1:] for line in found} == {
        "latency_p95": [700.0, None, 650.0],
        "new": [3.0, None, None],
    }


def test_what_is_out_of_limits_is_shown_first_the_open_and_gravest_before() -> None:
    usual = [0.1, 0.2, 0.1]
    rows = minutes(
        3, 50.0, denied_rate=usual, failed_rate=usual, timeout_rate=usual,
        volume_drop=[50.0, 30.0, 50.0], volume_surge=[50.0, None, 50.0],
        latency_p95=[1.0, None, 1.0],
    )  # fmt: skip
    episodes = [
        episode("failed_rate", severity="critical"),
        episode("timeout_rate", hours=3),
        episode("volume_surge", is_open=True, severity=""),
    ]
    shown = shown_first(rows, episodes)
    assert shown == ["volume_drop", "failed_rate", "timeout_rate"]
    lines = lines_of(rows, 1, shown)
    assert [line["metric"] for line in lines if line["shown"]] == shown
    assert [line["metric"] for line in lines if not line["shown"]] == ["denied_rate", "latency_p95"]


def test_a_quiet_day_shows_the_highest_rate_volume_and_latency() -> None:
    rows = minutes(
        3, 50.0, denied_rate=[0.1, 0.2, 0.1], failed_rate=[0.01, 0.1, 0.01],
        volume_drop=[50.0, 30.0, 50.0], latency_p95=[1.0, None, 1.0], amount=[9.0, None, 9.0],
    )  # fmt: skip
    assert shown_first(rows, []) == ["denied_rate", "volume_drop", "latency_p95"]
    assert shown_first([], []) == []


def test_of_many_episodes_four_metrics_are_enough() -> None:
    names = [f"m{number}_rate" for number in range(6)]
    rows = minutes(2, 9.0, **{name: [0.1, 0.2, 0.1] for name in names})
    assert len(shown_first(rows, [episode(name) for name in names])) == 4


def test_only_what_is_out_of_limits_is_told_of_the_longest_first() -> None:
    lines = [
        {"metric": "a", "state": "ok", "breached_minutes": 0},
        {"metric": "b", "state": "pending", "breached_minutes": 3},
        {"metric": "c", "state": "firing", "breached_minutes": 40},
    ]
    out = out_of_limits(lines)
    assert [line["metric"] for line in out] == ["c", "b"]
    assert length_less(lines, out) == 1
    assert amounts("3.50 EUR, 2 JPY") == ["3.50 EUR", "2 JPY"]
    assert (tone("severe"), tone("")) == ("tag-critical", "tag-medium")
