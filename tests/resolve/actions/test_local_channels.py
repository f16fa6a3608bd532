"""The task list and drafts for the ledger, which stay on this machine."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from tieout.resolve.actions import journal, tasks
from tieout.resolve.actions.message import Message, Outcome
from tieout.resolve.config.channels import JournalFolder

ENTRY: dict[str, Any] = {
    "kind": "journal_entry",
    "day": "2026-03-31",
    "currency": "EUR",
    "lines": [{"account": "6800", "debit": "2.90"}, {"account": "1010", "credit": "2.90"}],
    "memo": "=fee of case 7",
}


def task(key: str = "case-7/1", **changes: object) -> Message:
    """A task for a person."""
    payload = {"title": "Correct INV-7", "text": "to INV-8", "subject": "case 7"}
    return Message(channel="tasks", payload=payload | changes, idempotency_key=key)


def draft(**changes: object) -> Message:
    """A journal entry."""
    entry = ENTRY | changes
    return Message(channel="journal", payload={"entry": entry}, idempotency_key="case-7/1")


def test_a_task_is_listed_once(tmp_path: Path) -> None:
    file = tmp_path / "tasks.jsonl"
    assert [tasks.send(task(), file).repeated for _ in range(2)] == [False, True]
    tasks.send(task("case-8/1"), file)
    assert [each["id"] for each in tasks.read_tasks(file)] == ["case-7/1", "case-8/1"]
    assert tasks.read_tasks(file)[0]["title"] == "Correct INV-7"


def test_a_line_that_was_cut_off_spoils_no_other(tmp_path: Path) -> None:
    file = tmp_path / "tasks.jsonl"
    file.write_text('{"id": "case-6/1", "tit')
    assert tasks.send(task(), file).outcome is Outcome.DONE
    assert [each["id"] for each in tasks.read_tasks(file)] == ["case-7/1"]


def test_a_task_without_a_title_is_refused(tmp_path: Path) -> None:
    assert tasks.send(task(title=" "), tmp_path / "t").outcome is Outcome.REFUSED


def test_a_list_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert tasks.send(task(), tmp_path / "file" / "t.jsonl").outcome is Outcome.RETRY


def test_a_draft_is_a_file_of_balanced_lines(tmp_path: Path) -> None:
    receipt = journal.send(draft(), JournalFolder(), tmp_path)
    assert receipt.outcome is Outcome.DONE
    [path] = (tmp_path / "journal-drafts").iterdir()
    assert path.name == receipt.reference
    rows = list(csv.DictReader(path.read_text().splitlines()))
    assert [(row["account"], row["debit"], row["credit"]) for row in rows] == [
        ("6800", "2.90", ""),
        ("1010", "", "2.90"),
    ]
    assert {row["memo"] for row in rows} == {"'=fee of case 7"}, "a spreadsheet must not run it"


def test_a_second_delivery_leaves_the_draft_as_it_is(tmp_path: Path) -> None:
    journal.send(draft(), JournalFolder(), tmp_path)
    [path] = (tmp_path / "journal-drafts").iterdir()
    path.write_text("imported by hand")
    assert journal.send(draft(), JournalFolder(), tmp_path).repeated
    assert path.read_text() == "imported by hand"


def test_a_draft_may_be_json(tmp_path: Path) -> None:
    receipt = journal.send(draft(), JournalFolder(format="json"), tmp_path)
    content = json.loads((tmp_path / "journal-drafts" / receipt.reference).read_text())
    assert content["lines"][0] == {"account": "6800", "debit": "2.90", "credit": "0"}


@pytest.mark.parametrize(
    "change",
    [
        {"lines": [{"account": "6800", "debit": "2.90"}, {"account": "1010", "credit": "2.91"}]},
        {"kind": "wait"},
        {"lines": []},
        {"extra": 1},
    ],
)
def test_what_is_no_balanced_entry_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    assert journal.send(draft(**change), JournalFolder(), tmp_path).outcome is Outcome.REFUSED
    assert not (tmp_path / "journal-drafts").exists()


def test_another_kind_of_action_is_no_entry(tmp_path: Path) -> None:
    message = Message(
        channel="journal",
        payload={"entry": {"kind": "document_valid", "note": "as agreed"}},
        idempotency_key="k",
    )
    receipt = journal.send(message, JournalFolder(), tmp_path)
    assert receipt.detail == "journal: document_valid is no entry"
