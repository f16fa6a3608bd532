"""What was scored, written to a file before it is answered, so that the database can follow.

Appending a line costs microseconds and outlives a killed process. Every process has a segment of
its own, which it holds a lock on; segments of processes that are gone are taken over by the others.
"""

import fcntl
import json
import os
import threading
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(".tieout") / "spool"
SEGMENT_BYTES_MAX: Final = 32 * 2**20
_SUFFIX: Final = ".jsonl"


@dataclass(frozen=True)
class Line:
    """An event as it was spooled, and where the next one begins."""

    event: dict[str, Any]
    end: int


class Spool:
    """Appends events to this process's segment, and reads segments."""

    def __init__(self, workspace: Path) -> None:
        self._folder = workspace / FOLDER
        self._folder.mkdir(parents=True, exist_ok=True)
        self._turn = threading.Lock()
        self._open()

    @property
    def current(self) -> Path:
        """The segment that is written to."""
        return self._path

    def append(self, event: Mapping[str, Any]) -> None:
        """Write an event; it is in the hands of the operating system when this returns."""
        line = (json.dumps(event, allow_nan=False, default=str) + "\n").encode()
        with self._turn:
            if self._size > SEGMENT_BYTES_MAX:
                os.close(self._descriptor)
                self._open()
            view = memoryview(line)
            while view:
                view = view[os.write(self._descriptor, view) :]
            self._size += len(line)

    def segments(self) -> list[Path]:
        """Segments that may be taken over: this process's own, and those that nobody holds."""
        found = sorted(self._folder.glob(f"*{_SUFFIX}"))
        return [path for path in found if path == self._path or _is_left(path)]

    def remove(self, segment: Path) -> None:
        """Remove a segment that has been taken over whole; the current one stays."""
        if segment != self._path:
            segment.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the segment; what is left in it is for the next process."""
        with self._turn:
            os.close(self._descriptor)

    def _open(self) -> None:
        self._path = self._folder / f"{uuid.uuid4().hex}{_SUFFIX}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
        self._descriptor = os.open(self._path, flags, 0o600)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        self._size = 0


def read_segment(segment: Path, offset: int = 0) -> Iterator[Line]:
    """Whole lines from an offset on; a line that a killed process left unfinished is no event."""
    with segment.open("rb") as file:
        file.seek(offset)
        for line in file:
            if not line.endswith(b"\n"):
                return
            offset += len(line)
            yield Line(json.loads(line), offset)


def _is_left(segment: Path) -> bool:
    """Whether no process holds a segment."""
    try:
        descriptor = os.open(segment, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True
