"""The way of a row, in a terminal and for machines."""

import io
import json

from rich.console import Console

from tieout.export.explain_trail import Step, Trail, print_trail, trail_object

TRAIL = Trail(
    run_id="20260101T000000Z-reconcile",
    job="reconcile",
    subject="Left row 3",
    outcome="matched",
    sentence="matched to right row 4 by exact",
    steps=(
        Step("source", "Source", (("line", "4"), ("line", "[red]x[/red]\x1b[31m"))),
        Step("match", "Match", notes=("equal in every compared field",)),
    ),
)


def printed(trail: Trail) -> str:
    """What the terminal shows."""
    console = Console(file=io.StringIO(), width=100)
    print_trail(trail, console)
    text = console.file
    assert isinstance(text, io.StringIO)
    return text.getvalue()


def test_each_station_stands_under_its_title() -> None:
    lines = [line.rstrip() for line in printed(TRAIL).splitlines()]
    assert lines[0] == "Left row 3: matched to right row 4 by exact"
    assert lines[2:4] == ["Source", "  line  4"]
    assert lines[6:] == ["Match", "  equal in every compared field"]


def test_nothing_from_the_data_is_markup_or_a_control_sequence() -> None:
    text = printed(TRAIL)
    assert "[red]x[/red]" in text
    assert "\x1b" not in text


def test_an_object_for_machines_keeps_facts_of_one_name_apart() -> None:
    told = json.loads(json.dumps(trail_object(TRAIL)))
    assert (told["outcome"], told["subject"]) == ("matched", "Left row 3")
    assert [fact["value"] for fact in told["steps"][0]["facts"]] == ["4", "[red]x[/red]\x1b[31m"]
    assert told["steps"][1]["notes"] == ["equal in every compared field"]
