"""One HTTP call to an address that resolve.yaml names: bounded, without redirects."""

import ipaddress
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Final
from urllib.parse import urlsplit

import httpx

from tieout.resolve.actions.message import Outcome, Receipt, later, refused

RESPONSE_BYTES_MAX: Final = 64 * 1024
RETRY_AFTER_MAX_SECONDS: Final = 3600.0
_AGAIN: Final = frozenset({408, 409, 423, 425, 429})
_SHOWN: Final = 200


@dataclass(frozen=True)
class Call:
    """What is asked. private: whether the address may be one of the own network."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""
    timeout_seconds: float = 15.0
    private: bool = False
    auth: tuple[str, str] | None = None


@dataclass(frozen=True)
class Answer:
    """What came back: at most the first 64 KiB of it."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def call(request: Call) -> Answer | Receipt:
    """The answer, or a receipt where there was none."""
    barred = barred_address(request.url, private=request.private)
    if barred is not None:
        return barred
    try:
        with (
            httpx.Client(
                verify=_trusted(),
                timeout=httpx.Timeout(request.timeout_seconds),
                follow_redirects=False,
                trust_env=False,
                auth=request.auth,
            ) as client,
            client.stream(
                request.method, request.url, headers=dict(request.headers), content=request.body
            ) as response,
        ):
            return Answer(response.status_code, dict(response.headers), _bounded(response))
    except httpx.TimeoutException:
        return later(f"{host(request.url)}: no answer in {request.timeout_seconds:g} s")
    except httpx.HTTPError as error:
        return later(f"{host(request.url)}: {type(error).__name__}")


@cache
def _trusted() -> ssl.SSLContext:
    """Whom to trust; reading that costs more than a call."""
    return httpx.create_ssl_context(trust_env=False)


def receipt_of(answer: Answer, url: str, *, reference: str = "") -> Receipt:
    """What an answer means: 2xx is done, busy and broken servers are tried again."""
    where = host(url)
    if 200 <= answer.status < 300:
        return Receipt(
            outcome=Outcome.DONE, detail=f"{where}: {answer.status}", reference=reference
        )
    said = answer.body[:_SHOWN].decode("utf-8", errors="replace")
    detail = " ".join(f"{where}: {answer.status} {said}".split())
    if answer.status in _AGAIN or answer.status >= 500:
        return later(detail, seconds=retry_after(answer.headers))
    if 300 <= answer.status < 400:
        return refused(f"{where}: {answer.status}, a redirect, is not followed")
    return refused(detail)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that a Retry-After header asks for, at most an hour.

    >>> retry_after({"retry-after": "7"}), retry_after({})
    (7.0, None)
    """
    value = headers.get("retry-after")
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
        except (TypeError, ValueError):
            return None
    return min(max(seconds, 0.0), RETRY_AFTER_MAX_SECONDS)


def barred_address(url: str, *, private: bool) -> Receipt | None:
    """A refusal where an address lies in the own network and may not; None where it may be called.

    Link-local addresses, where clouds keep their credentials, are never called.
    """
    parts = urlsplit(url)
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except OSError:
        return later(f"{parts.hostname}: the name is not known")
    for entry in found:
        address = ipaddress.ip_address(str(entry[4][0]).partition("%")[0])
        if address.is_link_local or address.is_multicast or address.is_unspecified:
            return refused(f"{parts.hostname}: {address} is never called")
        if not private and not address.is_global:
            return refused(
                f"{parts.hostname}: {address} lies in the own network; `private: true` allows it"
            )
    return None


def host(url: str) -> str:
    """The host of an address, which is all that is ever shown of it."""
    return urlsplit(url).hostname or "address"


def _bounded(response: httpx.Response) -> bytes:
    read = bytearray()
    for part in response.iter_bytes():
        read += part
        if len(read) >= RESPONSE_BYTES_MAX:
            break
    return bytes(read[:RESPONSE_BYTES_MAX])
