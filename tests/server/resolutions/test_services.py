"""Proposals from their making to their end."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from clients import client_of
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from tieout.model.errors import InputError
from tieout.server.accounts.models import User
from tieout.server.audit.models import AuditEntry
from tieout.server.cases.models import Case, Decision
from tieout.server.cases.services import decide
from tieout.server.jobs.services import enqueue
from tieout.server.jobs.worker import work_off
from tieout.server.outbox.delivering import deliver_due
from tieout.server.outbox.models import Delivery
from tieout.server.resolutions import services
from tieout.server.resolutions.models import Proposal, StoredPrecedent
from tieout.server.resolutions.queries import counts_by_state, learning, proposals

pytestmark = pytest.mark.django_db(transaction=True)
MakeCase = Callable[..., Case]
People = Callable[..., User]


def proposed(case: Case) -> Proposal:
    found = services.propose_for(case)
    assert found is not None
    return found


def stored(proposal: Proposal) -> Proposal:
    return Proposal.objects.get(pk=proposal.pk)


def test_a_case_gets_a_proposal_with_its_reason(make_case: MakeCase) -> None:
    proposal = proposed(make_case())
    assert proposal.text == "Book 2.90 EUR: debit 6800, credit 1010."
    assert (proposal.state, proposal.kind, str(proposal.amount)) == (
        "proposed", "journal_entry", "2.90"
    )  # fmt: skip
    assert "by the evidence alone" in proposal.why
    entry = AuditEntry.objects.get(action="proposal.made")
    assert entry.after["content"]["lines"][0]["account"] == "6800"


def test_it_is_made_once(make_case: MakeCase) -> None:
    case = make_case()
    assert proposed(case).pk == proposed(case).pk


def test_where_nothing_is_clear_nothing_is_proposed(make_case: MakeCase) -> None:
    assert services.propose_for(make_case(bucket="unknown")) is None


def test_what_is_approved_is_carried_out_once(
    make_case: MakeCase, person: People, workspace: Path
) -> None:
    ann, proposal = person("ann", "preparer"), proposed(make_case())
    services.approve(proposal.pk, seen_hash=proposal.content_hash, actor=ann)
    assert stored(proposal).state == "executing"
    assert deliver_due() == 1
    done = stored(proposal)
    assert (done.state, done.decided_by) == ("done", ann)
    assert done.approved_hash == done.content_hash
    assert len(list((workspace / "journal-drafts").iterdir())) == 1
    assert StoredPrecedent.objects.get().result == "done"
    with pytest.raises(InputError, match="cannot be decided any more"):
        services.approve(proposal.pk, seen_hash=proposal.content_hash, actor=ann)
    assert Delivery.objects.count() == 1


def test_an_approval_holds_for_what_was_seen(make_case: MakeCase, person: People) -> None:
    ann, bob = person("ann", "preparer"), person("bob", "approver")
    proposal = proposed(make_case())
    seen = proposal.content_hash
    content = proposal.content | {"memo": "another memo"}
    edited = services.edit(proposal.pk, content, actor=ann)
    assert edited.content_hash != seen
    with pytest.raises(InputError, match="changed meanwhile"):
        services.approve(proposal.pk, seen_hash=seen, actor=bob)
    with pytest.raises(PermissionDenied):
        services.approve(proposal.pk, seen_hash=edited.content_hash, actor=ann)
    approved = services.approve(proposal.pk, seen_hash=edited.content_hash, actor=bob)
    assert approved.state == "executing"


def test_a_row_that_was_changed_behind_our_back_is_not_carried_out(
    make_case: MakeCase, person: People
) -> None:
    proposal = proposed(make_case())
    content = proposal.content | {"memo": "changed in the table"}
    Proposal.objects.filter(pk=proposal.pk).update(content=content)
    with pytest.raises(InputError, match="not the one that was proposed"):
        services.approve(
            proposal.pk, seen_hash=proposal.content_hash, actor=person("ann", "preparer")
        )
    assert not Delivery.objects.exists()


def test_above_the_limit_it_takes_another_approver(make_case: MakeCase, person: People) -> None:
    ann, bob = person("ann", "approver"), person("bob", "approver")
    case = make_case(difference_minor=-50_000, assignee=ann)
    proposal = proposed(case)
    with pytest.raises(PermissionDenied):
        services.approve(
            proposal.pk, seen_hash=proposal.content_hash, actor=person("eve", "preparer")
        )
    with pytest.raises(PermissionDenied):
        services.approve(proposal.pk, seen_hash=proposal.content_hash, actor=ann)
    services.approve(proposal.pk, seen_hash=proposal.content_hash, actor=bob)
    assert stored(proposal).state == "executing"


def test_who_holds_the_case_does_not_approve_what_another_edited(
    make_case: MakeCase, person: People
) -> None:
    ann, bob, eve = (person(name, "approver") for name in ("ann", "bob", "eve"))
    proposal = proposed(make_case(difference_minor=-50_000, assignee=bob))
    edited = services.edit(proposal.pk, proposal.content | {"memo": "another"}, actor=ann)
    for involved in (ann, bob):
        with pytest.raises(PermissionDenied):
            services.approve(proposal.pk, seen_hash=edited.content_hash, actor=involved)
    services.approve(proposal.pk, seen_hash=edited.content_hash, actor=eve)
    assert stored(proposal).state == "executing"


def test_who_decided_the_case_does_not_approve(make_case: MakeCase, person: People) -> None:
    ann = person("ann", "approver")
    case = make_case(difference_minor=-50_000)
    proposal = proposed(case)
    Decision.objects.create(case=case, verdict=Decision.Verdict.VALID, actor=ann, at=timezone.now())
    with pytest.raises(PermissionDenied):
        services.approve(proposal.pk, seen_hash=proposal.content_hash, actor=ann)
    Decision.objects.update(state=Decision.State.UNDONE)
    services.approve(proposal.pk, seen_hash=proposal.content_hash, actor=ann)
    assert stored(proposal).state == "executing"


@pytest.mark.parametrize("role", ["auditor", "admin"])
def test_who_only_reads_decides_nothing(make_case: MakeCase, person: People, role: str) -> None:
    proposal, reader = proposed(make_case()), person("rea", role)
    acts: tuple[Callable[[], object], ...] = (
        lambda: services.approve(proposal.pk, seen_hash=proposal.content_hash, actor=reader),
        lambda: services.edit(proposal.pk, proposal.content, actor=reader),
        lambda: services.reject(proposal.pk, actor=reader),
        lambda: services.undo(proposal.pk, actor=reader),
    )
    for act in acts:
        with pytest.raises(PermissionDenied):
            act()
    assert stored(proposal).state == "proposed"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"kind": "chase", "recipient": "eve@evil.example", "subject": "s", "text": "t"},
         "recipient eve@evil.example"),
        ({"kind": "ticket", "project": "HR", "summary": "s", "text": "t"}, "project HR"),
        ({"kind": "webhook", "target": "evil", "body": {}}, "webhook evil"),
        ({"kind": "http", "target": "evil", "body": {}}, "http evil"),
        ({"kind": "slack", "target": "evil", "text": "t"}, "slack evil"),
        ({"kind": "journal_entry", "day": "2026-03-31", "currency": "EUR", "memo": "m",
          "lines": [{"account": "9999", "debit": 1}, {"account": "1010", "credit": 1}]},
         "account 9999"),
        ({"kind": "write_off", "day": "2026-03-31", "currency": "EUR", "memo": "m", "limit": 900,
          "lines": [{"account": "6800", "debit": 800}, {"account": "1010", "credit": 800}]},
         "write-off above 5"),
        ({"kind": "pay"}, "this is no action"),
    ],
)  # fmt: skip
def test_an_edit_stays_within_what_the_file_allows(
    make_case: MakeCase, person: People, content: dict[str, Any], said: str
) -> None:
    proposal = proposed(make_case())
    with pytest.raises(InputError, match=said):
        services.edit(proposal.pk, content, actor=person("ann", "preparer"))
    assert stored(proposal).content_hash == proposal.content_hash


def test_what_was_approved_once_is_refused_when_the_file_no_longer_allows_it(
    make_case: MakeCase, person: People, workspace: Path
) -> None:
    proposal = proposed(make_case())
    (workspace / "resolve.yaml").write_text("")
    (workspace / "resolve.yaml").write_text("wait_days: 3\n")
    with pytest.raises(InputError, match="account 6800"):
        services.approve(
            proposal.pk, seen_hash=proposal.content_hash, actor=person("ann", "preparer")
        )


def test_waiting_puts_the_case_off(make_case: MakeCase, person: People) -> None:
    today = timezone.localdate()
    case = make_case(bucket="timing", happened_on=today, difference_minor=None)
    proposal = proposed(case)
    assert proposal.kind == "wait"
    services.approve(proposal.pk, seen_hash=proposal.content_hash, actor=person("ann", "approver"))
    case.refresh_from_db()
    assert (case.status, case.verdict, stored(proposal).state) == ("waiting", "timing", "done")
    assert case.waiting_until == date.fromisoformat(proposal.content["until"])


def test_no_is_an_answer_and_a_precedent_against(make_case: MakeCase, person: People) -> None:
    case, ann = make_case(), person("ann", "preparer")
    proposal = proposed(case)
    services.reject(proposal.pk, actor=ann, note="not ours")
    assert (stored(proposal).state, stored(proposal).note) == ("rejected", "not ours")
    precedent = StoredPrecedent.objects.get()
    assert (precedent.result, precedent.action) == ("rejected", "journal_entry")
    assert AuditEntry.objects.get(action="proposal.rejected").actor == "ann"


def test_an_undo_gives_up_what_has_not_left_and_withdraws_the_precedent(
    make_case: MakeCase, person: People
) -> None:
    ann, proposal = person("ann", "preparer"), proposed(make_case())
    services.approve(proposal.pk, seen_hash=proposal.content_hash, actor=ann)
    services.undo(proposal.pk, actor=ann)
    assert stored(proposal).state == "undone"
    assert Delivery.objects.get().state == "discarded"
    assert StoredPrecedent.objects.get().result == "withdrawn"
    assert deliver_due() == 0
    with pytest.raises(InputError, match="only what was approved"):
        services.undo(proposal.pk, actor=ann)


def test_a_delivery_that_dies_fails_the_proposal(make_case: MakeCase, person: People) -> None:
    ann, proposal = person("ann", "preparer"), proposed(make_case())
    services.approve(proposal.pk, seen_hash=proposal.content_hash, actor=ann)
    Delivery.objects.update(channel="slack", payload={"target": "gone"})
    deliver_due()
    assert stored(proposal).state == "failed"
    assert StoredPrecedent.objects.get().result == "failed"


def test_what_nobody_decides_ends(make_case: MakeCase, person: People) -> None:
    proposal = proposed(make_case())
    Proposal.objects.update(expires_at=timezone.now() - timedelta(days=1))
    with pytest.raises(InputError):
        services.approve(
            proposal.pk, seen_hash=proposal.content_hash, actor=person("ann", "preparer")
        )
    assert services.expire() == 1
    assert stored(proposal).state == "expired"
    assert services.expire() == 0


def test_an_incident_is_approved_in_one_go_or_not_at_all(
    make_case: MakeCase, person: People
) -> None:
    ann = person("ann", "preparer")
    cases = [make_case(f"b{number}") for number in range(3)]
    made = [proposed(case) for case in cases]
    hashes = {each.pk: each.content_hash for each in made}
    with pytest.raises(InputError):
        services.approve_together(hashes | {made[2].pk: "stale"}, actor=ann)
    assert counts_by_state()["proposed"] == 3
    assert services.approve_together(hashes, actor=ann) == [p.pk for p in made]
    assert Delivery.objects.count() == 3


def test_decisions_become_precedents_of_later_proposals(
    make_case: MakeCase, person: People
) -> None:
    ann, bob = person("ann", "preparer"), person("bob", "approver")
    for number in range(6):
        proposal = proposed(make_case(f"b{number}"))
        if proposal.kind != "chase":
            text = {"recipient": "ap@acme.example", "subject": "s", "text": "t"}
            proposal = services.edit(proposal.pk, {"kind": "chase", **text}, actor=ann)
        services.approve(proposal.pk, seen_hash=proposal.content_hash, actor=bob)
    later = proposed(make_case("b9"))
    assert later.kind == "chase"
    assert {near["action"] for near in later.nearest} == {"chase"}
    buckets, curve = learning(180.0)
    assert [(each.name, each.decisions) for each in buckets] == [("fee_or_tax", 6)]
    assert len(curve) == 1


def test_a_job_proposes_for_all_open_cases(make_case: MakeCase) -> None:
    for number in range(3):
        make_case(f"b{number}")
    make_case("b8", bucket="unknown")
    job = enqueue("propose", {}, actor=None)
    work_off()
    job.refresh_from_db()
    counts = {"cases": 4, "proposed": 3, "expired": 0, "ran_alone": 0, "to_check": 0}
    assert job.result == counts
    assert proposals(state="proposed").count() == 3
    assert proposals().count() == 3


def test_about_a_resolved_case_nothing_is_approved_edited_or_listed(
    make_case: MakeCase, person: People
) -> None:
    case, cat = make_case(), person("cat", "approver")
    proposal = proposed(case)
    decide([case.pk], "false_positive", actor=person("ann", "preparer"))
    told = "is resolved; open it again to act on it"
    with pytest.raises(InputError, match=told):
        services.approve(proposal.pk, seen_hash=proposal.content_hash, actor=cat)
    with pytest.raises(InputError, match=told):
        services.edit(proposal.pk, proposal.content, actor=cat)
    assert (list(proposals(state="proposed")), counts_by_state()["proposed"]) == ([], 0)
    page = client_of(cat).get(f"/proposals/of/{case.pk}/").content.decode()
    assert "nothing is to be done about it any more" in page
    assert "Approve" not in page
    assert services.expire() == 1
    assert (stored(proposal).state, Delivery.objects.count()) == ("expired", 0)


def test_an_undo_opens_what_it_had_settled_unless_somebody_decided_since(
    make_case: MakeCase, person: People
) -> None:
    cat = person("cat", "approver")
    for identity, is_decided, status in (("w1", False, "open"), ("w2", True, "resolved")):
        case = make_case(
            identity, bucket="timing", happened_on=timezone.localdate(), difference_minor=None
        )
        proposal = proposed(case)
        services.approve(proposal.pk, seen_hash=proposal.content_hash, actor=cat)
        case.refresh_from_db()
        assert case.status == "waiting"
        if is_decided:
            decide([case.pk], "resolved", actor=person("ann", "preparer"))
        services.undo(proposal.pk, actor=cat)
        case.refresh_from_db()
        assert case.status == status
