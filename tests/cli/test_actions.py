"""`tieout actions test`."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sinks import HttpSink, http_server
from typer.testing import CliRunner

from tieout.cli.main import app
from tieout.model.errors import InputError
from tieout.resolve.actions.channels import CHANNELS


@pytest.fixture
def sink() -> Iterator[HttpSink]:
    """A webhook."""
    with http_server() as server:
        yield server


@pytest.fixture
def workspace(tmp_path: Path, sink: HttpSink, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with all channels, those over HTTP at the server."""
    near = "http: true, private: true"
    (tmp_path / "resolve.yaml").write_text(
        f"""
channels:
  email: {{host: 127.0.0.1, port: 9, security: none, sender: a@b.c, recipients: [d@e.f]}}
  jira: {{url: "{sink.url}/jira", user_env: USER_J, token_env: TOKEN_J, projects: [OPS], {near}}}
  webhook: {{ops: {{url: "{sink.url}/hook", secret_env: HOOK, {near}}}}}
  slack: {{room: {{url_env: SLACK, {near}}}}}
  http: {{api: {{url: "{sink.url}/api", {near}}}}}
  events: {{pager: {{url: "{sink.url}/events", routing_key_env: PAGER, {near}}}}}
"""
    )
    for name in ("USER_J", "TOKEN_J", "HOOK", "PAGER"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("SLACK", f"{sink.url}/slack")
    return tmp_path


def run(*words: str, workspace: Path) -> tuple[int, str]:
    """Exit code and what was printed."""
    done = CliRunner().invoke(app, ["actions", "test", *words, "--workspace", str(workspace)])
    if isinstance(done.exception, InputError):
        raise done.exception
    return done.exit_code, done.stdout


@pytest.mark.parametrize("channel", [name for name in CHANNELS if name != "email"])
def test_a_channel_is_tested_by_using_it(workspace: Path, sink: HttpSink, channel: str) -> None:
    code, said = run(channel, "--json", workspace=workspace)
    assert code == 0, said
    assert json.loads(said)["outcome"] == "done"
    local = channel in {"tasks", "journal"}
    assert len(sink.requests) == {"jira": 2}.get(channel, 0 if local else 1)


def test_a_channel_that_does_not_deliver_ends_with_2(workspace: Path) -> None:
    code, said = run("email", workspace=workspace)
    assert code == 2
    assert said == "email: retry: 127.0.0.1: ConnectionRefusedError\n"


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_dry_run_shows_the_payload_and_sends_nothing(
    workspace: Path, sink: HttpSink, channel: str
) -> None:
    code, said = run(channel, "--dry-run", workspace=workspace)
    shown = json.loads(said)
    assert (code, shown["channel"], shown["sent"]) == (0, channel, False)
    assert shown["payload"]
    assert sink.requests == []
    assert {path.name for path in workspace.iterdir()} == {"resolve.yaml"}


def test_a_channel_that_does_not_exist_is_named(workspace: Path) -> None:
    with pytest.raises(InputError, match="channel fax: does not exist; expected one of email"):
        run("fax", workspace=workspace)


@pytest.mark.parametrize("channel", ["email", "jira", "webhook", "slack", "http", "events"])
def test_a_channel_that_is_not_configured_is_named(tmp_path: Path, channel: str) -> None:
    with pytest.raises(InputError, match=rf"{channel}: resolve.yaml has no channels.{channel}"):
        run(channel, workspace=tmp_path)
