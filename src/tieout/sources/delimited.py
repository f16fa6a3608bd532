"""Delimited text: CSV, TSV and their relatives, with whatever delimiter they turn out to have."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from itertools import islice
from operator import or_
from pathlib import Path
from typing import Final

import ibis.expr.types as ir
import polars as pl

from tieout.engines.base import Engine
from tieout.model.errors import InputError
from tieout.model.facts import Reject
from tieout.sources.dialect import Dialect, detect_dialect
from tieout.sources.encoding import as_utf8, content_tag, detect_encoding, is_gzip, open_bytes
from tieout.sources.exact import ExactRecord, copy_body, read_exact, read_raw
from tieout.sources.headers import find_layout
from tieout.sources.source import (
    REJECTS_KEPT,
    NoRowsError,
    Part,
    Source,
    blanks_as_null,
    text_frame,
)

# More would be read for hours, and no table that people keep has so many.
COLUMNS_MAX: Final = 2_000
_HEAD_BYTES: Final = 1 << 18
_HEAD_RECORDS: Final = 200
_PREFERRED: Final = {".csv": ",", ".tsv": "\t", ".psv": "|"}


@dataclass(frozen=True, slots=True)
class _Text:
    """A delimited file that is understood. `readable` is the file itself or its copy in UTF-8."""

    path: Path
    readable: Path
    dialect: Dialect
    skip: int
    names: tuple[str, ...]


def open_delimited(path: Path, *, engine: Engine, workdir: Path) -> Source:
    """Understand a delimited file from its beginning; the engine reads it when it is staged.

    Raises InputError where it is empty, binary, not in its encoding or has two columns of one
    name, and NoRowsError where it has a header and nothing below.
    """
    text = _understand(path, workdir=workdir)
    first = next(_exact_records(text), None)
    if first is None:
        raise NoRowsError(f"{path.name}: has a header but no data rows")
    table = _quick_table(text, engine, workdir)
    return Source(
        name=path.name,
        files=(path,),
        columns=text.names,
        table=table,
        sampler=partial(_quick_sample, text, table, engine),
        parts=(Part(path.name, 0),),
        exact=partial(_reopen_exactly, text, engine, workdir),
    )


def _understand(path: Path, *, workdir: Path) -> _Text:
    encoding = detect_encoding(path)
    readable = as_utf8(path, encoding, workdir=workdir)
    head, whole = _head(readable)
    suffixes = [suffix.lower() for suffix in path.suffixes]
    preferred = next((_PREFERRED[each] for each in suffixes if each in _PREFERRED), None)
    dialect = detect_dialect(head, preferred=preferred)
    lines = io.StringIO(head, newline="")
    records = [raw.cells for raw in islice(read_raw(lines, dialect), _HEAD_RECORDS)]
    if not whole and 1 < len(records) < _HEAD_RECORDS:
        del records[-1]  # It may have been cut.
    layout = find_layout(records, name=path.name)
    if not layout.names:
        raise InputError(f"{path.name}: the file is blank; expected a header and data rows")
    if len(layout.names) > COLUMNS_MAX:
        raise InputError(
            f"{path.name}: has {len(layout.names):,} columns; expected at most {COLUMNS_MAX:,}: "
            "leave out what is not needed"
        )
    return _Text(path, readable, dialect, layout.skip, layout.names)


def _head(path: Path) -> tuple[str, bool]:
    """The beginning of a file up to a line's end, and whether that is all of it."""
    with open_bytes(path) as stream:
        head = stream.read(_HEAD_BYTES)
        whole = not stream.read(1)
    if not whole:
        head = head[: max(head.rfind(b"\n"), head.rfind(b"\r")) + 1] or head
    return head.decode("utf-8-sig", errors="replace"), whole


def _quick_table(text: _Text, engine: Engine, workdir: Path) -> ir.Table:
    readable, skip = text.readable, text.skip
    if skip > 1:
        # The engine has its own idea of what a record is in lines that are not in the dialect.
        readable, skip = workdir / f"{text.path.stem}-{content_tag(text.path, 'body')}.csv", 0
        copy_body(text.readable, text.dialect, skip=text.skip, copy=readable)
    options: dict[str, object] = {
        "auto_detect": False,
        "columns": dict.fromkeys(text.names, "VARCHAR"),
        "delim": text.dialect.delimiter,
        "quote": text.dialect.quote,
        "escape": text.dialect.escape or text.dialect.quote,
        "header": False,
        "skip": skip,
        "strict_mode": True,
        "null_padding": False,
        "compression": "gzip" if is_gzip(readable) else "none",
    }
    table = engine.read_csv(readable, options)
    # Most rows show by their first value, without a look at its spaces, that they are not blank.
    printable = [table[name] >= "!" for name in text.names]
    filled = [table[name].strip() != "" for name in text.names]
    return table.filter(_any_of(printable + filled))


def _any_of(terms: "list[ir.BooleanValue]") -> "ir.BooleanValue":
    """Joined in pairs: the depth of what the engine reads grows by one when columns double."""
    while len(terms) > 1:
        terms = [reduce(or_, terms[at : at + 2]) for at in range(0, len(terms), 2)]
    return terms[0]


def _exact_records(text: _Text) -> Iterator[ExactRecord]:
    return read_exact(text.readable, text.dialect, skip=text.skip, width=len(text.names))


def _quick_sample(text: _Text, table: ir.Table, engine: Engine, rows: int) -> pl.DataFrame:
    """As `_sample`, in a tenth of its time where the engine finds nothing broken."""
    try:
        found = engine.fetch(table.limit(rows), keep_order=True)
    except Exception:
        # Whatever its reader stumbled over, the exact one reads over it.
        return _sample(text, rows)
    # The exact reader drops spaces after a delimiter.
    return found.with_columns(pl.all().str.strip_chars_start(" ")).with_columns(blanks_as_null())


def _sample(text: _Text, rows: int) -> pl.DataFrame:
    sound = (record.cells for record in _exact_records(text) if not record.expected)
    records: Sequence[Sequence[str]] = list(islice(sound, rows))
    return text_frame(text.names, records)


def _reopen_exactly(text: _Text, engine: Engine, workdir: Path) -> Source:
    """The same file through the slow reader, which names every row that is broken."""
    from tieout.sources.spool import TextSpool

    encoding = detect_encoding(text.path, whole=True)
    readable = as_utf8(text.path, encoding, workdir=workdir)
    text = _Text(text.path, readable, text.dialect, text.skip, text.names)
    copy = workdir / f"{text.path.stem}-{content_tag(text.path, 'exact')}.parquet"
    rejects: list[Reject] = []
    rows = rejected = 0
    with TextSpool(copy, text.names) as spool:
        for record in _exact_records(text):
            rows = record.row
            if not record.expected:
                spool.add(record.row, record.cells)
                continue
            rejected += 1
            if rejected <= REJECTS_KEPT:
                rejects.append(
                    Reject(text.path.name, record.row, "", record.value, record.expected)
                )
    return Source(
        name=text.path.name,
        files=(text.path,),
        columns=text.names,
        table=engine.read_parquet([copy]),
        sampler=partial(_sample, text),
        parts=(Part(text.path.name, 0),),
        row_column=spool.row_column,
        rows=rows,
        rejects=tuple(rejects),
        rejected=rejected,
    )
