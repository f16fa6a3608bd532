"""Tickets at a server that plays Jira, which knows no idempotency key."""

import pytest
from sinks import HttpSink

from tieout.resolve.actions.jira import issue, label_of, send
from tieout.resolve.actions.message import Message, Outcome
from tieout.resolve.config.channels import JiraSettings

LOGIN = {"JIRA_USER": "bot@books.example", "JIRA_TOKEN": "t0ken"}


def settings(url: str) -> JiraSettings:
    """Jira at the test's server."""
    return JiraSettings(
        url=f"{url}/jira",
        http=True,
        private=True,
        timeout_seconds=0.5,
        user_env="JIRA_USER",
        token_env="JIRA_TOKEN",
        projects=("OPS",),
    )


def ticket(project: str = "OPS") -> Message:
    """A ticket for a break."""
    payload = {"project": project, "summary": "Fee\nof 2.90", "text": "left 102.90\n\nright 100.00"}
    return Message(channel="jira", payload=payload, idempotency_key="case-7/1")


def test_a_ticket_is_opened_once(sink: HttpSink) -> None:
    first = send(ticket(), settings(sink.url), LOGIN)
    again = send(ticket(), settings(sink.url), LOGIN)
    assert (first.outcome, first.reference, first.repeated) == (Outcome.DONE, "OPS-1", False)
    assert (again.outcome, again.reference, again.repeated) == (Outcome.DONE, "OPS-1", True)
    assert sink.tickets == {label_of("case-7/1"): ["OPS-1"]}


def test_it_looks_before_it_opens(sink: HttpSink) -> None:
    send(ticket(), settings(sink.url), LOGIN)
    assert [request.method for request in sink.requests] == ["GET", "POST"]
    assert sink.requests[1].json["fields"]["labels"] == ["tieout", label_of("case-7/1")]
    assert sink.requests[0].headers["authorization"].startswith("Basic ")


@pytest.mark.parametrize("trouble", ["lost", "hang", 429, 500, 503])
def test_trouble_at_opening_leads_to_one_ticket(sink: HttpSink, trouble: int | str) -> None:
    sink.script.extend(["ok", trouble])
    assert send(ticket(), settings(sink.url), LOGIN).outcome is Outcome.RETRY
    assert send(ticket(), settings(sink.url), LOGIN).outcome is Outcome.DONE
    assert sink.tickets == {label_of("case-7/1"): ["OPS-1"]}


@pytest.mark.parametrize("trouble", ["lost", "hang", 429, 500])
def test_without_a_search_no_ticket_is_opened(sink: HttpSink, trouble: int | str) -> None:
    sink.script.append(trouble)
    assert send(ticket(), settings(sink.url), LOGIN).outcome is Outcome.RETRY
    assert sink.tickets == {}


def test_a_login_that_jira_refuses_ends_it(sink: HttpSink) -> None:
    sink.script.append(401)
    assert send(ticket(), settings(sink.url), LOGIN).outcome is Outcome.REFUSED


def test_other_projects_are_refused(sink: HttpSink) -> None:
    receipt = send(ticket('OPS" OR project = "HR'), settings(sink.url), LOGIN)
    assert receipt.outcome is Outcome.REFUSED
    assert sink.requests == []


@pytest.mark.parametrize("name", ["JIRA_USER", "JIRA_TOKEN"])
def test_a_missing_secret_is_named(sink: HttpSink, name: str) -> None:
    receipt = send(ticket(), settings(sink.url), {k: v for k, v in LOGIN.items() if k != name})
    assert receipt.outcome is Outcome.REFUSED
    assert name in receipt.detail


def test_without_settings_there_is_no_ticket() -> None:
    assert send(ticket(), None, LOGIN).detail == "jira: is not in resolve.yaml"


def test_a_summary_is_one_line_and_text_is_no_markup(sink: HttpSink) -> None:
    fields = issue(ticket(), settings(sink.url))["fields"]
    assert fields["summary"] == "Fee of 2.90"
    assert [p["content"][0] for p in fields["description"]["content"]] == [
        {"type": "text", "text": "left 102.90"},
        {"type": "text", "text": "right 100.00"},
    ]
