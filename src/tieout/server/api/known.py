"""Parameters that no endpoint has are refused: a mistyped filter would leave everything in."""

from typing import Any

from pydantic import BaseModel
from starlette.requests import HTTPConnection

from tieout.server.api.problem import ErrorItem, ProblemError
from tieout.server.api.tables import Asked


async def known_parameters(connection: HTTPConnection) -> None:
    """Raises ProblemError 422 for a parameter of the address that the endpoint does not know."""
    if connection.scope["type"] != "http" or not connection.scope["query_string"]:
        return
    known = _known(connection.scope["route"])
    unknown = sorted(set(connection.query_params) - known) if known is not None else []
    if unknown:
        expected = ", ".join(sorted(known or ())) or "none"
        items = [
            ErrorItem(field=f"query.{name[:80]}", message="no such parameter", expected=expected)
            for name in unknown[:10]
        ]
        detail = f"{unknown[0][:80]}: no such parameter; there are {expected}"
        raise ProblemError(422, detail, errors=items)


def _known(route: Any) -> frozenset[str] | None:
    """Names of an endpoint's parameters; None where any column of a table is one."""
    names: set[str] = set()
    open_ones = [route.dependant]
    while open_ones:
        dependant = open_ones.pop()
        open_ones += dependant.dependencies
        for parameter in dependant.query_params:
            model = parameter.field_info.annotation
            if model is Asked:
                return None
            is_model = isinstance(model, type) and issubclass(model, BaseModel)
            names |= set(model.model_fields) if is_model else {parameter.alias}
    return frozenset(names)
