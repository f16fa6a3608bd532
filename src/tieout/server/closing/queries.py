"""Reads of closing."""

from tieout.close.tasks.dates import Period as Month
from tieout.close.tasks.model import TaskState
from tieout.model.errors import InputError
from tieout.server.closing.models import Period, Task


def find_period(name: str | None) -> Period:
    """A period by its name, or the last one. Raises InputError where there is none."""
    if name is None:
        last = Period.objects.order_by("-name").first()
        if last is None:
            raise InputError("no period was opened yet: tieout close init --period 2026-10")
        return last
    month = Month.parse(name)
    found = Period.objects.filter(name=str(month)).first()
    if found is None:
        raise InputError(f"period {month} was not opened: tieout close init --period {month}")
    return found


def find_task(period: Period, code: str) -> Task:
    """A task by its id. Raises InputError with those that there are."""
    found = period.tasks.filter(code=code).first()
    if found is None:
        codes = ", ".join(period.tasks.values_list("code", flat=True))
        raise InputError(f"period {period.name} has no task {code!r}; it has {codes}")
    return found


def runnable(period: Period) -> list[Task]:
    """Automated tasks that can run now, failed ones again."""
    states = (TaskState.READY, TaskState.FAILED)
    return list(period.tasks.filter(state__in=states).exclude(job="").order_by("position"))
