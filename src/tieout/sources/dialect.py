"""How a delimited file is written: delimiter, quotes and escapes."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

_DELIMITERS: Final = (",", ";", "\t", "|", "^", "~")
_RECORDS_MAX: Final = 500


@dataclass(frozen=True, slots=True)
class Dialect:
    """What separates and protects values. Without `escape`, a quote inside of quotes is doubled."""

    delimiter: str = ","
    quote: str = '"'
    escape: str | None = None

    def reader(self, lines: Iterable[str], *, strict: bool) -> "Iterator[list[str]]":
        """Python's reader for this dialect; strict, it raises csv.Error at broken quotes."""
        options: dict[str, Any] = {
            "delimiter": self.delimiter,
            "quotechar": self.quote,
            "doublequote": self.escape is None,
            "escapechar": self.escape,
            "skipinitialspace": self.delimiter != " ",
            "strict": strict,
        }
        return csv.reader(lines, **options)


def detect_dialect(text: str, *, preferred: str | None = None) -> Dialect:
    """Read the dialect off the beginning of a file, cut at a line's end.

    The delimiter is the one that gives the largest share of records the same width of at least
    two; then the one with more columns; then `preferred`, what the file's name promises.
    """
    quote = _quote(text)
    escape = "\\" if _has_escaped_quotes(text, quote) else None
    candidates = [Dialect(delimiter, quote, escape) for delimiter in _DELIMITERS]
    ranked = [(_fit(text, dialect, preferred), dialect) for dialect in candidates]
    best, dialect = max(ranked, key=lambda pair: pair[0])
    return dialect if best[0] > 0 else Dialect(preferred or ",", quote, escape)


def _fit(text: str, dialect: Dialect, preferred: str | None) -> tuple[float, int, bool]:
    if dialect.delimiter not in text:
        return (0.0, 0, False)
    widths = [
        len(record)
        for record in _records(text, dialect)
        if any(cell and not cell.isspace() for cell in record)
    ]
    wide = [width for width in widths if width > 1]
    if not wide:
        return (0.0, 0, False)
    common = max(wide, key=lambda width: (wide.count(width), width))
    return (wide.count(common) / len(widths), common, dialect.delimiter == preferred)


def _records(text: str, dialect: Dialect) -> list[list[str]]:
    reader = dialect.reader(io.StringIO(text, newline=""), strict=False)
    records: list[list[str]] = []
    # At a value beyond the limit of csv, what was read before is sample enough.
    with suppress(csv.Error):
        records.extend(islice(reader, _RECORDS_MAX))
    return records


def _quote(text: str) -> str:
    """Single quotes only where values stand in them and none in double ones."""
    if "'" not in text:
        return '"'
    edge = "[" + re.escape("".join(_DELIMITERS)) + r"\r\n]"
    if re.search(rf'(?:^|{edge}) ?"', text):
        return '"'
    opened = re.findall(rf"(?:^|{edge}) ?'", text)
    closed = re.findall(rf"(?:^|{edge}) ?'[^']*'(?=$|{edge})", text)
    return "'" if opened and len(closed) == len(opened) else '"'


def _has_escaped_quotes(text: str, quote: str) -> bool:
    """A backslash before a quote that does not end its value; nowhere a doubled quote."""
    if "\\" not in text:
        return False
    inside = re.search(rf"\\{quote}(?![{re.escape(''.join(_DELIMITERS))}\r\n]|$)", text)
    doubled = re.search(rf"[^{re.escape(''.join(_DELIMITERS))}\r\n\\]{quote}{quote}", text)
    return inside is not None and doubled is None
