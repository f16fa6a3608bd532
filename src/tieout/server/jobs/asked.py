"""What each kind of job is asked with, as fields that people fill in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

Form = Literal["text", "choice", "number", "list"]
Choices = tuple[tuple[str, str], ...]

_PROFILES: Final[Choices] = (
    ("generic", "Any table"), ("payments", "Payments"), ("journal", "Journal entries"),
)  # fmt: skip
_FILE: Final = "In the workspace, or with a place of its own: inbox/bank.csv"


@dataclass(frozen=True)
class Asked:
    """One argument of a kind of job.

    choices: values and their words, of a `choice`. where: another argument and the value of it
    that make this one needed. most: of a `number`.
    """

    name: str
    label: str
    help: str = ""
    needed: bool = False
    form: Form = "text"
    choices: Choices = ()
    where: tuple[str, str] | None = None
    most: int | None = None


# Kinds without fields are asked for as they are. A kind that is not here is asked with JSON.
ASKED: Final[Mapping[str, tuple[Asked, ...]]] = {
    "reconcile": (
        Asked("left", "Left file", _FILE, needed=True),
        Asked("right", "Right file", _FILE, needed=True),
        Asked("spec", "Spec", "A YAML file; without one, columns and passes are inferred."),
        Asked(
            "carry_forward", "Carry forward",
            "Whose open items rejoin: latest, a run, or none; without a word, as the spec says.",
        ),
    ),
    "detect": (
        Asked("file", "File", _FILE, needed=True),
        Asked("profile", "What it holds", form="choice", choices=_PROFILES),
        Asked("labels", "Labels", "A column of the file, or a file of labels."),
        Asked("history", "History", "A file of earlier rows."),
    ),
    "analyze": (
        Asked("file", "File of breaks", _FILE, needed=True),
        Asked("history", "History", "A file of earlier breaks."),
    ),
    "rootcause": (
        Asked("file", "File", _FILE, needed=True),
        Asked("outcome", "Outcome", "A column that says what went wrong; or a value below."),
        Asked("value", "Value", "A column of numbers."),
        Asked("total", "Total", "The column that the value is a part of."),
        Asked("expected", "Expected", "The column of what the value should be."),
        Asked("time", "Time", "A column of moments."),
        Asked("at", "At", "The moment that is asked about: 2026-01-31T09:30"),
        Asked("before", "Before", "Where what was usual ends."),
        Asked("after", "After", "Where what is asked about begins."),
        Asked("attributes", "Attributes", "Columns to look in, with commas between.", form="list"),
    ),
    "retrain": (
        Asked("file", "File", "Without one, the newest that the workspace has judged."),
        Asked("profile", "What it holds", form="choice", choices=(("", "As before"), *_PROFILES)),
    ),
    "export": (
        Asked(
            "what", "What", needed=True, form="choice",
            choices=(("audit", "The audit log"), ("run", "A run")),
        ),
        Asked(
            "to", "As", needed=True, form="choice", choices=(("csv", "CSV"), ("xlsx", "Excel")),
        ),
        Asked("run", "Run", "Its id, as its page has it.", where=("what", "run")),
        Asked("query", "Filters", "What follows the ? in the address of the filtered audit log."),
    ),
    "assistant": (
        Asked("cases", "Cases at most", "Worst first; without a number 200.", form="number",
              most=200),
    ),
    "follow_up": (),
    "learn": (),
    "propose": (),
    "close.remind": (),
}  # fmt: skip
# These belong to one task or upload, and are asked for there.
UNSCHEDULED: Final = ("close.task", "upload.detect")


def field_name(kind: str, asked: Asked) -> str:
    """The name of an argument's field in a form that has those of all kinds.

    >>> field_name("detect", ASKED["detect"][0])
    'detect-file'
    """
    return f"{kind}-{asked.name}"


def shown(kind: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Fields as they are filled in with a job's arguments.

    >>> shown("rootcause", {"file": "a.csv", "attributes": ["shop", "card"]})
    {'rootcause-file': 'a.csv', 'rootcause-attributes': 'shop, card'}
    """
    found = {}
    for asked in ASKED.get(kind, ()):
        if asked.name in arguments:
            value = arguments[asked.name]
            text = ", ".join(map(str, value)) if isinstance(value, list) else value
            found[field_name(kind, asked)] = text
    return found


def others(kind: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments that have no field."""
    names = {asked.name for asked in ASKED.get(kind, ())}
    return {name: value for name, value in arguments.items() if name not in names}


def read(asked: Asked, filled: str) -> Any:
    """A filled in field as an argument; None where nothing is filled in. Raises ValueError.

    >>> read(Asked("attributes", "", form="list"), "shop, card,")
    ['shop', 'card']
    """
    text = filled.strip()
    if not text:
        return None
    if asked.form == "list":
        return [part.strip() for part in text.split(",") if part.strip()] or None
    if asked.form == "number":
        number = int(text) if text.isascii() and text.isdigit() else 0
        if not 0 < number <= (asked.most or number):
            raise ValueError(f"expected a whole number from 1 to {asked.most}")
        return number
    return text
