"""The way of one row through a run, as the terminal and `--json` tell it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tieout.export.words import plain

if TYPE_CHECKING:
    from rich.console import Console

_NAME_WIDTH_MAX: Final = 24
_VALUE_CHARACTERS_MAX: Final = 300


@dataclass(frozen=True, slots=True)
class Step:
    """One station. name: for machines. facts: name and value, in order. notes: sentences."""

    name: str
    title: str
    facts: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """What became of a row, a break or a case.

    outcome: matched, break, rejected, flagged, in_pattern or agrees. sentence: the same for people.
    """

    run_id: str
    job: str
    subject: str
    outcome: str
    sentence: str
    steps: tuple[Step, ...]


def trail_object(trail: Trail) -> dict[str, Any]:
    """What `--json` prints."""
    return {
        "run_id": trail.run_id,
        "job": trail.job,
        "subject": trail.subject,
        "outcome": trail.outcome,
        "sentence": trail.sentence,
        "steps": [
            {
                "step": step.name,
                "facts": [{"name": name, "value": value} for name, value in step.facts],
                "notes": list(step.notes),
            }
            for step in trail.steps
        ],
    }


def print_trail(trail: Trail, console: "Console") -> None:
    """Print each station under its title.

    Nothing from the data reaches the terminal as markup or as a control sequence.
    """
    from rich.padding import Padding
    from rich.text import Text

    console.print(Text(f"{plain(trail.subject)}: {plain(trail.sentence, 400)}", style="bold"))
    for step in trail.steps:
        console.print()
        console.print(Text(plain(step.title), style="bold"))
        width = min(max((len(name) for name, _ in step.facts), default=0), _NAME_WIDTH_MAX)
        for name, value in step.facts:
            line = Text(f"{plain(name, _NAME_WIDTH_MAX):{width}}  ", style="dim")
            line.append(plain(value, _VALUE_CHARACTERS_MAX), style="not dim")
            console.print(Padding(line, (0, 0, 0, 2)))
        for note in step.notes:
            console.print(Padding(Text(plain(note, _VALUE_CHARACTERS_MAX)), (0, 0, 0, 2)))
