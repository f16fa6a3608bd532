"""Bytes of a text file: unpacking, its encoding, and a copy in UTF-8 where that is another one."""

import codecs
import gzip
import hashlib
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from tieout.model.errors import InputError

SAMPLE_BYTES: Final = 1 << 20
_CHUNK_BYTES: Final = 1 << 20
_GZIP_MAGIC: Final = b"\x1f\x8b"
_MARKS: Final = (  # The longer first: UTF-32's mark begins with UTF-16's.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HALF_NUL_MIN: Final = 0.9
_WITHOUT_MARK_BYTES_MIN: Final = 20
_CONTROLS: Final = bytes({*range(1, 32)} - set(b"\t\n\v\f\r\x1a\x1b"))
_CONTROLS_SHARE_MAX: Final = 0.01
UTF_8: Final = ("utf-8", "utf-8-sig")


def is_gzip(path: Path) -> bool:
    """Whether the content is packed, whatever the file is called."""
    with path.open("rb") as stream:
        return stream.read(2) == _GZIP_MAGIC


@contextmanager
def open_bytes(path: Path) -> Iterator[IO[bytes]]:
    """The bytes of a file, unpacked. Raises InputError when it cannot be read or unpacked."""
    try:
        with gzip.open(path) if is_gzip(path) else path.open("rb") as stream:
            yield stream  # type: ignore[misc]
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(
            f"{path.name}: the gzip file is damaged or cut off ({error}); fetch it again"
        ) from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error


def detect_encoding(path: Path, *, whole: bool = False) -> str:
    """The encoding by byte order mark, else UTF-8 where it fits, else Windows or Latin-1.

    Judged by the first MiB, or by the `whole` file. A text in which sound UTF-8 outweighs broken
    is UTF-8 with damaged rows. Raises InputError for an empty file or binary content.
    """
    with open_bytes(path) as stream:
        first = stream.read(SAMPLE_BYTES)
        if not first:
            raise InputError(f"{path.name}: the file is empty; expected a header and data rows")
        for mark, encoding in _MARKS:
            if first.startswith(mark):
                return encoding
        unmarked = _utf_16_without_mark(first)
        if unmarked is not None:
            return unmarked
        if b"\x00" in first or _is_noise(first):
            raise InputError(
                f"{path.name}: holds binary content, not text; "
                "expected a delimited text file in UTF-8"
            )
        tally = _Tally()
        tally.add(first)
        while whole and (chunk := stream.read(_CHUNK_BYTES)):
            tally.add(chunk)
        return tally.encoding(whole=whole or len(first) < SAMPLE_BYTES)


def _utf_16_without_mark(first: bytes) -> str | None:
    """UTF-16 of mostly Latin letters shows by the NUL that every other byte is."""
    head = first[: len(first) // 2 * 2]
    shares = [head[at::2].count(0) / max(1, len(head) // 2) for at in (0, 1)]
    if len(head) < _WITHOUT_MARK_BYTES_MIN:
        return None
    if max(shares) < _HALF_NUL_MIN or min(shares) > 1 - _HALF_NUL_MIN:
        return None
    return "utf-16-le" if shares[1] > shares[0] else "utf-16-be"


def _is_noise(first: bytes) -> bool:
    """Control characters that no text has, in number."""
    return len(first) - len(first.translate(None, _CONTROLS)) > _CONTROLS_SHARE_MAX * len(first)


class _Tally:
    """Counts what speaks for UTF-8 and what against it, over a file in pieces."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._sound = 0
        self._broken = 0
        self._undefined_in_windows = False

    def add(self, chunk: bytes) -> None:
        if chunk.isascii() and not self._decoder.getstate()[0]:
            return
        self._count(self._decoder.decode(chunk))
        if not self._undefined_in_windows:
            self._undefined_in_windows = bool(chunk.translate(None, _WINDOWS_DEFINED))

    def encoding(self, *, whole: bool) -> str:
        if whole:
            self._count(self._decoder.decode(b"", final=True))
        if self._broken <= self._sound:
            return "utf-8"
        return "latin-1" if self._undefined_in_windows else "cp1252"

    def _count(self, text: str) -> None:
        if text.isascii():
            return
        broken = sum("\udc80" <= character <= "\udcff" for character in text)
        self._broken += broken
        self._sound += sum(character > "\x7f" for character in text) - broken


_WINDOWS_DEFINED: Final = bytes(each for each in range(256) if each not in b"\x81\x8d\x8f\x90\x9d")


def as_utf8(path: Path, encoding: str, *, workdir: Path) -> Path:
    """The file itself where it is UTF-8, else a copy in UTF-8 in `workdir`.

    Raises InputError when the bytes are not in this encoding.
    """
    if encoding in UTF_8:
        return path
    copy = workdir / f"{path.stem}-{content_tag(path)}.utf8"
    decoder = codecs.getincrementaldecoder(encoding)()
    workdir.mkdir(parents=True, exist_ok=True)
    try:
        with open_bytes(path) as stream, copy.open("wb") as out:
            while chunk := stream.read(_CHUNK_BYTES):
                out.write(decoder.decode(chunk).encode())
            out.write(decoder.decode(b"", final=True).encode())
    except UnicodeError as error:
        raise InputError(
            f"{path.name}: is not sound {encoding.upper()} text ({error.reason}); "  # type: ignore[attr-defined]
            "save it again as UTF-8"
        ) from error
    return copy


def content_tag(*parts: object) -> str:
    """A short name for what a temporary file was made from."""
    text = "\0".join(str(part) for part in parts)
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:12]
