"""Judged findings move the cut from which single records are flagged."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from tieout.pipeline.feedback.lesson import Lesson, set_aside
from tieout.pipeline.inputs import fingerprint_file
from tieout.pipeline.scoring.cuts import CUTS_FILE, read_cuts, set_cut

LABELS_MIN: Final = 20
_HELD_OUT: Final = 1 / 3
_MEASURE: Final = "cost spared by each held-out finding"


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A finding that a person decided: its score, and whether it was one."""

    score: float
    was_one: bool


def learn_cut(
    workspace: Path,
    profile: str,
    judged: Sequence[Judged],
    *,
    cost_false: float = 1.0,
    cost_missed: float = 10.0,
) -> Lesson:
    """Set the cut that would have cost least, if it spares later findings cost, too.

    judged: oldest first. Only what was flagged is ever judged, so a cut can only be raised by this.
    cost_false: of looking at one that is none. cost_missed: of one that is not flagged. The latest
    third is held out. Raises InputError where the workspace cannot be written.
    """
    lesson = Lesson(kind="threshold", subject=profile, labels=len(judged), measure=_MEASURE)
    false = sum(not each.was_one for each in judged)
    if len(judged) < LABELS_MIN or not 0 < false < len(judged):
        why = f"it needs {LABELS_MIN} decided findings, some of them false and some not"
        return replace(lesson, why=why)
    cut = len(judged) - max(1, int(len(judged) * _HELD_OUT))
    learnt, held = judged[:cut], judged[cut:]
    now = read_cuts(workspace).get(profile, 0.0)
    costs = cost_false, cost_missed
    best = min(
        sorted({now, *(each.score for each in learnt if each.score > now)}),
        key=lambda tried: _cost(learnt, tried, costs),
    )
    spared = _cost(held, now, costs) - _cost(held, best, costs)
    measured = replace(
        lesson, held_out=len(held), before=0.0, after=round(spared / len(held), 4) + 0.0
    )
    if best == now or spared <= 0:
        return replace(measured, why="no other cut is better on held-out findings; not used")
    file = workspace / CUTS_FILE
    earlier = set_aside(workspace, file)
    set_cut(workspace, profile, best)
    return replace(
        measured,
        used=True,
        why=f"flagged from {best:.3f} on instead of {now:.3f}",
        file=CUTS_FILE.as_posix(),
        earlier=earlier,
        sha256=fingerprint_file(file).sha256,
    )


def _cost(judged: Sequence[Judged], cut: float, costs: tuple[float, float]) -> float:
    """What a cut costs: looking at what is none, and missing what is one."""
    false, missed = costs
    return sum(
        false * (each.score >= cut) if not each.was_one else missed * (each.score < cut)
        for each in judged
    )
