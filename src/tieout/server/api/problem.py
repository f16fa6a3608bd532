"""Errors as problem documents (RFC 9457): what went wrong, where, and what was expected."""

import logging
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from tieout.model.errors import InputError
from tieout.pipeline.scoring.live import NoModelError, NoProfileError
from tieout.pipeline.scoring.records import FieldProblem, RecordError
from tieout.server.context import current_request_id

MEDIA_TYPE: Final = "application/problem+json"
ERRORS_MAX: Final = 100
_VALUE_SHOWN: Final = 80
# Parts of a location that pydantic adds and a caller did not write.
_TAGS: Final = frozenset({"body", "envelope", "bare", "list", "function-after"})
_log = logging.getLogger(__name__)


class ErrorItem(BaseModel):
    """One thing that has to be put right."""

    field: str = Field(default="", description="where: a path such as records[3].amount")
    message: str = Field(description="what is wrong")
    expected: str = Field(default="", description="what would have been right")
    value: str = Field(default="", description="what was there, shortened")
    row: int | None = Field(default=None, description="data row of a file, from 1; 0 is its header")
    column: str | None = Field(default=None, description="column of a file")


class Problem(BaseModel):
    """An error. `type` is always about:blank: title and status say what kind it is."""

    type: str = "about:blank"
    title: str = Field(examples=["Unprocessable Entity"])
    status: int = Field(examples=[422])
    detail: str = Field(default="", examples=["amount: 'abc'; expected a number such as 1234.56"])
    instance: str = Field(default="", description="the path that was asked for")
    request_id: str = Field(default="", description="stands in the logs and the audit log as well")
    errors: list[ErrorItem] = Field(default_factory=list)


class ProblemError(Exception):
    """Ends a request with a problem."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        errors: Sequence[ErrorItem] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = list(errors[:ERRORS_MAX])
        self.headers = dict(headers or {})


def problem_of(error: Exception) -> ProblemError:
    """The problem that an error of the engine or of a framework is to a caller."""
    if isinstance(error, ProblemError):
        return error
    for kind, translate in _TRANSLATIONS.items():
        if isinstance(error, kind):
            return translate(error)
    return ProblemError(500, "something went wrong here; the request id leads to it in the log")


def record_items(problems: Sequence[FieldProblem]) -> list[ErrorItem]:
    """Fields of records that cannot be read."""
    return [
        ErrorItem(
            field=f"records[{each.record}].{each.field}"
            if each.field
            else f"records[{each.record}]",
            message="cannot be read" if each.field else "has no column that the model knows",
            expected=each.expected,
            value=each.value,
        )
        for each in problems
    ]


def answer(error: Exception, path: str) -> JSONResponse:
    """The response to an error."""
    found = problem_of(error)
    body = Problem(
        title=HTTPStatus(found.status).phrase,
        status=found.status,
        detail=found.detail,
        instance=path,
        request_id=current_request_id(),
        errors=found.errors,
    )
    return JSONResponse(
        body.model_dump(exclude_none=True),
        status_code=found.status,
        headers=found.headers,
        media_type=MEDIA_TYPE,
    )


def install(app: FastAPI) -> None:
    """Answer every error of an application with a problem."""

    async def known(request: Request, error: Exception) -> JSONResponse:
        return answer(error, request.url.path)

    async def unknown(request: Request, error: Exception) -> JSONResponse:
        _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return answer(error, request.url.path)

    kinds: list[type[Exception]] = [ProblemError, *_TRANSLATIONS]
    for kind in kinds:
        app.add_exception_handler(kind, known)
    app.add_exception_handler(Exception, unknown)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems that an endpoint may answer with, for its documentation."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in statuses
    }


def _of_records(error: Any) -> ProblemError:
    items = record_items(error.problems)
    return ProblemError(422, _first(items), errors=items)


def _of_request(error: Any) -> ProblemError:
    found = error.errors()
    broken = next((each for each in found if each["type"] == "json_invalid"), None)
    if broken is not None:
        why = f"the body is no JSON, from character {broken['loc'][-1]} on"
        return ProblemError(400, why, errors=[ErrorItem(message=why)])
    items = [_item(each) for each in found[:ERRORS_MAX]]
    return ProblemError(422, _first(items), errors=items)


def _of_http(error: Any) -> ProblemError:
    detail = error.detail if isinstance(error.detail, str) else ""
    return ProblemError(error.status_code, detail, headers=error.headers)


_TRANSLATIONS: Final[Mapping[type[Exception], Callable[[Any], ProblemError]]] = MappingProxyType(
    {
        RecordError: _of_records,
        NoProfileError: lambda error: ProblemError(409, str(error)),
        NoModelError: lambda error: ProblemError(503, str(error), headers={"Retry-After": "5"}),
        InputError: lambda error: ProblemError(
            422, str(error), errors=[ErrorItem(message=str(error))]
        ),
        PermissionDenied: lambda error: ProblemError(403, str(error)),
        RequestValidationError: _of_request,
        HTTPException: _of_http,
    }
)


def _item(error: Mapping[str, Any]) -> ErrorItem:
    value = error.get("input")
    shown = "" if value is None or isinstance(value, dict | list) else str(value)[:_VALUE_SHOWN]
    return ErrorItem(field=_path(error["loc"]), message=str(error["msg"]), value=shown)


def _path(location: Sequence[str | int]) -> str:
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part not in _TAGS and not part.endswith(("]", ")")):
            text += f".{part}" if text else part
    return text


def _first(items: Sequence[ErrorItem]) -> str:
    if not items:
        return ""
    item = items[0]
    more = f" (and {len(items) - 1} more)" if len(items) > 1 else ""
    expected = f"; expected {item.expected}" if item.expected else ""
    value = f": {item.value!r}" if item.value else ""
    return f"{item.field}{value} {item.message}{expected}{more}".strip()
