"""Calendars from files: YAML as this project writes it, JSON as other close tools export it."""

import json
import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import yaml

from tieout.close.review.policy import read_policy
from tieout.close.tasks.graph import TaskGraph
from tieout.close.tasks.model import (
    HOURS_DEFAULT,
    HOURS_PER_DAY_DEFAULT,
    CalendarTemplate,
    TaskTemplate,
)
from tieout.model.errors import InputError

# How other tools call the same thing; ours come first.
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "id": ("id", "task_id", "key"),
    "name": ("name", "title", "task"),
    "depends_on": ("depends_on", "dependencies", "predecessors"),
    "workday": ("workday", "due_workday", "day"),
    "starts": ("starts",),
    "hours": ("hours", "duration_estimate", "duration", "estimated_hours"),
    "owner": ("owner", "assignee", "responsible"),
    "reviewer": ("reviewer", "approver"),
    "job": ("job",),
    "automation": ("automation", "automated", "is_automated"),
    "evidence": ("evidence",),
}
_OURS: Final = frozenset(
    {"calendar", "name", "tasks", "hours_per_day", "holidays", "certification"}
)
_NO: Final = frozenset({"", "no", "none", "manual", "false", "0"})
_UNITS: Final[Mapping[str, float]] = {"m": 1 / 60, "h": 1.0}


def standard_calendar() -> CalendarTemplate:
    """The 17 tasks of a month-end.

    >>> len(standard_calendar().tasks)
    17
    """
    text = files("tieout.close.tasks").joinpath("month_end.yaml").read_text(encoding="utf-8")
    return parse_calendar(text, name="month_end.yaml")


def read_calendar(path: Path) -> CalendarTemplate:
    """Read a calendar file. Raises InputError with the task that is wrong in it."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is no text; expected a calendar in YAML or JSON") from error
    return parse_calendar(text, name=path.name)


def parse_calendar(text: str, *, name: str) -> CalendarTemplate:
    """A calendar from YAML or JSON: a list of tasks, or an object with `tasks`.

    A task has id and name, and may have depends_on, workday, starts, hours, owner, reviewer, job,
    evidence; or as others call them, dependencies, automation and duration_estimate (hours, or a
    text such as "30 min", "2 hours", "1.5 days").
    """
    try:
        held = json.loads(text) if text.lstrip()[:1] in {"{", "["} else yaml.safe_load(text)
    except (json.JSONDecodeError, yaml.YAMLError):
        try:
            held = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise InputError(f"{name}: {' '.join(str(error).split())}") from error
    head: Mapping[str, Any] = held if isinstance(held, Mapping) else {"tasks": held}
    listed = _listed(head, name)
    hours_per_day = _positive(head.get("hours_per_day", HOURS_PER_DAY_DEFAULT), name)
    tasks = tuple(_task(each, name, at, hours_per_day) for at, each in enumerate(listed, start=1))
    try:
        TaskGraph.of((task.id, task.depends_on) for task in tasks)
    except InputError as error:
        raise InputError(f"{name}: {error}") from error
    holidays, certification = head.get("holidays"), head.get("certification") or {}
    read_policy(certification, name)
    return CalendarTemplate(
        name=str(head.get("calendar") or head.get("name") or Path(name).stem),
        tasks=tasks,
        hours_per_day=hours_per_day,
        holidays=str(holidays) if holidays else None,
        certification=dict(certification),
    )


def _listed(head: Mapping[str, Any], name: str) -> list[Any]:
    listed = head.get("tasks")
    if listed is None:
        # Some exports call their list otherwise; an object with one list in it has no other.
        lists = [each for each in head.values() if isinstance(each, list)]
        listed = lists[0] if len(lists) == 1 else None
    if listed is None and head and all(isinstance(each, Mapping) for each in head.values()):
        listed = head
    if isinstance(listed, Mapping):
        listed = [{"id": key, **(each or {})} for key, each in listed.items()]
    if not isinstance(listed, list) or not listed:
        raise InputError(f"{name}: has no tasks; expected `tasks:` with at least one")
    unknown = [key for key in head if "calendar" in head and key not in _OURS]
    if unknown:
        raise InputError(f"{name}: {unknown[0]!r} is not known; expected {sorted(_OURS)}")
    return listed


def _task(held: object, name: str, at: int, hours_per_day: float) -> TaskTemplate:
    if not isinstance(held, Mapping):
        raise InputError(f"{name}: task {at} is {held!r}; expected id, name and depends_on")
    values = {ours: _first(held, theirs) for ours, theirs in _NAMES.items()}
    identifier = str(values["id"] if values["id"] is not None else values["name"] or "").strip()
    if not identifier:
        raise InputError(f"{name}: task {at} has no id")
    where = f"{name}: task {identifier!r}"
    job, arguments = _job(values["job"], where)
    return TaskTemplate(
        id=identifier,
        name=str(values["name"] or identifier),
        depends_on=_waits(values["depends_on"], where),
        workday=_whole(values["workday"], where, "workday"),
        starts=_whole(values["starts"], where, "starts"),
        hours=_hours(values["hours"], where, hours_per_day),
        owner=str(values["owner"] or ""),
        reviewer=str(values["reviewer"] or ""),
        job=job,
        arguments=arguments,
        is_automated=bool(job) or _is_automated(values["automation"]),
        evidence=str(values["evidence"] or ""),
    )


def _first(held: Mapping[Any, Any], names: tuple[str, ...]) -> Any:
    return next((held[name] for name in names if name in held), None)


def _waits(value: object, where: str) -> tuple[str, ...]:
    if value is None or value == "":
        return ()
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    if isinstance(value, list):
        return tuple(str(part).strip() for part in value)
    raise InputError(f"{where}: depends_on is {value!r}; expected a list of ids")


def _whole(value: object, where: str, what: str) -> int | None:
    if value is None:
        return None
    try:
        return int(str(value))
    except ValueError:
        raise InputError(f"{where}: {what} is {value!r}; expected a whole number") from None


def _positive(value: object, where: str) -> float:
    try:
        number = float(str(value))
    except ValueError:
        number = 0.0
    if not 0.0 < number <= 24.0:
        raise InputError(f"{where}: hours_per_day is {value!r}; expected 1 to 24")
    return number


def _hours(value: object, where: str, hours_per_day: float) -> float:
    """Hours of a number or of words.

    >>> [_hours(each, "", 8.0) for each in (2, "90 min", "2 hours", "1.5 days")]
    [2.0, 1.5, 2.0, 12.0]
    """
    if value is None:
        return HOURS_DEFAULT
    found = re.fullmatch(r"\s*(\d+(?:[.,]\d+)?)\s*([a-zA-Z]*)\.?\s*", str(value))
    unit = found[2].lower()[:1] if found else "?"
    if found is None or unit not in {"", "h", "m", "d"}:
        raise InputError(f"{where}: duration is {value!r}; expected hours, or '2 days'")
    factor = hours_per_day if unit == "d" else _UNITS.get(unit, 1.0)
    return float(found[1].replace(",", ".")) * factor


def _job(value: object, where: str) -> tuple[str, dict[str, Any]]:
    """A job is a name, or a name with its arguments: {reconcile: {left: …, right: …}}."""
    if not value:
        return "", {}
    if isinstance(value, str):
        return value, {}
    if isinstance(value, Mapping) and len(value) == 1:
        (job, arguments), *_ = value.items()
        if isinstance(arguments, Mapping):
            return str(job), dict(arguments)
    raise InputError(f"{where}: job is {value!r}; expected a name, or a name with its arguments")


def _is_automated(value: object) -> bool:
    """Whatever a tool calls automation: true, "full", a share above 0.

    >>> [_is_automated(each) for each in (True, "manual", 0.0, "full", None)]
    [True, False, False, True, False]
    """
    if isinstance(value, int | float):
        return value > 0
    return str(value or "").strip().lower() not in _NO
