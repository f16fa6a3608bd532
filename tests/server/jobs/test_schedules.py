"""Schedules: times, missed times, arriving files, and what the log says."""

import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tieout.model.errors import InputError
from tieout.server.accounts.models import User
from tieout.server.audit.models import AuditEntry
from tieout.server.jobs.models import Job, Schedule
from tieout.server.jobs.scheduling import ask_when_due, save_schedule
from tieout.server.jobs.times import due_times, next_time

pytestmark = pytest.mark.django_db
Register = Callable[..., None]
People = Callable[..., User]
NIGHTLY = {
    "name": "nightly", "kind": "add", "arguments": {"numbers": [1]}, "cron": "0 3 * * *",
    "time_zone": "UTC", "watch": "", "missed": "once", "enabled": True,
}  # fmt: skip


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")


@pytest.fixture(autouse=True)
def _add(kind: Register) -> None:
    kind("add", lambda job, progress: {"file": job.arguments.get("file")})


def made(**more: Any) -> Schedule:
    return save_schedule(NIGHTLY | more, actor=None)


def due_since(schedule: Schedule, moment: datetime) -> None:
    Schedule.objects.filter(pk=schedule.pk).update(next_at=moment)


@pytest.mark.parametrize(
    ("cron", "zone", "after", "expected"),
    [
        ("0 3 * * *", "UTC", "2026-01-31 03:00", "2026-02-01 03:00"),
        ("30 7 * * 1-5", "Europe/Berlin", "2026-03-27 12:00", "2026-03-30 05:30"),
        ("30 2 * * *", "Europe/Berlin", "2026-03-28 12:00", "2026-03-29 01:00"),
        ("0 9 1 * *", "America/New_York", "2026-11-01 12:00", "2026-11-01 14:00"),
    ],
    ids=["daily", "after the clocks changed", "a time that does not exist", "monthly"],
)
def test_the_next_time_is_one_of_the_zones_clock(
    cron: str, zone: str, after: str, expected: str
) -> None:
    assert next_time(cron, zone, at(after)) == at(expected)


@pytest.mark.parametrize(
    ("missed", "now", "expected"),
    [
        ("once", "2026-01-04 10:00", ["2026-01-04 03:00"]),
        ("all", "2026-01-04 10:00", ["2026-01-02 03:00", "2026-01-03 03:00", "2026-01-04 03:00"]),
        ("skip", "2026-01-04 10:00", []),
        ("skip", "2026-01-04 03:02", ["2026-01-04 03:00"]),
        ("once", "2026-01-02 03:00", ["2026-01-02 03:00"]),
    ],
)
def test_what_was_missed_is_skipped_or_caught_up(
    missed: str, now: str, expected: list[str]
) -> None:
    first = at("2026-01-02 03:00")
    due, then = due_times("0 3 * * *", "UTC", first=first, now=at(now), missed=missed)
    assert due == [at(text) for text in expected]
    assert then > at(now)
    assert then - at(now) <= timedelta(days=1)


def test_a_long_sleep_is_caught_up_to_a_limit() -> None:
    due, _ = due_times(
        "* * * * *", "UTC", first=at("2026-01-01 00:00"), now=at("2026-01-03 00:00"), missed="all"
    )
    assert len(due) == 100
    assert due[-1] == at("2026-01-03 00:00")


def test_a_due_schedule_asks_for_its_job_once() -> None:
    schedule = made()
    due_since(schedule, timezone.now() - timedelta(minutes=1))
    assert ask_when_due() == 1
    assert ask_when_due() == 0
    job = Job.objects.get()
    assert (job.kind, job.arguments, job.actor) == ("add", {"numbers": [1]}, None)
    schedule.refresh_from_db()
    assert schedule.next_at is not None
    assert schedule.next_at > timezone.now()
    assert AuditEntry.objects.filter(action="job.queued").count() == 1


def test_asked_for_by_two_workers_it_is_one_job() -> None:
    schedule = made()
    moment = timezone.now() - timedelta(minutes=1)
    for _ in range(2):
        due_since(schedule, moment)
        ask_when_due()
    assert Job.objects.count() == 1


def test_one_that_is_switched_off_asks_for_nothing() -> None:
    schedule = made()
    save_schedule(NIGHTLY | {"enabled": False}, actor=None, schedule=schedule)
    assert schedule.next_at is None
    assert ask_when_due(timezone.now() + timedelta(days=3)) == 0


def test_a_file_that_arrives_is_worked_on_once(tmp_path: Path, settings: Any) -> None:
    settings.WORKSPACE = tmp_path
    (tmp_path / "inbox").mkdir()
    schedule = made(cron="", watch="inbox/*.csv", arguments={"file": "{file}"})
    Schedule.objects.filter(pk=schedule.pk).update(since=timezone.now() - timedelta(hours=1))
    path = tmp_path / "inbox" / "bank.csv"
    path.write_text("a,b\n")
    assert ask_when_due() == 0, "somebody may still be writing"
    later = timezone.now() + timedelta(seconds=10)
    assert ask_when_due(later) == 1
    assert ask_when_due(later) == 0
    assert Job.objects.get().arguments == {"file": str(path)}
    path.write_text("a,b\n1,2\n")
    assert ask_when_due(later + timedelta(seconds=10)) == 1


def test_a_file_that_was_there_before_is_no_arrival(tmp_path: Path, settings: Any) -> None:
    settings.WORKSPACE = tmp_path
    old = tmp_path / "bank.csv"
    old.write_text("a,b\n")
    yesterday = datetime.now(UTC).timestamp() - 86400
    os.utime(old, (yesterday, yesterday))
    made(cron="", watch="*.csv")
    assert ask_when_due(timezone.now() + timedelta(minutes=1)) == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cron": "every day"}, "cron every day: expected minute, hour"),
        ({"time_zone": "Berlin"}, "time zone Berlin: expected one such as Europe/Berlin"),
        ({"kind": "fly"}, "no handler for jobs of kind fly"),
        ({"cron": ""}, "give either times"),
        ({"watch": "inbox/*"}, "give either times"),
        ({"cron": "", "watch": "../*.csv"}, "expected a pattern inside the workspace"),
        ({"cron": "", "watch": "/etc/*"}, "expected a pattern inside the workspace"),
        ({"name": " "}, "a schedule needs a name"),
        ({"arguments": []}, "expected a JSON object"),
    ],
)
def test_a_schedule_that_cannot_work_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        made(**change)
    assert not Schedule.objects.exists()


def test_a_name_is_given_once() -> None:
    made()
    with pytest.raises(InputError, match="nightly: a schedule of that name exists"):
        made()


def test_changes_say_before_and_after(person: People) -> None:
    root = person("root", "admin")
    schedule = save_schedule(NIGHTLY, actor=root)
    save_schedule(NIGHTLY | {"cron": "0 4 * * *"}, actor=root, schedule=schedule)
    created, changed = AuditEntry.objects.filter(target_kind="schedule")
    assert (created.action, created.actor, created.before) == ("schedule.created", "root", None)
    assert changed.action == "schedule.changed"
    assert (changed.before["cron"], changed.after["cron"]) == ("0 3 * * *", "0 4 * * *")


def test_an_admin_makes_and_changes_one_in_the_console(admin: Client) -> None:
    form = {
        "name": "nightly", "kind": "add", "arguments": '{"numbers": [1]}', "cron": "0 3 * * *",
        "time_zone": "Europe/Berlin", "missed": "skip", "enabled": "on",
    }  # fmt: skip
    assert admin.post("/schedules/new/", form).headers["Location"] == "/schedules/"
    schedule = Schedule.objects.get()
    assert (schedule.missed, schedule.arguments) == ("skip", {"numbers": [1]})
    assert "nightly" in admin.get("/schedules/").content.decode()
    shown = admin.get(f"/schedules/{schedule.pk}/").content.decode()
    assert 'value="0 3 * * *"' in shown
    admin.post(f"/schedules/{schedule.pk}/", form | {"enabled": ""})
    schedule.refresh_from_db()
    assert not schedule.enabled


def test_what_is_wrong_is_said_beside_the_form(admin: Client) -> None:
    form = {"name": "x", "kind": "add", "cron": "soon", "time_zone": "UTC", "missed": "once"}
    answer = admin.post("/schedules/new/", form)
    assert answer.status_code == 422
    assert "cron soon: expected minute, hour" in answer.content.decode()


def test_jobs_are_stopped_and_tried_again_in_the_console(admin: Client) -> None:
    from tieout.server.jobs.services import enqueue

    job = enqueue("add", {}, actor=None)
    admin.post(f"/jobs/{job.pk}/cancel/")
    job.refresh_from_db()
    assert job.state == "cancelled"
    page = admin.get("/jobs/", {"state": "cancelled"}).content.decode()
    assert f"/jobs/{job.pk}/retry/" in page
    admin.post(f"/jobs/{job.pk}/retry/")
    job.refresh_from_db()
    assert job.state == "queued"
    assert AuditEntry.objects.get(action="job.retried").actor == "root"


@pytest.mark.django_db(transaction=True)
def test_a_worker_asks_for_what_is_due_and_does_it(kind: Register) -> None:
    from tieout.server.jobs.worker import work

    stop = threading.Event()

    def run(job: Job, progress: Any) -> dict[str, Any]:
        stop.set()
        return {}

    kind("stop", run)
    due_since(made(kind="stop"), timezone.now() - timedelta(minutes=1))
    work(stop=stop, poll_seconds=0.01)
    assert Job.objects.get().state == "done"
