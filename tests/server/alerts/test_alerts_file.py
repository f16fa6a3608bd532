"""alerts.jsonl: every alert that is in the database, once, whatever dies in between."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from stream_outage import ListedStream

from tieout.pipeline.monitoring.live import Live
from tieout.server.alerts.models import Alert, Monitor
from tieout.server.alerts.running import AlertsFile

Follow = Callable[..., Live]
Drain = Callable[[Live], Live]


@pytest.fixture
def told(follow: Follow, drain: Drain, stream: ListedStream, tmp_path: Path) -> Path:
    """Two alerts in the database, and where their lines belong."""
    drain(follow(stream))
    assert Alert.objects.count() == 2
    return tmp_path / "monitors" / "alerts.jsonl"


def ids(path: Path) -> list[str]:
    return [json.loads(line)["alert_id"] for line in path.read_text("utf-8").splitlines()]


def known() -> list[str]:
    return list(Alert.objects.order_by("minute", "id").values_list("alert_id", flat=True))


def make(path: Path) -> AlertsFile:
    return AlertsFile(path, Monitor.objects.get().pk)


def test_each_alert_is_a_line(told: Path) -> None:
    make(told).renew()
    assert ids(told) == known()


def test_nothing_is_written_twice_by_one_process_or_the_next(told: Path) -> None:
    first = make(told)
    first.renew()
    first.renew()
    make(told).renew()
    assert ids(told) == known()


def test_what_is_there_is_not_written_anew(told: Path) -> None:
    make(told).renew()
    before = told.stat().st_ino, told.read_bytes()
    make(told).renew()
    assert (told.stat().st_ino, told.read_bytes()) == before


def test_a_line_that_was_cut_short_is_written_again(told: Path) -> None:
    make(told).renew()
    whole = told.read_bytes()
    told.write_bytes(whole[:-9])
    make(told).renew()
    assert told.read_bytes() == whole


def test_what_another_process_wrote_in_between_is_left(told: Path) -> None:
    one, two = make(told), make(told)
    last = Alert.objects.order_by("minute", "id").last()
    assert last is not None
    payload, episode, minute = last.payload, last.episode, last.minute
    at, kind = last.at, last.kind
    last.delete()
    one.renew()
    two.renew()
    Alert.objects.create(
        monitor=episode.monitor, episode=episode, alert_id=payload["alert_id"], kind=kind,
        minute=minute, at=at, payload=payload,
    )  # fmt: skip
    two.renew()
    one.renew()
    assert ids(told) == known()


def test_lines_that_are_no_alerts_are_left_alone(told: Path) -> None:
    told.parent.mkdir(parents=True)
    told.write_text("a note\n", encoding="utf-8")
    make(told).renew()
    assert told.read_text("utf-8").startswith("a note\n{")


def test_an_emptied_file_is_filled_again(told: Path) -> None:
    writer = make(told)
    writer.renew()
    told.write_bytes(b"")
    writer.renew()
    assert ids(told) == known()
