"""Incidents are over with their last finding, and are looked at again when they have new ones."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tieout.server.accounts.models import User
from tieout.server.cases.arrivals import reopen_back_again
from tieout.server.cases.models import Case, Finding, Run
from tieout.server.cases.opening import open_from_run
from tieout.server.cases.registering import register_run
from tieout.server.cases.services import decide, reopen, review, undo
from tieout.server.jobs.worker import work_off

pytestmark = pytest.mark.django_db(transaction=True)
People = Callable[..., User]
MakeRun = Callable[..., Path]
Found = Callable[..., dict[str, Any]]
Run_ = Callable[..., Run]
SHAPE = dict.fromkeys(("break_id", "break_id_earlier", "match_id", "state", "key"), pl.String)


@pytest.fixture
def ann(person: People) -> User:
    return person("ann", "preparer")


@pytest.fixture
def take_up(make_run: MakeRun, found: Found) -> Run_:
    """Registers a run of breaks of the incident I1, says what it cleared, and does the rest."""

    def take_up(
        name: str, *breaks: str, day: int, cleared: str = "", job: str = "reconcile"
    ) -> Run:
        rows = [found(each, incident_id="I1") for each in breaks]
        incidents = ["I1"] if breaks else []
        at = f"2026-03-{day:02d}T18:00:00Z"
        folder = make_run(name, rows or [found("else")], incidents=incidents, at=at)
        items = [
            {"break_id_earlier": each, "match_id": "M1", "state": "matched"}
            for each in cleared.split()
        ]
        pl.DataFrame(items, schema=SHAPE).write_parquet(folder / "carried.parquet")
        run = register_run(folder).run
        work_off()
        return run

    return take_up


def shared() -> Case:
    return Case.objects.get(kind="incident", identity="I1")


def own(run: Run, ann: User, *breaks: str) -> list[int]:
    return [open_from_run(run, each, actor=ann).pk for each in breaks]


def test_it_is_closed_with_the_last_of_its_findings(take_up: Run_, ann: User) -> None:
    first, second, third = own(take_up("r1", "b1", "b2", "b3", day=1), ann, "b1", "b2", "b3")
    decide([first, second], "resolved", actor=ann)
    assert shared().status == "new"
    decide([third], "false_positive", actor=ann)
    assert (shared().status, shared().verdict) == ("resolved", "resolved")
    decision = shared().decisions.get()
    assert decision.actor == ann
    assert decision.note == "each of its 3 findings has a case of its own that is resolved"


def test_it_is_a_false_positive_when_all_of_it_is_and_open_again_when_that_is_taken_back(
    take_up: Run_, ann: User
) -> None:
    cases = own(take_up("r1", "b1", "b2", "b3", day=1), ann, "b1", "b2", "b3")
    outcome = decide(cases, "false_positive", actor=ann)
    assert (shared().status, shared().verdict) == ("resolved", "false_positive")
    undo(outcome.batch, actor=ann)
    assert (shared().status, shared().verdict) == ("new", "")


def test_a_critical_one_still_takes_a_second_person(take_up: Run_, ann: User) -> None:
    cases = own(take_up("r1", "b1", "b2", "b3", day=1), ann, "b1", "b2", "b3")
    Case.objects.filter(pk=shared().pk).update(severity="critical")
    decide(cases, "resolved", actor=ann)
    assert (shared().status, shared().asks) == ("waiting", "review")


def test_it_is_closed_when_the_review_of_its_last_finding_is(
    take_up: Run_, ann: User, person: People
) -> None:
    cases = own(take_up("r1", "b1", "b2", "b3", day=1), ann, "b1", "b2", "b3")
    Case.objects.filter(pk=cases[0]).update(severity="critical")
    decide(cases, "resolved", actor=ann)
    assert shared().status == "new"
    waiting = Case.objects.get(pk=cases[0]).decisions.get()
    review(waiting.pk, accept=True, actor=person("eva", "reviewer"))
    assert shared().status == "resolved"


def test_one_of_which_not_all_is_known_stays(take_up: Run_, ann: User) -> None:
    run = take_up("r1", "b1", "b2", "b3", day=1)
    Finding.objects.filter(identity="b3").delete()
    decide(own(run, ann, "b1", "b2"), "resolved", actor=ann)
    assert shared().status == "new"


def test_runs_that_clear_all_of_it_close_it(take_up: Run_, ann: User) -> None:
    run = take_up("r1", "b1", "b2", "b3", day=1)
    decide(own(run, ann, "b3"), "resolved", actor=ann)
    take_up("r2", day=2, cleared="b1")
    assert shared().status == "new"
    take_up("r3", day=3, cleared="b2")
    decision = shared().decisions.get()
    assert (shared().status, decision.actor) == ("resolved", None)
    assert decision.note == (
        "nothing is left of its 3 findings: see what was cleared in run r2, r3"
    )
    take_up("r4", "b1", "b2", "b3", day=4)
    assert shared().status == "new"


def test_new_findings_open_it_again_and_those_that_were_decided_do_not(
    take_up: Run_, ann: User
) -> None:
    take_up("r1", "b1", "b2", "b3", day=1)
    decide([shared().pk], "resolved", actor=ann)
    take_up("r2", "b1", "b2", "b3", day=2)
    assert shared().status == "resolved"
    grown = take_up("r3", "b1", "b2", "b3", "b4", "b5", day=3)
    assert (shared().status, shared().assignee) == ("open", ann)
    decide([shared().pk, *own(grown, ann, "b4", "b5")], "resolved", actor=ann)
    take_up("r4", "b1", "b4", "b5", day=4)
    assert shared().status == "resolved"


def test_what_somebody_said_of_an_item_that_came_back_stays(take_up: Run_, ann: User) -> None:
    decide(own(take_up("r1", "b1", "b2", "b3", day=1), ann, "b1"), "timing", actor=ann)
    case = Case.objects.get(identity="b1")
    decide([case.pk], "resolved", actor=None, note="its counterpart came")
    Case.objects.filter(pk=case.pk).update(details={"arrived_in": "r1"})
    reopen(case.pk, actor=ann)
    decide([case.pk], "false_positive", actor=ann)
    run = take_up("r2", day=2)
    Case.objects.filter(pk=case.pk).update(latest_run=run)
    assert reopen_back_again(run) == []
    case.refresh_from_db()
    assert (case.status, case.verdict) == ("resolved", "false_positive")
