"""Writes of schedules, and the jobs that they ask for; everything is audited."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from tieout.model.errors import InputError
from tieout.server.audit.services import record
from tieout.server.jobs.models import Job, Schedule
from tieout.server.jobs.registry import UnknownKindError, handler_of
from tieout.server.jobs.services import enqueue
from tieout.server.jobs.times import due_times, next_time
from tieout.server.logs import logger

if TYPE_CHECKING:
    from tieout.server.accounts.models import User

# A file counts as whole when nobody has written to it for so long.
QUIET: Final = timedelta(seconds=5)
FILE: Final = "{file}"
_LOOK_SECONDS: Final = 5
_FIELDS: Final = ("name", "kind", "arguments", "cron", "time_zone", "watch", "missed", "enabled")
log = logger(__name__)


@transaction.atomic
def save_schedule(
    values: dict[str, Any], *, actor: "User | None", schedule: Schedule | None = None
) -> Schedule:
    """Make a schedule or change one.

    values: name, kind, arguments, cron, time_zone, watch, missed, enabled. Raises InputError.
    """
    now = timezone.now()
    before = _shown(schedule) if schedule is not None else None
    schedule = schedule or Schedule(since=now)
    was_enabled = schedule.pk is not None and schedule.enabled
    for name in _FIELDS:
        if name in values:
            setattr(schedule, name, values[name])
    _require_sound(schedule)
    schedule.next_at = None
    if schedule.enabled and schedule.cron:
        schedule.next_at = next_time(schedule.cron, schedule.time_zone, now)
    if schedule.enabled and not was_enabled:
        schedule.since = now
    schedule.save()
    word = "changed" if before else "created"
    record(
        actor=actor,
        action=f"schedule.{word}",
        target=("schedule", schedule.pk),
        before=before,
        after=_shown(schedule),
    )
    return schedule


def ask_when_due(now: datetime | None = None) -> int:
    """Ask for the jobs of all schedules that are due or have new files; answers how many."""
    now = now or timezone.now()
    asked = 0
    while Schedule.objects.filter(enabled=True, next_at__lte=now).exists():
        found = _ask_at_times(now)
        if found is None:
            break
        asked += found
    for schedule in Schedule.objects.filter(enabled=True).exclude(watch=""):
        asked += _ask_for_files(schedule, now)
    return asked


def looks_regularly() -> Callable[[], None]:
    """For a worker's loop: asks for what is due, every few seconds at most."""
    last = [datetime.min.replace(tzinfo=UTC)]

    def look() -> None:
        now = timezone.now()
        if now - last[0] >= timedelta(seconds=_LOOK_SECONDS):
            last[0] = now
            ask_when_due(now)

    return look


@transaction.atomic
def _ask_at_times(now: datetime) -> int | None:
    """Ask for one schedule that is due; None when another worker has all of them."""
    found = Schedule.objects.filter(enabled=True, next_at__lte=now).order_by("next_at")
    if connection.features.has_select_for_update_skip_locked:
        found = found.select_for_update(skip_locked=True)
    schedule = found.first()
    if schedule is None or schedule.next_at is None:
        return None
    moments, schedule.next_at = due_times(
        schedule.cron,
        schedule.time_zone,
        first=schedule.next_at,
        now=now,
        missed=schedule.missed,
    )
    schedule.last_at = now
    schedule.save(update_fields=["next_at", "last_at"])
    for moment in moments:
        _ask(schedule, f"{moment:%Y%m%dT%H%M%SZ}", schedule.arguments)
    return len(moments)


def _ask_for_files(schedule: Schedule, now: datetime) -> int:
    asked = 0
    for path, mark in _arrivals(schedule, now):
        key = f"schedule-{schedule.pk}-{mark}"
        if not Job.objects.filter(idempotency_key=key).exists():
            with transaction.atomic():
                _ask(schedule, mark, _with_file(schedule.arguments, str(path)))
                Schedule.objects.filter(pk=schedule.pk).update(last_at=now)
            asked += 1
    return asked


def _arrivals(schedule: Schedule, now: datetime) -> Iterator[tuple[Path, str]]:
    """Files that came since the schedule was switched on and are whole, with what tells them."""
    for path in sorted(Path(settings.WORKSPACE).glob(schedule.watch)):
        if not path.is_file():
            continue
        status = path.stat()
        written = datetime.fromtimestamp(status.st_mtime, UTC)
        if written > schedule.since and now - written >= QUIET:
            told = f"{path}\n{status.st_size}\n{status.st_mtime_ns}"
            yield path, hashlib.sha256(told.encode()).hexdigest()[:32]


def _ask(schedule: Schedule, mark: str, arguments: dict[str, Any]) -> None:
    try:
        job = enqueue(
            schedule.kind,
            arguments,
            actor=None,
            idempotency_key=f"schedule-{schedule.pk}-{mark}",
        )
    except UnknownKindError as error:
        log.warning("schedule asks for what nobody does", schedule=schedule.pk, error=str(error))
        return
    log.info("schedule asks", schedule=schedule.pk, job=job.pk, kind=schedule.kind)


def _with_file(arguments: dict[str, Any], path: str) -> dict[str, Any]:
    return {
        name: value.replace(FILE, path) if isinstance(value, str) else value
        for name, value in arguments.items()
    }


def _require_sound(schedule: Schedule) -> None:
    if not schedule.name.strip():
        raise InputError("a schedule needs a name")
    others = Schedule.objects.filter(name=schedule.name).exclude(pk=schedule.pk)
    if others.exists():
        raise InputError(f"{schedule.name}: a schedule of that name exists")
    try:
        handler_of(schedule.kind)
    except UnknownKindError as error:
        raise InputError(str(error)) from error
    if bool(schedule.cron) == bool(schedule.watch):
        raise InputError("give either times (cron) or files to watch for")
    if not isinstance(schedule.arguments, dict):
        raise InputError("arguments: expected a JSON object")
    if schedule.watch and (schedule.watch.startswith("/") or ".." in Path(schedule.watch).parts):
        raise InputError(f"{schedule.watch}: expected a pattern inside the workspace")
    if schedule.cron:
        next_time(schedule.cron, schedule.time_zone, timezone.now())


def _shown(schedule: Schedule) -> dict[str, Any]:
    return {name: getattr(schedule, name) for name in _FIELDS}
