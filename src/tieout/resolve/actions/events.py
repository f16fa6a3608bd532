"""Alerts by an events API in the form of PagerDuty's version 2."""

from collections.abc import Mapping
from typing import Any, Final

from tieout.resolve.actions.http_client import Call, call, receipt_of
from tieout.resolve.actions.message import Environment, Message, Receipt, refused, secret
from tieout.resolve.actions.webhook import canonical
from tieout.resolve.config.channels import EventsTarget

ACTIONS: Final = ("trigger", "acknowledge", "resolve")
# Severities of episodes and of breaks in the words of the API.
SEVERITIES: Final = {
    "info": "info", "low": "info", "warning": "warning", "medium": "warning",
    "high": "error", "error": "error", "critical": "critical", "severe": "critical",
}  # fmt: skip


def send(
    message: Message, targets: Mapping[str, EventsTarget], environment: Environment
) -> Receipt:
    """Trigger, acknowledge or resolve an alert.

    payload: target; event_action; dedup_key (what the alert is about: the API counts events of
    one key as one alert, so that a second delivery has no effect); summary; source; severity;
    details (a mapping); link.
    """
    payload = message.payload
    target = targets.get(str(payload.get("target")))
    if target is None:
        return refused(f"events {payload.get('target')!r}: is not in resolve.yaml")
    key = secret(environment, target.routing_key_env)
    if key is None:
        return refused(f"events: the variable {target.routing_key_env} is not set")
    action = str(payload.get("event_action", "trigger"))
    if action not in ACTIONS:
        return refused(f"events: {action!r} is none of {', '.join(ACTIONS)}")
    body = {"routing_key": key, **event(payload, message.idempotency_key)}
    answer = call(
        Call(
            "POST",
            target.url,
            {"Content-Type": "application/json", "Idempotency-Key": message.idempotency_key},
            canonical(body),
            target.timeout_seconds,
            private=target.private,
        )
    )
    dedup_key = str(body["dedup_key"])
    if isinstance(answer, Receipt):
        return answer
    return receipt_of(answer, target.url, reference=dedup_key)


def event(payload: Mapping[str, Any], idempotency_key: str) -> dict[str, Any]:
    """An event without its routing key."""
    event_action = str(payload.get("event_action", "trigger"))
    found: dict[str, Any] = {
        "event_action": event_action,
        "dedup_key": str(payload.get("dedup_key") or idempotency_key)[:255],
    }
    if event_action == "trigger":
        found["payload"] = {
            "summary": str(payload.get("summary", ""))[:1024],
            "source": str(payload.get("source", "tieout")),
            "severity": SEVERITIES.get(str(payload.get("severity", "")).lower(), "warning"),
            "custom_details": dict(payload.get("details") or {}),
        }
        if payload.get("link"):
            found["links"] = [{"href": str(payload["link"]), "text": "Tieout"}]
    return found
