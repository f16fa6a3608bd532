"""A line in Slack by an incoming webhook."""

from collections.abc import Mapping

from tieout.resolve.actions.http_client import Call, call, receipt_of
from tieout.resolve.actions.message import Environment, Message, Receipt, refused, secret
from tieout.resolve.actions.webhook import canonical
from tieout.resolve.config.channels import SlackTarget


def send(message: Message, targets: Mapping[str, SlackTarget], environment: Environment) -> Receipt:
    """Post the payload's `text` to its `target`.

    The key goes with it, as a header and as the end of the text: Slack itself drops no second
    post, so that where an answer was lost, people can see that two lines are one.
    """
    target = targets.get(str(message.payload.get("target")))
    if target is None:
        return refused(f"slack {message.payload.get('target')!r}: is not in resolve.yaml")
    url = secret(environment, target.url_env)
    if url is None:
        return refused(f"slack: the variable {target.url_env} is not set")
    if not url.startswith("https://") and not target.http:
        return refused(f"slack: {target.url_env} holds no https address")
    body = {"text": f"{escaped(str(message.payload.get('text', '')))}\n_{message.idempotency_key}_"}
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": message.idempotency_key,
    }
    answer = call(
        Call("POST", url, headers, canonical(body), target.timeout_seconds, private=target.private)
    )
    return answer if isinstance(answer, Receipt) else receipt_of(answer, url)


def escaped(text: str) -> str:
    """Text in which nothing is a link, a mention or a channel.

    >>> escaped("<!channel> A & B")
    '&lt;!channel&gt; A &amp; B'
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
