"""The form of a schedule: fields for each kind of job, in words."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tieout.server.jobs import registry
from tieout.server.jobs.forms import ScheduleForm
from tieout.server.jobs.scheduling import save_schedule
from tieout.server.jobs.words import WORDS

pytestmark = pytest.mark.django_db
Register = Callable[..., None]
DAILY = {
    "name": "daily", "kind": "reconcile", "reconcile-left": "in/bank.csv",
    "reconcile-right": " in/ledger.csv ", "cron": "0 3 * * *", "time_zone": "UTC",
    "missed": "once", "enabled": "on",
}  # fmt: skip


def filled(**more: str) -> ScheduleForm:
    return ScheduleForm(DAILY | more)


def arguments(**more: str) -> dict[str, Any]:
    form = filled(**more)
    assert form.is_valid(), form.errors
    found: dict[str, Any] = form.cleaned_data["arguments"]
    return found


def errors(**more: str) -> dict[str, str]:
    form = filled(**more)
    assert not form.is_valid()
    return {name: str(each[0]) for name, each in form.errors.items()}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {"left": "in/bank.csv", "right": "in/ledger.csv"}),
        (
            {"reconcile-spec": "s.yaml", "detect-file": "of another kind"},
            {"left": "in/bank.csv", "right": "in/ledger.csv", "spec": "s.yaml"},
        ),
        ({"kind": "learn"}, {}),
        (
            {"kind": "detect", "detect-file": "a.csv", "detect-profile": "payments"},
            {"file": "a.csv", "profile": "payments"},
        ),
        ({"kind": "assistant", "assistant-cases": "25"}, {"cases": 25}),
        ({"kind": "assistant"}, {}),
        ({"kind": "retrain"}, {}),
        (
            {
                "kind": "rootcause", "rootcause-file": "a.csv", "rootcause-outcome": "denied",
                "rootcause-attributes": "shop, card ,",
            },
            {"file": "a.csv", "outcome": "denied", "attributes": ["shop", "card"]},
        ),
        (
            {"kind": "export", "export-what": "audit", "export-to": "csv"},
            {"what": "audit", "to": "csv"},
        ),
        (
            {"reconcile-carry_forward": "latest"},
            {"left": "in/bank.csv", "right": "in/ledger.csv", "carry_forward": "latest"},
        ),
    ],
    ids=[
        "reconcile", "other kinds are not read", "nothing to ask", "detect", "a number",
        "no number", "all by itself", "root cause", "export", "carried forward",
    ],
)  # fmt: skip
def test_fields_become_the_arguments_of_the_job(
    fields: dict[str, str], expected: dict[str, Any]
) -> None:
    assert arguments(**fields) == expected


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ({"reconcile-right": " "}, "reconcile-right", "This field is required."),
        ({"kind": "detect"}, "detect-file", "This field is required."),
        (
            {"kind": "detect", "detect-file": "a.csv", "detect-profile": "sales"},
            "detect-profile",
            "Select a valid choice. sales is not one of the available choices.",
        ),
        (
            {"kind": "rootcause", "rootcause-file": "a.csv"},
            "rootcause-outcome",
            "Give an outcome, or a value.",
        ),
        (
            {"kind": "export", "export-what": "run", "export-to": "csv"},
            "export-run",
            "This field is required.",
        ),
        (
            {"kind": "assistant", "assistant-cases": "201"},
            "assistant-cases",
            "expected a whole number from 1 to 200",
        ),
        (
            {"kind": "assistant", "assistant-cases": "many"},
            "assistant-cases",
            "expected a whole number from 1 to 200",
        ),
        (
            {"reconcile-left": "{file}"},
            "reconcile-left",
            "{file} is a file that arrives: give files to watch for",
        ),
        ({"kind": "upload.detect"}, "kind", "Select a valid choice. upload.detect is not one of"),
        ({"arguments": "[1]"}, "arguments", "expected a JSON object"),
    ],
)
def test_what_is_missing_or_wrong_is_said_at_its_field(
    fields: dict[str, str], field: str, message: str
) -> None:
    assert errors(**fields)[field].startswith(message)


def test_a_file_that_arrives_is_named_where_files_are_watched_for() -> None:
    found = arguments(**{"reconcile-left": "{file}", "cron": "", "watch": "inbox/*.csv"})
    assert found["left"] == "{file}"


def test_what_was_filled_in_is_there_to_be_changed(
    admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = {name: each for name, each in registry._handlers.items() if name in WORDS}
    monkeypatch.setattr(registry, "_handlers", ours)
    kept = {"file": "a.csv", "outcome": "denied", "attributes": ["shop", "card"], "more": 1}
    values = {"name": "why", "kind": "rootcause", "arguments": kept, "cron": "0 3 * * *"}
    schedule = save_schedule(values, actor=None)
    page = admin.get(f"/schedules/{schedule.pk}/").content.decode()
    assert 'value="shop, card"' in page
    assert page.count("<textarea") == 1, "what has no field is JSON"
    form = {
        "name": "why", "kind": "rootcause", "rootcause-file": "b.csv", "cron": "0 3 * * *",
        "rootcause-outcome": "denied", "arguments": '{"more": 1}', "time_zone": "UTC",
        "missed": "once",
    }  # fmt: skip
    assert admin.post(f"/schedules/{schedule.pk}/", form).status_code == 302
    schedule.refresh_from_db()
    assert schedule.arguments == {"file": "b.csv", "outcome": "denied", "more": 1}


def test_no_kind_of_job_of_ours_needs_json(
    admin: Client, kind: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = {name: each for name, each in registry._handlers.items() if name in WORDS}
    monkeypatch.setattr(registry, "_handlers", ours)
    assert [group.kind for group in ScheduleForm().groups() if group.is_json] == []
    page = admin.get("/schedules/new/").content.decode()
    assert page.count("<fieldset") >= 11
    assert "There is nothing to fill in." in page
    assert "upload.detect" not in page


def test_a_kind_without_fields_of_its_own_is_asked_for_with_json(kind: Register) -> None:
    kind("add", lambda job, progress: {})
    groups = [group for group in ScheduleForm().groups() if group.kind == "add"]
    assert [group.is_json for group in groups] == [False, True]
    form = ScheduleForm(DAILY | {"kind": "add", "arguments": '{"numbers": [1]}'})
    assert form.is_valid()
    assert form.cleaned_data["arguments"] == {"numbers": [1]}
