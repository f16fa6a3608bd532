"""Judged findings raise the cut, where that spares later ones."""

from pathlib import Path

import pytest

from tieout.pipeline.feedback.cut import Judged, learn_cut
from tieout.pipeline.feedback.lesson import roll_back
from tieout.pipeline.scoring.cuts import read_cuts, set_cut


def judged(*pairs: tuple[float, bool]) -> list[Judged]:
    return [Judged(score=score, was_one=was_one) for score, was_one in pairs]


LOW_ARE_FALSE = judged(*[(0.5, False), (0.9, True), (0.6, False)] * 10)


def test_a_cut_above_the_false_ones_is_set_and_taken_back(tmp_path: Path) -> None:
    set_cut(tmp_path, "journal", 0.4)
    lesson = learn_cut(tmp_path, "payments", LOW_ARE_FALSE)
    assert lesson.used
    assert (lesson.labels, lesson.held_out, lesson.after) == (30, 10, 0.7)
    assert lesson.why == "flagged from 0.900 on instead of 0.000"
    assert read_cuts(tmp_path) == {"journal": 0.4, "payments": 0.9}
    roll_back(tmp_path, lesson)
    assert read_cuts(tmp_path) == {"journal": 0.4}


def test_a_miss_costs_more_than_a_look(tmp_path: Path) -> None:
    mixed = judged(*[(0.5, False), (0.5, True), (0.9, True)] * 10)
    lesson = learn_cut(tmp_path, "payments", mixed)
    assert not lesson.used
    assert read_cuts(tmp_path) == {}


def test_what_later_findings_do_not_bear_out_is_not_used(tmp_path: Path) -> None:
    earlier = judged(*[(0.5, False), (0.9, True)] * 10)
    later = judged(*[(0.5, True)] * 10)
    lesson = learn_cut(tmp_path, "payments", [*earlier, *later])
    assert not lesson.used
    assert "not used" in lesson.why


@pytest.mark.parametrize(
    "too_little",
    [LOW_ARE_FALSE[:19], judged(*[(0.5, True)] * 30), judged(*[(0.5, False)] * 30), []],
)
def test_it_takes_enough_of_both(tmp_path: Path, too_little: list[Judged]) -> None:
    lesson = learn_cut(tmp_path, "payments", too_little)
    assert (lesson.used, lesson.held_out) == (False, 0)
    assert lesson.why.startswith("it needs 20 decided findings")
