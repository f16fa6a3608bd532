"""What people decided teaches the next run: buckets, the order of findings, and the cut."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, fields
from functools import partial
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from tieout.model.errors import InputError
from tieout.pipeline.feedback.buckets import learn_buckets
from tieout.pipeline.feedback.cut import Judged, learn_cut
from tieout.pipeline.feedback.lesson import Lesson, roll_back
from tieout.pipeline.feedback.order import learn_order
from tieout.pipeline.run_query.evidence import break_evidence
from tieout.pipeline.run_query.findings import read_manifest
from tieout.server.accounts.models import User
from tieout.server.audit.services import record
from tieout.server.cases.models import Case, Decision, Finding, Run
from tieout.server.cases.registering import folder_of
from tieout.server.resolutions.models import StoredLesson

_VERDICT: Final = Decision.Verdict
_WAS_ONE: Final = {
    _VERDICT.VALID: True,
    _VERDICT.RESOLVED: True,
    _VERDICT.ESCALATE: True,
    _VERDICT.FALSE_POSITIVE: False,
}
# Reading a comment opens a file; the latest corrections say enough.
_CORRECTIONS_MAX: Final = 300
_COMMENT: Final = "comment"


def learn_all(announce: Callable[[str], None] = lambda _: None) -> list[StoredLesson]:
    """Learn whatever new decisions teach; each lesson is kept, and those that help are used.

    Nothing is learnt again from the same number of decisions.
    """
    made = []
    for kind, subject, decisions, learn in _lessons():
        known = StoredLesson.objects.filter(kind=kind, subject=subject).first()
        if decisions == 0 or (known is not None and known.decisions >= decisions):
            continue
        announce(f"learning {kind} of {subject}")
        try:
            lesson = learn()
        except InputError as error:
            lesson = Lesson(kind=kind, subject=subject, labels=0, measure="", why=str(error))
        made.append(_keep(lesson, kind, subject, decisions))
    return made


@transaction.atomic
def take_back(lesson_id: int, *, actor: User) -> StoredLesson:
    """The next run goes by what was there before. Raises InputError where that is not possible."""
    stored = StoredLesson.objects.select_for_update().filter(pk=lesson_id).first()
    if stored is None or not stored.can_be_taken_back:
        raise InputError("no run goes by this lesson; there is nothing to take back")
    names = [each.name for each in fields(Lesson)]
    roll_back(_workspace(), Lesson(**{name: getattr(stored, name) for name in names}))
    stored.taken_back_by, stored.taken_back_at = actor, timezone.now()
    stored.save(update_fields=["taken_back_by", "taken_back_at"])
    record(
        actor=actor,
        action="lesson.taken_back",
        target=("lesson", stored.pk),
        after={"kind": stored.kind, "subject": stored.subject},
    )
    return stored


@transaction.atomic
def _keep(lesson: Lesson, kind: str, subject: str, decisions: int) -> StoredLesson:
    values = asdict(lesson) | {"kind": kind, "subject": subject[:300], "decisions": decisions}
    stored = StoredLesson.objects.create(**values)
    record(actor=None, action="lesson.learnt", target=("lesson", stored.pk), after=asdict(lesson))
    return stored


def _lessons() -> Iterator[tuple[str, str, int, Callable[[], Lesson]]]:
    """What could be learnt: kind, subject, number of decisions, and how."""
    workspace = _workspace()
    corrections = _corrections().count()
    yield "buckets", "words", corrections, lambda: learn_buckets(workspace, _texts(_corrected()))
    newest: dict[str, Run] = {}
    for run in Run.objects.filter(job="detect").order_by("created_at", "pk"):
        newest[run.name] = run
    for name, run in sorted(newest.items()):
        labels = _labels(run)
        yield "order", name, len(labels), partial(learn_order, workspace, folder_of(run), labels)
    for profile, judged in sorted(_judged_by_profile(newest.values()).items()):
        learn = partial(learn_cut, workspace, profile, judged)
        yield "threshold", profile, len(judged), learn


def _corrections() -> QuerySet[Case]:
    return Case.objects.filter(kind=Case.Kind.BREAK, bucket_corrected=True)


def _corrected() -> list[Case]:
    """The latest of them, oldest first."""
    found = _corrections().select_related("latest_run").order_by("-updated_at", "-pk")
    return list(reversed(found[:_CORRECTIONS_MAX]))


def _texts(cases: list[Case]) -> list[tuple[str, str]]:
    """Comment and bucket of corrected cases, oldest first; those without a comment are left out."""
    return [(text, case.bucket) for case in cases if (text := _comment_of(case))]


def _comment_of(case: Case) -> str:
    """What the records of a break say in words, read once from its run's files."""
    if _COMMENT in case.details or case.latest_run is None:
        return str(case.details.get(_COMMENT, ""))
    try:
        evidence = break_evidence(folder_of(case.latest_run), case.identity)
    except InputError:
        return ""
    texts = [
        text for line in evidence.lines if line.label == "Text" for text in (line.left, line.right)
    ]
    said = "; ".join(dict.fromkeys(text for text in texts if text))
    Case.objects.filter(pk=case.pk).update(details=case.details | {_COMMENT: said})
    return said


def _labels(run: Run) -> dict[int, bool]:
    """Whether each row of a run that somebody decided was one.

    What was said of a finding itself counts before what was said of its incident.
    """
    findings = Finding.objects.filter(run=run, place__isnull=False)
    shared = findings.filter(case__verdict__in=_WAS_ONE).exclude(case__asks="review")
    said = dict(shared.values_list("place", "case__verdict"))
    own = Case.objects.filter(kind=Case.Kind.TRANSACTION, verdict__in=_WAS_ONE)
    own = own.exclude(asks="review").filter(identity__in=findings.values("identity"))
    verdicts = dict(own.values_list("identity", "verdict"))
    grouped = findings.exclude(incident_id="").values_list("place", "identity")
    said |= {place: verdicts[each] for place, each in grouped if each in verdicts}
    return {int(place): _WAS_ONE[_VERDICT(verdict)] for place, verdict in said.items() if place}


def _judged_by_profile(runs: Iterable[Run]) -> dict[str, list[Judged]]:
    """Scores and answers of decided findings by profile, oldest first."""
    found: dict[str, list[Judged]] = {}
    for run in runs:
        try:
            profile = str(read_manifest(folder_of(run)).spec["profile"])
        except (InputError, KeyError):
            continue
        cases = Case.objects.filter(
            kind=Case.Kind.TRANSACTION, source=run.name, verdict__in=_WAS_ONE, score__isnull=False
        )
        for case in cases.exclude(asks="review").order_by("updated_at", "pk"):
            judged = Judged(score=case.score or 0.0, was_one=_WAS_ONE[_VERDICT(case.verdict)])
            found.setdefault(profile, []).append(judged)
    return found


def _workspace() -> Path:
    return Path(settings.WORKSPACE).resolve()
