"""What the close asks for each workday by itself: reminders, by a schedule people may change."""

from typing import Final

from tieout.server.jobs.models import Schedule
from tieout.server.jobs.scheduling import save_schedule

REMIND: Final = "close.remind"
NAME: Final = "Close reminders"
# Before people begin, on weekdays; UTC until somebody says where the books are kept.
CRON: Final = "0 6 * * 1-5"


def remind_daily() -> None:
    """Make the schedule of reminders with the first period that is opened.

    Only with the first: a schedule that somebody has changed, switched off or deleted stays so.
    """
    from tieout.server.closing.models import Period

    if Period.objects.count() == 1 and not Schedule.objects.filter(kind=REMIND).exists():
        values = {"name": NAME, "kind": REMIND, "arguments": {}, "cron": CRON, "time_zone": "UTC",
                  "watch": "", "missed": "once", "enabled": True}  # fmt: skip
        save_schedule(values, actor=None)
