"""Servers of the other side, and a workspace whose resolve.yaml leads to them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test.utils import override_settings
from sinks import HttpSink, SmtpSink, http_server, smtp_server

SECRETS = {
    "JIRA_USER": "bot@books.example",
    "JIRA_TOKEN": "t0ken",
    "HOOK_SECRET": "s3cret",
    "MAIL_USER": "tieout",
    "MAIL_PASSWORD": "a long secret",
}


@pytest.fixture
def sink() -> Iterator[HttpSink]:
    """A server that plays Jira, Slack, a webhook and an events API."""
    with http_server() as server:
        yield server


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[SmtpSink]:
    """A mail server that wants STARTTLS and a login."""
    with smtp_server(tmp_path) as server:
        yield server


@pytest.fixture
def workspace(
    tmp_path: Path, sink: HttpSink, mailbox: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """A folder with a resolve.yaml of channels that lead to the servers."""
    near = "http: true, private: true, timeout_seconds: 0.7"
    (tmp_path / "resolve.yaml").write_text(
        f"""
channels:
  email:
    host: localhost
    port: {mailbox.port}
    sender: recon@books.example
    ca_file: {mailbox.ca_file}
    username_env: MAIL_USER
    password_env: MAIL_PASSWORD
    recipients: [ap@acme.example]
    timeout_seconds: 5
  jira: {{url: "{sink.url}/jira", user_env: JIRA_USER, token_env: JIRA_TOKEN,
          projects: [OPS], {near}}}
  webhook: {{ops: {{url: "{sink.url}/hook", secret_env: HOOK_SECRET, {near}}}}}
  slack: {{recon: {{url_env: SLACK_URL, {near}}}}}
  http: {{erp: {{url: "{sink.url}/erp", {near}}}}}
  events: {{pager: {{url: "{sink.url}/events", routing_key_env: HOOK_SECRET, {near}}}}}
"""
    )
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SLACK_URL", f"{sink.url}/slack")
    with override_settings(WORKSPACE=tmp_path):
        yield tmp_path
