"""Timing breaks resolve themselves when their counterpart comes, and are open again if not."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tieout.server.accounts.models import User
from tieout.server.audit.models import AuditEntry
from tieout.server.cases.arrivals import reopen_overdue
from tieout.server.cases.models import Case, Run
from tieout.server.cases.services import decide, register_run
from tieout.server.jobs.models import Job
from tieout.server.jobs.worker import work_off

pytestmark = pytest.mark.django_db(transaction=True)
People = Callable[..., User]
MakeRun = Callable[..., Path]
Found = Callable[..., dict[str, Any]]
LEFT = {
    "side": "left", "key": "A-1", "left_rows": [9], "right_rows": [],
    "amount_left": Decimal("10.00"), "amount_right": None, "difference": None,
    "date_right": None, "bucket": "missing_right",
}  # fmt: skip
RIGHT = LEFT | {
    "side": "right", "left_rows": [], "right_rows": [9], "amount_left": None,
    "amount_right": Decimal("10.00"), "date_right": date(2026, 4, 1), "bucket": "missing_left",
}  # fmt: skip
LATER = "2026-04-30T18:00:00Z"


@pytest.fixture
def take_up(make_run: MakeRun, found: Found) -> Callable[..., Run]:
    """Registers a run with breaks, and does what follows from it."""

    def take_up(name: str, *breaks: tuple[str, dict[str, Any]], at: str = LATER) -> Run:
        rows = [found(identity, **more) for identity, more in breaks] or [found("else")]
        run = register_run(make_run(name, rows, at=at)).run
        work_off()
        return run

    return take_up


def wait(case: Case, actor: User, days: int = 3) -> None:
    decide(
        [case.pk], "timing", actor=actor, waiting_until=timezone.localdate() + timedelta(days=days)
    )


def test_both_sides_are_resolved_when_the_other_comes_alone(
    take_up: Callable[..., Run], person: People
) -> None:
    take_up("march", ("b1", LEFT), at="2026-03-31T18:00:00Z")
    wait(Case.objects.get(identity="b1"), person("ann", "preparer"))
    take_up("april", ("b2", RIGHT))
    first, second = Case.objects.filter(identity__in=("b1", "b2")).order_by("identity")
    assert (first.status, second.status) == ("resolved", "resolved")
    decision = first.decisions.first()
    assert decision is not None
    assert (decision.actor, decision.verdict) == (None, "resolved")
    assert decision.note.startswith("A-1: 10.00 came on the right (row 9, 2026-04-01) in run april")
    said = AuditEntry.objects.filter(action="case.decided", actor="")
    assert said.count() == 2
    result = Job.objects.filter(kind="follow_up").latest("pk").result
    assert result is not None
    assert result["arrived"] == 2


def test_timing_by_evidence_needs_nobody(take_up: Callable[..., Run]) -> None:
    take_up("march", ("b1", LEFT | {"bucket": "timing"}), at="2026-03-31T18:00:00Z")
    take_up("april", ("b2", RIGHT))
    assert Case.objects.get(identity="b1").status == "resolved"


def test_what_is_not_timing_stays(take_up: Callable[..., Run]) -> None:
    take_up("march", ("b1", LEFT), at="2026-03-31T18:00:00Z")
    take_up("april", ("b2", RIGHT))
    assert Case.objects.get(identity="b1").status == "new"


def test_what_somebody_works_on_beside_is_theirs(
    take_up: Callable[..., Run], person: People
) -> None:
    ann = person("ann", "preparer")
    take_up("march", ("b1", LEFT), at="2026-03-31T18:00:00Z")
    wait(Case.objects.get(identity="b1"), ann)
    take_up("april")
    decide([Case.objects.get(identity="b1").pk], "valid", actor=ann)
    take_up("may", ("b2", RIGHT), at="2026-05-31T18:00:00Z")
    assert Case.objects.get(identity="b1").status == "open"
    assert Case.objects.get(identity="b2").status == "new"


def test_an_older_run_that_is_taken_up_late_proves_nothing(
    take_up: Callable[..., Run], person: People
) -> None:
    take_up("april", ("b1", LEFT))
    wait(Case.objects.get(identity="b1"), person("ann", "preparer"))
    take_up("march", ("b2", RIGHT), at="2026-03-31T18:00:00Z")
    assert Case.objects.get(identity="b1").status == "waiting"


def test_what_is_a_break_again_is_open_again(take_up: Callable[..., Run], person: People) -> None:
    take_up("march", ("b1", LEFT), at="2026-03-31T18:00:00Z")
    wait(Case.objects.get(identity="b1"), person("ann", "preparer"))
    take_up("april", ("b2", RIGHT))
    take_up("may", ("b1", LEFT), at="2026-05-31T18:00:00Z")
    case = Case.objects.get(identity="b1")
    assert case.status in {"new", "open"}
    entry = AuditEntry.objects.filter(action="case.reopened").latest("pk")
    assert "run may has the break again" in entry.after["why"]
    take_up("june", ("b1", LEFT), at="2026-06-30T18:00:00Z")
    assert AuditEntry.objects.filter(action="case.reopened").count() == 1


def test_what_has_not_come_by_its_day_is_open_again(
    take_up: Callable[..., Run], person: People
) -> None:
    take_up("march", ("b1", LEFT), at="2026-03-31T18:00:00Z")
    case = Case.objects.get(identity="b1")
    wait(case, person("ann", "preparer"))
    assert reopen_overdue() == []
    Case.objects.update(waiting_until=timezone.localdate())
    assert reopen_overdue() == [case.pk]
    case.refresh_from_db()
    assert (case.status, case.verdict, case.waiting_until) == ("open", "", None)
    entry = AuditEntry.objects.get(action="case.reopened")
    assert entry.actor == ""
    assert entry.after["why"] == f"its counterpart has not come by {timezone.localdate()}"


def test_a_run_whose_folder_is_gone_stops_nothing(
    take_up: Callable[..., Run], person: People, workspace: Path
) -> None:
    take_up("march", ("b1", LEFT), at="2026-03-31T18:00:00Z")
    wait(Case.objects.get(identity="b1"), person("ann", "preparer"))
    (workspace / "runs" / "march").rename(workspace / "elsewhere")
    take_up("april", ("b2", RIGHT))
    assert Case.objects.get(identity="b1").status == "waiting"
