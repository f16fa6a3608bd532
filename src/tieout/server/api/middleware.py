"""What every request to the API passes through: its id, limits of size and rate, and counts."""

import time
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tieout.server.api.auth import Tokens
from tieout.server.api.metrics import Metrics
from tieout.server.api.problem import ProblemError, answer
from tieout.server.api.rates import Rates
from tieout.server.context import accepted_request_id, request_context

REQUEST_ID_HEADER: Final = "x-request-id"
_HEADERS: Final = {"x-content-type-options": "nosniff", "cache-control": "no-store"}


class Passage:
    """Gives ids, refuses what is too much, counts what was answered.

    body_bytes_max: of a request to a path of the API that is not in `unlimited`; those look after
    themselves, and so does the console.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        metrics: Metrics,
        rates: Rates,
        tokens: Tokens,
        body_bytes_max: int,
        unlimited: frozenset[str],
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._rates = rates
        self._tokens = tokens
        self._body_bytes_max = body_bytes_max
        self._unlimited = unlimited

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Carry one request through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        with request_context(accepted_request_id(headers.get(REQUEST_ID_HEADER))) as request_id:
            await self._counted(scope, receive, _under_id(send, request_id))

    async def _counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        began, status = time.perf_counter(), 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            refused = self._refused(scope)
            if refused is not None:
                await answer(refused, scope["path"])(scope, receive, noting)
            else:
                await self._app(scope, self._bounded(scope, receive), noting)
        finally:
            route = scope.get("route")
            endpoint = getattr(route, "path", "") or "other"
            method = scope["method"] if scope["method"] in _METHODS else "other"
            self._metrics.requests.labels(method, endpoint, str(status)).inc()
            self._metrics.seconds.labels(method, endpoint).observe(time.perf_counter() - began)

    def _refused(self, scope: Scope) -> ProblemError | None:
        headers = Headers(scope=scope)
        wait = self._rates.wait_seconds(self._caller(scope, headers))
        if wait > 0:
            seconds = str(int(wait) + 1)
            return ProblemError(
                429,
                f"too many requests; try again in {seconds} s",
                headers={"Retry-After": seconds},
            )
        length = headers.get("content-length", "")
        too_large = length.isdecimal() and int(length[:20]) > self._body_bytes_max
        if too_large and self._is_bounded(scope):
            return self._too_large()
        return None

    def _caller(self, scope: Scope, headers: Headers) -> str:
        word, _, token = headers.get("authorization", "").partition(" ")
        client = scope.get("client")
        host = str(client[0]) if client else ""
        return self._tokens.who(token if word.lower() == "bearer" else "", host)

    def _bounded(self, scope: Scope, receive: Receive) -> Receive:
        """Stops reading a body without a length, or with a false one, at the limit."""
        if not self._is_bounded(scope):
            return receive
        read = 0

        async def bounded() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._body_bytes_max:
                raise self._too_large()
            return message

        return bounded

    def _is_bounded(self, scope: Scope) -> bool:
        path: str = scope["path"]
        return path.startswith(_BOUNDED) and path.rstrip("/") not in self._unlimited

    def _too_large(self) -> ProblemError:
        mebibytes = self._body_bytes_max / 2**20
        return ProblemError(413, f"the body is larger than {mebibytes:g} MiB")


_BOUNDED: Final = ("/api/", "/realtime_anomaly", "/batch_anomaly")
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def _under_id(send: Send, request_id: str) -> Send:
    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers[REQUEST_ID_HEADER] = request_id
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return with_headers
