"""Corrected buckets move the centroids, where that is no worse on held-out corrections."""

from pathlib import Path

import pytest

from tieout.model.errors import InputError
from tieout.pipeline.feedback.buckets import learn_buckets
from tieout.pipeline.feedback.lesson import Lesson, roll_back

WORDS = ("zorblat", "quimby", "frobnitz")


def corrected(count: int, bucket: str = "fee_or_tax") -> list[tuple[str, str]]:
    """Comments in words that no shipped bucket knows."""
    return [
        (f"{WORDS[number % 3]} {WORDS[(number + 1) % 3]} {'x' * number}", bucket)
        for number in range(count)
    ]


def test_corrections_are_learnt_measured_and_written(tmp_path: Path) -> None:
    lesson = learn_buckets(tmp_path, corrected(15))
    assert lesson.used
    assert (lesson.labels, lesson.held_out) == (15, 5)
    assert (lesson.before, lesson.after) == (0.0, 1.0)
    assert lesson.earlier == ""
    lines = (tmp_path / "decided.csv").read_text().splitlines()
    assert lines[0] == "comment,bucket"
    assert len(lines) == 16


def test_what_makes_it_worse_is_not_used(tmp_path: Path) -> None:
    """People change their mind: what they said first foretells the later ones wrongly."""
    first = learn_buckets(tmp_path, corrected(12))
    assert first.used
    kept = (tmp_path / "decided.csv").read_bytes()
    muddled = [(f"zorblat quimby {100_000 + number}", "rounding") for number in range(14)]
    later = [(f"zorblat quimby {200_000 + number}", "fee_or_tax") for number in range(6)]
    lesson = learn_buckets(tmp_path, [*muddled, *later])
    assert not lesson.used
    assert (lesson.before or 0) > (lesson.after or 0)
    assert "worse" in lesson.why
    assert (tmp_path / "decided.csv").read_bytes() == kept


def test_few_wordless_strange_and_known_ones_teach_nothing(tmp_path: Path) -> None:
    few = corrected(9)
    for each in (few, [*few, ("", "fee_or_tax")], [*few, ("words", "nonsense")]):
        lesson = learn_buckets(tmp_path, each)
        assert (lesson.used, lesson.labels, lesson.before) == (False, 9, None)
    learn_buckets(tmp_path, corrected(12))
    assert learn_buckets(tmp_path, corrected(12)).labels == 0


def test_a_lesson_is_taken_back(tmp_path: Path) -> None:
    first = learn_buckets(tmp_path, corrected(12))
    kept = (tmp_path / "decided.csv").read_bytes()
    second = learn_buckets(tmp_path, corrected(30)[12:])
    assert second.used
    with pytest.raises(InputError, match="changed since"):
        roll_back(tmp_path, first)
    roll_back(tmp_path, second)
    assert (tmp_path / "decided.csv").read_bytes() == kept
    roll_back(tmp_path, first)
    assert not (tmp_path / "decided.csv").exists()
    with pytest.raises(InputError, match="changed since"):
        roll_back(tmp_path, first)


def test_what_is_not_used_cannot_be_taken_back(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing to take back"):
        roll_back(tmp_path, Lesson(kind="order", subject="r", labels=0, measure=""))
