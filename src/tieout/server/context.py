"""The id of the request or job that the current code works for; it goes into audit and logs."""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_current: ContextVar[str] = ContextVar("request_id", default="")
_ACCEPTED = re.compile(r"[A-Za-z0-9._-]{8,64}")


def current_request_id() -> str:
    """The id, or "" outside requests and jobs."""
    return _current.get()


def accepted_request_id(offered: str | None) -> str:
    """The id that a caller offers where it looks like one, otherwise a new one.

    >>> accepted_request_id("order-4711-a")
    'order-4711-a'
    >>> len(accepted_request_id("<script>"))
    32
    """
    return offered if offered and _ACCEPTED.fullmatch(offered) else uuid.uuid4().hex


@contextmanager
def request_context(request_id: str) -> Iterator[str]:
    """Work under an id."""
    token = _current.set(request_id)
    try:
        yield request_id
    finally:
        _current.reset(token)
