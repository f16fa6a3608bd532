"""Where alerts go, and when they wait."""

from dataclasses import replace

import pytest
from pydantic import ValidationError

from tieout.monitor.alerts import AlertKind
from tieout.monitor.book import Sent
from tieout.monitor.episodes import Breach, Severity, opened
from tieout.monitor.route_spec import RouteSpec
from tieout.monitor.routing import routed, wait_minutes

MIDNIGHT = 29_000_160


def sent(
    severity: Severity, metric: str = "denied_rate", kind: AlertKind = AlertKind.FIRED
) -> Sent:
    """An alert at midnight."""
    breach = Breach(0.3, 0.05, 100.0, 1e-9, 25.0, MIDNIGHT - 15, 15, 15)
    episode = replace(opened(metric, "", MIDNIGHT, breach), severity=severity)
    return Sent("al-1", kind, MIDNIGHT, episode)


def test_a_route_takes_its_metrics_from_its_severity_on() -> None:
    routes = (
        RouteSpec(channel="slack", target="recon"),
        RouteSpec(channel="events", target="pager", severity="critical"),
        RouteSpec(channel="webhook", target="ops", metric="latency_*"),
    )
    assert [way.channel for way in routed(sent(Severity.INFO), routes, MIDNIGHT)] == ["slack"]
    assert [way.channel for way in routed(sent(Severity.SEVERE), routes, MIDNIGHT)] == [
        "slack",
        "events",
    ]
    found = routed(sent(Severity.INFO, "latency_p95"), routes, MIDNIGHT)
    assert [way.channel for way in found] == ["slack", "webhook"]


def test_early_notices_go_where_they_are_asked_for() -> None:
    usual = RouteSpec(channel="slack", target="recon")
    early = RouteSpec(channel="slack", target="early", severity="")
    [way] = routed(sent(Severity.NONE, kind=AlertKind.NOTICE), (usual, early), MIDNIGHT)
    assert way.route is early


@pytest.mark.parametrize(
    ("hour", "severity", "waits"),
    [
        (21, Severity.INFO, 0),
        (22, Severity.INFO, 9 * 60),
        (3, Severity.WARNING, 4 * 60),
        (3, Severity.CRITICAL, 0),
        (7, Severity.INFO, 0),
    ],
)
def test_in_quiet_hours_what_is_less_severe_waits(
    hour: int, severity: Severity, waits: int
) -> None:
    route = RouteSpec(channel="slack", target="recon", quiet="22:00-07:00")
    assert wait_minutes(route, MIDNIGHT + hour * 60, severity) == waits


def test_each_channel_gets_what_it_can_read() -> None:
    alert = {
        "kind": "resolved", "severity": "warning", "metric": "denied_rate", "dimensions": "a=1",
        "episode_id": "ep-1", "text": "it is over",
    }  # fmt: skip
    routes = [
        RouteSpec(channel="email", to=("ops@bank.example",)),
        *(
            RouteSpec.model_validate({"channel": channel, "target": "x"})
            for channel in ("slack", "events", "webhook", "http")
        ),
    ]
    ways = routed(sent(Severity.WARNING), routes, MIDNIGHT)
    email, slack, events, webhook, http = (way.payload(alert, "cards") for way in ways)
    assert email["subject"] == "cards: resolved warning: denied_rate a=1"
    assert slack == {"target": "x", "text": "resolved: cards: it is over"}
    assert (events["event_action"], events["dedup_key"]) == ("resolve", "cards/ep-1")
    assert (webhook["body"]["event"], webhook["body"]["monitor"]) == ("alert", "cards")
    assert http == webhook


@pytest.mark.parametrize(
    "route",
    [
        {"channel": "email"},
        {"channel": "slack"},
        {"channel": "pigeon", "target": "x"},
        {"channel": "slack", "target": "x", "quiet": "night"},
        {"channel": "slack", "target": "x", "quiet": "22:00-24:00"},
    ],
)
def test_a_route_that_leads_nowhere_is_refused(route: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        RouteSpec.model_validate(route)
