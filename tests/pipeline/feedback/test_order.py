"""Judged findings teach the re-ranker, which later runs go by; and it is taken back."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tieout.pipeline.detection import DetectJob, DetectResult, detect
from tieout.pipeline.feedback.lesson import roll_back
from tieout.pipeline.feedback.order import learn_order

ROWS = 1_200


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    random = np.random.default_rng(1)
    value = np.exp(random.normal(4.0, 1.0, ROWS)).round(2)
    desk = random.choice(["north", "south", "east", "west"], ROWS)
    discount = random.uniform(0, 40, ROWS).round(1)
    frame = pl.DataFrame({"desk": desk, "value": value, "discount": discount})
    frame.write_csv(tmp_path / "orders.csv")
    run(tmp_path, "first")
    return tmp_path


def run(workspace: Path, name: str) -> DetectResult:
    file = str(workspace / "orders.csv")
    return detect(DetectJob(file=file, out=workspace / "runs" / name, workspace=workspace))


def said_of(workspace: Path) -> dict[int, bool]:
    """What people say: the west at a high discount is what they look for."""
    rows = pl.read_csv(workspace / "orders.csv").rows(named=True)
    sought = [n for n, row in enumerate(rows, 1) if row["desk"] == "west" and row["discount"] > 30]
    others = [n for n, row in enumerate(rows, 1) if row["discount"] < 20][:60]
    return dict.fromkeys(sought, True) | dict.fromkeys(others, False)


def test_later_runs_go_by_what_was_decided_until_it_is_taken_back(workspace: Path) -> None:
    lesson = learn_order(workspace, workspace / "runs" / "first", said_of(workspace))
    assert lesson.used, lesson.why
    assert lesson.before is not None
    assert lesson.after is not None
    assert lesson.after > lesson.before
    assert lesson.file.endswith(".learnt.npz")
    assert run(workspace, "second").report.learning.startswith("Ordered by what an earlier run")
    assert {each.name for each in (workspace / "runs").iterdir()} == {"first", "second"}
    roll_back(workspace, lesson)
    assert run(workspace, "third").report.learning == ""


def test_few_labels_teach_nothing(workspace: Path) -> None:
    said = said_of(workspace)
    for labels in (dict(list(said.items())[:8]), dict.fromkeys(range(1, 60), True)):
        lesson = learn_order(workspace, workspace / "runs" / "first", labels)
        assert not lesson.used
        assert "it needs 20 decided findings" in lesson.why


def test_what_is_kept_is_what_stood_the_test(workspace: Path) -> None:
    random = np.random.default_rng(5)
    labels = {int(row): bool(random.random() < 0.5) for row in random.choice(ROWS, 80, False) + 1}
    lesson = learn_order(workspace, workspace / "runs" / "first", labels)
    kept = list((workspace / ".tieout" / "models").glob("*.learnt.npz"))
    assert bool(kept) == lesson.used
