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
# Arguments that say what a job is about, the first that it has.
_ABOUT: Final = ("left", "file", "location", "breaks", "what", "profile")


def job_words(kind: str) -> str:
    """A kind of job as people call it; one that nobody gave words to as its name without marks."""
    known = WORDS.get(kind)
    return known or kind.replace("_", " ").replace(".", " ").capitalize()


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
