"""A sender that is killed at any step, in a process of its own; one effect all the same."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_django.plugin import DjangoDbBlocker
from sinks import HttpSink, SmtpSink
from workspaces import run_code

from tieout.server.outbox.models import Delivery

QUEUE = """
from tieout.server.outbox.services import enqueue
for channel, payload in PAYLOADS.items():
    enqueue(channel=channel, payload=payload, idempotency_key=f"case-7/{channel}")
"""
# Where the process dies: at the given channel, before or after what it does.
KILLED = """
from tieout.resolve.actions import channels
from tieout.server.outbox import leases

def dying(real, where):
    def call(*arguments, **options):
        if WHEN == f"before {where}":
            os.kill(os.getpid(), signal.SIGKILL)
        answer = real(*arguments, **options)
        if WHEN == f"after {where}":
            os.kill(os.getpid(), signal.SIGKILL)
        return answer
    return call

channels.send = dying(channels.send, "send")
leases.finish = dying(leases.finish, "mark")
leases.take = dying(leases.take, "take")
"""
DELIVER = """
from tieout.server.outbox.delivering import deliver_due
import time
deadline = time.monotonic() + 60
from tieout.server.outbox.models import Delivery
while Delivery.objects.exclude(state__in=["done", "dead"]).exists():
    deliver_due(lease_seconds=LEASE)
    if time.monotonic() > deadline:
        raise SystemExit("not delivered")
    time.sleep(0.05)
print(json.dumps({d.channel: [d.state, d.attempts] for d in Delivery.objects.all()}))
"""
PAYLOADS = {
    "webhook": {"target": "ops", "body": {"amount": "2.90"}},
    "jira": {"project": "OPS", "summary": "Fee of 2.90", "text": "left 102.90"},
    "email": {"to": ["ap@acme.example"], "subject": "Open item", "text": "Please see INV-7."},
}


def process(script: str, environment: dict[str, str], **values: object) -> subprocess.Popen[str]:
    """Start a process that boots the workspace and runs a script."""
    head = [f"{name} = {value!r}" for name, value in {"PAYLOADS": PAYLOADS, **values}.items()]
    boot = "import json, os, signal\nfrom tieout.server.boot import boot\nboot()"
    return subprocess.Popen(
        [sys.executable, "-c", "\n".join([*head, boot, script])],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def here(
    script: str, environment: dict[str, str], blocker: DjangoDbBlocker, **values: object
) -> str:
    """What a script prints that this process runs in the workspace."""
    folder = Path(environment["TIEOUT_WORKSPACE"])
    address = environment.get("DATABASE_URL", "")
    return run_code(folder, script, blocker, address, PAYLOADS=PAYLOADS, **values)


def finished(started: subprocess.Popen[str]) -> str:
    """What a process printed that ended well."""
    out, error = started.communicate(timeout=120)
    assert started.returncode == 0, error
    return out


def with_secrets(environment: dict[str, str]) -> dict[str, str]:
    return environment | {
        name: os.environ[name]
        for name in (
            "JIRA_USER", "JIRA_TOKEN", "HOOK_SECRET", "MAIL_USER", "MAIL_PASSWORD", "SLACK_URL"
        )
    }  # fmt: skip


@pytest.mark.parametrize(
    "when", ["before take", "after take", "before send", "after send", "before mark", "after mark"]
)
def test_killed_at_any_step_each_action_has_one_effect(
    server_environment: dict[str, str],
    django_db_blocker: DjangoDbBlocker,
    workspace: Path,
    sink: HttpSink,
    mailbox: SmtpSink,
    when: str,
) -> None:
    environment = with_secrets(server_environment)
    here(QUEUE, environment, django_db_blocker)
    dying = process(KILLED + DELIVER, environment, WHEN=when, LEASE=0.3)
    dying.communicate(timeout=120)
    assert dying.returncode == -signal.SIGKILL
    out = here(DELIVER, environment, django_db_blocker, LEASE=30)
    assert {state for state, _ in json.loads(out).values()} == {"done"}
    assert sum(sink.effects.values()) == 1
    assert [len(keys) for keys in sink.tickets.values()] == [1]
    assert sum(mailbox.effects.values()) == 1


def test_two_processes_at_once_deliver_each_once(
    server_environment: dict[str, str],
    django_db_blocker: DjangoDbBlocker,
    workspace: Path,
    sink: HttpSink,
    mailbox: SmtpSink,
) -> None:
    environment = with_secrets(server_environment)
    here(QUEUE, environment, django_db_blocker)
    both = [process(DELIVER, environment, LEASE=30) for _ in range(2)]
    for each in both:
        finished(each)
    assert sum(sink.effects.values()) == len(mailbox.mails) == 1
    assert [len(keys) for keys in sink.tickets.values()] == [1]
    assert [request.method for request in sink.requests].count("POST") == 2


def test_the_states_are_those_that_the_script_waits_for() -> None:
    assert {state.value for state in Delivery.State} == {
        "waiting", "sending", "done", "dead", "discarded"
    }  # fmt: skip
