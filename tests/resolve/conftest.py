"""Servers of the other side."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sinks import HttpSink, SmtpSink, http_server, smtp_server


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
