"""A multipart body that is written to the disk as it comes, never held in memory."""

import asyncio
import hashlib
import os
import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from fastapi import Request
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from tieout.server.api.problem import ProblemError

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

UPLOADS: Final = Path(".tieout") / "uploads"
_FIELD_BYTES_MAX: Final = 10_000
_FIELDS_MAX: Final = 20
_NAME_MAX: Final = 200
_ODD: Final = re.compile(r"[^\w .,()+-]")


@dataclass(frozen=True)
class Received:
    """A file as it lies in the workspace, and the fields that came with it.

    name: as the sender called it, for people; path: relative to the workspace, after its content.
    """

    name: str
    path: Path
    sha256: str
    size: int
    fields: dict[str, str]


@dataclass
class _Part:
    name: str = ""
    filename: str | None = None
    header: bytes = b""
    value: bytes = b""
    headers: dict[str, bytes] = field(default_factory=dict)


class _Form:
    """The parser's callbacks: fields are kept, the bytes of the file are handed on."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self.filename: str | None = None
        self.fresh: list[bytes] = []
        self.complete = False
        self._part = _Part()
        self._files = 0

    def callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_name,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._opened,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_end": self._finished,
        }

    def _begin(self) -> None:
        self._part = _Part()

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._part.header += data[start:end].lower()

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._part.value += data[start:end]

    def _header_end(self) -> None:
        part = self._part
        part.headers[part.header.decode("latin-1")] = part.value
        part.header = part.value = b""

    def _opened(self) -> None:
        _, options = parse_options_header(self._part.headers.get("content-disposition", b""))
        self._part.name = options.get(b"name", b"").decode("utf-8", "replace")
        filename = options.get(b"filename")
        if self._part.name == "file":
            self._files += 1
            if self._files > 1:
                raise ProblemError(422, "expected one part called file; send one file at a time")
            self._part.filename = (filename or b"").decode("utf-8", "replace")
            self.filename = self._part.filename

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._part.filename is not None:
            self.fresh.append(data[start:end])
        elif len(self._part.value) + end - start > _FIELD_BYTES_MAX:
            raise ProblemError(422, f"{self._part.name}: is longer than {_FIELD_BYTES_MAX:,} bytes")
        else:
            self._part.value += data[start:end]

    def _end(self) -> None:
        if self._part.filename is None:
            self.fields[self._part.name] = self._part.value.decode("utf-8", "replace")
            if len(self.fields) > _FIELDS_MAX:
                raise ProblemError(422, f"expected at most {_FIELDS_MAX} fields")

    def _finished(self) -> None:
        self.complete = True


async def receive(request: Request, workspace: Path, *, bytes_max: int) -> Received:
    """Write the part `file` of a multipart request into the workspace.

    The file appears whole or not at all, under the digest of its content: the same file sent
    twice is there once, and nothing that a sender says becomes part of a path. Raises
    ProblemError: 413 past the limit, 400 or 415 for a body that is no form, 422 without a file.
    """
    boundary = _boundary(request)
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > bytes_max + 2**20:
        raise _too_large(bytes_max)
    folder = workspace / UPLOADS
    folder.mkdir(parents=True, exist_ok=True)
    descriptor, aside = tempfile.mkstemp(prefix=".", suffix=".part", dir=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            form, digest, size = await _write(request, boundary, file, bytes_max)
        path = folder / f"{digest}.csv"
        Path(aside).replace(path)
    finally:
        Path(aside).unlink(missing_ok=True)
    return Received(
        shown_name(form.filename or ""), path.relative_to(workspace), digest, size, form.fields
    )


def shown_name(filename: str) -> str:
    r"""A file's name as people see it: no folders, no marks that mean something elsewhere.

    >>> shown_name("../../etc/pass<wd>.csv"), shown_name("C:\\books\\may.csv"), shown_name("")
    ('pass_wd_.csv', 'may.csv', 'upload.csv')
    """
    last = filename.replace("\\", "/").rsplit("/", 1)[-1].strip()
    return _ODD.sub("_", last)[:_NAME_MAX].lstrip(".") or "upload.csv"


async def _write(
    request: Request, boundary: bytes, file: BinaryIO, bytes_max: int
) -> tuple[_Form, str, int]:
    form, digest, size = _Form(), hashlib.sha256(), 0
    parser = MultipartParser(boundary, form.callbacks())
    try:
        async for chunk in request.stream():
            parser.write(chunk)
            if form.fresh:
                fresh = b"".join(form.fresh)
                form.fresh.clear()
                size += len(fresh)
                if size > bytes_max:
                    raise _too_large(bytes_max)
                digest.update(fresh)
                await asyncio.to_thread(file.write, fresh)
        parser.finalize()
    except MultipartParseError as error:
        raise ProblemError(400, f"the body is no multipart form: {error}") from error
    if not form.complete:
        raise ProblemError(400, "the multipart form ends before its last boundary")
    if form.filename is None:
        raise ProblemError(422, "expected a part called file: curl -F file=@transactions.csv")
    await asyncio.to_thread(_to_disk, file)
    return form, digest.hexdigest(), size


def _to_disk(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _boundary(request: Request) -> bytes:
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not boundary:
        raise ProblemError(415, "expected multipart/form-data with a part called file")
    return boundary


def _too_large(bytes_max: int) -> ProblemError:
    return ProblemError(413, f"the file is larger than {bytes_max / 2**20:g} MiB")
