"""Hash functions that an engine has built in, for any number of columns."""

from functools import cache
from typing import Any

import ibis
import ibis.expr.datatypes as dt


@cache
def hash_function(name: str, types: tuple[str, ...], result: str) -> Any:
    """The function of that name for one list of argument types, to be called with Ibis values.

    types, result: as Ibis writes them, e.g. "int64".
    """
    names = [f"argument_{number}" for number in range(len(types))]
    namespace: dict[str, Any] = {}
    exec(f"def hash_columns({', '.join(names)}): ...", namespace)  # noqa: S102 - fixed text
    return ibis.udf.scalar.builtin(
        namespace["hash_columns"],
        name=name,
        signature=(tuple(dt.dtype(each) for each in types), dt.dtype(result)),
    )


def hashed(name: str, values: list[Any], result: str) -> Any:
    """One hash of several Ibis values, whether or not their columns may be null."""
    types = tuple(str(value.type().copy(nullable=True)) for value in values)
    return hash_function(name, types, result)(*values)
