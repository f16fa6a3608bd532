"""Delimited text record by record: slower than the engine, but no broken row goes unnamed."""

import codecs
import csv
import io
import re
import shutil
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from tieout.sources.dialect import Dialect
from tieout.sources.encoding import open_bytes
from tieout.sources.headers import is_blank

_VALUE_CHARACTERS_MAX: Final = 200
_DAMAGED: Final = re.compile("[\udc80-\udcff]")


class ExactRecord(NamedTuple):
    """One data row. Where `expected` is set the row is broken, and `value` is its text."""

    row: int
    cells: list[str]
    expected: str = ""
    value: str = ""


class _Lines:
    """Lines of a file, which can be handed back when the record they began turns out broken."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._returned: deque[str] = deque()
        self.taken: list[str] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._returned.popleft() if self._returned else next(self._lines)
        self.taken.append(line)
        return line

    def hand_back(self, lines: list[str]) -> None:
        self._returned.extendleft(reversed(lines))


class RawRecord(NamedTuple):
    """A record as it stands: its cells and how many lines it takes, or what is broken in it."""

    cells: list[str]
    lines: int
    broken: str = ""
    line: str = ""


def read_raw(lines: Iterator[str], dialect: Dialect) -> Iterator[RawRecord]:
    """Every record of a text, blank ones included; of one with broken quotes, its first line.

    Reading goes on with the line after a broken one, so that a quote which is never closed costs
    one row and not the rest of the file. Spaces between a quote and the delimiter are no fault.
    """
    source = _Lines(lines)
    reader = dialect.reader(source, strict=True)
    ends = f"{re.escape(dialect.delimiter)}|[\r\n]|$"
    loose = re.compile(f"{re.escape(dialect.quote)}[ \t]+(?={ends})")
    while True:
        source.taken.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            taken = list(source.taken)
            tightened = [loose.sub(dialect.quote, line) for line in taken]
            if tightened != taken:
                source.hand_back(tightened)
                continue
            source.hand_back(taken[1:])
            yield RawRecord([], 1, _quotes_expected(error, dialect), taken[0])
        else:
            yield RawRecord(cells, len(source.taken))


def _quotes_expected(error: csv.Error, dialect: Dialect) -> str:
    if "field larger" in str(error):
        return f"a closing {dialect.quote} within {csv.field_size_limit():,} characters"
    if "unexpected end" in str(error):
        return f"a closing {dialect.quote}"
    return f"a quoted value that ends at its closing {dialect.quote}"


def read_exact(path: Path, dialect: Dialect, *, skip: int, width: int) -> Iterator[ExactRecord]:
    """The data rows of a UTF-8 file: `width` cells each, numbered from 1, blank ones left out.

    `skip` records above the data are passed over. Surplus cells at the end of a row are dropped
    where they are empty. A row with other cells too many, too few, with broken quotes or with
    bytes that are not UTF-8 comes as broken.
    """
    row = 0
    with _open_lines(path) as lines:
        for index, record in enumerate(read_raw(lines, dialect)):
            if index < skip:
                continue
            text = "".join(record.cells)
            if not record.broken and (not text or text.isspace()):
                continue
            row += 1
            sound = len(record.cells) == width and (text.isascii() or not _DAMAGED.search(text))
            yield ExactRecord(row, record.cells) if sound else _judged(row, record, width, dialect)


def copy_body(path: Path, dialect: Dialect, *, skip: int, copy: Path) -> None:
    """Copy a UTF-8 file without the `skip` records above its data."""
    with _open_lines(path) as lines:
        count = sum(record.lines for record in islice(read_raw(lines, dialect), skip))
    with _open_lines(path) as lines:
        above = "".join(islice(lines, count))
    copy.parent.mkdir(parents=True, exist_ok=True)
    with open_bytes(path) as raw, copy.open("wb") as body:
        start = raw.read(len(codecs.BOM_UTF8))
        mark = start if start == codecs.BOM_UTF8 else b""
        raw.seek(len(mark) + len(above.encode("utf-8", "surrogateescape")))
        shutil.copyfileobj(raw, body)


@contextmanager
def _open_lines(path: Path) -> Iterator[Iterator[str]]:
    """Lines that end in \\n, \\r or \\r\\n and keep their ends; bad bytes are escaped."""
    with open_bytes(path) as raw:
        text = io.TextIOWrapper(raw, "utf-8-sig", errors="surrogateescape", newline="")
        try:
            yield text
        finally:
            text.detach()


def _judged(row: int, record: RawRecord, width: int, dialect: Dialect) -> ExactRecord:
    cells, expected = record.cells, record.broken
    found = len(cells)
    if not expected and found != width:
        if found > width and is_blank(cells[width:]):
            cells = cells[:width]
        else:
            expected = f"{width} fields, found {found}"
    if not expected and any(map(_DAMAGED.search, cells)):
        expected = "text in UTF-8"
    if not expected:
        return ExactRecord(row, cells)
    line = record.line.rstrip("\r\n") if record.broken else dialect.delimiter.join(cells)
    return ExactRecord(row, [], expected, _DAMAGED.sub("\ufffd", line)[:_VALUE_CHARACTERS_MAX])
