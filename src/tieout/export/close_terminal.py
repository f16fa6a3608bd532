"""The board of a period in the terminal."""

import sys
from collections.abc import Sequence
from typing import Final

_HEADINGS: Final = ("Task", "What", "State", "Due", "Planned", "Slack", "", "Owner")


def print_board(rows: Sequence[Sequence[str]], facts: Sequence[str]) -> None:
    """Print a line a task and what follows from them; `*` marks the critical path."""
    from rich.console import Console
    from rich.table import Table

    console = Console(file=sys.stdout)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in _HEADINGS:
        # Ids are typed back, and dates read: what a person calls a task may wrap.
        table.add_column(heading, no_wrap=heading != "What")
    for row in rows:
        table.add_row(*row, style="red" if row[6] else None)
    console.print(table)
    for fact in facts:
        console.print(fact, markup=False, highlight=False)
