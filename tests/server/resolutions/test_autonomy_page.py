"""The page of what runs alone."""

from collections.abc import Callable
from pathlib import Path

import pytest
from clients import client_of
from django.test import Client

from tieout.server.accounts.models import User
from tieout.server.cases.models import Case
from tieout.server.resolutions import services
from tieout.server.resolutions.models import AutonomyEvent, Proposal

pytestmark = pytest.mark.django_db(transaction=True)
MakeCase = Callable[..., Case]
People = Callable[..., User]
POLICY = """
accounts: {fee_or_tax: {difference: "6800", balance: "1010"}}
autonomy:
  enabled: true
  rules: [{bucket: fee_or_tax, level: auto, amount_max: 50, daily_amount_max: 100}]
"""


@pytest.fixture(autouse=True)
def policy(workspace: Path) -> None:
    (workspace / "resolve.yaml").write_text(POLICY)


def act_alone(case: Case) -> Proposal:
    proposal = services.propose_for(case)
    assert proposal is not None
    Proposal.objects.filter(pk=proposal.pk).update(
        way="run", way_reason="wrong 0 of 45 times", state="done", decided_at=proposal.created_at
    )
    return proposal


def test_it_tells_scopes_acts_and_reasons(make_case: MakeCase, person: People) -> None:
    act_alone(make_case())
    page = client_of(person("aud", "auditor")).get("/autonomy/").content.decode()
    assert "bank_vs_ledger / Fee or tax / any counterparty / Journal entry" in page
    assert "0 of 30 decisions that it needs" in page
    assert "wrong 0 of 45 times" in page
    assert "up to 50 each, 50 and 100 a day" in page
    assert "Stop everything" not in page, "an auditor only reads"


def test_an_act_is_undone_from_there_and_its_scope_revoked(
    make_case: MakeCase, person: People
) -> None:
    client, proposal = client_of(person("ann", "preparer")), act_alone(make_case())
    address = f"/proposals/{proposal.pk}/undo/"
    assert address in client.get("/autonomy/").content.decode()
    client.post(address)
    page = client.get("/autonomy/").content.decode()
    assert "ann undid proposal" in page
    assert address not in page


def test_anybody_at_work_stops_and_an_approver_resumes(person: People) -> None:
    ann, cat = client_of(person("ann", "preparer")), client_of(person("cat", "approver"))
    ann.post("/autonomy/stop/", {"reason": "odd"})
    assert "stopped: odd" in ann.get("/autonomy/").content.decode()
    assert ann.post("/autonomy/resume/").status_code == 403
    cat.post("/autonomy/resume/")
    assert AutonomyEvent.objects.first() == AutonomyEvent.objects.get(kind="resumed")
    assert "Stop everything" in ann.get("/autonomy/").content.decode()


def test_a_scope_is_revoked_by_hand(make_case: MakeCase, person: People) -> None:
    client, _ = client_of(person("ann", "preparer")), act_alone(make_case())
    scope = {"reconciliation": "bank_vs_ledger", "bucket": "fee_or_tax", "action": "journal_entry"}
    client.post("/autonomy/revoke/", scope)
    event = AutonomyEvent.objects.get()
    assert (event.kind, event.reason, event.counterparty) == ("revoked", "by ann", "")
    page = client.get("/autonomy/").content.decode()
    told = "bank_vs_ledger / Fee or tax / any counterparty / Journal entry"
    assert f"<td>Revoked</td><td>{told}</td><td>by ann</td>" in page
    assert client.post("/autonomy/dance/").status_code == 404


def test_a_broken_file_is_said_and_nothing_runs(workspace: Path, person: People) -> None:
    (workspace / "resolve.yaml").write_text("autonomy: {enabled: perhaps}\n")
    page = client_of(person("ann", "preparer")).get("/autonomy/").content.decode()
    assert "resolve.yaml" in page
    assert "does not enable it" in page


def test_without_a_login_nothing_is_shown(db: None) -> None:
    assert Client().get("/autonomy/").status_code == 302
