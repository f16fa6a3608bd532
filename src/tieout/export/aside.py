"""Files that appear whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tieout.model.errors import InputError


@contextmanager
def written_aside(path: Path) -> Iterator[Path]:
    """Give a path beside `path` to write to, and rename it to `path` once the block is through.

    When the block raises, the part is removed and an earlier file at `path` stays as it was.
    Raises InputError when the file system refuses.
    """
    # The process id keeps two runs that write to one folder out of each other's part.
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield part
        part.replace(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        part.unlink(missing_ok=True)
