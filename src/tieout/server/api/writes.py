"""Writes that are done once under an idempotency key, by people."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tieout.server.api.answers import PlainJSON
from tieout.server.api.auth import Caller
from tieout.server.api.parameters import digest
from tieout.server.api.problem import ProblemError
from tieout.server.intake.services import KeyTakenError, once

if TYPE_CHECKING:
    from tieout.server.accounts.models import User


def person(caller: Caller, what: str) -> "User":
    """Who decides. Raises ProblemError 403 for a caller without a token."""
    user = caller.user()
    if user is None:
        raise ProblemError(403, f"{what} are for people")
    return user


def once_under(
    key: str | None, user: "User", what: tuple[str, ...], work: Callable[[], Any]
) -> PlainJSON:
    """The answer of a write; what: the request in words, by which a repetition is known.

    Raises ProblemError 409 where the key was used for another request.
    """
    if key is None:
        return PlainJSON(work())
    try:
        return PlainJSON(once(user, key, digest(*what), lambda: (200, work()))[1])
    except KeyTakenError as error:
        raise ProblemError(409, str(error)) from error
