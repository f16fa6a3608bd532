"""Webhook, Slack, any HTTP API and events against a real server with bad days."""

import json
import time
from collections.abc import Callable

import pytest
from sinks import HttpSink

from tieout.resolve.actions import events, http, slack, webhook
from tieout.resolve.actions.http_client import retry_after
from tieout.resolve.actions.message import Message, Outcome, Receipt
from tieout.resolve.config.channels import (
    EventsTarget,
    HttpEndpoint,
    SlackTarget,
    WebhookTarget,
)

SECRETS = {"HOOK_SECRET": "s3cret", "TOKEN": "bearer-me", "PAGER": "routing"}
NEAR = {"http": True, "private": True, "timeout_seconds": 0.5}
Sender = Callable[[HttpSink], Receipt]


def message(**payload: object) -> Message:
    """A message to the target `ops`."""
    return Message(channel="", payload={"target": "ops", **payload}, idempotency_key="case-7/1")


def by_webhook(sink: HttpSink) -> Receipt:
    """Over a webhook."""
    target = WebhookTarget.model_validate(
        {"url": f"{sink.url}/hook", "secret_env": "HOOK_SECRET", **NEAR}
    )
    return webhook.send(message(body={"amount": "2.90"}), {"ops": target}, SECRETS)


def by_slack(sink: HttpSink) -> Receipt:
    """Over Slack."""
    target = SlackTarget.model_validate({"url_env": "SLACK_URL", **NEAR})
    return slack.send(
        message(text="<!channel> 3 breaks"), {"ops": target}, {"SLACK_URL": f"{sink.url}/slack"}
    )


def by_http(sink: HttpSink) -> Receipt:
    """Over any API."""
    endpoint = HttpEndpoint.model_validate(
        {
            "url": f"{sink.url}/api",
            "method": "PUT",
            "headers": {"X-Team": "recon"},
            "header_env": {"Authorization": "TOKEN"},
            **NEAR,
        }
    )
    return http.send(message(body={"id": 7}), {"ops": endpoint}, SECRETS)


def by_events(sink: HttpSink) -> Receipt:
    """Over an events API."""
    target = EventsTarget.model_validate(
        {"url": f"{sink.url}/events", "routing_key_env": "PAGER", **NEAR}
    )
    return events.send(
        message(dedup_key="episode-3", summary="declines", severity="severe"),
        {"ops": target},
        SECRETS,
    )


SENDERS = [by_webhook, by_slack, by_http, by_events]


@pytest.mark.parametrize("send", SENDERS)
def test_a_message_arrives_with_its_key(sink: HttpSink, send: Sender) -> None:
    assert send(sink).outcome is Outcome.DONE
    [request] = sink.requests
    assert request.headers["idempotency-key"] == "case-7/1"
    assert list(sink.effects.values()) == [1]


@pytest.mark.parametrize("send", SENDERS)
@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503])
def test_a_busy_server_is_tried_again(sink: HttpSink, send: Sender, status: int) -> None:
    sink.script.append(status)
    receipt = send(sink)
    assert receipt.outcome is Outcome.RETRY
    assert str(status) in receipt.detail
    assert receipt.retry_after_seconds == (7.0 if status in {429, 503} else None)
    assert send(sink).outcome is Outcome.DONE
    assert list(sink.effects.values()) == [1]


@pytest.mark.parametrize("send", SENDERS)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422])
def test_what_a_server_refuses_is_refused(sink: HttpSink, send: Sender, status: int) -> None:
    sink.script.append(status)
    assert send(sink).outcome is Outcome.REFUSED


@pytest.mark.parametrize("send", SENDERS)
@pytest.mark.parametrize("trouble", ["lost", "hang"])
def test_a_lost_answer_has_one_effect(sink: HttpSink, send: Sender, trouble: str) -> None:
    sink.script.append(trouble)
    assert send(sink).outcome is Outcome.RETRY
    assert send(sink).outcome is Outcome.DONE
    assert len(sink.requests) == 2
    assert list(sink.effects.values()) == [1]


@pytest.mark.parametrize("send", SENDERS)
def test_a_redirect_is_not_followed(sink: HttpSink, send: Sender) -> None:
    sink.script.append("redirect")
    receipt = send(sink)
    assert receipt.outcome is Outcome.REFUSED
    assert "redirect" in receipt.detail
    assert len(sink.requests) == 1


def test_a_receiver_can_check_the_signature(sink: HttpSink) -> None:
    by_webhook(sink)
    [request] = sink.requests
    header, now = request.headers["x-tieout-signature"], int(time.time())
    assert webhook.is_signed(request.body, header, "s3cret", now=now)
    assert not webhook.is_signed(request.body, header, "another", now=now)
    assert not webhook.is_signed(request.body + b" ", header, "s3cret", now=now)
    assert not webhook.is_signed(request.body, header, "s3cret", now=now + 301)
    assert not webhook.is_signed(request.body, "v1=00", "s3cret", now=now)


def test_slack_text_cannot_call_everybody(sink: HttpSink) -> None:
    by_slack(sink)
    assert sink.requests[0].json["text"] == "&lt;!channel&gt; 3 breaks\n_case-7/1_"


def test_an_endpoint_gets_its_headers_and_method(sink: HttpSink) -> None:
    by_http(sink)
    [request] = sink.requests
    assert request.method == "PUT"
    assert request.headers["authorization"] == "bearer-me"
    assert request.headers["x-team"] == "recon"
    assert request.json == {"id": 7}


def test_an_event_is_in_the_form_of_the_api(sink: HttpSink) -> None:
    by_events(sink)
    assert sink.requests[0].json == {
        "routing_key": "routing",
        "event_action": "trigger",
        "dedup_key": "episode-3",
        "payload": {
            "summary": "declines",
            "source": "tieout",
            "severity": "critical",
            "custom_details": {},
        },
    }


def test_a_resolved_alert_needs_its_key_only() -> None:
    assert events.event({"event_action": "resolve", "dedup_key": "e"}, "k") == {
        "event_action": "resolve",
        "dedup_key": "e",
    }


def test_an_unknown_event_action_is_refused() -> None:
    target = EventsTarget(routing_key_env="PAGER")
    receipt = events.send(message(event_action="shout"), {"ops": target}, SECRETS)
    assert receipt.outcome is Outcome.REFUSED


@pytest.mark.parametrize("send", [webhook.send, slack.send, http.send, events.send])
def test_a_target_that_is_not_configured_is_refused(
    send: Callable[[Message, dict[str, object], dict[str, str]], Receipt],
) -> None:
    receipt = send(message(url="http://169.254.169.254/"), {}, SECRETS)
    assert receipt.outcome is Outcome.REFUSED
    assert "is not in resolve.yaml" in receipt.detail


@pytest.mark.parametrize("send", [by_webhook, by_slack, by_http, by_events])
def test_secrets_stand_in_no_receipt(sink: HttpSink, send: Sender) -> None:
    sink.script.append(401)
    said = send(sink).detail
    assert not any(secret in said for secret in [*SECRETS.values(), sink.url])


def test_a_secret_that_is_not_set_is_named() -> None:
    target = WebhookTarget(url="https://example.org/hook", secret_env="HOOK_SECRET")
    receipt = webhook.send(message(), {"ops": target}, {})
    assert receipt.detail == "webhook: the variable HOOK_SECRET is not set"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://127.0.0.1:9/", "own network"),
        ("http://10.0.0.1/", "own network"),
        ("http://192.168.1.1/", "own network"),
        ("http://[::1]/", "own network"),
        ("http://169.254.169.254/latest/meta-data", "never called"),
        ("http://0.0.0.0/", "never called"),
    ],
)
def test_addresses_of_the_own_network_are_refused(url: str, said: str) -> None:
    target = WebhookTarget(url=url, http=True, secret_env="HOOK_SECRET")
    receipt = webhook.send(message(), {"ops": target}, SECRETS)
    assert receipt.outcome is Outcome.REFUSED
    assert said in receipt.detail


def test_cloud_metadata_is_never_called_even_when_private_is_allowed() -> None:
    target = WebhookTarget(
        url="http://169.254.169.254/", http=True, private=True, secret_env="HOOK_SECRET"
    )
    receipt = webhook.send(message(), {"ops": target}, SECRETS)
    assert "never called" in receipt.detail


def test_a_name_that_is_not_known_is_tried_again() -> None:
    target = WebhookTarget(url="https://nowhere.invalid/", secret_env="HOOK_SECRET")
    assert webhook.send(message(), {"ops": target}, SECRETS).outcome is Outcome.RETRY


def test_retry_after_may_be_a_date_and_is_bounded() -> None:
    assert retry_after({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0.0
    assert retry_after({"retry-after": "999999"}) == 3600.0
    assert retry_after({"retry-after": "soon"}) is None


def test_a_body_has_the_same_bytes_however_it_was_ordered() -> None:
    assert webhook.canonical({"b": 1, "a": "é"}) == webhook.canonical({"a": "é", "b": 1})
    assert json.loads(webhook.canonical({"a": "é"})) == {"a": "é"}
