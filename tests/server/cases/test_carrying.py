"""Open items between runs and cases: what is closed is not carried, what is cleared is closed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from carrying_days import SPEC, table
from django.test import Client

from tieout.server.accounts.models import User
from tieout.server.cases.carrying import settled
from tieout.server.cases.models import Case, Finding, Run
from tieout.server.cases.registering import folder_of, register_run
from tieout.server.cases.services import comment, decide, reopen
from tieout.server.jobs.models import Job
from tieout.server.jobs.scheduling import ask_when_due, save_schedule
from tieout.server.jobs.services import enqueue
from tieout.server.jobs.worker import work_off

pytestmark = pytest.mark.django_db(transaction=True)
People = Callable[..., User]
Day = Callable[..., Run]
MakeRun = Callable[..., Path]
Found = Callable[..., dict[str, Any]]


@pytest.fixture
def ann(person: People) -> User:
    return person("ann", "preparer")


@pytest.fixture
def day(workspace: Path, ann: User) -> Day:
    """Reconciles two tables by a job, and does what follows from it."""
    (workspace / "spec.yaml").write_text(yaml.safe_dump(SPEC), encoding="utf-8")

    def day(number: int, left: str, right: str, **more: Any) -> Run:
        arguments = {"spec": str(workspace / "spec.yaml"), **more}
        for side, words in (("left", left), ("right", right)):
            path = workspace / f"{side}-{number}.csv"
            path.write_text(table(words), encoding="utf-8")
            arguments[side] = str(path)
        job = enqueue("reconcile", arguments, actor=ann)
        work_off()
        job.refresh_from_db()
        assert (job.state, job.error) == ("done", "")
        return Run.objects.latest("pk")

    return day


def case_of(key: str) -> Case:
    return Case.objects.get(key=key, kind="break")


def test_a_case_goes_on_from_day_to_day_until_its_item_clears(day: Day, ann: User) -> None:
    first = day(1, "CHQ-1 100.00 2\nCHQ-2 70.00 2", "A-1 5.00 2")
    mine = case_of("CHQ-1")
    comment(mine.pk, "asked the bank", actor=ann)
    second = day(2, "B-1 6.00 3", "B-1 6.00 3\nCHQ-1 100.00 2")
    cleared = case_of("CHQ-1")
    assert (cleared.pk, cleared.status, cleared.verdict) == (mine.pk, "resolved", "resolved")
    decision = cleared.decisions.get()
    assert decision.actor is None
    assert decision.note == (
        f"CHQ-1: in run {second.run_id} left row 2, carried forward from row 1 of left-1.csv "
        f"in run {first.run_id}, ties out with right row 2 (exact, match M2)"
    )
    still = case_of("CHQ-2")
    assert (still.status, still.first_run, still.latest_run) == ("new", first, second)
    assert (str(still.happened_on), str(still.as_of)) == ("2026-03-02", "2026-03-03")
    result = Job.objects.filter(kind="follow_up").latest("pk").result
    assert result is not None
    assert result["arrived"] == 1


def test_what_people_have_closed_is_not_carried_and_what_they_call_valid_is(
    day: Day, ann: User
) -> None:
    day(1, "OLD-1 3.00 2\nCHQ-2 70.00 2", "A-1 5.00 2")
    decide([case_of("OLD-1").pk], "resolved", actor=ann, note="written off")
    decide([case_of("CHQ-2").pk], "valid", actor=ann)
    second = day(2, "B-1 6.00 3", "B-1 6.00 3")
    became = pl.read_parquet(folder_of(second) / "carried.parquet")
    assert dict(became.select("key", "state").iter_rows()) == {
        "OLD-1": "settled", "CHQ-2": "break", "A-1": "break",
    }  # fmt: skip
    number = case_of("OLD-1").pk
    assert became.filter(pl.col("key") == "OLD-1")["reason"].item() == f"case {number} is resolved"


def test_somebodys_case_is_closed_too_unless_a_second_person_looks_at_it(
    day: Day, ann: User
) -> None:
    day(1, "CHQ-1 100.00 2\nCHQ-2 70.00 2", "A-1 5.00 2")
    decide([case_of("CHQ-1").pk], "valid", actor=ann)
    Case.objects.filter(key="CHQ-2").update(status="waiting", asks="review")
    day(2, "B-1 6.00 3", "CHQ-1 100.00 2\nCHQ-2 70.00 2")
    assert (case_of("CHQ-1").status, case_of("CHQ-2").status) == ("resolved", "waiting")


def test_pages_tell_what_was_carried(day: Day, person: People) -> None:
    first = day(1, "INV-1 100.00 2\nCHQ-2 70.00 2", "INV-1 97.10 2")
    second = day(2, "B-1 6.00 3", "B-1 6.00 3\nCHQ-2 70.00 2")
    client = Client(headers={"host": "localhost"})
    client.force_login(person("eva", "reviewer"))
    page = " ".join(client.get(f"/runs/{second.run_id}/").content.decode().split())
    assert "Cleared from earlier: <strong>1</strong>, still open: <strong>2</strong>" in page
    assert f'<a href="/runs/{first.run_id}/">{first.run_id}</a>' in page
    assert "Cleared from earlier" not in client.get(f"/runs/{first.run_id}/").content.decode()
    shown = client.get(f"/cases/{case_of('INV-1').pk}/evidence/").content.decode()
    assert f"it was read from row 1 of left-1.csv by run {first.run_id}" in shown


def test_a_schedule_may_carry_forward_what_the_spec_does_not(
    day: Day, workspace: Path, person: People
) -> None:
    (workspace / "spec.yaml").write_text(yaml.safe_dump({**SPEC, "carry_forward": False}))
    first = day(1, "CHQ-1 100.00 2", "A-1 5.00 2")
    arguments = {name: str(workspace / f"{name}-1.csv") for name in ("left", "right")}
    arguments |= {"spec": str(workspace / "spec.yaml"), "carry_forward": first.run_id}
    values = {"name": "daily", "kind": "reconcile", "arguments": arguments, "cron": "* * * * *"}
    schedule = save_schedule(values, actor=person("eva", "admin"))
    assert schedule.next_at is not None
    assert ask_when_due(schedule.next_at) == 1
    work_off()
    last = Run.objects.latest("pk")
    assert last.counts["carried"]["left"]["in_file"] == 1


def test_what_is_settled_is_told_by_its_own_case_before_its_incidents(
    make_run: MakeRun, found: Found, ann: User
) -> None:
    run = register_run(make_run("r1", [found("b1"), found("b2"), found("b3")])).run
    shared = Case.objects.create(
        kind="incident", identity="I1", title="I1", opened_at=run.created_at,
        updated_at=run.created_at,
    )  # fmt: skip
    Case.objects.filter(identity="b2").delete()
    Finding.objects.filter(identity__in=("b1", "b2")).update(case=shared)
    assert settled(["b1", "b2", "b3", "unknown"]) == {}
    decide([shared.pk], "resolved", actor=ann)
    assert settled(["b1", "b2", "b3"]) == {"b2": f"case {shared.pk} is resolved"}
    own = Case.objects.get(identity="b1")
    decide([own.pk], "resolved", actor=ann)
    assert settled(["b1", "b3"]) == {"b1": f"case {own.pk} is resolved"}
    reopen(own.pk, actor=ann)
    assert settled(["b1", "b3"]) == {}
