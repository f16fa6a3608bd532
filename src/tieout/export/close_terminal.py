"""The board of a period in the terminal."""

import sys
from collections.abc import Sequence
from typing import Final

_HEADINGS: Final = ("Task", "What", "State", "Due", "Planned", "Slack", "", "Owner")
_WHOLE: Final = frozenset({"Task", "Due", "Planned"})
_WIDTHS_MIN: Final = {"What": 9, "State": 9, "Owner": 8}


def print_board(rows: Sequence[Sequence[str]], facts: Sequence[str]) -> None:
    """Print a line a task and what follows from them; `*` marks the critical path."""
    from rich.console import Console
    from rich.table import Table

    console = Console(file=sys.stdout)
    table = Table(
        box=None, pad_edge=False, padding=(0, 1), collapse_padding=True, header_style="bold"
    )
    for heading in _HEADINGS:
        # Ids are typed back, and dates read: what people call a task may wrap, but not vanish.
        table.add_column(
            heading,
            no_wrap=heading in _WHOLE,
            min_width=_WIDTHS_MIN.get(heading),
        )
    for row in rows:
        table.add_row(*row, style="red" if row[6] else None)
    console.print(table)
    for fact in facts:
        console.print(fact, markup=False, highlight=False)
