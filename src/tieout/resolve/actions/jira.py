"""Tickets in Jira by its REST API, version 3.

Jira knows no idempotency key. The key is a label of the ticket, and a ticket with that label is
looked for before one is opened: an answer that was lost costs a search, not a second ticket.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from tieout.resolve.actions.http_client import Answer, Call, call, host, receipt_of
from tieout.resolve.actions.message import (
    Environment,
    Message,
    Receipt,
    done,
    later,
    refused,
    secret,
)
from tieout.resolve.actions.webhook import canonical
from tieout.resolve.config.channels import JiraSettings


def send(message: Message, settings: JiraSettings | None, environment: Environment) -> Receipt:
    """Open a ticket. payload: project, summary, text, and issue_type where it differs."""
    if settings is None:
        return refused("jira: is not in resolve.yaml")
    project = str(message.payload.get("project"))
    if project not in settings.projects:
        return refused(f"jira: the project {project!r} is not in resolve.yaml")
    user = secret(environment, settings.user_env)
    token = secret(environment, settings.token_env)
    if user is None or token is None:
        return refused(f"jira: {settings.user_env} and {settings.token_env} are to be set")
    label = label_of(message.idempotency_key)
    found = _found(label, project, settings, (user, token))
    if found is not None:
        return found
    answer = _call(settings, "POST", "/rest/api/3/issue", (user, token), issue(message, settings))
    if isinstance(answer, Receipt):
        return answer
    return receipt_of(answer, settings.url, reference=str(_json(answer).get("key", "")))


def label_of(idempotency_key: str) -> str:
    """The label by which a ticket is found again; labels hold no blanks.

    >>> label_of("a b")
    'tieout-c8687a08aa5d6ed2044328fa6a697ab8'
    """
    return f"tieout-{hashlib.sha256(idempotency_key.encode()).hexdigest()[:32]}"


def issue(message: Message, settings: JiraSettings) -> dict[str, Any]:
    """The ticket as the API takes it; its text is plain, so that nothing in it is markup."""
    payload = message.payload
    paragraphs = [
        {"type": "paragraph", "content": [{"type": "text", "text": line}]}
        for line in str(payload.get("text", "")).split("\n")
        if line.strip()
    ]
    return {
        "fields": {
            "project": {"key": payload["project"]},
            "issuetype": {"name": payload.get("issue_type") or settings.issue_type},
            "summary": " ".join(str(payload.get("summary", "")).split())[:250],
            "description": {"type": "doc", "version": 1, "content": paragraphs},
            "labels": ["tieout", label_of(message.idempotency_key)],
        }
    }


def _found(
    label: str, project: str, settings: JiraSettings, login: tuple[str, str]
) -> Receipt | None:
    """The receipt of a ticket that is there already; None where a ticket is to be opened."""
    query = {"jql": f'project = "{project}" AND labels = "{label}"', "fields": "key"}
    answer = _call(settings, "GET", f"/rest/api/3/search/jql?{urlencode(query)}", login)
    if isinstance(answer, Receipt):
        return answer
    if not 200 <= answer.status < 300:
        return receipt_of(answer, settings.url)
    found = _json(answer).get("issues")
    if not isinstance(found, list):
        return later(f"{host(settings.url)}: the search gave no list of issues")
    if not found:
        return None
    key = str(found[0].get("key", ""))
    return done(f"{host(settings.url)}: {key} was there already", reference=key, repeated=True)


def _call(
    settings: JiraSettings,
    method: str,
    path: str,
    login: tuple[str, str],
    body: Mapping[str, Any] | None = None,
) -> Answer | Receipt:
    return call(
        Call(
            method,
            settings.url.rstrip("/") + path,
            {"Accept": "application/json", "Content-Type": "application/json"},
            canonical(body) if body is not None else b"",
            settings.timeout_seconds,
            private=settings.private,
            auth=login,
        )
    )


def _json(answer: Answer) -> dict[str, Any]:
    try:
        content = json.loads(answer.body)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
