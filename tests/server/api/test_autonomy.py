"""What runs alone, through the door."""

from collections.abc import Iterator

import pytest
from tests.server.api.conftest import Server

RESOLVE = """
accounts: {fee_or_tax: {difference: "6800", balance: "1010"}}
autonomy: {enabled: true, rules: [{level: auto, amount_max: 50, daily_amount_max: 100}]}
"""
MAKE = """
from tieout.server.cases.services import open_case
from tieout.server.resolutions import services
name = "autonomy_%s"
case = open_case("other", name, "Fee", actor=None, source=name, key="A-1", bucket="fee_or_tax",
    difference_minor=-290, amount_minor=9_710, currency="EUR")
found = services.propose_for(case)
found.way, found.way_reason, found.state = "run", "earned", "done"
found.decided_at = found.created_at
found.save()
print(json.dumps(found.pk))
"""


@pytest.fixture(autouse=True)
def resolving(server: Server) -> Iterator[None]:
    path = server.workspace / "resolve.yaml"
    path.write_text(RESOLVE)
    yield
    path.unlink()


def test_what_ran_alone_and_what_was_earned_is_told(server: Server) -> None:
    number = server.ask_database(MAKE % "told")
    client = server.client("auditor")
    state = client.get("/api/v1/autonomy").json()
    scope = next(each for each in state["scopes"] if each["reconciliation"] == "autonomy_told")
    assert (scope["bucket"], scope["action"]) == ("fee_or_tax", "journal_entry")
    assert (scope["ran_alone"], scope["runs_alone"], scope["bound"]) == (1, False, 1.0)
    assert scope["reason"] == "0 of 30 decisions that it needs"
    acts = client.get("/api/v1/proposals", params={"way": "run"}).json()["items"]
    assert (number, "earned") in [(each["id"], each["way_reason"]) for each in acts]


def test_the_switch_is_thrown_and_a_scope_revoked(server: Server) -> None:
    server.ask_database(MAKE % "revoked")
    preparer, approver = server.client("preparer"), server.client("approver")
    assert preparer.post("/api/v1/autonomy/stop", json={"reason": "odd"}).json()["is_on"] is False
    assert preparer.get("/api/v1/autonomy").json()["reason"] == "stopped: odd"
    assert approver.post("/api/v1/autonomy/resume", json={}).json()["is_on"] is True
    reconciliation = "autonomy_revoked"
    scope = {
        "reconciliation": reconciliation, "bucket": "fee_or_tax", "action": "journal_entry"
    }  # fmt: skip
    after = preparer.post("/api/v1/autonomy/revoke", json=scope | {"reason": "a test"}).json()
    told = [each for each in after["scopes"] if each["reconciliation"] == reconciliation]
    assert [each["ran_alone"] for each in told] == [0]
    for wrong in ({}, scope | {"action": "pay"}, scope | {"who": "me"}):
        assert preparer.post("/api/v1/autonomy/revoke", json=wrong).status_code == 422
