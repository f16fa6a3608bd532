"""Asking about cases: what is kept, what is weighed, what is audited."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from models import ModelServer

from tieout.model.errors import InputError
from tieout.server.accounts.models import User
from tieout.server.assistant import queries, services
from tieout.server.assistant.models import AssistantCall, KeptAnswer, Remark
from tieout.server.audit.models import AuditEntry
from tieout.server.audit.queries import verify
from tieout.server.cases.services import decide
from tieout.server.resolutions.models import Proposal
from tieout.server.resolutions.services import propose_for

from .conftest import Configure, MakeCase

pytestmark = pytest.mark.django_db(transaction=True)
People = Callable[..., User]


def test_a_summary_is_kept_with_the_facts_it_cites(
    make_case: MakeCase, configure: Configure, model: ModelServer, person: People
) -> None:
    configure()
    model.script.append(
        {"sentences": [{"text": "Reference INV-b1 is 2.90 EUR short.", "cites": ["f2", "f4"]}]}
    )
    remark = services.ask(make_case().pk, "summary", actor=person("ann", "preparer"))
    assert remark.by_model
    assert remark.sentences == [
        {"text": "Reference INV-b1 is 2.90 EUR short.", "cites": ["f2", "f4"]}
    ]
    cited = {fact["id"]: fact["name"] for fact in remark.facts}
    assert (cited["f2"], cited["f4"]) == ("key", "difference")


def test_everything_that_was_sent_and_came_stands_in_the_log(
    make_case: MakeCase, configure: Configure, model: ModelServer, person: People
) -> None:
    configure(prices={"input_per_million": 1000, "output_per_million": 1000})
    case = make_case()
    services.ask(case.pk, "severity", actor=person("ann", "preparer"))
    entry = AuditEntry.objects.get(action="assistant.asked")
    after = entry.after
    assert (after["case"], after["task"], after["outcome"]) == (case.pk, "severity", "answered")
    assert json.loads(after["sent"]) == model.asked[0]
    assert after["answered"] == {"severity": "low", "cites": ["f1"]}
    assert (after["tokens"], Decimal(after["cost"])) == (120, Decimal("0.12"))
    assert "DE89370400440532013000" not in str(after)
    assert verify().whole


def test_the_second_time_the_answer_comes_from_the_cache(
    make_case: MakeCase, configure: Configure, model: ModelServer, person: People
) -> None:
    configure()
    case, ann = make_case(), person("ann", "preparer")
    first = services.ask(case.pk, "summary", actor=ann)
    again = services.ask(case.pk, "summary", actor=ann)
    assert (again.by_model, again.sentences) == (True, first.sentences)
    assert len(model.bodies) == KeptAnswer.objects.count() == 1
    assert sorted(AssistantCall.objects.values_list("outcome", flat=True)) == [
        "answered",
        "cached",
    ]
    today, month = queries.today_and_month()
    assert (today.hit_rate, today.tokens, month.requests) == (0.5, 120, 1)


def test_beyond_the_budget_fixed_sentences_answer(
    make_case: MakeCase, configure: Configure, model: ModelServer, person: People
) -> None:
    configure(budget={"tokens_per_day": 100})
    remark = services.ask(make_case().pk, "summary", actor=person("ann", "preparer"))
    assert (remark.by_model, remark.why) == (False, "the day's tokens are used up")
    assert remark.sentences[-1]["text"] == "Book the fee or tax to its account."
    assert model.bodies == []


def test_without_a_model_fixed_sentences_answer(make_case: MakeCase, person: People) -> None:
    remark = services.ask(make_case().pk, "question", actor=person("ann", "preparer"), text="Why?")
    assert not remark.by_model
    assert "no language model is configured" in remark.why
    assert {"text": "Counterparty: Acme Ltd", "cites": ["f7"]} in remark.sentences
    assert AuditEntry.objects.filter(action="assistant.asked").count() == 1


def test_a_bucket_against_the_evidence_goes_to_a_person_and_changes_nothing(
    make_case: MakeCase, configure: Configure, model: ModelServer, person: People
) -> None:
    configure()
    case = make_case()
    model.script.append({"bucket": "reversal", "cites": ["f1"]})
    remark = services.ask(case.pk, "classify", actor=person("ann", "preparer"))
    case.refresh_from_db()
    assert (remark.choice, remark.needs_person, case.bucket) == ("reversal", True, "fee_or_tax")
    assert remark.why == "evidence says fee_or_tax, the assistant reversal"
    assert queries.stands_against(case.pk)
    assert list(queries.against()) == [remark]


def test_where_it_agrees_nobody_is_asked(
    make_case: MakeCase, configure: Configure, model: ModelServer, person: People
) -> None:
    configure()
    case = make_case()
    model.script.append({"bucket": "fee_or_tax", "cites": ["f1"]})
    assert not services.ask(case.pk, "classify", actor=person("ann", "preparer")).needs_person
    assert not queries.stands_against(case.pk)


def test_how_sure_it_counts_follows_what_people_decided(
    make_case: MakeCase, configure: Configure, model: ModelServer, person: People
) -> None:
    configure()
    ann = person("ann", "reviewer")
    for number in range(10):
        case = make_case(f"b{number}", bucket="unknown")
        model.script.append({"bucket": "fx_rate", "cites": ["f1"]})
        remark = services.ask(case.pk, "classify", actor=ann)
        assert remark.confidence == 0.5
        decide([case.pk], "valid", actor=ann, bucket="fx_rate" if number else "rounding")
        KeptAnswer.objects.all().delete()
        if number == 0:
            assert queries.track_record() == (0, 1)
            break
    for number in range(1, 10):
        case = make_case(f"b{number}", bucket="unknown")
        model.script.append({"bucket": "fx_rate", "cites": ["f1"]})
        services.ask(case.pk, "classify", actor=ann)
        decide([case.pk], "valid", actor=ann, bucket="fx_rate")
    assert queries.track_record() == (9, 10)
    model.script.append({"bucket": "timing", "cites": ["f1"]})
    late = services.ask(make_case("late", bucket="unknown").pk, "classify", actor=ann)
    assert late.confidence == 0.7


def test_it_chooses_among_what_is_proposed_and_the_proposal_stays(
    make_case: MakeCase, configure: Configure, model: ModelServer, person: People
) -> None:
    configure()
    case, ann = make_case(), person("ann", "preparer")
    proposal = propose_for(case)
    assert proposal is not None
    model.script.append({"proposal": "p2", "cites": ["f1"]})
    remark = services.ask(case.pk, "choose", actor=ann)
    assert model.asked[0]["proposals"][0] == {"id": "p1", "text": proposal.text}
    assert remark.choice == proposal.others[0]["text"]
    assert remark.needs_person
    kept = Proposal.objects.get()
    assert (kept.content_hash, kept.state) == (proposal.content_hash, "proposed")


def test_where_nothing_is_proposed_there_is_no_choice(
    make_case: MakeCase, configure: Configure, person: People
) -> None:
    configure()
    with pytest.raises(InputError, match="nothing is proposed"):
        services.ask(make_case().pk, "choose", actor=person("ann", "preparer"))


@pytest.mark.parametrize(
    ("task", "text", "said"),
    [("question", "  ", "ask something"), ("pay", "", "expected classify"), ("summary", "", "")],
)
def test_what_cannot_be_asked_is_said_in_a_line(
    make_case: MakeCase, configure: Configure, person: People, task: str, text: str, said: str
) -> None:
    configure()
    number = make_case().pk if said else 987654
    with pytest.raises(InputError, match=said or "no such case"):
        services.ask(number, task, actor=person("ann", "preparer"), text=text)


@pytest.mark.parametrize("role", ["auditor", "admin"])
def test_who_only_reads_or_configures_asks_nothing(
    make_case: MakeCase, configure: Configure, model: ModelServer, person: People, role: str
) -> None:
    configure()
    with pytest.raises(PermissionDenied):
        services.ask(make_case().pk, "summary", actor=person("dan", role))
    with pytest.raises(PermissionDenied):
        services.start_batch(actor=User.objects.get())
    assert (model.bodies, Remark.objects.count()) == ([], 0)


def test_no_personal_data_leaves(
    make_case: MakeCase, configure: Configure, model: ModelServer, person: People
) -> None:
    configure()
    ann = person("ann", "preparer")
    services.ask(make_case().pk, "question", actor=ann, text="Who is eve@evil.example?")
    assert "comment" in {fact["name"] for fact in model.asked[0]["facts"]}
    for secret in ("DE89", "0440532013", "eve@"):
        assert secret not in model.sent


def test_one_rate_and_one_breaker_serve_all_questions(
    make_case: MakeCase, configure: Configure, model: ModelServer, person: People
) -> None:
    configure(breaker_failures=1)
    model.script.append(500)
    ann = person("ann", "preparer")
    first = services.ask(make_case("b1").pk, "summary", actor=ann)
    second = services.ask(make_case("b2").pk, "summary", actor=ann)
    assert first.why == "127.0.0.1: 500"
    assert "left alone" in second.why
    assert len(model.bodies) == 1


def test_the_key_of_pseudonyms_is_made_in_the_workspace(
    make_case: MakeCase, configure: Configure, person: People, workspace: Path
) -> None:
    configure()
    services.ask(make_case().pk, "summary", actor=person("ann", "preparer"))
    assert (workspace / ".tieout" / "pseudonyms.key").is_file()
