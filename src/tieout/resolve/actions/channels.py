"""All channels by name: sending, and what a test of each would send."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tieout.model.errors import InputError
from tieout.resolve.actions import email, events, http, jira, journal, slack, tasks, webhook
from tieout.resolve.actions.message import Environment, Message, Receipt
from tieout.resolve.config.spec import ResolveSpec


@dataclass(frozen=True)
class Post:
    """Where messages are sent from. environment: where secrets are looked up."""

    spec: ResolveSpec
    environment: Environment
    workspace: Path


_SENDERS: Final[Mapping[str, Callable[[Message, Post], Receipt]]] = {
    "email": lambda m, p: email.send(m, p.spec.channels.email, p.environment),
    "jira": lambda m, p: jira.send(m, p.spec.channels.jira, p.environment),
    "webhook": lambda m, p: webhook.send(m, p.spec.channels.webhook, p.environment),
    "slack": lambda m, p: slack.send(m, p.spec.channels.slack, p.environment),
    "http": lambda m, p: http.send(m, p.spec.channels.http, p.environment),
    "events": lambda m, p: events.send(m, p.spec.channels.events, p.environment),
    "tasks": lambda m, p: tasks.send(m, p.workspace / p.spec.channels.tasks.file),
    "journal": lambda m, p: journal.send(m, p.spec.channels.journal, p.workspace),
}
CHANNELS: Final = tuple(_SENDERS)


def send(message: Message, post: Post) -> Receipt:
    """Deliver a message by its channel. Raises InputError for a channel that does not exist."""
    return _SENDERS[checked_channel(message.channel)](message, post)


def checked_channel(name: str) -> str:
    """The name of a channel. Raises InputError for one that does not exist.

    >>> checked_channel("email")
    'email'
    """
    if name not in _SENDERS:
        raise InputError(f"channel {name}: does not exist; expected one of {', '.join(CHANNELS)}")
    return name


def sample_message(channel: str, spec: ResolveSpec, *, key: str) -> Message:
    """What a test of a channel sends. Raises InputError where resolve.yaml has no such channel."""
    name = checked_channel(channel)
    return Message(channel=name, payload=_sample_payload(name, spec), idempotency_key=key)


def _sample_payload(channel: str, spec: ResolveSpec) -> dict[str, Any]:
    text = "This is a test of Tieout. Nothing is to be done."
    if channel == "email":
        settings = spec.channels.email
        if settings is None or not settings.recipients:
            raise InputError("email: resolve.yaml has no channels.email with recipients")
        to = list(settings.digest or settings.recipients[:1])
        return {"to": to, "subject": "Tieout: test", "text": text, "html": f"<p>{text}</p>"}
    if channel == "jira":
        if spec.channels.jira is None:
            raise InputError("jira: resolve.yaml has no channels.jira")
        project = spec.targets.ticket_project or spec.channels.jira.projects[0]
        return {"project": project, "summary": "Tieout: test", "text": text}
    if channel == "tasks":
        return {"title": "Tieout: test", "text": text}
    if channel == "journal":
        line = {"account": "TEST", "debit": "0.01"}, {"account": "TEST", "credit": "0.01"}
        memo = "Tieout: test, do not import"
        entry = {"kind": "journal_entry", "day": "2000-01-01", "currency": "EUR"}
        return {"entry": {**entry, "lines": list(line), "memo": memo}}
    targets = getattr(spec.channels, channel)
    if not targets:
        raise InputError(f"{channel}: resolve.yaml has no channels.{channel}")
    target = next(iter(targets))
    return {
        "slack": {"target": target, "text": text},
        "events": {
            "target": target,
            "event_action": "trigger",
            "summary": text,
            "severity": "info",
        },
    }.get(channel, {"target": target, "body": {"event": "test", "text": text}})
