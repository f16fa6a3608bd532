"""What runs alone in the server: earned, held, checked, listed, taken back, stopped."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from tieout.resolve.autonomy.judge import is_checked
from tieout.resolve.autonomy.policy import Scope
from tieout.server.accounts.models import User
from tieout.server.audit.models import AuditEntry
from tieout.server.cases.models import Case
from tieout.server.jobs.services import enqueue
from tieout.server.jobs.worker import work_off
from tieout.server.outbox.delivering import deliver_due
from tieout.server.outbox.models import Delivery
from tieout.server.resolutions import autonomy, records, services
from tieout.server.resolutions.models import AutonomyEvent, Proposal, StoredPrecedent

pytestmark = pytest.mark.django_db(transaction=True)
MakeCase = Callable[..., Case]
People = Callable[..., User]
POLICY = """
accounts: {fee_or_tax: {difference: "6800", balance: "1010"}}
approval: {four_eyes_above: {default: 100}}
autonomy:
  enabled: true
  checked_share: 0.01
  rules:
    - {bucket: timing, level: manual}
    - {bucket: fee_or_tax, action: journal_entry, level: auto, amount_max: 50, daily_count_max: 6,
       daily_amount_max: 500, precedents_min: 30, error_max: 0.1}
"""
SCOPE = Scope(
    reconciliation="bank_vs_ledger", bucket="fee_or_tax", counterparty="", action="journal_entry"
)


@pytest.fixture(autouse=True)
def policy(workspace: Path) -> Path:
    """A policy under which fees may be booked alone."""
    path = workspace / "resolve.yaml"
    path.write_text(POLICY)
    return path


@pytest.fixture
def ann(person: People) -> User:
    return person("ann", "approver")


def earn(make_case: MakeCase, actor: User, *, alone: int = 0, count: int = 45) -> None:
    """A scope with a good record: decisions of a person, and acts that ran alone since."""
    proposal = services.propose_for(make_case("earned"))
    assert proposal is not None
    values = {
        name: getattr(proposal, name)
        for name in (
            "case_id", "kind", "kind_first", "content", "content_hash", "first_hash", "text",
            "reconciliation", "bucket", "counterparty", "likeness", "expires_at",
        )
    } | {"state": "done", "approved_hash": proposal.content_hash}  # fmt: skip
    yesterday = timezone.now() - timedelta(days=1)
    Proposal.objects.bulk_create(
        Proposal(**values, decided_by=actor, decided_at=yesterday) for _ in range(count)
    )
    Proposal.objects.bulk_create(
        Proposal(**values, way="run", decided_at=yesterday - timedelta(days=1))
        for _ in range(alone)
    )
    proposal.case.status = "resolved"
    proposal.case.save()
    proposal.delete()


def unchecked(count: int, *, share: float = 0.01) -> list[str]:
    names = (f"b{number}" for number in range(10_000))
    return [next(name for name in names if not is_checked(name, share)) for _ in range(count)]


def run_job() -> dict[str, Any]:
    job = enqueue("propose", {}, actor=None)
    work_off()
    job.refresh_from_db()
    assert job.result is not None, job.error
    return dict(job.result)


def ways() -> list[str]:
    return list(
        Proposal.objects.filter(state="proposed").order_by("id").values_list("way", flat=True)
    )


def approve(proposal: Proposal, actor: User) -> None:
    services.approve(proposal.pk, seen_hash=proposal.content_hash, actor=actor)


def test_without_a_record_a_person_is_asked(make_case: MakeCase) -> None:
    make_case("b1")
    assert run_job()["ran_alone"] == 0
    proposal = Proposal.objects.get()
    assert (proposal.way, proposal.way_reason) == ("suggest", "0 of 30 decisions that it needs")


def test_manual_proposes_nothing(make_case: MakeCase) -> None:
    case = make_case("b1", bucket="timing", happened_on=timezone.localdate(), difference_minor=None)
    assert services.propose_for(case) is None


def test_what_is_earned_runs_alone_and_is_listed_with_its_reason(
    make_case: MakeCase, ann: User, workspace: Path
) -> None:
    earn(make_case, ann, alone=40)
    (name,) = unchecked(1)
    make_case(name)
    assert run_job()["ran_alone"] == 1
    proposal = Proposal.objects.get(case__identity=name)
    assert (proposal.state, proposal.way, proposal.decided_by) == ("executing", "run", None)
    assert proposal.way_reason.startswith("wrong 0 of 45 times: at most 8.")
    entry = AuditEntry.objects.get(action="proposal.ran_alone")
    assert entry.actor == ""
    assert entry.after["content"] == proposal.content
    assert not StoredPrecedent.objects.exists(), "nobody has looked at it"
    assert deliver_due() == 1
    proposal.refresh_from_db()
    assert proposal.state == "done"
    assert len(list((workspace / "journal-drafts").iterdir())) == 1


def test_at_first_all_wait_until_a_person_has_seen_the_last_of_the_lot(
    make_case: MakeCase, ann: User
) -> None:
    earn(make_case, ann)
    for name in unchecked(4):
        make_case(name)
    result = run_job()
    assert (result["ran_alone"], result["to_check"]) == (0, 1)
    assert ways() == ["hold", "hold", "hold", "check"]
    approve(Proposal.objects.get(way="check"), ann)
    ran = Proposal.objects.filter(way="run")
    assert [each.state for each in ran] == ["executing"] * 3
    assert all("was checked" in each.way_reason for each in ran)
    assert deliver_due() == 4


@pytest.mark.parametrize("answer", ["reject", "edit"])
def test_where_the_check_is_done_otherwise_people_get_what_was_held(
    make_case: MakeCase, ann: User, person: People, answer: str
) -> None:
    earn(make_case, ann)
    for name in unchecked(3):
        make_case(name)
    run_job()
    check = Proposal.objects.get(way="check")
    if answer == "reject":
        services.reject(check.pk, actor=ann)
    else:
        bob = person("bob", "preparer")
        approve(services.edit(check.pk, check.content | {"memo": "another"}, actor=bob), ann)
    assert ways() == ["suggest", "suggest"]
    assert not Proposal.objects.filter(way="run").exists()
    make_case("later")
    run_job()
    later = Proposal.objects.get(case__identity="later")
    assert later.way_reason == "one of the last 5 was not done as proposed"


def test_ceilings_hold_by_the_act_and_by_the_day(make_case: MakeCase, ann: User) -> None:
    earn(make_case, ann, alone=400)
    names = unchecked(9)
    make_case(names[0], difference_minor=-5_001)
    make_case(names[1], severity="critical")
    for name in names[2:]:
        make_case(name)
    assert run_job()["ran_alone"] == 6
    reasons = dict(
        Proposal.objects.filter(state="proposed").values_list("case__identity", "way_reason")
    )
    assert reasons == {
        names[0]: "50.01 is above the ceiling of 50",
        names[1]: "a critical case is a person's",
        names[8]: "6 ran today, and 6 is the limit",
    }


def test_amounts_of_a_day_are_summed_and_four_eyes_stay(
    make_case: MakeCase, ann: User, policy: Path
) -> None:
    policy.write_text(POLICY.replace("auto, amount_max: 50", "auto, amount_max: 400"))
    earn(make_case, ann, alone=400)
    names = unchecked(8)
    make_case(names[0], difference_minor=-10_001)
    for name in names[1:]:
        make_case(name, difference_minor=-9_900)
    assert run_job()["ran_alone"] == 5
    reasons = list(
        Proposal.objects.filter(state="proposed")
        .order_by("id")
        .values_list("way_reason", flat=True)
    )
    assert reasons[0].startswith("above 100")
    assert all("daily limit of 500" in each for each in reasons[1:])


def test_what_a_person_has_touched_is_theirs(make_case: MakeCase, ann: User) -> None:
    earn(make_case, ann, alone=40)
    (name,) = unchecked(1)
    make_case(name, assignee=ann)
    run_job()
    assert Proposal.objects.get(case__identity=name).way_reason == "a person works on its case"


def test_an_undo_revokes_and_the_record_begins_anew(make_case: MakeCase, ann: User) -> None:
    earn(make_case, ann, alone=40)
    first, second = unchecked(2)
    make_case(first)
    run_job()
    services.undo(Proposal.objects.get(case__identity=first).pk, actor=ann)
    assert Delivery.objects.get().state == "discarded"
    event = AutonomyEvent.objects.get()
    assert (event.kind, event.actor, event.action) == ("revoked", ann, "journal_entry")
    assert "which ran alone" in event.reason
    assert records.record_of(SCOPE).right == ()
    make_case(second)
    run_job()
    assert Proposal.objects.get(case__identity=second).way == "suggest"
    assert AuditEntry.objects.filter(action="autonomy.revoked").exists()


def test_drift_revokes(make_case: MakeCase, ann: User) -> None:
    earn(make_case, ann, alone=40)
    # Proposed before the first of them is rejected: a no is remembered.
    made = [services.propose_for(make_case(f"drift-{number}")) for number in range(7)]
    for proposal in made:
        assert proposal is not None
        services.reject(proposal.pk, actor=ann)
    event = AutonomyEvent.objects.get()
    assert (event.actor, event.reason) == (None, "people decide otherwise than proposed")


def test_approvals_in_bulk_earn_nothing(make_case: MakeCase, ann: User) -> None:
    cases = [make_case(f"c{number}") for number in range(3)]
    made = [services.propose_for(case) for case in cases]
    hashes = {each.pk: each.content_hash for each in made if each}
    services.approve_together(hashes, actor=ann)
    assert records.record_of(SCOPE).right == ()
    assert StoredPrecedent.objects.count() == 3


def test_the_kill_switch_gives_everything_to_people(make_case: MakeCase, ann: User) -> None:
    earn(make_case, ann, alone=20)
    for name in unchecked(3):
        make_case(name)
    run_job()
    assert Proposal.objects.filter(way="run", state="executing").count() == 1
    assert ways() == ["hold", "check"]
    autonomy.stop("something is odd", actor=ann)
    assert ways()
    assert set(ways()) <= {"suggest", "check"}
    assert deliver_due() == 0, "what had not left does not leave"
    make_case("late")
    run_job()
    late = Proposal.objects.get(case__identity="late")
    assert late.way_reason == "stopped: something is odd"
    autonomy.resume("it was nothing", actor=ann)
    assert AutonomyEvent.objects.filter(kind="revoked").count() == 0
    assert records.switch_of(services.resolve_spec().autonomy).is_on
    said = AuditEntry.objects.filter(action__startswith="autonomy.").values_list(
        "action", flat=True
    )
    assert sorted(said) == ["autonomy.resumed", "autonomy.stopped"]


def test_the_file_alone_can_stop_it_too(make_case: MakeCase, ann: User, policy: Path) -> None:
    policy.write_text(POLICY.replace("enabled: true", "enabled: false"))
    autonomy.resume("please", actor=ann)
    switch = records.switch_of(services.resolve_spec().autonomy)
    assert (switch.is_on, switch.reason) == (False, "resolve.yaml does not enable it")


def test_a_rule_for_a_counterparty_has_a_record_of_its_own(
    make_case: MakeCase, ann: User, policy: Path
) -> None:
    policy.write_text(
        POLICY.replace("bucket: fee_or_tax,", 'bucket: fee_or_tax, counterparty: "Acme*",')
    )
    earn(make_case, ann, alone=40)
    first, second = unchecked(2)
    make_case(first)
    make_case(second, details={"counterparty": "Bravo"})
    run_job()
    found = dict(Proposal.objects.exclude(way="").values_list("case__identity", "way"))
    assert (found[first], found[second]) == ("run", "suggest")
    spec = services.resolve_spec().autonomy
    assert [str(scope) for scope in records.scopes_with_a_record(spec)] == [
        "bank_vs_ledger / fee_or_tax / acme ltd / journal_entry"
    ]


def test_what_was_closed_here_is_open_again_after_an_undo(
    make_case: MakeCase, ann: User, policy: Path
) -> None:
    policy.write_text(
        POLICY.replace(
            "bucket: fee_or_tax, action: journal_entry", "bucket: split_or_aggregate"
        ).replace("precedents_min: 30", "precedents_min: 10")
    )
    case = make_case("seed", bucket="split_or_aggregate", difference_minor=0)
    proposal = services.propose_for(case)
    assert proposal is not None
    assert proposal.kind == "document_valid"
    proposal.way = "run"
    proposal.save()
    with transaction.atomic():
        autonomy.carry_out_alone(proposal, "by hand, in this test")
    case.refresh_from_db()
    assert (case.status, case.decisions.get().actor) == ("resolved", None)
    services.undo(proposal.pk, actor=ann)
    case.refresh_from_db()
    assert case.status != "resolved"


def test_a_bucket_that_only_a_model_names_lets_nothing_run(make_case: MakeCase, ann: User) -> None:
    earn(make_case, ann, alone=40)
    alone, proven = unchecked(2)
    make_case(alone, summary="left 1.00; no evidence; the assistant says fee_or_tax (a model)")
    make_case(proven)
    assert run_job()["ran_alone"] == 1
    kept = Proposal.objects.get(state="proposed")
    assert (kept.case.identity, kept.way_reason) == (alone, "only the assistant names its bucket")


def test_where_the_assistant_says_otherwise_a_person_decides(
    make_case: MakeCase, ann: User
) -> None:
    from tieout.server.assistant.models import Remark

    earn(make_case, ann, alone=40)
    against, agreed = unchecked(2)
    for name, needs_person in ((against, True), (agreed, False)):
        Remark.objects.create(
            case=make_case(name), task="classify", by_model=True, choice="reversal",
            needs_person=needs_person, at=timezone.now(),
        )  # fmt: skip
    assert run_job()["ran_alone"] == 1
    kept = Proposal.objects.get(state="proposed")
    assert kept.case.identity == against
    assert kept.way_reason == "the assistant says otherwise: a person decides"
