"""Cases through the door: a flagged record becomes one, and is decided once."""

import time
from typing import Any

import pytest
from tests.server.api.conftest import Server


def a_case(server: Server, amount: float) -> dict[str, Any]:
    """The case that a record becomes which is far out of pattern."""
    record = {
        "transaction_id": f"T-{amount}",
        "timestamp": "2026-01-03T14:00:00",
        "customer_id": "C0000001",
        "amount": amount,
        "currency": "EUR",
    }
    with server.client() as client:
        assert client.post("/realtime_anomaly/", json=record).json()["is_flag"]
        assert client.post("/realtime_anomaly/", json=record).json()["is_flag"]
        for _ in range(100):
            params = {"q": f"{amount:,.2f}"}
            found = client.get("/api/v1/cases", params=params).json()
            if found["total"]:
                assert found["total"] == len(found["items"]) == 1
                case: dict[str, Any] = found["items"][0]
                return case
            time.sleep(0.1)
    raise AssertionError("there is no case")


def test_a_record_that_is_flagged_twice_is_one_case(server: Server) -> None:
    case = a_case(server, 777_111.0)
    assert case["kind"] == "transaction"
    assert case["status"] == "new"
    assert server.client("auditor").get(f"/api/v1/cases/{case['id']}").json() == case


def test_a_decision_under_a_key_is_made_once(server: Server) -> None:
    case = a_case(server, 777_222.0)
    wish = {"case_ids": [case["id"]], "verdict": "escalate", "note": "call the customer"}
    key = {"Idempotency-Key": f"decide-{time.time_ns()}"}
    client = server.client("reviewer")
    first = client.post("/api/v1/decisions", json=wish, headers=key)
    assert first.status_code == 200, first.text
    assert client.post("/api/v1/decisions", json=wish, headers=key).json() == first.json()
    other = client.post("/api/v1/decisions", json=wish | {"note": "no"}, headers=key)
    assert other.status_code == 409
    made = client.get("/api/v1/decisions", params={"case": case["id"]}).json()
    assert made["total"] == 1
    assert made["items"][0]["actor"] == "reviewer"
    entries = server.client("auditor").get(
        "/api/v1/audit", params={"target_kind": "case", "target_id": str(case["id"])}
    )
    actions = [each["action"] for each in entries.json()["items"]]
    assert actions == ["case.opened", "case.decided"]


def test_a_decision_on_what_somebody_has_changed_since_is_refused(server: Server) -> None:
    case = a_case(server, 777_333.0)
    wish = {"case_ids": [case["id"]], "verdict": "valid", "revision": case["revision"]}
    assert server.client().post("/api/v1/decisions", json=wish).status_code == 200
    again = server.client("reviewer").post("/api/v1/decisions", json=wish)
    assert again.status_code == 422
    assert "somebody changed the case" in again.json()["detail"]


def test_anomalies_of_an_upload_come_into_the_queue(server: Server) -> None:
    lines = (server.workspace / "data" / "transactions.csv").read_text().splitlines()
    text = "\n".join([lines[0], *lines[-700:]]) + "\n"
    found = server.client().post("/api/upload_csv/", files={"file": ("june.csv", text.encode())})
    assert found.status_code == 200, found.text
    assert found.json()["flagged"]["total"] > 0
    params = {"action": "run.registered", "target_id": found.json()["run_id"]}
    (entry,) = server.client("auditor").get("/api/v1/audit", params=params).json()["items"]
    assert entry["after"]["cases"] > 0
    assert entry["actor"] == "preparer"


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("/api/v1/cases?severty=critical", "severty: no such parameter; there are bucket, kind"),
        ("/api/v1/cases?severity=urgent", "'critical', 'high', 'medium' or 'low'"),
        ("/api/v1/jobs?status=failed", "status: no such parameter; there are kind, limit"),
    ],
)
def test_a_mistyped_filter_does_not_leave_everything_in(
    server: Server, address: str, told: str
) -> None:
    answer = server.client().get(address)
    assert answer.status_code == 422
    assert told in answer.json()["detail"]


def test_a_body_that_is_no_json_says_where(server: Server) -> None:
    answer = server.client().post(
        "/realtime_anomaly/", content=b"{bad", headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 400
    assert answer.json()["detail"] == "the body is no JSON, from character 1 on"
