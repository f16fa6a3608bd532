"""Compilation of inner loops, kept on disk where there is a place for it."""

from collections.abc import Callable
from typing import TypeVar, cast

import numba

Loop = TypeVar("Loop", bound=Callable[..., object])


def compiled(loop: Loop) -> Loop:
    """The loop as machine code; same arguments, same result.

    Compiling takes seconds and would be paid at each start of the program, so the code is kept
    beside Python's own byte code. An installation with no place to write compiles each time.
    """
    try:
        return cast("Loop", numba.njit(cache=True)(loop))
    except RuntimeError:
        return cast("Loop", numba.njit(loop))
