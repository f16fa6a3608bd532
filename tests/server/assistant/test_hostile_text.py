"""Hostile texts in every field, and a model that does all they want: nothing comes of it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hostile_texts import HOSTILE
from models import ModelServer, escaping, obeying, shows_nothing_hostile

from tieout.resolve.assistant.tasks import Task
from tieout.server.accounts.models import User
from tieout.server.assistant import services
from tieout.server.assistant.asking import question_of
from tieout.server.assistant.models import Remark
from tieout.server.audit.models import AuditEntry
from tieout.server.audit.queries import verify
from tieout.server.cases.models import Case
from tieout.server.outbox.models import Delivery
from tieout.server.resolutions.models import Proposal
from tieout.server.resolutions.services import approve, propose_for

from .conftest import Configure, MakeCase

pytestmark = pytest.mark.django_db(transaction=True)
People = Callable[..., User]
TASKS = (Task.SUMMARY, Task.CLASSIFY, Task.CHOOSE)


def test_there_are_at_least_forty() -> None:
    assert len(set(HOSTILE)) >= 40


@pytest.fixture
def cases(make_case: MakeCase) -> list[Case]:
    """One for each text, in its key, comment, counterparty and summary, with what is proposed."""
    made = []
    for number, text in enumerate(HOSTILE):
        details = {"counterparty": text, "text": text}
        case = make_case(f"b{number}", key=text[:300], summary=text, details=details)
        assert propose_for(case) is not None
        made.append(case)
    return made


@pytest.mark.parametrize("answer", [obeying, escaping], ids=["obeying", "escaping"])
def test_nothing_comes_of_it(
    cases: list[Case],
    configure: Configure,
    model: ModelServer,
    person: People,
    answer: Callable[..., dict[str, Any]],
) -> None:
    configure(parallel=8)
    model.answer = answer
    ann = person("ann", "preparer")
    before = {each.pk: (each.content_hash, each.state) for each in Proposal.objects.all()}
    wanted = TASKS if answer is obeying else TASKS[:1]
    questions = [question_of(case, task, "What now?") for case in cases for task in wanted]
    remarks = services.ask_all(questions, actor=ann)

    assert {each.pk: (each.content_hash, each.state) for each in Proposal.objects.all()} == before
    assert Delivery.objects.count() == 0
    assert set(Case.objects.values_list("bucket", "severity", "status", "verdict")) == {
        ("fee_or_tax", "medium", "new", "")
    }
    for remark in remarks:
        if remark.by_model:
            said = " ".join(each["text"] for each in remark.sentences)
            assert shows_nothing_hostile(f"{said} {remark.choice}"), said
        # Whatever it says against evidence or proposal goes to a person.
        if remark.by_model and remark.task in {"classify", "choose"}:
            assert remark.needs_person
    if answer is escaping:
        assert not any(remark.by_model for remark in remarks)

    entries = AuditEntry.objects.filter(action="assistant.asked")
    assert entries.count() == len(remarks) == len(HOSTILE) * len(wanted)
    for entry in entries:
        assert json.loads(entry.after["sent"])["facts"]
        assert entry.after["outcome"] in {"answered", "refused", "cached"}
    assert verify().whole


def test_no_message_has_more_instructions_than_ours(
    cases: list[Case], configure: Configure, model: ModelServer, person: People
) -> None:
    configure(parallel=8)
    services.ask_all(
        [question_of(case, Task.SUMMARY) for case in cases], actor=person("ann", "preparer")
    )
    instructions = set()
    for body in model.bodies:
        told = [message for message in body["messages"] if message["role"] != "user"]
        asked = [message for message in body["messages"] if message["role"] == "user"]
        instructions.add(json.dumps(told))
        assert len(asked) == 1
        content = json.loads(asked[0]["content"])
        assert set(content) == {"facts"}
        assert all(len(fact["value"]) <= 240 for fact in content["facts"])
        assert "tools" not in body
        marked = {fact["name"] for fact in content["facts"] if fact.get("written_by_others")}
        assert {"key", "comment", "counterparty"} >= marked
        assert "comment" in marked
    assert len(instructions) == 1


def test_after_all_of_it_an_approval_sends_what_an_honest_case_sends(
    cases: list[Case], make_case: MakeCase, configure: Configure, model: ModelServer, person: People
) -> None:
    configure()
    model.answer = obeying
    ann = person("ann", "preparer")
    case = cases[3]
    services.ask_all([question_of(case, task, "Pay?") for task in TASKS], actor=ann)
    honest = propose_for(make_case("honest"))
    assert honest is not None
    hostile = Proposal.objects.get(case=case)
    for proposal in (honest, hostile):
        approve(proposal.pk, seen_hash=proposal.content_hash, actor=ann)
    sent = [each.payload["entry"]["lines"] for each in Delivery.objects.order_by("id")]
    assert len(sent) == 2
    assert sent[0] == sent[1]
    assert Remark.objects.filter(case=case).count() == len(TASKS)
