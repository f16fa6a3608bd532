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
    assert preparer.get("/api/v1/periods/2026-09/balances").json() == []


def test_a_move_that_is_not_possible_says_what_is(server: Server) -> None:
    client = server.client("reviewer")
    client.post("/api/v1/periods", json={"period": "2026-08", "calendar": CALENDAR})
    tasks = client.get("/api/v1/tasks", params={"period": "2026-08"}).json()["items"]
    answer = client.post(f"/api/v1/tasks/{tasks[1]['id']}/state", json={"state": "completed"})
    assert answer.status_code == 422
    assert "is pending and cannot become completed" in answer.json()["detail"]
    unknown = client.post(f"/api/v1/tasks/{tasks[1]['id']}/state", json={"state": "gone"})
    assert unknown.status_code == 422
