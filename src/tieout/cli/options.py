"""Options that several commands share, and how limits are read."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from tieout.model.errors import InputError

OutOption = Annotated[
    Path | None, typer.Option("--out", help="Run folder; default runs/<UTC time>-<job>/.")
]
WorkspaceOption = Annotated[
    Path | None,
    typer.Option("--workspace", help="Workspace; default TIEOUT_WORKSPACE or nearest tieout.yaml."),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print exactly one JSON object on stdout.")
]
MemoryOption = Annotated[
    str | None, typer.Option("--memory", help="What the engine may hold before it spills: 3GiB.")
]
EngineOption = Annotated[
    str,
    typer.Option(
        "--engine", help="Where plans run: duckdb, spark://HOST:PORT or spark://local[2]."
    ),
]
TempOption = Annotated[
    Path | None, typer.Option("--temp", help="Folder for temporary files; default the system's.")
]

EXIT_LIMIT_PASSED = 3


@dataclass(frozen=True)
class Limit:
    """`--fail-on`: what may be there at most, of one measure of the run."""

    measure: str
    most: Decimal

    def is_passed(self, values: dict[str, Decimal]) -> bool:
        """Whether the run is beyond the limit."""
        return values[self.measure] > self.most


BREAK_MEASURES = ("breaks", "share", "amount")


def parse_limit(text: str, measures: Sequence[str] = BREAK_MEASURES) -> Limit:
    """Read `--fail-on`: 10, breaks=10, share=0.5% or amount=1000.

    measures: what may be named; a bare number is one of the first, a percentage is a share.

    >>> parse_limit("share=0.5%")
    Limit(measure='share', most=Decimal('0.005'))
    """
    found = re.fullmatch(rf"(?:({'|'.join(measures)})[=>])?(\d+(?:\.\d+)?)(%?)", text)
    if found is None or (found[3] and found[1] not in {None, "share"}):
        first, *others = measures
        forms = ", ".join(f"{name}=N{'%' if name == 'share' else ''}" for name in others)
        last = " or ".join(f"{first}=N, {forms}".rsplit(", ", 1))
        raise InputError(f"--fail-on {text}: expected a number of {first}, or {last}")
    most = Decimal(found[2])
    percent = bool(found[3])
    measure = found[1] or ("share" if percent else measures[0])
    return Limit(measure, most / 100 if percent else most)


def parse_day(text: str | None, option: str) -> date | None:
    """Read an ISO date option."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{option} {text}: expected a date such as 2026-01-31") from None


@contextmanager
def shown_progress(*, quiet: bool) -> Iterator[Callable[[str], None]]:
    """Report steps on stderr while it is a terminal."""
    from rich.console import Console

    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda _: None
        return
    with console.status("starting") as status:
        yield lambda step: status.update(f"{step} …")
