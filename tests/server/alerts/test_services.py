"""What people do with episodes, and who may."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from stream_outage import PER_MINUTE, ListedStream, outage

from tieout.model.errors import InputError
from tieout.pipeline.monitoring.live import Live
from tieout.server.accounts.models import User
from tieout.server.alerts.models import Alert, Episode, Monitor, Silence
from tieout.server.alerts.queries import current_status, live_view
from tieout.server.alerts.services import acknowledge, end_silence, silence
from tieout.server.audit.models import AuditEntry

Follow = Callable[..., Live]
Drain = Callable[[Live], Live]
People = Callable[..., User]


@pytest.fixture
def broken(follow: Follow) -> Live:
    """A monitor in the middle of an outage, some minutes after it was found."""
    stream = ListedStream(outage(), size=75 * PER_MINUTE)
    live = follow(stream)
    live.start()
    live.step(0)
    assert not Episode.objects.exists()
    stream.size = PER_MINUTE
    while not Episode.objects.exists():
        live.step(0)
    return live


def test_an_acknowledged_episode_is_quiet_and_audited(broken: Live, person: People) -> None:
    ann = person("ann", "preparer")
    [episode] = Episode.objects.all()
    hours = (timezone.now() - episode.started_at) / timedelta(hours=1)
    acknowledge(episode.pk, actor=ann, hours=2, note="looking")
    while broken.step(0):
        pass
    assert hours > 2, "the stream is of the past"
    assert Alert.objects.count() == 0
    entry = AuditEntry.objects.get(action="episode.acknowledged")
    assert entry.actor == ann.username


def test_a_silence_holds_alerts_back_until_it_is_ended(broken: Live, person: People) -> None:
    ann = person("ann", "reviewer")
    monitor = Monitor.objects.get()
    made = silence(monitor, actor=ann, hours=4, reason="maintenance", metric="denied_rate")
    Silence.objects.update(starts_at=Episode.objects.get().started_at)
    while broken.step(0):
        pass
    assert Alert.objects.count() == 0
    end_silence(made.pk, actor=ann)
    assert Silence.objects.get().until <= timezone.now()
    actions = AuditEntry.objects.filter(action__startswith="silence.")
    assert sorted(actions.values_list("action", flat=True)) == ["silence.ended", "silence.made"]


@pytest.mark.parametrize("hours", [0, -1, 24 * 31])
def test_a_time_that_is_none_is_refused(broken: Live, person: People, hours: float) -> None:
    [episode] = Episode.objects.all()
    with pytest.raises(InputError, match="hours: expected more than 0"):
        acknowledge(episode.pk, actor=person("ann", "preparer"), hours=hours)


def test_a_silence_needs_a_reason(broken: Live, person: People) -> None:
    with pytest.raises(InputError, match="a silence needs a reason"):
        silence(Monitor.objects.get(), actor=person("ann", "preparer"), hours=1, reason=" ")


def test_what_is_over_cannot_be_acknowledged(broken: Live, person: People, drain: Drain) -> None:
    while broken.step(0):
        pass
    with pytest.raises(InputError, match="this episode is over"):
        acknowledge(Episode.objects.get().pk, actor=person("ann", "preparer"), hours=1)


def test_the_status_shows_minute_metrics_thresholds_and_persistence(broken: Live) -> None:
    for _ in range(4):
        broken.step(0)
    status = current_status()
    assert status["current_minute"].startswith("2025-02-")
    denied = status["persistence_analysis"]["denied_rate"]
    assert (denied["state"], denied["next_severity"]) == ("pending", "info")
    assert denied["minutes_to_next"] + denied["breached_minutes"] == 15
    assert status["thresholds"]["denied_rate"]["severity_minutes"]["warning"] == 30
    assert 0 < status["thresholds"]["denied_rate"]["limit"] < 1
    windows = {name: each["windows_minutes"] for name, each in status["thresholds"].items()}
    assert windows["denied_rate"] == [1, 5, 15, 30, 60]
    assert windows["volume_drop"] == [1, 5, 15]
    assert status["metrics"]["denied_rate"]["out_of_limits"] is True
    [episode] = status["episodes"]
    assert episode["metric"] == "denied_rate"


def test_without_a_monitor_the_status_is_empty(db: None) -> None:
    status = current_status()
    assert (status["monitor"], status["current_minute"], status["metrics"]) == (None, None, {})


def test_the_view_of_a_window_holds_its_minutes_and_bands(broken: Live) -> None:
    while broken.step(0):
        pass
    monitor = Monitor.objects.get()
    whole, hour = live_view(monitor, 0), live_view(monitor, 6)
    [line] = [each for each in whole["series"] if each["metric"] == "denied_rate"]
    assert (whole["width"], len(line["points"]), line["shown"]) == (5, 24, True)
    assert [band["metric"] for band in whole["bands"]] == ["denied_rate"]
    assert hour["minute"] == whole["minute"]


def test_the_page_shows_badges_and_takes_what_people_do(broken: Live, person: People) -> None:
    client = Client()
    client.force_login(person("ann", "preparer"))
    for _ in range(4):
        broken.step(0)
    page = client.get("/watch/").content.decode()
    assert 'data-metric="denied_rate" data-state="pending"' in page
    [episode] = Episode.objects.all()
    address = f"/watch/episodes/{episode.pk}/acknowledge/"
    client.post(address, {"hours": "2", "monitor": "monitor"})
    assert Episode.objects.get().acknowledged_by is not None
    client.post("/watch/silence/", {"monitor": "monitor", "hours": "1", "reason": "known"})
    assert Silence.objects.count() == 1
    parts = client.get("/watch/data.json?hours=6").json()["parts"]
    assert "ann has it until" in parts["open"]
    assert "known (ann)" in parts["open"]


def test_words_of_a_stream_are_never_markup(broken: Live, person: People) -> None:
    Episode.objects.update(dimensions="acquirer=<img src=x onerror=alert(1)>")
    client = Client()
    client.force_login(person("ann", "auditor"))
    page = client.get("/watch/").content.decode()
    assert "<img src=x" not in page


def test_a_wrong_number_is_said_on_the_page(broken: Live, person: People) -> None:
    client = Client()
    client.force_login(person("ann", "preparer"))
    [episode] = Episode.objects.all()
    answer = client.post(
        f"/watch/episodes/{episode.pk}/acknowledge/", {"hours": "soon"}, follow=True
    )
    assert "hours: expected a number" in answer.content.decode()
