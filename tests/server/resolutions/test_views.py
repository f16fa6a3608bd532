"""Pages of proposals, outbox and learning."""

from collections.abc import Callable
from pathlib import Path

import pytest
from clients import client_of
from django.test import Client

from tieout.server.accounts.models import User
from tieout.server.cases.models import Case
from tieout.server.outbox.models import Delivery
from tieout.server.resolutions import services
from tieout.server.resolutions.models import Proposal

pytestmark = pytest.mark.django_db(transaction=True)
MakeCase = Callable[..., Case]
People = Callable[..., User]


def test_the_proposal_stands_beside_the_case_with_what_leaves(
    make_case: MakeCase, person: People
) -> None:
    client, case = client_of(person("ann", "preparer")), make_case()
    assert f"/proposals/of/{case.pk}/" in client.get(f"/cases/{case.pk}/").content.decode()
    page = client.get(f"/proposals/of/{case.pk}/").content.decode()
    assert "Book 2.90 EUR: debit 6800, credit 1010." in page
    assert "&quot;account&quot;: &quot;6800&quot;" in page
    assert 'data-key="y"' in page


def test_it_is_approved_and_undone_from_there(make_case: MakeCase, person: People) -> None:
    client, case = client_of(person("ann", "preparer")), make_case()
    client.get(f"/proposals/of/{case.pk}/")
    proposal = Proposal.objects.get()
    client.post(f"/proposals/{proposal.pk}/approve/", {"hash": proposal.content_hash})
    proposal.refresh_from_db()
    assert proposal.state == "executing"
    client.post(f"/proposals/{proposal.pk}/undo/")
    proposal.refresh_from_db()
    assert proposal.state == "undone"
    assert client.post(f"/proposals/{proposal.pk}/dance/").status_code == 404


def test_a_stale_page_approves_nothing(make_case: MakeCase, person: People) -> None:
    client, proposal = client_of(person("ann", "preparer")), services.propose_for(make_case())
    assert proposal is not None
    client.post(f"/proposals/{proposal.pk}/approve/", {"hash": "0" * 64})
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("content", ["not json", '{"kind": "pay"}'])
def test_a_bad_edit_changes_nothing(make_case: MakeCase, person: People, content: str) -> None:
    client, proposal = client_of(person("ann", "preparer")), services.propose_for(make_case())
    assert proposal is not None
    client.post(f"/proposals/{proposal.pk}/edit/", {"content": content})
    assert Proposal.objects.get().content_hash == proposal.content_hash
    client.post(f"/proposals/{proposal.pk}/reject/", {"note": "no"})
    assert Proposal.objects.get().state == "rejected"


def test_an_auditor_sees_all_and_decides_nothing(make_case: MakeCase, person: People) -> None:
    client, case = client_of(person("aud", "auditor")), make_case()
    page = client.get(f"/proposals/of/{case.pk}/").content.decode()
    assert "Approve" not in page
    proposal = Proposal.objects.get()
    assert client.post(f"/proposals/{proposal.pk}/approve/").status_code == 403
    for address in ("/proposals/", "/outbox/", "/learning/"):
        assert client.get(address).status_code == 200


def test_the_outbox_can_be_looked_at_and_a_dead_letter_sent_again(
    make_case: MakeCase, person: People
) -> None:
    ann, proposal = person("ann", "approver"), services.propose_for(make_case())
    assert proposal is not None
    services.approve(proposal.pk, seen_hash=proposal.content_hash, actor=ann)
    Delivery.objects.update(state="dead", detail="erp.example: 500")
    client = client_of(ann)
    page = client.get("/outbox/?state=dead").content.decode()
    assert "erp.example: 500" in page
    assert "Send again" in page
    delivery = Delivery.objects.get()
    client.post(f"/outbox/{delivery.pk}/replay/")
    assert Delivery.objects.get().state == "waiting"
    client.post(f"/outbox/{delivery.pk}/discard/")
    assert Delivery.objects.get().state == "discarded"
    assert client.post(f"/outbox/{delivery.pk}/burn/").status_code == 404


def test_a_preparer_sends_no_dead_letter_again(make_case: MakeCase, person: People) -> None:
    client = client_of(person("ann", "preparer"))
    assert client.post("/outbox/1/replay/").status_code == 403


def test_without_a_login_nothing_is_shown(db: None) -> None:
    for address in ("/proposals/", "/outbox/", "/learning/"):
        assert Client().get(address).status_code == 302


def test_chosen_ones_are_approved_in_one_go(make_case: MakeCase, person: People) -> None:
    client = client_of(person("ann", "preparer"))
    made = [services.propose_for(make_case(f"b{number}")) for number in range(3)]
    chosen = [f"{each.pk}:{each.content_hash}" for each in made if each]
    page = client.get("/proposals/?state=proposed").content.decode()
    assert all(each in page for each in chosen)
    client.post("/proposals/together/", {"chosen": [chosen[0], f"{chosen[1]}0"]})
    client.post("/proposals/together/", {"chosen": ["nonsense"]})
    assert not Delivery.objects.exists()
    client.post("/proposals/together/", {"chosen": chosen})
    assert Delivery.objects.count() == 3
    assert Proposal.objects.filter(in_bulk=True).count() == 3


def test_a_channel_is_tried_from_the_outbox(
    make_case: MakeCase, person: People, workspace: Path
) -> None:
    client = client_of(person("cat", "approver"))
    page = client.get("/outbox/").content.decode()
    assert "/outbox/test/email/" in page
    assert "/outbox/test/slack/" not in page, "resolve.yaml names none"
    client.post("/outbox/test/journal/")
    assert Delivery.objects.get().subject_kind == "test"
    client.post("/outbox/test/slack/")
    client.post("/outbox/test/pigeon/")
    assert Delivery.objects.count() == 1
    assert client_of(person("ann", "preparer")).post("/outbox/test/journal/").status_code == 403


def test_a_dry_run_is_said(workspace: Path, person: People) -> None:
    (workspace / "resolve.yaml").write_text("dry_run: true\n")
    page = client_of(person("ann", "preparer")).get("/outbox/").content.decode()
    assert "A dry run" in page


def test_who_may_not_approve_is_told_why(make_case: MakeCase, person: People) -> None:
    case = make_case(difference_minor=50_000)
    proposal = services.propose_for(case)
    assert proposal is not None
    address, sent = f"/proposals/{proposal.pk}/approve/", {"hash": proposal.content_hash}
    answer = client_of(person("ann", "preparer")).post(address, sent)
    assert answer.status_code == 403
    assert "an approver has to agree who neither edited" in answer.content.decode()


def test_what_was_learnt_is_shown_whatever_the_file_says(workspace: Path, person: People) -> None:
    (workspace / "resolve.yaml").write_text("autonomy: {enabled: maybe")
    answer = client_of(person("ann", "preparer")).get("/learning/")
    assert answer.status_code == 200
    assert "resolve.yaml: line 1" in answer.content.decode()
