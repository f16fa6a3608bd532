"""Compilation of inner loops, kept on disk where there is a place for it."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Loop = TypeVar("Loop", bound=Callable[..., object])


def compiled(loop: Loop) -> Loop:
    """The loop as machine code; same arguments, same result.

    Compiling takes seconds and would be paid at each start of the program, so the code is kept
    beside Python's own byte code. An installation with no place to write compiles each time.
    """
    return _compiled(loop)


def compiled_part(loop: Loop) -> Loop:
    """As `compiled`, of what only other compiled loops call: Python's way in need not be made."""
    return _compiled(loop, no_cpython_wrapper=True)


def _compiled(loop: Loop, **options: bool) -> Loop:
    # Nothing in C calls them by their address.
    njit, wanted = cast("Any", numba.njit), {"no_cfunc_wrapper": True, **options}
    try:
        return cast("Loop", njit(cache=True, **wanted)(loop))
    except RuntimeError:
        return cast("Loop", njit(**wanted)(loop))
