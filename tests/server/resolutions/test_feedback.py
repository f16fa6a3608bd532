"""Decisions teach the next run: measured, used where they help, shown, taken back."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from tieout.model.errors import InputError
from tieout.pipeline.feedback.lesson import Lesson
from tieout.pipeline.scoring.cuts import read_cuts
from tieout.server.accounts.models import User
from tieout.server.audit.models import AuditEntry
from tieout.server.cases.models import Case, Finding, Run
from tieout.server.cases.services import decide, open_case
from tieout.server.jobs.services import enqueue
from tieout.server.jobs.worker import work_off
from tieout.server.resolutions import feedback
from tieout.server.resolutions.models import StoredLesson

pytestmark = pytest.mark.django_db(transaction=True)
People = Callable[..., User]
MANIFEST = """{"run_id": "r1", "job": "detect", "created_at": "2026-03-31T18:00:00Z",
"inputs": [], "spec": {"profile": "payments"}, "spec_sha256": "", "options": {}, "versions": {},
"seed": 0, "counts": {}, "conservation": {}, "outputs": {}, "seconds": {}}"""


@pytest.fixture
def ann(person: People) -> User:
    return person("ann", "reviewer")


@pytest.fixture
def judged(workspace: Path, ann: User) -> None:
    """A detection of which people have decided thirty findings; those with low scores are none."""
    folder = workspace / "runs" / "r1"
    folder.mkdir(parents=True)
    (folder / "run.json").write_text(MANIFEST)
    Run.objects.create(
        run_id="r1", job="detect", name="cards", folder="runs/r1", created_at="2026-03-31T18:00Z"
    )
    for number in range(30):
        score = (0.5, 0.9, 0.6)[number % 3]
        case = open_case("transaction", f"t{number}", "T", actor=None, source="cards", score=score)
        decide([case.pk], "valid" if score > 0.8 else "false_positive", actor=ann)


@pytest.fixture
def corrected(workspace: Path, ann: User) -> None:
    """Fifteen breaks whose bucket a person corrected, with the words of their records."""
    for number in range(15):
        words = f"zorblat quimby {'x' * number}"
        case = open_case(
            "break", f"b{number}", "B", actor=None, source="r", details={"comment": words}
        )
        Case.objects.filter(pk=case.pk).update(latest_run=None)
        decide([case.pk], "valid", actor=ann, bucket="fee_or_tax")


def lessons() -> dict[str, StoredLesson]:
    return {each.kind: each for each in StoredLesson.objects.all()}


def test_false_positives_raise_the_cut_and_are_measured_first(
    judged: None, workspace: Path
) -> None:
    feedback.learn_all()
    lesson = lessons()["threshold"]
    assert (lesson.subject, lesson.labels, lesson.held_out, lesson.after) == (
        "payments",
        30,
        10,
        0.7,
    )
    assert lesson.can_be_taken_back
    assert read_cuts(workspace) == {"payments": 0.9}
    assert AuditEntry.objects.filter(action="lesson.learnt").count() == len(lessons())


def test_corrected_buckets_are_learnt(corrected: None, workspace: Path) -> None:
    feedback.learn_all()
    lesson = lessons()["buckets"]
    assert (lesson.used, lesson.labels, lesson.before, lesson.after) == (True, 15, 0.0, 1.0)
    assert "zorblat quimby" in (workspace / "decided.csv").read_text()


def test_nothing_is_learnt_twice_from_the_same_decisions(judged: None, ann: User) -> None:
    feedback.learn_all()
    count = StoredLesson.objects.count()
    assert feedback.learn_all() == []
    decide([open_case("transaction", "t99", "T", actor=None, source="cards", score=0.5).pk],
           "false_positive", actor=ann)  # fmt: skip
    feedback.learn_all()
    assert StoredLesson.objects.count() == count + 1


def test_without_decisions_nothing_is_learnt(workspace: Path, db: None) -> None:
    assert feedback.learn_all() == []


def test_what_cannot_be_learnt_says_why_and_stops_nothing(
    judged: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> Lesson:
        raise InputError("the file is gone")

    monkeypatch.setattr(feedback, "learn_cut", refuse)
    feedback.learn_all()
    assert lessons()["threshold"].why == "the file is gone"


def test_it_is_shown_and_taken_back(judged: None, workspace: Path, person: People) -> None:
    feedback.learn_all()
    cat = Client()
    cat.force_login(person("cat", "approver"))
    page = cat.get("/learning/").content.decode()
    assert "threshold of payments" in page
    assert "flagged from 0.900 on instead of 0.000" in page
    lesson = lessons()["threshold"]
    cat.post(f"/learning/{lesson.pk}/take-back/")
    assert read_cuts(workspace) == {}
    assert "taken back" in cat.get("/learning/").content.decode()
    assert AuditEntry.objects.get(action="lesson.taken_back").actor == "cat"
    cat.post(f"/learning/{lesson.pk}/take-back/")
    with pytest.raises(InputError, match="nothing to take back"):
        feedback.take_back(lesson.pk, actor=User.objects.get(username="cat"))


def test_it_is_a_job(judged: None) -> None:
    job = enqueue("learn", {}, actor=None)
    work_off()
    job.refresh_from_db()
    assert job.result == {"lessons": StoredLesson.objects.count(), "used": 1}


def test_what_was_said_of_a_finding_counts_before_what_was_said_of_its_incident(
    judged: None, ann: User
) -> None:
    run, shared = Run.objects.get(), open_case("incident", "I1", "I", actor=None)
    for number in (0, 99):
        Finding.objects.create(
            run=run, identity=f"t{number}", place=number + 1, case=shared, incident_id="I1"
        )
    decide([shared.pk], "resolved", actor=ann)
    assert feedback._labels(run) == {1: False, 100: True}
