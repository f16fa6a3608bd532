"""Database connections outside of Django's own requests."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import close_old_connections

P = ParamSpec("P")
R = TypeVar("R")


def with_database(function: Callable[P, R]) -> Callable[P, R]:
    """Run a function in a thread of its own as Django runs a view.

    Connections belong to threads. One that has broken since is dropped before and after.
    """

    @wraps(function)
    def carry_out(*args: P.args, **kwargs: P.kwargs) -> R:
        close_old_connections()
        try:
            return function(*args, **kwargs)
        finally:
            close_old_connections()

    return carry_out
