"""When a schedule is due: cron expressions in a time zone, and what was missed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tieout.model.errors import InputError

# A worker looks often; what is due longer than this was missed.
LATE: Final = timedelta(minutes=5)
MISSED_MAX: Final = 100


def next_time(cron: str, time_zone: str, after: datetime) -> datetime:
    """The first time after a moment, in UTC; days of changing clocks are the time zone's.

    Raises InputError for an expression or a zone that does not exist.

    >>> str(next_time("30 7 * * 1-5", "Europe/Berlin", datetime(2026, 3, 27, 12, tzinfo=UTC)))
    '2026-03-30 05:30:00+00:00'
    """
    return next(times_after(cron, time_zone, after))


def times_after(cron: str, time_zone: str, after: datetime) -> Iterator[datetime]:
    """All times after a moment. Raises InputError as `next_time`."""
    from cronsim import CronSim, CronSimError

    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InputError(f"time zone {time_zone}: expected one such as Europe/Berlin") from error
    try:
        found = CronSim(cron, after.astimezone(zone))
    except CronSimError as error:
        raise InputError(
            f"cron {cron}: expected minute, hour, day, month, day of week, as in 30 7 * * 1-5"
        ) from error
    return (moment.astimezone(UTC) for moment in found)


def due_times(
    cron: str, time_zone: str, *, first: datetime, now: datetime, missed: str
) -> tuple[list[datetime], datetime]:
    """The times to ask for now, from the first that is due, and the next after now.

    missed: what becomes of times longer ago than LATE: `skip` them, ask `once` for all, or for
    `all` of them, at most MISSED_MAX.
    """
    due = [first]
    for moment in times_after(cron, time_zone, first):
        if moment > now:
            break
        due = [*due[-MISSED_MAX + 1 :], moment]
    else:
        raise InputError(f"cron {cron}: never again")
    if missed == "all":
        return due, moment
    latest = due[-1:]
    if missed == "skip":
        latest = [each for each in latest if now - each <= LATE]
    return latest, moment
