"""A close through the API."""

from tests.server.api.conftest import Server

CALENDAR = (
    "tasks: [{id: a, hours: 8, owner: ann}, {id: b, hours: 16, depends_on: [a]},"
    " {id: c, hours: 4, depends_on: [a], job: validate_ledger}]"
)


def test_a_period_is_opened_planned_and_worked_on(server: Server) -> None:
    preparer, approver = server.client("preparer"), server.client("approver")
    opened = preparer.post("/api/v1/periods", json={"period": "2026-09", "calendar": CALENDAR})
    assert opened.status_code == 201, opened.text
    status = preparer.get("/api/v1/periods/2026-09").json()
    assert status == opened.json()
    assert list(status) == ["period", "state", "tasks", "critical_path", "close_date"]
    assert status["critical_path"] == ["a", "b"]
    again = preparer.post("/api/v1/periods", json={"period": "2026-09"})
    assert again.status_code == 422
    assert "is there already" in again.json()["detail"]

    impact = preparer.post("/api/v1/periods/2026-09/what-if", json={"days": {"c": 3}}).json()
    assert impact["critical_path"] == ["a", "c"]
    assert impact["moved_days"] == 1.5
    wrong = preparer.post("/api/v1/periods/2026-09/what-if", json={"days": {"x": 3}})
    assert wrong.status_code == 422
    assert "no task 'x'" in wrong.json()["detail"]

    tasks = preparer.get("/api/v1/tasks", params={"period": "2026-09"}).json()
    assert [task["state"] for task in tasks["items"]] == ["ready", "pending", "pending"]
    first = tasks["items"][0]["id"]
    moved = preparer.post(f"/api/v1/tasks/{first}/state", json={"state": "completed"})
    assert moved.json()["done_by"] == "preparer"
    assert preparer.get("/api/v1/tasks", params={"state": "ready"}).json()["total"] >= 2
    signed = approver.post(f"/api/v1/tasks/{first}/sign-off")
    assert signed.json()["signed_by"] == "approver"

    last = tasks["items"][2]["id"]
    job = preparer.post(f"/api/v1/tasks/{last}/run")
    assert (job.status_code, job.json()["kind"]) == (202, "close.task")
    assert preparer.get(f"/api/v1/tasks/{last}").json()["state"] == "in_progress"
    locked = approver.post("/api/v1/periods/2026-09/lock")
    assert locked.status_code == 422
    assert "cannot be locked" in locked.json()["detail"]


def test_a_move_that_is_not_possible_says_what_is(server: Server) -> None:
    client = server.client("reviewer")
    client.post("/api/v1/periods", json={"period": "2026-08", "calendar": CALENDAR})
    tasks = client.get("/api/v1/tasks", params={"period": "2026-08"}).json()["items"]
    answer = client.post(f"/api/v1/tasks/{tasks[1]['id']}/state", json={"state": "completed"})
    assert answer.status_code == 422
    assert "is pending and cannot become completed" in answer.json()["detail"]
    unknown = client.post(f"/api/v1/tasks/{tasks[1]['id']}/state", json={"state": "gone"})
    assert unknown.status_code == 422


LEDGER = """
from pathlib import Path
from django.conf import settings
from tieout.server.closing.ledger import LedgerFile, import_ledger
folder = Path(settings.WORKSPACE) / "books"
folder.mkdir()
(folder / "accounts.csv").write_text(
    "account,name,type,opening\\n1000,Cash,asset,90000.00\\n6100,Rent,expense,0.00\\n"
    "3000,Capital,equity,-90000.00\\n")
(folder / "journal.csv").write_text(
    "entry,date,account,debit,credit,currency\\n"
    "J1,2026-06-05,6100,2000.00,,EUR\\nJ1,2026-06-05,1000,,2000.00,EUR\\n"
    "J2,2026-07-05,6100,4000.00,,EUR\\nJ2,2026-07-05,1000,,4000.00,EUR\\n")
print(json.dumps(import_ledger(LedgerFile(str(folder / "journal.csv")), actor=None).kept))
"""


def test_a_balance_is_prepared_approved_and_certified_and_a_variance_explained(
    server: Server,
) -> None:
    assert server.ask_database(LEDGER) == 4
    preparer, approver = server.client("preparer"), server.client("approver")
    opened = preparer.post("/api/v1/periods", json={"period": "2026-07", "calendar": CALENDAR})
    assert opened.status_code == 201, opened.text
    listed = preparer.get("/api/v1/periods/2026-07/balances").json()
    cash = next(each for each in listed if each["account"] == "1000")
    assert (cash["balance"], cash["state"], cash["unexplained"]) == (8_400_000, "open", None)
    at = f"/api/v1/periods/2026-07/balances/{cash['id']}"
    body = {"supported": 8_390_000, "support": "bank_statement", "explanation": "a cheque"}
    prepared = preparer.post(f"{at}/prepare", json=body).json()
    assert (prepared["state"], prepared["unexplained"]) == ("prepared", 10_000)
    refused = server.client("reviewer").post(f"{at}/certify")
    assert (refused.status_code, "has to approve" in refused.json()["detail"]) == (422, True)
    assert approver.post(f"{at}/approve-difference", json={"reason": "small"}).status_code == 200
    assert approver.post(f"{at}/certify").json()["state"] == "certified"
    missing = preparer.post("/api/v1/periods/2026-07/balances/987654/prepare", json=body)
    assert missing.status_code == 404

    rent = next(
        each
        for each in preparer.get("/api/v1/periods/2026-07/flux").json()
        if (each["account"], each["comparison"]) == ("6100", "prior_period")
    )
    assert (rent["current"], rent["base"], rent["is_open"]) == (400_000, 200_000, True)
    words = {name: rent[name] for name in ("account", "comparison", "fingerprint")}
    said = preparer.post("/api/v1/periods/2026-07/flux", json={**words, "text": "a second office"})
    told = {each["comparison"]: each for each in said.json()}
    assert told["prior_period"]["explanation"] == "a second office"
    assert not told["prior_period"]["is_open"]
    words["comparison"] = "last_week"
    wrong = preparer.post("/api/v1/periods/2026-07/flux", json={**words, "text": "why not"})
    assert wrong.status_code == 422
