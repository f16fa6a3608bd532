"""Jobs that make runs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tieout.model.errors import InputError
from tieout.server.accounts.models import User
from tieout.server.cases.handlers import run_detect
from tieout.server.cases.models import Case, Run
from tieout.server.jobs.models import Job
from tieout.server.jobs.services import enqueue
from tieout.server.jobs.worker import work_off

pytestmark = pytest.mark.django_db(transaction=True)
People = Callable[..., User]
LEFT = "date,reference,amount\n" + "".join(
    f"2026-03-{day:02d},R{day},{day}.10\n" for day in range(1, 21)
)


@pytest.fixture
def files(workspace: Path) -> dict[str, Any]:
    """Two files that differ in two rows."""
    (workspace / "left.csv").write_text(LEFT)
    (workspace / "right.csv").write_text(LEFT.replace("7.10", "7.40").replace("R9,9.10", "R9,9.90"))
    return {"left": str(workspace / "left.csv"), "right": str(workspace / "right.csv")}


def test_a_job_makes_a_run_and_its_cases(files: dict[str, Any], person: People) -> None:
    ann = person("ann", "preparer")
    job = enqueue("reconcile", files, actor=ann)
    work_off()
    job.refresh_from_db()
    assert (job.state, job.error) == ("done", "")
    run = Run.objects.get()
    assert job.result is not None
    assert job.result["run_id"] == run.run_id
    assert run.run_id.endswith(f"-reconcile-j{job.pk}")
    assert run.registered_by == ann
    assert Case.objects.filter(kind="break").count() >= 2


def test_a_job_that_is_taken_up_again_makes_no_second_run(
    files: dict[str, Any], person: People, workspace: Path
) -> None:
    job = enqueue("reconcile", files, actor=person("ann", "preparer"))
    work_off()
    cases = Case.objects.count()
    # As after a crash between the run and the note that it is done.
    Job.objects.filter(pk=job.pk).update(state="queued", finished_at=None)
    work_off()
    assert Job.objects.get(pk=job.pk).state == "done"
    assert len(list((workspace / "runs").iterdir())) == 1
    assert (Run.objects.count(), Case.objects.count()) == (1, cases)


def test_one_file_is_judged_row_by_row(workspace: Path, person: People) -> None:
    rows = "".join(f"{n},shop,{100 + n % 7}\n" for n in range(200)) + "200,shop,99999\n"
    (workspace / "rows.csv").write_text("id,kind,amount\n" + rows)
    job = enqueue("detect", {"file": str(workspace / "rows.csv")}, actor=person("ann", "preparer"))
    work_off()
    job.refresh_from_db()
    assert (job.state, job.error) == ("done", "")
    run = Run.objects.get()
    assert (run.job, run.rows, run.conservation["current"]["holds"]) == ("detect", 201, True)
    assert Case.objects.filter(kind="transaction").count() == run.found


def test_breaks_of_another_tool_are_analyzed(workspace: Path, person: People) -> None:
    lines = [f"2026-{m:02d}-28,ACC{a},100.00,{100 - a}.00" for m in (1, 2, 3) for a in range(1, 9)]
    (workspace / "breaks.csv").write_text("\n".join(["as_of,account,left,right", *lines]) + "\n")
    job = enqueue(
        "analyze", {"file": str(workspace / "breaks.csv")}, actor=person("ann", "preparer")
    )
    work_off()
    job.refresh_from_db()
    assert (job.state, job.error) == ("done", "")
    assert Run.objects.get().job == "analyze"


def test_a_job_without_its_files_fails_for_good_and_says_why(person: People) -> None:
    job = enqueue("reconcile", {"left": ""}, actor=person("ann", "preparer"))
    work_off()
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("failed", 1)
    assert "needs left" in job.error


def test_a_profile_that_does_not_exist_is_named(person: People) -> None:
    job = enqueue("detect", {"file": "x.csv", "profile": "horses"}, actor=person("a", "preparer"))
    with pytest.raises(InputError, match="profile horses: expected payments"):
        run_detect(job, lambda share, step="": None)  # type: ignore[arg-type]
