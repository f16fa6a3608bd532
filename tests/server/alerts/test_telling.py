"""Who hears of an alert, when, and who hears that it is over."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.utils import timezone

from tieout.model.errors import InputError
from tieout.monitor.alerts import AlertKind
from tieout.monitor.book import Sent
from tieout.monitor.episodes import Breach, Severity, opened
from tieout.monitor.route_spec import RouteSpec
from tieout.monitor.spec import MonitorSpec
from tieout.resolve.actions import channels
from tieout.resolve.actions.message import Message, Receipt, done
from tieout.server.alerts import telling
from tieout.server.alerts.models import Episode, Monitor
from tieout.server.alerts.moments import at_minute
from tieout.server.alerts.running import check_routes
from tieout.server.outbox.delivering import deliver_due
from tieout.server.outbox.models import Delivery

pytestmark = pytest.mark.django_db
MINUTE = 29_000_000
SLACK = RouteSpec(channel="slack", target="ops")
PAGER = RouteSpec(channel="events", target="pager", severity="critical")
QUIET = RouteSpec(channel="events", target="pager", quiet="22:00-07:00")


@pytest.fixture
def monitor() -> Monitor:
    """A monitor with one episode, that of `alert`."""
    return watched("cards")


def watched(name: str) -> Monitor:
    row = Monitor.objects.create(name=name)
    moment = at_minute(MINUTE)
    Episode.objects.create(
        monitor=row, episode_id=alert(AlertKind.FIRED, Severity.INFO).episode.episode_id,
        incident_id="in-1", metric="denied_rate", state="firing", started_at=moment,
        detected_at=moment, value=0.3, baseline=0.05, n=100, p_value=1e-9, excess=25.0,
        breached_minutes=15, window_minutes=15,
    )  # fmt: skip
    return row


def alert(kind: AlertKind, severity: Severity, after_minutes: int = 15) -> Sent:
    """An alert so many minutes into the episode."""
    breach = Breach(0.3, 0.05, 100.0, 1e-9, 25.0, MINUTE, 15, 15)
    episode = replace(opened("denied_rate", "", MINUTE, breach), severity=severity)
    return Sent(f"al-{kind}-{severity}", kind, MINUTE + after_minutes, episode)


def tell(monitor: Monitor, sent: Sent, *routes: RouteSpec) -> None:
    telling.tell(monitor, sent, MonitorSpec(routes=routes))


def waits(clock: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock on the wall stands there."""
    now = SimpleNamespace(now=lambda: clock, localdate=clock.date)
    monkeypatch.setattr(telling, "timezone", now)


def targets() -> list[tuple[str, str]]:
    """Channel and action of all deliveries, the first one first."""
    rows = Delivery.objects.order_by("pk")
    return [(each.channel, each.payload.get("event_action", "")) for each in rows]


def test_quiet_hours_are_those_of_the_clock_and_not_of_the_stream(
    monitor: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    noon = datetime(2026, 1, 31, 12, tzinfo=UTC)
    waits(noon, monkeypatch)
    tell(monitor, alert(AlertKind.FIRED, Severity.INFO), QUIET)
    night = datetime(2026, 1, 31, 23, 30, 40, tzinfo=UTC)
    waits(night, monkeypatch)
    tell(monitor, alert(AlertKind.ESCALATED, Severity.WARNING), QUIET)
    tell(monitor, alert(AlertKind.ESCALATED, Severity.CRITICAL), QUIET)
    after = list(Delivery.objects.order_by("pk").values_list("run_after", flat=True))
    assert after == [noon, night + timedelta(hours=7, minutes=30), night]


def test_the_end_of_what_waits_comes_after_it(
    monitor: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits(datetime(2026, 1, 31, 22, 30, 40, tzinfo=UTC), monkeypatch)
    tell(monitor, alert(AlertKind.FIRED, Severity.INFO), QUIET)
    waits(datetime(2026, 1, 31, 23, 30, 10, tzinfo=UTC), monkeypatch)
    tell(monitor, alert(AlertKind.RESOLVED, Severity.INFO), QUIET)
    first, last = Delivery.objects.order_by("pk")
    assert first.run_after == last.run_after == datetime(2026, 2, 1, 7, 0, 40, tzinfo=UTC)


def test_two_streams_that_break_in_the_same_minute_are_both_told_of(monitor: Monitor) -> None:
    for each in (monitor, watched("transfers")):
        tell(each, alert(AlertKind.FIRED, Severity.CRITICAL), PAGER)
    one, two = Delivery.objects.order_by("pk")
    assert one.payload["dedup_key"] != two.payload["dedup_key"]
    assert [each.payload["summary"].split(":")[0] for each in (one, two)] == ["cards", "transfers"]


def test_only_who_heard_of_an_episode_hears_that_it_is_over(monitor: Monitor) -> None:
    """It became critical while somebody had it, so the pager never heard of it."""
    tell(monitor, alert(AlertKind.FIRED, Severity.WARNING), SLACK, PAGER)
    tell(monitor, alert(AlertKind.RESOLVED, Severity.CRITICAL), SLACK, PAGER)
    assert targets() == [("slack", ""), ("slack", "")]


def test_who_heard_of_it_hears_of_its_end_though_the_route_is_gone(monitor: Monitor) -> None:
    tell(monitor, alert(AlertKind.FIRED, Severity.CRITICAL), SLACK, PAGER)
    tell(monitor, alert(AlertKind.RESOLVED, Severity.CRITICAL), SLACK)
    assert targets() == [("slack", ""), ("events", "trigger"), ("slack", ""), ("events", "resolve")]


def sends(monkeypatch: pytest.MonkeyPatch, field: str) -> list[str]:
    """Lets every message be taken, and keeps what stands in a field of each."""
    sent: list[str] = []

    def send(message: Message, _: object) -> Receipt:
        sent.append(str(message.payload[field]))
        return done("taken")

    monkeypatch.setattr(channels, "send", send)
    return sent


def test_what_waited_too_long_does_not_open_again_what_is_over(
    monitor: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = sends(monkeypatch, "event_action")
    tell(monitor, alert(AlertKind.FIRED, Severity.CRITICAL), PAGER)
    Delivery.objects.update(run_after=timezone.now() + timedelta(minutes=5), attempts=2)
    tell(monitor, alert(AlertKind.RESOLVED, Severity.CRITICAL), PAGER)
    Delivery.objects.filter(payload__event_action="resolve").update(run_after=timezone.now())
    deliver_due()
    Delivery.objects.update(run_after=timezone.now())
    deliver_due()
    assert sent == ["resolve"]
    first = Delivery.objects.order_by("pk")[0]
    assert (first.state, first.detail) == (
        Delivery.State.DISCARDED, "a later alert of this episode has been delivered",
    )  # fmt: skip


def test_a_retry_of_one_target_is_not_outdated_by_another_target(
    monitor: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = sends(monkeypatch, "target")
    tell(monitor, alert(AlertKind.FIRED, Severity.INFO), SLACK)
    Delivery.objects.update(run_after=timezone.now() + timedelta(minutes=5))
    other = RouteSpec(channel="slack", target="managers")
    tell(monitor, alert(AlertKind.ESCALATED, Severity.WARNING), other)
    deliver_due()
    Delivery.objects.update(run_after=timezone.now())
    deliver_due()
    assert sent == ["managers", "ops"]


@pytest.mark.parametrize(
    ("route", "said"),
    [
        (RouteSpec(channel="slack", target="nobody"), "routes.1: 'nobody' is not in resolve.yaml"),
        (RouteSpec(channel="events", target="pager"), "its events channels are: none"),
        (RouteSpec(channel="email", to=("x@y.example",)), "its recipients are: ops@bank.example"),
    ],
)
def test_a_route_that_leads_nowhere_is_said_at_the_start(
    tmp_path: Path, route: RouteSpec, said: str
) -> None:
    (tmp_path / "resolve.yaml").write_text(
        "channels:\n"
        "  slack: {ops: {url_env: SLACK_URL}}\n"
        "  email: {host: h, sender: a@bank.example, recipients: [ops@bank.example]}\n"
    )
    with pytest.raises(InputError, match=said):
        check_routes(MonitorSpec(routes=(SLACK, route)), tmp_path)
    check_routes(MonitorSpec(routes=(SLACK,)), tmp_path)
