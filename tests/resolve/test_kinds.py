"""Typed actions: what they refuse to be, and their content hash."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tieout.resolve.kinds import ActionKind, action_amount, content_hash, read_action

FEE: dict[str, Any] = {
    "kind": "write_off",
    "day": "2026-03-31",
    "currency": "EUR",
    "lines": [{"account": "6800", "debit": "2.90"}, {"account": "1010", "credit": "2.90"}],
    "memo": "fee",
    "limit": "5",
}


def test_amounts_that_are_equal_have_one_hash() -> None:
    other = FEE | {
        "lines": [{"account": "6800", "debit": "2.9"}, {"account": "1010", "credit": "2.900"}]
    }
    assert content_hash(read_action(FEE)) == content_hash(read_action(other))


@pytest.mark.parametrize(
    "change",
    [
        {"memo": "fees"},
        {"day": "2026-04-01"},
        {"limit": "6"},
        {"currency": "USD"},
        {"lines": [{"account": "6800", "debit": "2.91"}, {"account": "1010", "credit": "2.91"}]},
        {"lines": [{"account": "6801", "debit": "2.90"}, {"account": "1010", "credit": "2.90"}]},
    ],
)
def test_anything_else_changes_the_hash(change: dict[str, Any]) -> None:
    assert content_hash(read_action(FEE | change)) != content_hash(read_action(FEE))


def test_an_action_is_the_same_after_it_was_stored() -> None:
    action = read_action(FEE)
    again = read_action(action.model_dump(mode="json"))
    assert again == action
    assert content_hash(again) == content_hash(action)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"limit": "2"}, "above the limit"),
        ({"lines": [FEE["lines"][0]]}, "at least 2"),
        ({"lines": [FEE["lines"][0], {"account": "1", "credit": "2.91"}]}, "are equal"),
        ({"lines": [{"account": "1", "debit": 1, "credit": 1}] * 2}, "either a debit or a credit"),
        ({"lines": [{"account": "1"}] * 2}, "either a debit or a credit"),
        ({"lines": [{"account": "1", "debit": -1}, {"account": "2", "debit": 1}]}, "greater than"),
        ({"memo": "two\nlines"}, "match pattern"),
        ({"to": "eve@evil.example"}, "Extra inputs"),
        ({"kind": "transfer_money"}, "does not match any of the expected tags"),
    ],
)
def test_what_is_no_action_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        read_action(FEE | change)


@given(st.decimals(min_value="0.01", max_value="1e12", places=2))
def test_an_entry_moves_what_its_debits_say(amount: Any) -> None:
    lines = [{"account": "a", "debit": amount}, {"account": "b", "credit": amount}]
    entry = read_action(FEE | {"kind": "write_off", "lines": lines, "limit": amount})
    assert action_amount(entry) == amount


def test_an_action_that_moves_nothing_has_no_amount() -> None:
    assert action_amount(read_action({"kind": "document_valid", "note": "netted"})) is None


def test_every_kind_can_be_read_by_its_name() -> None:
    minimal: dict[ActionKind, dict[str, Any]] = {
        ActionKind.WAIT: {"until": "2026-04-02", "why": "due"},
        ActionKind.REQUEST_DOCUMENT: {
            "recipient": "a@b.c", "document": "invoice", "subject": "s", "text": "t",
        },
        ActionKind.CORRECT_REFERENCE: {
            "side": "left", "written": "INV-7", "expected": "INV-8", "rows": [3],
        },
        ActionKind.JOURNAL_ENTRY: {key: FEE[key] for key in ("day", "currency", "lines", "memo")},
        ActionKind.WRITE_OFF: {key: value for key, value in FEE.items() if key != "kind"},
        ActionKind.CHASE: {"recipient": "a@b.c", "subject": "s", "text": "t"},
        ActionKind.TICKET: {"project": "OPS", "summary": "s", "text": "t"},
        ActionKind.WEBHOOK: {"target": "ops", "body": {"amount": "2.90", "rows": 3, "party": None}},
        ActionKind.SLACK: {"target": "ops", "text": "t"},
        ActionKind.HTTP: {"target": "ops", "body": {}},
        ActionKind.DOCUMENT_VALID: {"note": "n"},
    }  # fmt: skip
    assert set(minimal) == set(ActionKind)
    for kind, fields in minimal.items():
        assert read_action({"kind": kind.value, **fields}).kind is kind
