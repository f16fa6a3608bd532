"""State in the database: one transaction a batch, one judge, every alert once."""

import json
from collections.abc import Callable
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from django.db import transaction
from stream_outage import MINUTES, SPEC, START, ListedStream, journal_of, outage, stalls

from tieout.monitor.decode import EventShape
from tieout.monitor.journal import Entry as Step
from tieout.monitor.route_spec import RouteSpec
from tieout.monitor.spec import LiveSpec, MonitorSpec
from tieout.pipeline.monitoring.live import Live
from tieout.server.alerts.models import Alert, Entry, Episode, JudgedMinute, Monitor
from tieout.server.alerts.moments import at_minute
from tieout.server.alerts.queries import live_view
from tieout.server.alerts.store import DatabaseStore
from tieout.server.cases.models import Case
from tieout.server.outbox.models import Delivery

Follow = Callable[..., Live]
Drain = Callable[[Live], Live]
EXPECTED = [("fired", "info"), ("resolved", "info")]


def told() -> list[tuple[str, str]]:
    """Kind and severity of all alerts, the first one first."""
    return list(Alert.objects.order_by("minute", "id").values_list("kind", "severity"))


def test_an_outage_is_kept_as_an_episode_with_its_alerts(
    follow: Follow, drain: Drain, stream: ListedStream
) -> None:
    drain(follow(stream))
    [episode] = Episode.objects.all()
    assert (episode.metric, episode.state, episode.severity) == ("denied_rate", "resolved", "info")
    assert episode.breached_minutes >= 18
    assert told() == EXPECTED
    minutes = list(JudgedMinute.objects.values_list("minute", flat=True))
    assert minutes == list(range(START, START + MINUTES - 1))


def test_the_position_is_kept_with_the_counts(
    follow: Follow, drain: Drain, stream: ListedStream
) -> None:
    drain(follow(stream))
    row = Monitor.objects.get()
    assert dict(row.positions.values_list("partition", "position")) == {"list": {"at": 4800}}
    assert row.judged == row.last_entry == 16
    assert row.current["current_minute"] == f"{at_minute(START + MINUTES - 2):%Y-%m-%dT%H:%M}"


def test_an_episode_is_kept_with_its_cause_and_its_price(transactional_db: None) -> None:
    events = []
    for minute, number in product(range(100), range(40)):
        acquirer = f"A{number % 2}"
        bad = (minute >= 80 and acquirer == "A1") or (minute + number) % 20 == 0
        event = {
            "timestamp": (START + minute) * 60 + number, "acquirer": acquirer, "amount": 10.0,
            "status": "failed" if bad else "approved", "ccy": "EUR",
        }  # fmt: skip
        events.append(json.dumps(event).encode())
    shape = EventShape(dimensions=("acquirer",), amount="amount", currency="ccy")
    store = DatabaseStore(SPEC, holder="one")
    clock = lambda: (START + 100) * 60.0  # noqa: E731
    live = Live(SPEC, shape, ListedStream(events), store, clock=clock)
    live.start()
    while live.step(0):
        pass
    whole = Episode.objects.get(dimensions="")
    assert whole.root_cause == "acquirer=A1"
    assert 3000 < Decimal(whole.money_at_risk["EUR"]) < 4000
    view = live_view(Monitor.objects.get(), 24)
    [line] = view["impact"]
    assert (line["dimensions"], line["is_cause"]) == ("acquirer=A1", True)
    assert line["money"].endswith(" EUR")
    assert view["open"][0]["money_at_risk"] == whole.money_at_risk
    assert Alert.objects.get(episode=whole).payload["root_cause"] == "acquirer=A1"


def test_a_restart_in_the_middle_tells_nothing_twice(
    follow: Follow, drain: Drain, stream: ListedStream
) -> None:
    first = follow(stream)
    first.start()
    for _ in range(12):
        first.step(0)
    drain(follow(stream))
    assert told() == EXPECTED
    assert JudgedMinute.objects.count() == MINUTES - 1


def test_what_a_changed_spec_no_longer_follows_ends_and_is_told_of(
    follow: Follow, drain: Drain
) -> None:
    drain(follow(ListedStream(outage()[: 40 * 97], size=40)))
    assert told() == EXPECTED[:1]
    spec = SPEC.model_copy(update={"statuses": {"approved": ("denied",)}})
    drain(follow(ListedStream(outage()), spec=spec))
    assert told() == EXPECTED
    episode = Episode.objects.get()
    assert (episode.state, episode.ended_at) == ("resolved", at_minute(START + 96))


def test_the_same_input_again_is_silent(follow: Follow, drain: Drain, stream: ListedStream) -> None:
    drain(follow(stream))
    again = follow(ListedStream(outage(), size=4800))
    again.start()
    again.stream.start({})
    while again.step(0):
        pass
    assert told() == EXPECTED


class Killed(BaseException):
    """The process is gone."""


@pytest.mark.parametrize(
    "step", ["add", "leads", "entries", "people", "keep", "_keep_minutes", "save"]
)
def test_what_dies_in_a_transaction_leaves_no_trace(
    follow: Follow, drain: Drain, stream: ListedStream, step: str
) -> None:
    first = follow(stream)
    whole: Callable[..., Any] = getattr(first.store, step)
    calls = [0]

    def killed(*words: Any) -> Any:
        calls[0] += 1
        answer = whole(*words)
        if calls[0] == 2:
            raise Killed
        return answer

    setattr(first.store, step, killed)
    with pytest.raises(Killed):
        drain(first)
    drain(follow(stream))
    assert told() == EXPECTED
    assert JudgedMinute.objects.count() == MINUTES - 1


def test_two_evaluators_never_tell_twice(follow: Follow, stream: ListedStream) -> None:
    one, two = follow(stream), follow(stream, holder="two")
    one.start()
    two.start()
    stream.start({})
    turn = 0
    while (one if turn % 2 else two).step(0):
        turn += 1
    one.step(0)
    two.step(0)
    assert told() == EXPECTED
    assert JudgedMinute.objects.count() == MINUTES - 1


def test_only_the_one_with_the_lease_judges(follow: Follow, stream: ListedStream) -> None:
    leader, other = follow(stream), follow(stream, holder="two")
    leader.start()
    leader.step(0)
    other.start()
    other.step(0)
    row = Monitor.objects.get()
    assert row.leader == "one"
    assert (row.last_entry, row.judged) == (2, 1)


def test_whoever_finds_the_lease_free_goes_on(
    follow: Follow, drain: Drain, stream: ListedStream
) -> None:
    first = follow(stream, lease_seconds=0.0)
    first.start()
    for _ in range(8):
        first.step(0)
    drain(follow(stream, holder="two"))
    assert Monitor.objects.get().leader == "two"
    assert told() == EXPECTED


def test_a_lease_is_given_back(follow: Follow, stream: ListedStream) -> None:
    live = follow(stream)
    live.start()
    live.step(0)
    live.store.resign()  # type: ignore[attr-defined]
    assert Monitor.objects.get().leader == ""


def test_a_batch_of_which_another_worker_kept_a_part_is_refused_as_a_whole(
    follow: Follow,
) -> None:
    events = outage()[:300]
    old = follow(ListedStream(events, size=100, is_chained=True))
    new = follow(ListedStream(events, size=50, is_chained=True), holder="two")
    old.start()
    old.step(0)
    new.start()
    stalls(old.stream, lambda: new.step(0))
    old.step(0)
    assert (old.counted.events, old.counted.refused) == (100, 1)
    assert journal() == [({"at": 100}, 100), ({"at": 150}, 50)]
    old.step(0)
    new.step(0)
    assert (new.counted.events, new.counted.refused) == (50, 1)
    old.step(0)
    assert journal()[2:] == [({"at": 250}, 100), ({"at": 300}, 50)]
    assert Monitor.objects.get().positions.get().position == {"at": 300}


def journal() -> list[tuple[dict[str, Any], int]]:
    """Where the stream stood after each entry of the journal, and how many events it has."""
    rows = Entry.objects.order_by("number")
    return journal_of(Step(row.partition, row.position, bytes(row.data)) for row in rows)


def test_partitions_of_several_workers_are_judged_together(follow: Follow) -> None:
    events = outage()
    one, two = ListedStream(events[::2], size=200), ListedStream(events[1::2], size=200)
    workers = [follow(one), follow(two, holder="two")]
    for number, worker in enumerate(workers):
        whole = worker.stream.poll_batch

        def poll(seconds: float, whole: Any = whole, number: int = number) -> Any:
            batch = whole(seconds)
            if batch is not None:
                object.__setattr__(batch, "partition", f"topic/{number}")
            return batch

        vars(worker.stream)["poll_batch"] = poll
        worker.start()
    for _ in range(13):
        for worker in workers:
            worker.step(0)
    assert told() == EXPECTED
    events_judged = sum(
        row.metrics["volume_drop"][3] or 0 for row in JudgedMinute.objects.all() if row.metrics
    )
    # The first worker was ahead before the second one had been heard of at all.
    late = Monitor.objects.get().current["late"]
    assert events_judged + late == len(events) - 40, "all but the minute that is open"


def test_an_alert_opens_one_case_for_its_incident(
    follow: Follow, drain: Drain, stream: ListedStream
) -> None:
    drain(follow(stream))
    [case] = Case.objects.all()
    assert case.kind == "alert"
    assert case.title == "denied_rate out of limits"
    assert case.severity == "low"


def test_alerts_go_to_the_outbox_by_their_routes_once(
    follow: Follow, drain: Drain, stream: ListedStream
) -> None:
    routes = (
        RouteSpec(channel="slack", target="recon"),
        RouteSpec(channel="email", to=("ops@bank.example",), metric="denied_*"),
        RouteSpec(channel="events", target="pager", severity="critical"),
        RouteSpec(channel="webhook", target="ops", metric="latency_*"),
    )
    spec = MonitorSpec(routes=routes, live=LiveSpec(snapshot_minutes=20))
    first = follow(stream, spec)
    first.start()
    for _ in range(12):
        first.step(0)
    drain(follow(stream, spec))
    rows = Delivery.objects.order_by("id").values_list("channel", flat=True)
    assert list(rows) == ["slack", "email", "slack", "email"]
    [mail, *_] = Delivery.objects.filter(channel="email").order_by("id")
    assert mail.payload["to"] == ["ops@bank.example"]
    assert mail.payload["subject"] == "monitor: fired info: denied_rate"


def test_snapshots_take_the_place_of_the_journal(
    follow: Follow, drain: Drain, stream: ListedStream
) -> None:
    drain(follow(stream, MonitorSpec(live=LiveSpec(snapshot_minutes=10))))
    assert Entry.objects.count() < 4
    assert Monitor.objects.get().snapshot is not None


def test_who_comes_too_late_rolls_back(follow: Follow, stream: ListedStream) -> None:
    live = follow(stream)
    live.start()
    live.step(0)
    with transaction.atomic():
        Monitor.objects.update(judged=0)
    JudgedMinute.objects.all().delete()
    live.step(0)
    assert JudgedMinute.objects.first().minute == START  # type: ignore[union-attr]
    assert Monitor.objects.get().judged == 2
