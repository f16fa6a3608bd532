"""The WebSocket: records in, results out, and findings to those who subscribe."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any, Final

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from fastapi.exceptions import RequestValidationError
from pydantic import TypeAdapter, ValidationError

from tieout.server.api.auth import REMEMBERED_SECONDS, Caller, Tokens
from tieout.server.api.bodies import (
    BatchBody,
    RealtimeBody,
    RecordEnvelope,
    RecordsEnvelope,
    many_answer,
    one_answer,
)
from tieout.server.api.hub import Hub, Subscription
from tieout.server.api.problem import Problem, ProblemError, problem_of
from tieout.server.api.rates import Rates
from tieout.server.api.state import Scoring, behind_of, hub_of
from tieout.server.context import accepted_request_id, request_context

router = APIRouter()
MESSAGE_CHARACTERS_MAX: Final = 8 * 2**20
PROTOCOL: Final = "tieout"
_PROTOCOL_TOKEN: Final = "tieout.token."  # noqa: S105 - what a token is prefixed with
_NO_ENTRY: Final = 4401
_FIRST_SECONDS: Final = 10.0
_one: TypeAdapter[Any] = TypeAdapter(RealtimeBody)
_many: TypeAdapter[Any] = TypeAdapter(BatchBody)


@router.websocket("/ws")
async def ws(socket: WebSocket) -> None:
    """Talk until the other side leaves.

    The token comes as ?token=, as the subprotocol tieout.token.TOKEN, as the Authorization header,
    or in the first message: {"token": "..."}.
    """
    offered = socket.scope.get("subprotocols", [])
    await socket.accept(subprotocol=PROTOCOL if PROTOCOL in offered else None)
    talk = Talk(socket)
    with suppress(WebSocketDisconnect, RuntimeError):
        if await talk.enter(_offered_token(socket)):
            await talk.go_on()
    await talk.leave()


class Talk:
    """One socket: its caller, and what it has subscribed to."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._hub: Hub = hub_of(socket.app)
        self._caller: Caller | None = None
        self._subscription: Subscription | None = None
        self._telling: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()
        self._token = ""
        self._admitted_until = 0.0

    async def enter(self, token: str) -> bool:
        """Whether the caller may come in: by a token that was offered, or by the first message."""
        first: Any = None
        try:
            if not token and not self._tokens.open_scoring:
                with suppress(TimeoutError):
                    first = await asyncio.wait_for(self._receive(), _FIRST_SECONDS)
                token = str(first.get("token", "")) if isinstance(first, dict) else ""
            self._token = token
            await self._wait()
            await self._admit()
        except ProblemError as error:
            await self._show_out(error)
            return False
        if first is not None:
            await self._send({"type": "welcome", "last_id": self._hub.last_id})
        return True

    async def _admit(self) -> None:
        """Let the caller go on. Raises ProblemError once its token or role is no longer good."""
        now = time.monotonic()
        if now >= self._admitted_until:
            host = self._host
            self._caller = await self._tokens.admitted(self._token, host=host, scope="score")
            self._admitted_until = now + REMEMBERED_SECONDS

    async def _wait(self) -> None:
        """Until the caller may ask once more: what it sends meanwhile waits on its side."""
        rates: Rates = self._socket.app.state.rates
        who = self._tokens.who(self._token, self._host)
        while (seconds := rates.wait_seconds(who)) > 0:
            await asyncio.sleep(seconds)

    async def _show_out(self, error: ProblemError) -> None:
        await self._send(_error(error, None))
        await self._socket.close(_NO_ENTRY, error.detail[:100])

    @property
    def _host(self) -> str:
        return self._socket.client.host if self._socket.client else ""

    @property
    def _tokens(self) -> Tokens:
        tokens: Tokens = self._socket.app.state.tokens
        return tokens

    async def go_on(self) -> None:
        """Answer messages one after another."""
        if self._socket.query_params.get("subscribe"):
            await self._subscribe({})
        while True:
            try:
                message = await self._receive()
            except ProblemError as error:
                await self._send(_error(error, None))
                continue
            await self._wait()
            try:
                await self._admit()
            except ProblemError as error:
                await self._show_out(error)
                return
            await self._answer(message)

    async def leave(self) -> None:
        """Forget the subscription."""
        await self._unsubscribe()

    async def _answer(self, message: Any) -> None:
        reply_to = message.pop("id", None) if _is_envelope(message) else None
        with request_context(accepted_request_id(None)):
            try:
                if isinstance(message, dict) and "subscribe" in message:
                    await self._subscribe(message["subscribe"])
                elif isinstance(message, dict) and "unsubscribe" in message:
                    await self._unsubscribe()
                    await self._send({"type": "unsubscribed"})
                elif isinstance(message, dict) and "ping" in message:
                    await self._send({"type": "pong", "ping": message["ping"]})
                else:
                    answer = await self._score(message)
                    await self._send(answer | ({"reply_to": reply_to} if reply_to else {}))
            except WebSocketDisconnect:
                raise
            except Exception as error:
                await self._send(_error(problem_of(error), reply_to))

    async def _score(self, message: Any) -> dict[str, Any]:
        is_many = isinstance(message, list) or "records" in message
        try:
            body = (_many if is_many else _one).validate_python(message)
        except ValidationError as error:
            raise RequestValidationError(error.errors()) from error
        profile = None
        if isinstance(body, RecordEnvelope):
            records, profile = [body.record], body.profile
        elif isinstance(body, RecordsEnvelope):
            records, profile = body.records, body.profile
        else:
            records = body if is_many else [body]
        scoring: Scoring = self._socket.app.state.scoring
        if is_many:
            model, verdict = await scoring.score(records, profile)
        else:
            model, verdict = await scoring.score_next(records[0], profile)
        assert self._caller is not None  # noqa: S101 - entered
        behind_of(self._socket.app).note(
            way="ws",
            caller=self._caller,
            body=json.dumps(message, sort_keys=True).encode(),
            model=model,
            records=records,
            verdict=verdict,
        )
        if is_many:
            return {"type": "results", **many_answer(model, verdict)}
        return {"type": "result", **one_answer(model, verdict)}

    async def _subscribe(self, wish: Any) -> None:
        after = wish.get("last_id") if isinstance(wish, dict) else None
        if after is not None and (not isinstance(after, int) or isinstance(after, bool)):
            raise ProblemError(422, "subscribe.last_id: expected the id of a finding")
        await self._unsubscribe()
        if after is None:
            self._subscription = self._hub.subscribe()
        await self._send({"type": "subscribed", "last_id": self._hub.last_id})
        self._telling = asyncio.create_task(self._tell(after))

    async def _unsubscribe(self) -> None:
        if self._telling is not None:
            self._telling.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await self._telling
        if self._subscription is not None:
            self._hub.leave(self._subscription)
        self._telling, self._subscription = None, None

    async def _tell(self, after: int | None) -> None:
        """Findings from now on, or after an id: all that there are, as fast as they are read."""
        if after is not None:
            async for identity, text in _earlier(after, self._hub):
                await self._send_text(text)
                after = identity
            self._subscription = self._hub.subscribe(after=after)
        assert self._subscription is not None  # noqa: S101 - from now on
        while True:
            text = await self._subscription.take()
            try:
                await self._admit()
            except ProblemError as error:
                await self._show_out(error)
                return
            await self._send_text(text)

    async def _receive(self) -> Any:
        text = await self._socket.receive_text()
        if len(text) > MESSAGE_CHARACTERS_MAX:
            raise ProblemError(413, f"a message has at most {MESSAGE_CHARACTERS_MAX:,} characters")
        try:
            message = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ProblemError(400, f"not JSON: {error}"[:200]) from error
        if not isinstance(message, dict | list):
            raise ProblemError(422, "expected an object or a list of objects")
        return message

    async def _send(self, message: dict[str, Any]) -> None:
        await self._send_text(json.dumps(message, ensure_ascii=False, allow_nan=False, default=str))

    async def _send_text(self, text: str) -> None:
        # A finding must not come into the middle of an answer.
        async with self._turn:
            await self._socket.send_text(text)


def _is_envelope(message: Any) -> bool:
    return isinstance(message, dict) and (
        isinstance(message.get("record"), dict) or isinstance(message.get("records"), list)
    )


def _offered_token(socket: WebSocket) -> str:
    for protocol in socket.scope.get("subprotocols", []):
        if protocol.startswith(_PROTOCOL_TOKEN):
            return str(protocol.removeprefix(_PROTOCOL_TOKEN))
    word, _, token = socket.headers.get("authorization", "").partition(" ")
    if word.lower() == "bearer" and token:
        return token.strip()
    return socket.query_params.get("token", "")


async def _earlier(after: int, hub: Hub) -> AsyncIterator[tuple[int, str]]:
    """Findings that are in memory no more, from the database, a page at a time."""
    from tieout.server.database import with_database
    from tieout.server.intake.queries import findings_after, told

    read = with_database(findings_after)
    while after + 1 < hub.first_kept:
        page = await asyncio.to_thread(read, after)
        if not page:
            return
        for finding in page:
            # What is in memory by now, or comes there, is told from there.
            if finding.pk >= hub.first_kept:
                return
            after = finding.pk
            yield after, json.dumps({"type": "finding", **told(finding)})


def _error(error: ProblemError, reply_to: Any) -> dict[str, Any]:
    problem = Problem(
        title="", status=error.status, detail=error.detail, errors=error.errors
    ).model_dump(exclude_none=True, exclude={"title", "instance", "request_id", "type"})
    return {"type": "error", **problem, **({"reply_to": reply_to} if reply_to else {})}
