"""A webhook that is signed: HMAC-SHA256 over the moment and the body, in the form of Stripe's."""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any, Final

from tieout.resolve.actions.http_client import Call, call, receipt_of
from tieout.resolve.actions.message import Environment, Message, Receipt, refused, secret
from tieout.resolve.config.channels import WebhookTarget

_TOLERANCE_SECONDS: Final = 300


def send(
    message: Message, targets: Mapping[str, WebhookTarget], environment: Environment
) -> Receipt:
    """Post the payload's `body` to its `target`. The sink drops a key that it has seen."""
    target = targets.get(str(message.payload.get("target")))
    if target is None:
        return refused(f"webhook {message.payload.get('target')!r}: is not in resolve.yaml")
    key = secret(environment, target.secret_env)
    if key is None:
        return refused(f"webhook: the variable {target.secret_env} is not set")
    body = canonical(message.payload.get("body", {}))
    answer = call(
        Call(
            "POST",
            target.url,
            {
                "Content-Type": "application/json",
                "Idempotency-Key": message.idempotency_key,
                "X-Tieout-Signature": signature(body, key, moment=int(time.time())),
            },
            body,
            target.timeout_seconds,
            private=target.private,
        )
    )
    return answer if isinstance(answer, Receipt) else receipt_of(answer, target.url)


def canonical(body: Any) -> bytes:
    """JSON with sorted names, so that a body always has the same bytes."""
    return json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def signature(body: bytes, key: str, *, moment: int) -> str:
    """`t=<seconds>,v1=<hex>`; over `<seconds>.<body>`.

    >>> signature(b"{}", "key", moment=1)
    't=1,v1=1ba6b8171186efc613e8bcc0cbdab2748f24984d7c5a84faa2637afa0e40d224'
    """
    digest = hmac.new(key.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


def is_signed(body: bytes, header: str, key: str, *, now: int) -> bool:
    """Whether a signature is right and at most five minutes old: what a receiver checks."""
    parts = dict(part.partition("=")[::2] for part in header.split(","))
    moment = parts.get("t", "")
    if not moment.isdecimal() or abs(now - int(moment)) > _TOLERANCE_SECONDS:
        return False
    return hmac.compare_digest(signature(body, key, moment=int(moment)), header)
