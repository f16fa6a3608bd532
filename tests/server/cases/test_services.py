"""What people do with cases."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from tieout.model.errors import InputError
from tieout.server.accounts.models import User
from tieout.server.audit.models import AuditEntry
from tieout.server.audit.queries import verify
from tieout.server.cases import services
from tieout.server.cases.models import Case, Decision, SavedView

pytestmark = pytest.mark.django_db
People = Callable[..., User]


def opened(identity: str = "b1", **more: Any) -> Case:
    return services.open_case("break", identity, f"INV-{identity}", actor=None, **more)


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("sequence").values_list("action", flat=True))


@pytest.mark.parametrize(
    ("verdict", "status", "asks"),
    [
        ("valid", "open", ""),
        ("false_positive", "resolved", ""),
        ("timing", "waiting", ""),
        ("resolved", "resolved", ""),
        ("escalate", "waiting", "escalated"),
    ],
)
def test_a_verdict_brings_a_case_into_its_state(
    person: People, verdict: str, status: str, asks: str
) -> None:
    ann, case = person("ann", "preparer"), opened()
    services.decide([case.pk], verdict, actor=ann, note=" looked at it ")
    decided = fresh(case)
    assert (decided.status, decided.verdict, decided.asks) == (status, verdict, asks)
    assert (decided.resolved_at is not None) == (status == "resolved")
    assert (decided.assignee == ann) == (verdict != "escalate")
    decision = Decision.objects.get()
    assert (decision.actor, decision.note, decision.state) == (ann, "looked at it", "final")


def test_a_decision_is_in_the_audit_log_with_before_and_after(person: People) -> None:
    ann, case = person("ann", "preparer"), opened(bucket="unknown")
    services.decide([case.pk], "resolved", actor=ann, bucket="fee_or_tax", note="booked")
    entry = AuditEntry.objects.get(action="case.decided")
    assert (entry.actor, entry.target_kind, entry.target_id) == ("ann", "case", str(case.pk))
    assert entry.before == {
        "status": "new",
        "verdict": "",
        "bucket": "unknown",
        "waiting_until": None,
    }
    assert entry.after["status"] == "resolved"
    assert (entry.after["bucket"], entry.after["note"]) == ("fee_or_tax", "booked")
    assert fresh(case).bucket_corrected
    assert verify().whole


def test_timing_waits_until_the_day_that_was_named(person: People) -> None:
    ann, first, second = person("ann", "preparer"), opened("b1"), opened("b2")
    today = timezone.localdate()
    services.decide([first.pk], "timing", actor=ann, waiting_until=today + timedelta(days=9))
    services.decide([second.pk], "timing", actor=ann)
    assert fresh(first).waiting_until == today + timedelta(days=9)
    assert fresh(second).waiting_until == today + timedelta(days=3)


def test_many_cases_are_decided_and_taken_back_in_one_go(person: People) -> None:
    ann = person("ann", "preparer")
    cases = [opened(f"b{number}") for number in range(5)]
    outcome = services.decide([case.pk for case in cases], "resolved", actor=ann)
    assert set(outcome.cases) == {case.pk for case in cases}
    assert Case.objects.filter(status="resolved").count() == 5
    services.undo(outcome.batch, actor=ann)
    assert Case.objects.filter(status="new", verdict="", assignee=None).count() == 5
    assert set(Decision.objects.values_list("state", flat=True)) == {"undone"}
    assert actions().count("case.decision_undone") == 5


def test_undoing_brings_back_all_that_was(person: People) -> None:
    ann, bob, case = person("ann", "preparer"), person("bob", "preparer"), opened(bucket="unknown")
    services.assign([case.pk], bob, actor=ann)
    services.decide([case.pk], "timing", actor=ann)
    before = fresh(case)
    outcome = services.decide([case.pk], "resolved", actor=ann, bucket="rounding")
    services.undo(outcome.batch, actor=ann)
    after = fresh(case)
    for name in ("status", "verdict", "assignee", "bucket", "waiting_until", "resolved_at"):
        assert getattr(after, name) == getattr(before, name)


def test_it_is_too_late_to_undo_after_its_seconds(person: People) -> None:
    ann, case = person("ann", "preparer"), opened()
    outcome = services.decide([case.pk], "resolved", actor=ann)
    Decision.objects.update(at=timezone.now() - timedelta(seconds=60))
    with pytest.raises(InputError, match="nothing to undo"):
        services.undo(outcome.batch, actor=ann)
    assert fresh(case).status == "resolved"


def test_nobody_takes_back_what_another_decided(person: People) -> None:
    ann, bob, case = person("ann", "preparer"), person("bob", "reviewer"), opened()
    outcome = services.decide([case.pk], "resolved", actor=ann)
    with pytest.raises(InputError, match="nothing to undo"):
        services.undo(outcome.batch, actor=bob)


def test_what_somebody_changed_since_is_not_taken_back(person: People) -> None:
    ann, bob, case = person("ann", "preparer"), person("bob", "reviewer"), opened()
    outcome = services.decide([case.pk], "valid", actor=ann)
    services.decide([case.pk], "resolved", actor=bob)
    assert services.undo(outcome.batch, actor=ann).cases == ()
    assert fresh(case).status == "resolved"


def test_a_case_that_changed_under_a_persons_eyes_is_not_decided(person: People) -> None:
    ann, bob, case = person("ann", "preparer"), person("bob", "reviewer"), opened()
    services.decide([case.pk], "valid", actor=bob)
    with pytest.raises(InputError, match="somebody changed the case"):
        services.decide([case.pk], "resolved", actor=ann, seen={case.pk: case.revision})


def test_a_preparer_closes_a_critical_case_with_a_second_pair_of_eyes(person: People) -> None:
    ann, bob = person("ann", "preparer"), person("bob", "reviewer")
    case = opened(severity="critical")
    outcome = services.decide([case.pk], "resolved", actor=ann)
    assert outcome.proposed == (case.pk,)
    assert (fresh(case).status, fresh(case).asks) == ("waiting", "review")
    decision = Decision.objects.get()
    with pytest.raises(PermissionDenied):
        services.review(decision.pk, True, actor=ann)
    services.review(decision.pk, True, actor=bob, note="agreed")
    assert (fresh(case).status, fresh(case).asks) == ("resolved", "")
    assert Decision.objects.get().reviewed_by == bob
    assert case.comments.get().text == "agreed"


def test_a_returned_decision_is_open_with_who_made_it(person: People) -> None:
    ann, bob = person("ann", "preparer"), person("bob", "approver")
    case = opened(severity="critical")
    services.decide([case.pk], "false_positive", actor=ann)
    services.review(Decision.objects.get().pk, False, actor=bob)
    returned = fresh(case)
    assert (returned.status, returned.verdict, returned.assignee) == ("open", "", ann)
    assert Decision.objects.get().state == "returned"
    with pytest.raises(InputError, match="does not wait"):
        services.review(Decision.objects.get().pk, True, actor=bob)


def test_whoever_reviews_closes_critical_cases_alone_but_never_their_own_proposal(
    person: People,
) -> None:
    both = person("ann", "preparer", "reviewer")
    case = opened(severity="critical")
    assert services.decide([case.pk], "resolved", actor=both).proposed == ()
    assert fresh(case).status == "resolved"


def test_a_case_that_waits_for_a_review_is_not_decided_again(person: People) -> None:
    ann, case = person("ann", "preparer"), opened(severity="critical")
    services.decide([case.pk], "resolved", actor=ann)
    with pytest.raises(InputError, match="waits for a review"):
        services.decide([case.pk], "valid", actor=ann)


@pytest.mark.parametrize("role", ["auditor", "admin"])
def test_who_reads_or_configures_changes_nothing(person: People, role: str) -> None:
    eve, case = person("eve", role), opened()
    for change in (
        lambda: services.decide([case.pk], "resolved", actor=eve),
        lambda: services.assign([case.pk], eve, actor=eve),
        lambda: services.comment(case.pk, "hm", actor=eve),
        lambda: services.reopen(case.pk, actor=eve),
    ):
        with pytest.raises(PermissionDenied):
            change()
    assert (fresh(case).status, fresh(case).revision) == ("new", 1)


def test_cases_are_given_to_those_who_work(person: People) -> None:
    ann, dan, case = person("ann", "preparer"), person("dan", "auditor"), opened()
    services.assign([case.pk], ann, actor=ann)
    assert (fresh(case).status, fresh(case).assignee) == ("open", ann)
    with pytest.raises(InputError, match="works on no cases"):
        services.assign([case.pk], dan, actor=ann)
    services.assign([case.pk], None, actor=ann)
    assert (fresh(case).status, fresh(case).assignee) == ("new", None)


def test_assigning_what_is_so_already_says_nothing(person: People) -> None:
    ann, case = person("ann", "preparer"), opened()
    services.assign([case.pk], ann, actor=ann)
    services.assign([case.pk], ann, actor=ann)
    assert actions().count("case.assigned") == 1


def test_a_resolved_case_is_opened_again(person: People) -> None:
    ann, case = person("ann", "preparer"), opened()
    services.decide([case.pk], "resolved", actor=ann)
    services.reopen(case.pk, actor=ann)
    again = fresh(case)
    assert (again.status, again.verdict, again.resolved_at) == ("open", "", None)


def test_the_same_alert_is_the_same_case_and_only_grows(person: People) -> None:
    def told(severity: str) -> Case:
        return services.open_case(
            "alert", "e1", "approvals fell", actor=None, severity=severity, summary=f"is {severity}"
        )

    first, again, _ = told("medium"), told("critical"), told("low")
    assert first.pk == again.pk
    assert fresh(first).summary == "is critical"
    assert (fresh(first).severity, fresh(first).severity_rank) == ("critical", 0)
    assert actions() == ["case.opened", "case.severity_raised"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"verdict": "maybe"}, "verdict maybe: expected valid"),
        ({"bucket": "Fee or tax"}, "expected a name such as fee_or_tax"),
        ({"note": "x" * 10_001}, "at most 10,000"),
        ({"waiting_until": timezone.localdate()}, "still to come"),
    ],
)
def test_what_cannot_be_decided_so_is_refused(
    person: People, asked: dict[str, Any], said: str
) -> None:
    ann, case = person("ann", "preparer"), opened()
    wanted = {"verdict": "timing", **asked}
    with pytest.raises(InputError, match=said):
        services.decide([case.pk], wanted.pop("verdict"), actor=ann, **wanted)


def test_a_case_that_is_not_there_is_named(person: People) -> None:
    with pytest.raises(InputError, match="case 404404: no such case"):
        services.decide([404404], "valid", actor=person("ann", "preparer"))


def test_comments_have_words(person: People) -> None:
    ann, case = person("ann", "preparer"), opened()
    services.comment(case.pk, "  asked the bank  ", actor=ann)
    assert case.comments.get().text == "asked the bank"
    with pytest.raises(InputError, match="1 to 10,000"):
        services.comment(case.pk, "   ", actor=ann)


def test_views_are_kept_by_name_and_removed_by_their_owner(person: People) -> None:
    ann, bob = person("ann", "preparer"), person("bob", "preparer")
    services.save_view("Late fees", "bucket=fee_or_tax", actor=ann)
    view = services.save_view("Late fees", "bucket=fee_or_tax&due=late", actor=ann, shared=True)
    assert SavedView.objects.get().query == "bucket=fee_or_tax&due=late"
    services.remove_view(view.pk, actor=bob)
    assert SavedView.objects.count() == 1
    services.remove_view(view.pk, actor=ann)
    assert SavedView.objects.count() == 0
