"""Who calls: bearer tokens with scopes, and the roles of the people they act for."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.concurrency import run_in_threadpool

from tieout.server.api.problem import ProblemError

if TYPE_CHECKING:
    from tieout.server.accounts.models import User

# A revoked token works on for at most so long; in between no request asks the database.
REMEMBERED_SECONDS: Final = 5.0
_REMEMBERED_MAX: Final = 10_000
_CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="tieout"'}
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1"})

bearer = HTTPBearer(
    auto_error=False,
    scheme_name="token",
    description="A token that `tieout tokens create` shows once; it acts for its user, within "
    "its scopes (read, score, write, admin) and the user's roles.",
)
Credentials = Annotated[HTTPAuthorizationCredentials | None, Security(bearer)]
Dependency = Callable[..., Awaitable["Caller"]]


@dataclass(frozen=True)
class Caller:
    """Who acts. user_id: None for a caller without a token, where scoring is open."""

    name: str
    user_id: int | None
    roles: frozenset[str]
    scopes: frozenset[str]

    def user(self) -> "User | None":
        """The user, read again: call it in a thread that may use the database."""
        from tieout.server.accounts.models import User

        return None if self.user_id is None else User.objects.get(pk=self.user_id)


ANYBODY: Final = Caller("", None, frozenset(), frozenset({"score"}))


class Tokens:
    """Tells callers by their tokens, and remembers them for a moment."""

    def __init__(self, *, open_scoring: bool = False) -> None:
        self.open_scoring = open_scoring
        self._known: OrderedDict[str, tuple[float, Caller | None]] = OrderedDict()

    async def caller(self, text: str) -> Caller | None:
        """The caller with a token; None where it is unknown, expired, revoked or disabled."""
        digest = hashlib.sha256(text.encode()).hexdigest()
        now = time.monotonic()
        remembered = self._known.get(digest)
        if remembered is not None and remembered[0] > now:
            return remembered[1]
        caller = await run_in_threadpool(_look_up, text)
        self._known[digest] = (now + REMEMBERED_SECONDS, caller)
        self._known.move_to_end(digest)
        while len(self._known) > _REMEMBERED_MAX:
            self._known.popitem(last=False)
        return caller

    def who(self, text: str, host: str) -> str:
        """By what a caller's requests are counted: a token that was good, else the address.

        So guesses share what their address may ask, and one token is one caller however its
        header is spelt.
        """
        digest = hashlib.sha256(text.encode()).hexdigest()
        remembered = self._known.get(digest) if text else None
        return digest if remembered is not None and remembered[1] is not None else host

    async def admitted(
        self, text: str, *, host: str, scope: str, roles: frozenset[str] = frozenset()
    ) -> Caller:
        """The caller with a token who may do something. Raises ProblemError 401 or 403.

        Where scoring is open, callers of this machine may score without a token.
        """
        if not text and scope == "score" and self.open_scoring and host in _LOOPBACK:
            return ANYBODY
        if not text:
            raise ProblemError(
                401,
                "expected a token: Authorization: Bearer TOKEN (see `tieout tokens create`)",
                headers=_CHALLENGE,
            )
        caller = await self.caller(text)
        if caller is None:
            raise ProblemError(401, "the token is unknown, expired or revoked", headers=_CHALLENGE)
        if scope not in caller.scopes:
            raise ProblemError(403, f"the token has no scope {scope}")
        if not caller.roles or (roles and not caller.roles & roles):
            wanted = ", ".join(sorted(roles)) or "any role"
            raise ProblemError(403, f"{caller.name} has not the role for this: {wanted}")
        return caller


def needs(scope: str, *roles: str) -> Dependency:
    """What an endpoint asks of its caller: a scope of the token, and one of some roles."""
    wanted = frozenset(roles)

    async def admit(request: Request, credentials: Credentials) -> Caller:
        tokens: Tokens = request.app.state.tokens
        text = credentials.credentials if credentials else ""
        host = request.client.host if request.client else ""
        return await tokens.admitted(text, host=host, scope=scope, roles=wanted)

    marked: Any = admit
    marked.scope, marked.roles = scope, wanted
    return admit


def _look_up(text: str) -> Caller | None:
    from tieout.server.accounts.permissions import roles_of
    from tieout.server.accounts.queries import valid_token
    from tieout.server.database import with_database

    @with_database
    def find() -> Caller | None:
        token = valid_token(text)
        if token is None:
            return None
        roles = frozenset(str(role) for role in roles_of(token.user))
        return Caller(token.user.username, token.user.pk, roles, frozenset(token.scopes))

    return find()
