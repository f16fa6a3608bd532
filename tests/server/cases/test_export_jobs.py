"""The queue, a run or the audit log as a file: made by a worker, escaped, and noted."""

import csv
import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from tieout.model.errors import InputError
from tieout.server.accounts.models import User
from tieout.server.audit.models import AuditEntry
from tieout.server.cases.export_jobs import checked
from tieout.server.cases.models import Case
from tieout.server.cases.registering import register_run
from tieout.server.jobs.models import Job
from tieout.server.jobs.services import enqueue
from tieout.server.jobs.worker import work_off

pytestmark = pytest.mark.django_db(transaction=True)
People = Callable[..., User]
MakeRun = Callable[..., Path]
Found = Callable[..., dict[str, Any]]
HOSTILE = ('=HYPERLINK("http://x")', "+1+1", "-2+3", "@SUM(A1)")


@pytest.fixture
def ann(person: People) -> User:
    return person("ann", "preparer")


@pytest.fixture
def queue(make_run: MakeRun, found: Found, ann: User) -> User:
    """A queue whose keys would run in a spreadsheet."""
    breaks = [found(f"b{at}", key=key) for at, key in enumerate(HOSTILE)]
    register_run(make_run("r1", breaks), actor=ann)
    return ann


def asked(client: Client, user: User, **arguments: str) -> Job:
    """An export that was asked for in the console, made."""
    client.force_login(user)
    answer = client.post("/exports/start/", arguments)
    assert answer.status_code == 302, answer.content[:300]
    work_off()
    return Job.objects.filter(kind="export").latest("pk")


def content(client: Client, job: Job) -> bytes:
    answer = client.get(f"/exports/{job.pk}/")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_the_queue_comes_as_csv_in_which_nothing_runs(client: Client, queue: User) -> None:
    job = asked(client, queue, what="queue", to="csv", query="tab=all")
    rows = list(csv.DictReader(io.StringIO(content(client, job).decode("utf-8-sig"))))
    assert {row["title"] for row in rows} == {f"'{each}" for each in HOSTILE}
    assert job.result is not None
    assert job.result["rows"] == len(rows) == 4


def test_the_queue_comes_as_a_workbook_in_which_nothing_runs(
    client: Client, queue: User, tmp_path: Path
) -> None:
    job = asked(client, queue, what="queue", to="xlsx", query="tab=all")
    path = tmp_path / "queue.xlsx"
    path.write_bytes(content(client, job))
    rows: Sequence[Sequence[Any]] = (
        CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    )
    assert {row[2] for row in rows[1:]} == {f"'{each}" for each in HOSTILE}
    with zipfile.ZipFile(path) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


def test_filters_of_the_address_hold(client: Client, queue: User) -> None:
    Case.objects.filter(title="@SUM(A1)").update(severity="critical")
    job = asked(client, queue, what="queue", to="csv", query="tab=all&severity=critical")
    assert job.result is not None
    assert job.result["rows"] == 1


def test_a_run_comes_as_an_archive_of_its_tables(
    client: Client, queue: User, workspace: Path
) -> None:
    job = asked(client, queue, what="run", to="csv", run="r1")
    assert (job.state, job.error) == ("done", "")
    with zipfile.ZipFile(io.BytesIO(content(client, job))) as archive:
        assert "breaks.csv" in archive.namelist()
        assert b"'@SUM(A1)" in archive.read("breaks.csv")
    assert [path.suffix for path in (workspace / "exports").iterdir()] == [".zip"]


def test_the_audit_log_comes_with_its_hashes(client: Client, queue: User) -> None:
    job = asked(client, queue, what="audit", to="csv", query="action=run.registered")
    rows = list(csv.DictReader(io.StringIO(content(client, job).decode("utf-8-sig"))))
    entry = AuditEntry.objects.get(action="run.registered")
    assert [(row["action"], row["hash"]) for row in rows] == [("run.registered", entry.hash)]


def test_asking_making_and_taking_are_each_noted_once(client: Client, queue: User) -> None:
    job = asked(client, queue, what="queue", to="csv")
    Job.objects.filter(pk=job.pk).update(state="queued", finished_at=None)
    work_off()
    content(client, job)
    actions = AuditEntry.objects.filter(target_kind="job", target_id=str(job.pk))
    names = list(actions.order_by("sequence").values_list("action", flat=True))
    assert names[0] == "job.queued"
    assert names[-1] == "export.taken"
    taken = actions.get(action="export.taken")
    assert taken.after["sha256"] == Job.objects.get(pk=job.pk).result["sha256"]  # type: ignore[index]


def test_others_do_not_get_it_but_who_watches_does(
    client: Client, queue: User, person: People
) -> None:
    job = asked(client, queue, what="queue", to="csv")
    client.force_login(person("ben", "preparer"))
    assert client.get(f"/exports/{job.pk}/").status_code == 404
    assert f"/exports/{job.pk}/" not in client.get("/exports/").content.decode()
    client.force_login(person("ada", "auditor"))
    assert content(client, job)
    assert f"/exports/{job.pk}/" in client.get("/exports/").content.decode()


def test_a_file_that_is_gone_is_said_to_be(client: Client, queue: User, workspace: Path) -> None:
    job = asked(client, queue, what="queue", to="csv")
    for path in (workspace / "exports").iterdir():
        path.unlink()
    assert client.get(f"/exports/{job.pk}/").status_code == 404
    assert "gone" in client.get("/exports/").content.decode()


def test_a_name_that_leads_out_of_the_folder_is_no_file(
    client: Client, queue: User, workspace: Path
) -> None:
    job = asked(client, queue, what="queue", to="csv")
    (workspace / "secret.txt").write_text("x")
    Job.objects.filter(pk=job.pk).update(result={"file": "../secret.txt"})
    assert client.get(f"/exports/{job.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "export of nothing: expected queue, run, audit"),
        ({"what": "people", "to": "csv"}, "export of people: expected"),
        ({"what": "queue", "to": "pdf"}, "export to pdf: expected csv, xlsx"),
        ({"what": "run", "to": "csv", "run": "r9"}, "there is no such run"),
    ],
)
def test_what_there_is_not_is_refused(
    arguments: dict[str, str], words: str, client: Client, ann: User
) -> None:
    with pytest.raises(InputError, match=words):
        checked(arguments)
    client.force_login(ann)
    client.post("/exports/start/", arguments)
    assert not Job.objects.exists()


def test_nobody_has_no_queue(queue: User) -> None:
    job = enqueue("export", {"what": "queue", "to": "csv"}, actor=None, attempts_max=1)
    work_off()
    job.refresh_from_db()
    assert job.state == "failed"
    assert "nobody asked for it" in job.error


@pytest.mark.parametrize("day", ["2026-13-45", "rubbish", ""])
def test_a_day_that_no_calendar_has_filters_nothing(day: str, client: Client, queue: User) -> None:
    client.force_login(queue)
    assert client.get("/audit/", {"from": day, "to": day}).status_code == 200
