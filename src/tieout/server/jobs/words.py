"""Jobs in words: what somebody asked for, not how the code calls it."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any, Final

WORDS: Final[Mapping[str, str]] = {
    "reconcile": "Reconcile",
    "detect": "Find anomalies",
    "upload.detect": "Find anomalies in an upload",
    "analyze": "Analyze breaks",
    "rootcause": "Look for root causes",
    "retrain": "Learn models anew",
    "export": "Export",
    "follow_up": "Follow up on a run",
    "learn": "Learn from decisions",
    "propose": "Propose resolutions",
    "assistant": "Ask the assistant",
    "close.task": "Close task",
    "close.remind": "Remind of close tasks",
}
_DAYS: Final = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
# Arguments that say what a job is about, the first that it has.
_ABOUT: Final = ("left", "file", "location", "breaks", "what", "profile")


def job_words(kind: str) -> str:
    """A kind of job as people call it; one that nobody gave words to as its name without marks."""
    known = WORDS.get(kind)
    return known or kind.replace("_", " ").replace(".", " ").capitalize()


def cron_words(cron: str) -> str:
    """Times as people say them; those that nobody says shortly as they are written.

    >>> cron_words("30 7 * * 1-5"), cron_words("0 9 1 * *"), cron_words("*/15 * * * *")
    ('07:30 on Monday to Friday', '09:00 on day 1 of the month', 'every 15 minutes')
    >>> cron_words("5 * * * *"), cron_words("0 3 * * *"), cron_words("0 8,12 * * *")
    ('at minute 5 of each hour', '03:00 every day', '0 8,12 * * *')
    """
    parts = cron.split()
    if len(parts) != len(("minute", "hour", "day", "month", "day of week")):
        return cron
    minute, hour, *days = parts
    if hour == "*":
        return (_within_hours(minute) if days == ["*", "*", "*"] else "") or cron
    which = _which_days(*days)
    if not (minute.isdigit() and hour.isdigit() and which):
        return cron
    return f"{int(hour):02d}:{int(minute):02d} {which}"


def _within_hours(minute: str) -> str:
    if minute.startswith("*/") and minute[2:].isdigit():
        return f"every {minute[2:]} minutes"
    return f"at minute {minute} of each hour" if minute.isdigit() else ""


def _which_days(day: str, month: str, weekday: str) -> str:
    if month != "*" or "*" not in {day, weekday}:
        return ""
    if day == weekday:
        return "every day"
    if weekday == "*":
        return f"on day {day} of the month" if day.isdigit() else ""
    days = _weekdays(weekday)
    return f"on {days}" if days else ""


def _weekdays(written: str) -> str:
    first, _, last = written.partition("-")
    if not all(each.isdigit() and int(each) <= len(_DAYS) for each in filter(None, (first, last))):
        return ""
    names = [_DAYS[int(each) % len(_DAYS)] for each in (first, last) if each]
    return " to ".join(names)


def job_about(arguments: Mapping[str, Any]) -> str:
    """What a job works on: the names of its files, or nothing.

    >>> job_about({"left": "in/bank.csv", "right": "in/ledger.csv"})
    'bank.csv and ledger.csv'
    """
    found = next((name for name in _ABOUT if isinstance(arguments.get(name), str)), "")
    if not found:
        return ""
    names = [PurePath(arguments[found]).name]
    if found == "left" and isinstance(arguments.get("right"), str):
        names.append(PurePath(arguments["right"]).name)
    return " and ".join(names)
