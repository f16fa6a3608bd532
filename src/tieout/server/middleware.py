"""What every request of the console passes through: its id, and headers that keep it safe."""

import time
from collections.abc import Callable

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse

from tieout.server.context import accepted_request_id, request_context
from tieout.server.logs import logger

log = logger(__name__)

Answer = Callable[[HttpRequest], HttpResponse]
REQUEST_ID_HEADER = "X-Request-ID"
POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def request_id(answer: Answer) -> Answer:
    """Give the request an id, or keep the one that it came with."""

    def under_id(request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        with request_context(accepted_request_id(request.headers.get(REQUEST_ID_HEADER))) as known:
            response = answer(request)
            log.info(
                "request",
                method=request.method,
                path=request.path,
                status=response.status_code,
                milliseconds=round(1000 * (time.perf_counter() - began), 1),
            )
        response[REQUEST_ID_HEADER] = known
        return response

    return under_id


def security_headers(answer: Answer) -> Answer:
    """Permit nothing but what the server itself serves; pages of people are not kept by caches."""

    def guarded(request: HttpRequest) -> HttpResponse:
        response = answer(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return guarded


def plain_text_only(answer: Answer) -> Answer:
    """Refuse NUL, which no text has and no column of PostgreSQL takes."""

    def plain(request: HttpRequest) -> HttpResponse:
        sent = [request.GET] if request.GET else []
        if request.method == "POST":
            sent.append(request.POST)
        if any("\0" in text for each in sent for _, texts in each.lists() for text in texts):
            raise SuspiciousOperation("text with a NUL character")
        return answer(request)

    return plain
