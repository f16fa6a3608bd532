"""Scoring through the door."""

import csv
import hashlib
import json
import time
from pathlib import Path
from typing import Any

import pytest
from tests.server.api.conftest import Server
from websockets.sync.client import connect

ODD = {
    "transaction_id": "T-NEW",
    "timestamp": "2026-01-03T14:00:00",
    "customer_id": "C0000001",
    "amount": 987_654.32,
    "currency": "EUR",
}
JUDGED = {
    "score",
    "p_value",
    "is_ml_flag",
    "is_rule_flag",
    "is_flag",
    "is_anomaly",
    "triggered_rules",
    "reasons_top3",
}


def rows_of(server: Server) -> list[dict[str, str]]:
    with (server.workspace / "data" / "transactions.csv").open() as file:
        return [{k: v for k, v in row.items() if v} for row in csv.DictReader(file)]


def test_health_needs_no_token(server: Server) -> None:
    answer = server.client("").get("/health")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok"}


def test_ready_says_what_it_looked_at(server: Server) -> None:
    assert server.client("").get("/ready").json() == {
        "status": "ready",
        "checks": {"database": "ok", "models": "ok"},
    }


@pytest.mark.parametrize("body", [{"record": ODD}, ODD, {"record": ODD, "profile": "payments"}])
def test_a_record_is_scored_in_an_envelope_and_alone(server: Server, body: Any) -> None:
    answer = server.client().post("/realtime_anomaly/", json=body)
    assert answer.status_code == 200
    found = answer.json()
    assert set(found) == JUDGED | {"ignored", "model"}
    assert found["is_flag"] is found["is_ml_flag"] is found["is_anomaly"] is True
    assert "987,654.32" in found["reasons_top3"][0]
    # What other tests upload may have become the latest data that a model learnt from.
    assert found["model"]["profile"] == "payments"
    assert found["model"]["name"].endswith(".csv")
    assert found["model"]["practice"] is False


def test_a_burst_is_seen_across_requests_and_the_socket(server: Server) -> None:
    """Six payments of a card in a minute: the later ones are flagged, whichever way they come."""
    usual = {**rows_of(server)[-1], "card_id": "K-BURST"}
    burst = [
        {**usual, "transaction_id": f"B{n}", "timestamp": f"2026-02-01T10:00:{n}0", "amount": 9 + n}
        for n in range(6)
    ]
    with server.client() as client:
        found = [client.post("/realtime_anomaly/", json=each).json() for each in burst[:5]]
        assert [each["is_anomaly"] for each in found[:2]] == [False, False]
        assert found[-1]["is_anomaly"]
        again = client.post("/realtime_anomaly/", json=burst[1]).json()
        assert again == found[1]
        socket_url = server.url.replace("http", "ws", 1)
        with connect(f"{socket_url}/ws?token={server.tokens['preparer']}") as socket:
            socket.send(json.dumps(burst[5]))
            last = json.loads(socket.recv())
    assert "burst" in last["triggered_rules"]
    assert any("one of 6 payments within 10 minutes" in each for each in last["reasons_top3"])


@pytest.mark.parametrize("left_out", ["customer_id", "currency", "timestamp"])
def test_an_enormous_amount_is_odd_whatever_else_is_known(server: Server, left_out: str) -> None:
    new = {**ODD, "transaction_id": "T-WHO", "customer_id": "C-NOBODY"}
    del new[left_out]
    with server.client() as client:
        odd = client.post("/realtime_anomaly/", json=new).json()
        plain = client.post("/realtime_anomaly/", json={**new, "amount": 31.5}).json()
    assert odd["is_anomaly"]
    assert odd["score"] > 0.6
    assert not plain["is_anomaly"]


def test_a_batch_and_its_records_alone_agree(server: Server) -> None:
    rows = rows_of(server)
    with server.client() as client:
        batch = client.post("/batch_anomaly/", json={"records": rows}).json()
        bare = client.post("/batch_anomaly/", json=rows).json()
        assert batch == bare
        assert batch["count"] == len(batch["results"]) == 2_000
        assert batch["flagged"] == sum(each["is_flag"] for each in batch["results"]) > 50
        for place in (3, 700, 1_999):
            alone = client.post("/realtime_anomaly/", json=rows[place]).json()
            if not batch["results"][place]["is_flag"]:
                assert alone["score"] == pytest.approx(batch["results"][place]["score"], abs=1e-9)


@pytest.mark.parametrize(
    ("path", "body", "field", "said"),
    [
        ("realtime_anomaly", {"record": {"amount": "abc"}}, "records[0].amount", "number"),
        ("realtime_anomaly", {"timestamp": "soon"}, "records[0].timestamp", "2026-01-31T14:05:00"),
        ("realtime_anomaly", {"record": {"amount": [1]}}, "record.amount", ""),
        ("realtime_anomaly", {"weather": "rain"}, "records[0]", "transaction_id"),
        ("realtime_anomaly", {}, "", ""),
        ("realtime_anomaly", [], "", ""),
        ("realtime_anomaly", {"record": ODD, "profile": "x"}, "profile", ""),
        ("batch_anomaly", [{"amount": 1}, {"amount": "1,2,3x"}], "records[1].amount", "number"),
        ("batch_anomaly", {"records": [{"amount": 1}, 7]}, "records[1]", ""),
        ("batch_anomaly", {"records": []}, "records", ""),
        ("batch_anomaly", [], "", ""),
        ("batch_anomaly", "text", "", ""),
    ],
)
def test_what_cannot_be_scored_is_named(
    server: Server, path: str, body: Any, field: str, said: str
) -> None:
    answer = server.client().post(f"/{path}/", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == 422
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert problem["errors"][0]["field"] == field
    assert said in problem["errors"][0]["expected"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b'{"amount": NaN}', 422),
        (b'{"amount": 1e999}', 422),
        (b'{"amount": ' + b"9" * 400 + b"}", 422),
        (b'{"amount": ' + b"9" * 5_000 + b"}", 400),
        (b"[" * 100_000, 400),
        (b"\xff\xfe", 400),
    ],
)
def test_strange_bodies_are_refused(server: Server, body: bytes, status: int) -> None:
    headers = {"content-type": "application/json"}
    answer = server.client().post("/realtime_anomaly/", content=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_profile_that_the_workspace_has_no_model_of_says_what_to_do(server: Server) -> None:
    answer = server.client().post(
        "/realtime_anomaly/", json={"record": {"amount": 1}, "profile": "journal"}
    )
    assert answer.status_code == 409
    assert "no model of profile journal" in answer.json()["detail"]


def test_a_request_id_is_kept_and_given_back(server: Server) -> None:
    client = server.client()
    kept = client.get("/health", headers={"X-Request-ID": "order-4711-a"})
    assert kept.headers["x-request-id"] == "order-4711-a"
    made = client.get("/health", headers={"X-Request-ID": "<b>"})
    assert len(made.headers["x-request-id"]) == 32


def test_what_was_scored_is_in_the_audit_log_and_findings_are_kept(server: Server) -> None:
    body = json.dumps({"record": ODD | {"transaction_id": "T-AUDIT"}}).encode()
    headers = {"content-type": "application/json", "X-Request-ID": "audited-request"}
    with server.client() as client:
        assert client.post("/realtime_anomaly/", content=body, headers=headers).json()["is_flag"]
    entry = _entry_of(server, "audited-request")
    assert entry["actor"] == "preparer"
    assert entry["after"]["sha256"] == hashlib.sha256(body).hexdigest()
    assert (entry["after"]["records"], entry["after"]["flagged"]) == (1, 1)
    assert "T-AUDIT" not in json.dumps(entry)
    found = server.client().get("/api/v1/findings", params={"limit": 1000}).json()["items"]
    assert [each["record"].get("transaction_id") for each in found].count("T-AUDIT") == 1


def _entry_of(server: Server, request_id: str) -> dict[str, Any]:
    """The audit entry of a request, which is written behind its answer."""
    with server.client("auditor") as client:
        for _ in range(100):
            params = {"action": "transactions.scored", "limit": "1000"}
            entries = client.get("/api/v1/audit", params=params).json()["items"]
            found = [each for each in entries if each["request_id"] == request_id]
            if found:
                entry: dict[str, Any] = found[0]
                return entry
            time.sleep(0.1)
    raise AssertionError("nothing was audited")


def test_the_figures_count_what_was_scored(server: Server) -> None:
    with server.client() as client:
        client.post("/batch_anomaly/", json=[ODD, ODD])
        text = client.get("/metrics").text
    assert 'tieout_scored_records_total{profile="payments"}' in text
    assert 'endpoint="/batch_anomaly/"' in text
    facts = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert float(facts["tieout_scoring_cpu_seconds_total"]) > 0


def test_the_docs_load_nothing_from_elsewhere(server: Server) -> None:
    client = server.client("")
    page = client.get("/docs").text
    assert "http" not in page.replace("http-equiv", "")
    for path in ("swagger-ui-bundle.js", "swagger-ui.css", "docs.js"):
        assert client.get(f"/docs/assets/{path}").status_code == 200


def test_a_model_learnt_later_is_used_without_a_restart(
    server: Server, payments_for_api: Path
) -> None:
    client = server.client()
    params = {"threshold": 0.0}
    assert server.client("admin").put("/api/v1/thresholds/payments", json=params).status_code == 200
    usual = {"amount": 10.0, "customer_id": "C0000001"}
    assert client.post("/realtime_anomaly/", json=usual).json()["is_ml_flag"]
    server.client("admin").put("/api/v1/thresholds/payments", json={"threshold": None})
    assert not client.post("/realtime_anomaly/", json=usual).json()["is_ml_flag"]
