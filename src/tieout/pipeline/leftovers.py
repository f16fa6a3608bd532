"""Folders that a run was writing into when it was killed, found and removed by the next."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

MARK: Final = ".tieout-writing"


@contextmanager
def marked(folder: Path) -> Iterator[None]:
    """While this runs, the folder holds a file that says somebody writes here.

    The file is locked, and the system unlocks it when the process ends in whatever way: unlike a
    process id in a file, it cannot speak of another process that has the number by now.
    """
    new = folder / f"{MARK}.new"
    descriptor = os.open(new, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        # It has its name only now, so that nobody finds it without its lock.
        os.rename(new, folder / MARK)  # noqa: PTH104 - not as files of a run
        yield
    finally:
        os.close(descriptor)


def sweep(parent: Path) -> list[Path]:
    """Remove the hidden folders in `parent` whose writer is dead; answers with them.

    Folders without the mark are somebody else's, and those that are locked are being written.
    """
    swept = []
    for mark in sorted(parent.glob(f".*/{MARK}")):
        try:
            descriptor = os.open(mark, os.O_RDWR)
        except OSError:
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            continue
        else:
            shutil.rmtree(mark.parent, ignore_errors=True)
            swept.append(mark.parent)
        finally:
            os.close(descriptor)
    return swept
