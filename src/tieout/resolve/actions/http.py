"""A call of any HTTP API that resolve.yaml names."""

from collections.abc import Mapping

from tieout.resolve.actions.http_client import Call, call, receipt_of
from tieout.resolve.actions.message import Environment, Message, Receipt, refused, secret
from tieout.resolve.actions.webhook import canonical
from tieout.resolve.config.channels import HttpEndpoint


def send(
    message: Message, endpoints: Mapping[str, HttpEndpoint], environment: Environment
) -> Receipt:
    """Send the payload's `body` to its `target`, with the headers that are configured."""
    endpoint = endpoints.get(str(message.payload.get("target")))
    if endpoint is None:
        return refused(f"http {message.payload.get('target')!r}: is not in resolve.yaml")
    headers = {"Content-Type": "application/json", **endpoint.headers}
    for header, variable in endpoint.header_env.items():
        value = secret(environment, variable)
        if value is None:
            return refused(f"http: the variable {variable} is not set")
        headers[header] = value
    headers["Idempotency-Key"] = message.idempotency_key
    answer = call(
        Call(
            endpoint.method,
            endpoint.url,
            headers,
            canonical(message.payload.get("body", {})),
            endpoint.timeout_seconds,
            private=endpoint.private,
        )
    )
    return answer if isinstance(answer, Receipt) else receipt_of(answer, endpoint.url)
