"""Memory that was freed, given back to the system."""

import ctypes
import sys
from contextlib import suppress


def give_back_memory() -> None:
    """Let the C library return what it keeps of freed memory; elsewhere than on glibc, nothing.

    Between the steps of a large run it keeps hundreds of MiB that the next step does not use, as
    other libraries of this process allocate by themselves.
    """
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
