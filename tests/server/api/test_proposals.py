"""Proposals through the door: seen, approved by their hash, rejected, by those who may."""

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.server.api.conftest import Server

RESOLVE = """
accounts: {fee_or_tax: {difference: "6800", balance: "1010"}}
approval: {four_eyes_above: {default: 100}}
"""
# Makes a case and its proposal for each difference, in cents.
MAKE = """
from tieout.server.accounts.models import User
from tieout.server.cases.services import open_case
from tieout.server.resolutions import services
made = []
for name, cents, holder in WANTED:
    case = open_case(
        "other", name, f"Fee of {name}", actor=None, source="bank_vs_ledger", key=name,
        bucket="fee_or_tax", difference_minor=-cents, amount_minor=9_710, currency="EUR",
        assignee=User.objects.get(username=holder) if holder else None,
    )
    made.append(services.propose_for(case).pk)
print(json.dumps(made))
"""
EDIT = """
from tieout.server.accounts.models import User
from tieout.server.resolutions import services
from tieout.server.resolutions.models import Proposal
found = Proposal.objects.get(pk=NUMBER)
content = found.content | {"memo": "another memo"}
actor = User.objects.get(username="preparer")
print(json.dumps(services.edit(found.pk, content, actor=actor).content_hash))
"""
NAMES = (f"API-{number}" for number in itertools.count())


@pytest.fixture(autouse=True)
def resolving(server: Server) -> Iterator[None]:
    """The workspace says how it resolves, while these tests run."""
    path = server.workspace / "resolve.yaml"
    path.write_text(RESOLVE)
    yield
    path.unlink()


def proposed(server: Server, *cents: int, holder: str = "") -> list[dict[str, Any]]:
    """Proposals about new cases of such differences, as the API tells of them."""
    wanted = [(next(NAMES), each, holder) for each in cents]
    numbers = server.ask_database(f"WANTED = {wanted!r}\n{MAKE}")
    client = server.client()
    return [client.get(f"/api/v1/proposals/{number}").json() for number in numbers]


def test_a_proposal_is_told_with_all_that_a_decision_needs(server: Server) -> None:
    (told,) = proposed(server, 290)
    assert (told["state"], told["kind"]) == ("proposed", "journal_entry")
    assert told["text"] == "Book 2.90 EUR: debit 6800, credit 1010."
    assert told["content"]["lines"][0]["account"] == "6800"
    assert float(told["amount"]) == 2.9
    assert told["evidence"]["difference"] == "-2.90"
    assert told["evidence"]["bucket"] == "fee_or_tax"
    assert 0 < told["confidence"] <= 1
    assert told["why"]
    assert len(told["content_hash"]) == 64
    assert told["approved_hash"] == ""


def test_precedents_are_told_with_what_became_of_them(server: Server) -> None:
    (first,) = proposed(server, 310)
    path, body = f"/api/v1/proposals/{first['id']}", {"content_hash": first["content_hash"]}
    assert server.client().post(f"{path}/approve", json=body).status_code == 200
    (later,) = proposed(server, 310)
    near = {each["proposal"]: each for each in later["precedents"]}[str(first["id"])]
    assert (near["action"], near["result"]) == ("journal_entry", "approved")
    assert 0 < near["nearness"] <= 1


def test_the_list_is_filtered_sorted_and_paged(server: Server) -> None:
    made = proposed(server, 500, 700, 600)
    client, numbers = server.client("auditor"), [each["id"] for each in made]

    def listed(**params: Any) -> dict[str, Any]:
        answer = client.get("/api/v1/proposals", params=params)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    newest = listed(limit=3)
    assert [each["id"] for each in newest["items"]] == numbers[::-1]
    assert newest["total"] >= 3
    second = listed(limit=1, offset=1)
    assert (second["limit"], second["offset"]) == (1, 1)
    assert [each["id"] for each in second["items"]] == [numbers[1]]
    by_amount = listed(sort="amount", limit=1000)["items"]
    mine = [each["id"] for each in by_amount if each["id"] in numbers]
    assert mine == [numbers[1], numbers[2], numbers[0]]
    oldest = [each["id"] for each in listed(sort="oldest", limit=1000)["items"]]
    assert oldest == sorted(oldest)
    of_case = listed(case=made[0]["case_id"], state="proposed", kind="journal_entry")
    assert [each["id"] for each in of_case["items"]] == [numbers[0]]
    assert listed(case=made[0]["case_id"], state="done")["total"] == 0
    assert listed(case=made[0]["case_id"], kind="wait")["total"] == 0
    for wrong in ({"state": "gone"}, {"kind": "pay"}, {"sort": "colour"}, {"limit": -1}):
        assert client.get("/api/v1/proposals", params=wrong).status_code == 422


def test_what_was_seen_is_approved_once_under_a_key(server: Server) -> None:
    (told,) = proposed(server, 290)
    client, path = server.client(), f"/api/v1/proposals/{told['id']}/approve"
    body = {"content_hash": told["content_hash"]}
    key = {"Idempotency-Key": f"approve-{told['id']}"}
    first = client.post(path, json=body, headers=key)
    assert first.status_code == 200, first.text
    assert (first.json()["state"], first.json()["decided_by"]) == ("executing", "preparer")
    assert client.post(path, json=body, headers=key).json() == first.json()
    other = client.post(path, json={"content_hash": "0" * 64}, headers=key)
    assert other.status_code == 409
    assert "key was used for another request" in other.json()["detail"]
    again = client.post(path, json=body)
    assert again.status_code == 422
    assert "cannot be decided any more" in again.json()["detail"]
    after = client.get(f"/api/v1/proposals/{told['id']}").json()
    assert after["approved_hash"] == told["content_hash"]

    sent = client.get("/api/v1/outbox", params={"channel": "journal", "limit": 1000}).json()
    mine = [each for each in sent["items"] if each["subject_id"] == str(told["id"])]
    assert [(each["state"], each["attempts"]) for each in mine] == [("waiting", 0)]
    assert mine[0]["subject_kind"] == "proposal"
    assert not {"payload", "detail", "lease_token", "idempotency_key"} & set(mine[0])
    assert client.get("/api/v1/outbox", params={"state": "dead"}).json()["total"] == 0


def test_what_was_changed_since_is_not_approved(server: Server) -> None:
    (told,) = proposed(server, 290)
    path = f"/api/v1/proposals/{told['id']}"
    changed = server.ask_database(f"NUMBER = {told['id']}\n{EDIT}")
    approver, body = server.client("approver"), {"content_hash": told["content_hash"]}
    refused = approver.post(f"{path}/approve", json=body, headers={"Idempotency-Key": path})
    assert refused.status_code == 409
    assert refused.headers["content-type"] == "application/problem+json"
    assert "changed meanwhile" in refused.json()["detail"]
    now = approver.get(path).json()
    assert (now["state"], now["content_hash"], now["edited_by"]) == (
        "proposed", changed, "preparer"
    )  # fmt: skip
    body = {"content_hash": changed}
    assert server.client().post(f"{path}/approve", json=body).status_code == 403
    assert approver.post(f"{path}/approve", json=body).status_code == 200


def test_above_the_limit_it_takes_an_approver_who_does_not_hold_the_case(server: Server) -> None:
    free, held = proposed(server, 50_000)[0], proposed(server, 50_000, holder="approver")[0]
    for who, told, status in (
        ("preparer", free, 403),
        ("reviewer", free, 403),
        ("auditor", free, 403),
        ("approver", held, 403),
        ("approver", free, 200),
    ):
        path, body = f"/api/v1/proposals/{told['id']}", {"content_hash": told["content_hash"]}
        answer = server.client(who).post(f"{path}/approve", json=body)
        assert answer.status_code == status, (who, answer.text)
    params = {"target_kind": "proposal", "target_id": str(free["id"])}
    entries = server.client("auditor").get("/api/v1/audit", params=params).json()["items"]
    assert [(each["action"], each["actor"]) for each in entries] == [
        ("proposal.made", ""), ("proposal.approved", "approver")
    ]  # fmt: skip
    assert entries[1]["after"]["hash"] == free["content_hash"]


def test_a_rejection_keeps_its_reason_and_nothing_is_sent(server: Server) -> None:
    (told,) = proposed(server, 290)
    client, path = server.client("reviewer"), f"/api/v1/proposals/{told['id']}"
    body, key = {"reason": "the bank\0 pays it back"}, {"Idempotency-Key": f"no-{told['id']}"}
    first = client.post(f"{path}/reject", json=body, headers=key)
    assert first.status_code == 200, first.text
    assert (first.json()["state"], first.json()["note"]) == ("rejected", "the bank pays it back")
    assert client.post(f"{path}/reject", json=body, headers=key).json() == first.json()
    assert client.post(f"{path}/reject", json=body).status_code == 422
    approval = client.post(f"{path}/approve", json={"content_hash": told["content_hash"]})
    assert approval.status_code == 422
    sent = client.get("/api/v1/outbox", params={"limit": 1000}).json()["items"]
    assert str(told["id"]) not in {each["subject_id"] for each in sent}


@pytest.mark.parametrize("body", [{}, {"content_hash": "abc"}, {"content_hash": "G" * 64}])
def test_an_approval_names_a_hash(server: Server, body: dict[str, str]) -> None:
    (told,) = proposed(server, 290)
    answer = server.client().post(f"/api/v1/proposals/{told['id']}/approve", json=body)
    assert answer.status_code == 422
    assert "content_hash" in json.dumps(answer.json()["errors"])


def test_several_are_approved_in_one_go_or_none(server: Server) -> None:
    made = proposed(server, 290, 295)
    seen = [{"id": each["id"], "content_hash": each["content_hash"]} for each in made]
    client = server.client()
    stale = [seen[0], seen[1] | {"content_hash": "0" * 64}]
    assert client.post("/api/v1/proposals/approve", json={"proposals": stale}).status_code == 409
    assert client.get(f"/api/v1/proposals/{made[0]['id']}").json()["state"] == "proposed"
    answer = client.post("/api/v1/proposals/approve", json={"proposals": seen})
    assert answer.json() == {"approved": [each["id"] for each in made]}
    for wrong in ([], [seen[0] | {"id": 0}]):
        assert (
            client.post("/api/v1/proposals/approve", json={"proposals": wrong}).status_code == 422
        )


def test_an_edit_asks_again_and_somebody_else(server: Server) -> None:
    (told,) = proposed(server, 290)
    client, path = server.client(), f"/api/v1/proposals/{told['id']}"
    content = told["content"] | {"memo": "another memo"}
    edited = client.post(f"{path}/edit", json={"content": content}).json()
    assert edited["content_hash"] != told["content_hash"]
    assert edited["edited_by"] == "preparer"
    body = {"content_hash": edited["content_hash"]}
    assert client.post(f"{path}/approve", json=body).status_code == 403
    assert server.client("approver").post(f"{path}/approve", json=body).status_code == 200
    assert client.post(f"{path}/edit", json={"content": {"kind": "pay"}}).status_code == 422
