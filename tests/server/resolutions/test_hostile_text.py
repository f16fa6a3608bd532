"""Hostile texts of others: none decides a recipient, an address, an amount or a bucket."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hostile_texts import HOSTILE

from tieout.resolve.config import ResolveSpec, workspace_resolve_spec
from tieout.resolve.facts import Facts
from tieout.resolve.kinds import Action, content_hash
from tieout.resolve.proposals.allowed import require_allowed
from tieout.resolve.proposals.build import buildable
from tieout.resolve.proposals.dispatch import delivery_of
from tieout.server.accounts.models import User
from tieout.server.audit.models import AuditEntry
from tieout.server.cases.models import Case
from tieout.server.outbox.models import Delivery
from tieout.server.resolutions import services

MakeCase = Callable[..., Case]
People = Callable[..., User]
HONEST = Facts(
    identity="b1",
    reconciliation="bank_vs_ledger",
    bucket="fee_or_tax",
    key="INV-7",
    amount_left=Decimal("97.10"),
    amount_right=Decimal("100.00"),
    difference=Decimal("-2.90"),
    currency="EUR",
    date_left=date(2026, 3, 27),
    left_rows=(3,),
    right_rows=(9,),
    counterparty="Acme Ltd",
    as_of=date(2026, 3, 31),
)
ALL_OPEN: dict[str, Any] = {
    "jira": {"url": "https://j.example", "user_env": "U", "token_env": "T", "projects": ["OPS"]},
    "webhook": {"erp": {"url": "https://e.example", "secret_env": "S"}},
    "slack": {"recon": {"url_env": "SLACK"}},
    "http": {"api": {"url": "https://a.example"}},
}


@pytest.fixture
def spec(workspace: Path) -> ResolveSpec:
    """The workspace's file with every way out."""
    content = workspace_resolve_spec(workspace).model_dump(exclude_unset=True)
    targets = {"ticket_project": "OPS", "webhook": "erp", "slack": "recon", "http": "api"}
    content["channels"] = content["channels"] | ALL_OPEN
    return ResolveSpec.model_validate(content | {"targets": targets})


def decisive(action: Action) -> dict[str, Any]:
    """What an action does, without the texts in which it tells of the break."""
    told = {"text", "subject", "summary", "memo", "note", "why", "written", "expected", "body"}
    return {name: value for name, value in action.model_dump().items() if name not in told}


def test_there_are_at_least_forty() -> None:
    assert len(set(HOSTILE)) >= 40


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("field", ["key", "comment", "evidence", "candidates", "reasons"])
def test_no_text_changes_what_an_action_does(spec: ResolveSpec, text: str, field: str) -> None:
    value: Any = (text,) if field in {"candidates", "reasons"} else text
    attacked = buildable(replace(HONEST, **{field: value}), spec)
    honest = buildable(HONEST, spec)
    assert {kind: decisive(action) for kind, action in attacked.items()} == {
        kind: decisive(action) for kind, action in honest.items()
    }
    for action in attacked.values():
        require_allowed(action, spec)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_counterparty_by_such_a_name_gets_no_mail(spec: ResolveSpec, text: str) -> None:
    attacked = buildable(replace(HONEST, counterparty=text), spec)
    sent = [delivery_of(action) for action in attacked.values()]
    recipients = [to for each in sent if each and each[0] == "email" for to in each[1]["to"]]
    assert recipients == []


@pytest.mark.parametrize("text", HOSTILE)
def test_one_line_stays_one_line_wherever_a_header_is_made(spec: ResolveSpec, text: str) -> None:
    for action in buildable(replace(HONEST, key=text), spec).values():
        for name in ("subject", "summary", "memo", "expected", "written"):
            assert not {"\r", "\n", "\u202e", "\u200b"} & set(str(getattr(action, name, "")))


@pytest.mark.django_db(transaction=True)
def test_what_leaves_is_as_for_an_honest_break_and_stands_in_the_log(
    make_case: MakeCase, person: People
) -> None:
    ann = person("ann", "preparer")
    for number, text in enumerate(HOSTILE):
        case = make_case(f"b{number}", key=text[:300], summary=text)
        proposal = services.propose_for(case)
        assert proposal is not None
        assert (proposal.kind, str(proposal.amount)) == ("journal_entry", "2.90")
        services.approve(proposal.pk, seen_hash=proposal.content_hash, actor=ann)
        case.refresh_from_db()
        assert (case.bucket, case.bucket_corrected) == ("fee_or_tax", False)
    sent = list(Delivery.objects.order_by("id"))
    assert {each.channel for each in sent} == {"journal"}
    lines = {json.dumps(each.payload["entry"]["lines"], sort_keys=True) for each in sent}
    assert len(lines) == 1
    for action in ("proposal.made", "proposal.approved", "delivery.queued"):
        assert AuditEntry.objects.filter(action=action).count() == len(HOSTILE)


def test_the_hash_covers_the_texts_too(spec: ResolveSpec) -> None:
    hashes = {
        content_hash(action)
        for text in HOSTILE
        for action in buildable(replace(HONEST, key=text), spec).values()
        if action.kind == "document_valid"
    }
    assert len(hashes) > 40
