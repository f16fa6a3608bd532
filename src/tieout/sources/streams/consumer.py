"""Names by which processes of one consumer group tell each other, and whose process is over."""

import os
import socket
from pathlib import Path
from typing import Final

_KIND: Final = "tieout"
_NAMESPACE: Final = Path("/proc/self/ns/pid")


def consumer_name() -> str:
    """A name of this process: machine, where its number counts (a container has its own), number.

    Processes that run at the same time have different ones.
    """
    return f"{_place()}:{os.getpid()}"


def is_over(name: str) -> bool:
    """Whether a name is of a process of this machine that does not run any more.

    Of other machines, containers and kinds of names nothing is known: False.

    >>> is_over(consumer_name()), is_over("one")
    (False, False)
    """
    place, _, number = name.rpartition(":")
    if place != _place() or not number.isdigit() or os.name != "posix":
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False


def _place() -> str:
    try:
        namespace = "".join(filter(str.isdigit, os.readlink(_NAMESPACE)))  # noqa: PTH115
    except OSError:
        namespace = "0"
    return f"{_KIND}:{socket.gethostname()}:{namespace}"
