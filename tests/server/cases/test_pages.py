"""What pages say, and what they let through."""

import io
import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tieout.server.accounts.models import ApiToken, User
from tieout.server.audit.models import AuditEntry
from tieout.server.cases import services
from tieout.server.cases.models import Case, Run
from tieout.server.cases.registering import register_run

pytestmark = pytest.mark.django_db
People = Callable[..., User]
MakeRun = Callable[..., Path]
Found = Callable[..., dict[str, Any]]


@pytest.fixture
def browsing(person: People) -> Callable[..., Client]:
    """A browser of somebody: browsing("preparer")."""

    def of(role: str, name: str = "") -> Client:
        client = Client(headers={"host": "localhost"})
        client.force_login(person(name or role, role))
        return client

    return of


def content(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_what_a_file_said_is_never_taken_for_the_page(
    make_run: MakeRun, found: Found, browsing: Callable[..., Client]
) -> None:
    evil = "<script>alert(1)</script>"
    breaks = [
        found("b1", key=evil, evidence=evil, reasons=[evil], currency="<b>", bucket="unknown")
    ]
    run = register_run(make_run("r1", breaks)).run
    client, case = browsing("preparer"), Case.objects.get()
    for address in (
        "/",
        f"/cases/{case.pk}/",
        f"/cases/{case.pk}/evidence/",
        f"/runs/{run.run_id}/",
        f"/runs/{run.run_id}/rows/",
        f"/?q={evil}",
    ):
        page = client.get(address).content.decode()
        assert evil not in page, address
        assert "<b>" not in page, address


def test_exports_hold_what_the_filters_leave_and_run_nothing(
    make_run: MakeRun, found: Found, browsing: Callable[..., Client]
) -> None:
    from decimal import Decimal

    register_run(
        make_run(
            "r1",
            [
                found("b1", key="=HYPERLINK(1)", difference=Decimal("-2.90")),
                found("b2", bucket="timing"),
            ],
        )
    )
    client = browsing("auditor")
    lines = content(client.get("/queue/export.csv?bucket=fee_or_tax")).decode().splitlines()
    assert len(lines) == 2
    assert "'=HYPERLINK(1)" in lines[1]
    assert ",-2.900000," in lines[1]
    sheet = content(client.get("/queue/export.xlsx"))
    assert sheet.startswith(b"PK")
    entries = AuditEntry.objects.filter(action="cases.exported")
    assert [entry.after["rows"] for entry in entries] == [1, 2]
    assert client.get("/queue/export.exe").status_code == 404


def test_a_spreadsheet_keeps_numbers_as_numbers_and_text_as_text(
    make_run: MakeRun, found: Found, browsing: Callable[..., Client]
) -> None:
    from python_calamine import CalamineWorkbook

    register_run(make_run("r1", [found("b1", key="=1+1")]))
    sheet = io.BytesIO(content(browsing("preparer").get("/queue/export.xlsx")))
    header, row = CalamineWorkbook.from_filelike(sheet).get_sheet_by_index(0).to_python()
    cells = dict(zip(header, row, strict=True))
    assert (cells["title"], cells["difference"], cells["amount"]) == ("'=1+1", 2.9, 102.9)


def test_a_decision_made_in_the_queue_can_be_taken_back_on_the_next_page(
    make_run: MakeRun, found: Found, browsing: Callable[..., Client]
) -> None:
    register_run(make_run("r1", [found("b1")]))
    client, case = browsing("preparer"), Case.objects.get()
    answer = client.post("/queue/act/", {"case": [case.pk], "action": "resolved", "next": "/"})
    assert answer.headers["Location"] == "/"
    page = client.get("/").content.decode()
    assert "1 case: resolved" in page
    batch = client.session["undo"]["batch"]
    client.post(f"/undo/{batch}/", {"next": "/"})
    assert Case.objects.get().status == "new"
    assert "Taken back: 1 case as before." in client.get("/").content.decode()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"action": "resolved"}, "choose at least one case"),
        ({"action": "explode", "case": ["1"]}, "verdict explode: expected valid"),
        ({"action": "valid", "case": ["999999"]}, "case 999999: no such case"),
    ],
)
def test_what_is_wrong_is_told_on_the_page_that_it_came_from(
    browsing: Callable[..., Client], sent: dict[str, Any], said: str
) -> None:
    client = browsing("preparer")
    answer = client.post("/queue/act/", {**sent, "next": "/?tab=mine"}, follow=True)
    assert answer.redirect_chain == [("/?tab=mine", 302)]
    assert said in answer.content.decode()


def test_nobody_is_sent_to_another_site(browsing: Callable[..., Client]) -> None:
    client = browsing("preparer")
    answer = client.post("/queue/act/", {"action": "valid", "next": "https://evil.example/"})
    assert answer.headers["Location"] == "/"


def test_live_tells_counts_changes_and_what_left_the_tab(
    make_run: MakeRun, found: Found, browsing: Callable[..., Client], person: People
) -> None:
    register_run(make_run("r1", [found("b1"), found("b2")]))
    client = browsing("preparer")
    first, second = Case.objects.order_by("identity")
    since = client.get("/queue/live/?tab=new").json()["now"]
    services.decide([first.pk], "resolved", actor=person("ben", "preparer"))
    told = client.get(
        "/queue/live/", {"tab": "new", "since": since, "ids": f"{first.pk},{second.pk}"}
    ).json()
    assert told["counts"] == {"new": 1, "mine": 0, "waiting": 0, "resolved": 1}
    assert told["rows"] == [{"id": first.pk, "revision": 2, "state": "Resolved", "gone": True}]
    assert told["opened"] == 0


def test_a_break_that_the_queue_left_out_becomes_a_case_on_request(
    make_run: MakeRun, found: Found, browsing: Callable[..., Client]
) -> None:
    usual = found("b1", anomalous=False, severity="low")
    run = register_run(make_run("r1", [usual], earlier=["r0"])).run
    client = browsing("preparer")
    assert Case.objects.count() == 0
    address = f"/runs/{run.run_id}/rows/"
    assert "Open a case" in client.get(address).content.decode()
    for _ in range(2):
        client.post(f"/runs/{run.run_id}/open/", {"identity": "b1"})
    case = Case.objects.get()
    assert (case.title, case.amount_minor, case.scale) == ("INV-b1", 10290, 2)
    assert case.latest_run == run
    assert "Open a case" not in client.get(address).content.decode()
    again = client.post(f"/runs/{run.run_id}/open/", {"identity": "no"}, follow=True)
    assert "has no such break" in again.content.decode()


def test_rows_are_asked_by_address_and_nonsense_is_told(
    make_run: MakeRun, found: Found, browsing: Callable[..., Client]
) -> None:
    run = register_run(make_run("r1", [found("b1"), found("b2", bucket="timing")])).run
    client = browsing("auditor")
    assert ">Fee or tax</span>" in client.get(f"/runs/{run.run_id}/rows/").content.decode()
    page = client.get(f"/runs/{run.run_id}/rows/?bucket=timing").content.decode()
    assert "INV-b2" in page
    assert "INV-b1" not in page
    wrong = client.get(f"/runs/{run.run_id}/rows/?sort=nonsense")
    assert wrong.status_code == 400
    assert "no such column" in wrong.content.decode()
    assert client.get(f"/runs/{run.run_id}/rows/?page=x&q=INV").status_code == 200


def test_files_of_a_run_are_saved_and_nothing_beside_them(
    make_run: MakeRun, found: Found, browsing: Callable[..., Client], workspace: Path
) -> None:
    folder = make_run("r1", [found("b1")])
    (folder / "secret.key").write_text("no")
    (workspace / "runs" / "other.csv").write_text("no")
    run = register_run(folder).run
    client = browsing("auditor")
    linked = client.get(f"/runs/{run.run_id}/report/rejects.csv")
    assert linked.headers["Location"] == f"/runs/{run.run_id}/files/rejects.csv"
    answer = client.get(f"/runs/{run.run_id}/files/rejects.csv")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert content(answer).startswith(b"file,row")
    assert AuditEntry.objects.get(action="run.file_exported").after == {"file": "rejects.csv"}
    for name in ("secret.key", "..%2Fother.csv", "gone.csv"):
        assert client.get(f"/runs/{run.run_id}/files/{name}").status_code == 404


@pytest.mark.parametrize(
    ("job", "counts", "head"),
    [
        ("analyze", {"rows": 186, "matched": 50, "in_breaks": 136, "rejected": 0}, "Agreeing"),
        ("detect", {"rows": 186, "judged": 186, "rejected": 0}, "Judged"),
    ],
)
def test_a_run_of_each_job_shows_where_its_rows_went(
    make_run: MakeRun,
    found: Found,
    browsing: Callable[..., Client],
    job: str,
    counts: dict[str, int],
    head: str,
) -> None:
    folder = make_run("r1", [found("b1")], job=job)
    said = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps(said | {"conservation": {"rows": counts}}))
    run = register_run(folder).run

    page = browsing("preparer").get(f"/runs/{run.run_id}/")

    assert page.status_code == 200
    text = page.content.decode()
    assert f">{head}</th>" in text
    assert all(f'<td class="num">{count}</td>' in text for count in counts.values())
    assert ("In breaks" in text) == ("in_breaks" in counts)


def test_a_run_whose_folder_is_gone_still_has_a_page(
    make_run: MakeRun, found: Found, browsing: Callable[..., Client]
) -> None:
    import shutil

    folder = make_run("r1", [found("b1")])
    run = register_run(folder).run
    shutil.rmtree(folder)
    client = browsing("preparer")
    assert "is gone" in client.get(f"/runs/{run.run_id}/").content.decode()
    case = Case.objects.get()
    assert client.get(f"/cases/{case.pk}/").status_code == 200
    assert "has no such table" in client.get(f"/cases/{case.pk}/evidence/").content.decode()


def test_waiting_runs_are_taken_up_by_a_button(
    make_run: MakeRun, found: Found, browsing: Callable[..., Client]
) -> None:
    make_run("r1", [found("b1")])
    client = browsing("preparer")
    assert (
        "1 run of this workspace is not in the queue yet" in client.get("/runs/").content.decode()
    )
    client.post("/runs/register/")
    assert Run.objects.get().run_id == "r1"
    assert "Take up" not in client.get("/runs/").content.decode()


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "drop one file"),
        ({"left": ("run.exe", b"MZ")}, "expected a file of a kind in"),
        ({"left": ("empty.csv", b"")}, "is empty"),
    ],
)
def test_an_upload_that_is_not_taken_says_why(
    browsing: Callable[..., Client],
    workspace: Path,
    files: dict[str, tuple[str, bytes]],
    said: str,
) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    sent = {side: SimpleUploadedFile(*named) for side, named in files.items()}
    answer = browsing("preparer").post("/new/", {**sent, "next": "/new/"}, follow=True)
    assert said in answer.content.decode()


def test_an_upload_stays_in_its_folder_and_in_the_audit_log(
    browsing: Callable[..., Client], workspace: Path
) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    sent = {
        side: SimpleUploadedFile("../../bank (1).csv", b"id,amount\n1,2.00\n")
        for side in ("left", "right")
    }
    answer = browsing("preparer").post("/new/", sent)
    assert answer.status_code == 302
    kept = sorted(path.name for path in (workspace / "uploads").glob("*/*.csv"))
    assert kept == ["bank_1_.csv", "right-bank_1_.csv"]
    entry = AuditEntry.objects.get(action="files.uploaded")
    assert [file["name"] for file in entry.after["files"]] == kept
    assert (
        json.loads(next((workspace / "uploads").glob("*/upload.json")).read_text())["files"] == kept
    )


def test_the_audit_log_is_filtered_and_shows_what_changed(
    browsing: Callable[..., Client], person: People
) -> None:
    ann = person("ann", "preparer")
    case = services.open_case("other", "o1", "Odd", actor=None)
    services.decide([case.pk], "resolved", actor=ann, note="a fee")
    client = browsing("auditor")
    page = client.get("/audit/?action=case.decided").content.decode()
    assert "a fee" in page
    assert "<del>new</del>" in page
    assert "case.opened</td>" not in page
    assert "Case opened</td>" in client.get(f"/audit/?q={case.pk}&actor=Tieout").content.decode()
    assert "No entry passes" in client.get("/audit/?from=2030-01-01").content.decode()
    assert client.get("/audit/?from=nonsense&page=x").status_code == 200


def test_an_administrator_cannot_take_their_own_administration_away(
    browsing: Callable[..., Client],
) -> None:
    client = browsing("admin")
    me = User.objects.get(username="admin")
    for sent in ({"action": "disable"}, {"action": "roles", "role": ["preparer"]}):
        answer = client.post(f"/people/{me.pk}/", {**sent, "next": "/people/"}, follow=True)
        assert "you cannot" in answer.content.decode()
    assert me.groups.get().name == "admin"


def test_an_administrator_sets_a_new_password(
    browsing: Callable[..., Client], person: People
) -> None:
    ann, client = person("ann", "preparer"), browsing("admin")
    page = client.get("/people/").content.decode()
    assert 'aria-label="New password of ann"' in page
    sent = {"action": "password", "password": "another-good-phrase", "next": "/people/"}
    client.post(f"/people/{ann.pk}/", sent)
    ann.refresh_from_db()
    assert ann.check_password("another-good-phrase")
    weak = client.post(f"/people/{ann.pk}/", sent | {"password": "123"}, follow=True)
    assert "password is too short" in weak.content.decode()


@pytest.mark.parametrize("days", ["", "never", "0", "99999999999"])
def test_a_token_without_an_end_is_not_made(client: Client, person: People, days: str) -> None:
    client.force_login(person("eve", "admin"))
    sent = {"user": "eve", "name": "feed", "scope": "read", "days": days, "next": "/people/"}
    page = client.post("/tokens/add/", sent, follow=True).content.decode()
    assert "expected 1 to 3,650" in page
    assert not ApiToken.objects.exists()


def test_the_empty_queue_names_the_next_step(
    browsing: Callable[..., Client], workspace: Path
) -> None:
    client = browsing("preparer")
    assert "Start the first run" in client.get("/").content.decode()
    assert "Clear the filters" in client.get("/?bucket=timing").content.decode()


@pytest.mark.parametrize("day", ["2026-02-31", "soon"])
def test_a_day_that_no_calendar_has_decides_nothing(
    browsing: Callable[..., Client], make_run: MakeRun, found: Found, day: str
) -> None:
    register_run(make_run("r1", [found("b1")]))
    case = Case.objects.get()
    sent = {"verdict": "timing", "waiting_until": day}
    page = browsing("preparer").post(f"/cases/{case.pk}/decide/", sent, follow=True)
    assert f"{day}: expected a day such as 2026-03-31" in page.content.decode()
    case.refresh_from_db()
    assert case.status == "new"


def test_addresses_and_forms_of_nonsense_fail_nothing(browsing: Callable[..., Client]) -> None:
    client = browsing("preparer")
    for since in ("2026-02-31T00:00:00", "2026-02-01T00:00:00", "x"):
        answer = client.get("/queue/live/", {"ids": f"1,x,{'9' * 30},²", "since": since})
        assert answer.status_code == 200
    page = client.post("/queue/act/", {"action": "valid", "case": "9" * 30}, follow=True)
    assert "choose at least one case" in page.content.decode()
    answer = client.get("/", {"q": "\0"})
    assert answer.status_code == 400
    assert "Nothing was changed" in answer.content.decode()
    assert client.post("/queue/act/", {"note": "a\0b"}).status_code == 400


def test_a_page_that_is_older_than_the_log_in_says_so(person: People) -> None:
    client = Client(headers={"host": "localhost"}, enforce_csrf_checks=True)
    client.force_login(person("ann", "preparer"))
    answer = client.post("/queue/act/", {"action": "valid", "case": "1"})
    assert answer.status_code == 403
    assert "This page is older than your log-in" in answer.content.decode()


def test_an_old_page_of_the_queue_undoes_nothing_that_others_did(
    browsing: Callable[..., Client], make_run: MakeRun, found: Found
) -> None:
    register_run(make_run("r1", [found("b1"), found("b2")]))
    ann, bob = browsing("preparer"), browsing("reviewer")
    first, second = Case.objects.order_by("pk")
    page = bob.get("/").content.decode()
    old = re.findall(r'name="seen" value="([0-9:]+)"', page)
    assert len(old) == 2
    ann.post("/queue/act/", {"action": "resolved", "case": first.pk, "seen": old})
    for action in ("timing", "take"):
        sent = {"action": action, "case": [first.pk, second.pk], "seen": old}
        told = bob.post("/queue/act/", sent, follow=True).content.decode()
        assert "somebody changed the case INV-b1 meanwhile" in told
    assert list(Case.objects.order_by("pk").values_list("status", flat=True)) == ["resolved", "new"]


def test_what_is_looked_for_in_the_wrong_tab_is_found_from_there(
    browsing: Callable[..., Client], make_run: MakeRun, found: Found
) -> None:
    register_run(make_run("r1", [found("b1")]))
    client = browsing("preparer")
    client.post("/queue/act/", {"action": "resolved", "case": Case.objects.get().pk})
    page = client.get("/?q=INV-b1").content.decode()
    address = re.search(r'href="([^"]+)">Look in all tabs', page)
    assert address is not None
    assert "INV-b1</a>" in client.get("/" + unescape(address[1]).lstrip("/")).content.decode()
    assert "Look in all tabs" not in client.get("/?q=INV-b2").content.decode()
