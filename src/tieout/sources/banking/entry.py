"""What every bank format comes to: entries, and what could not be read as one."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import date
from functools import partial
from pathlib import Path

from tieout.engines.base import Engine
from tieout.model.facts import Reject
from tieout.sources.encoding import as_utf8, content_tag, detect_encoding, open_bytes
from tieout.sources.source import REJECTS_KEPT, NoRowsError, Part, Source
from tieout.sources.spool import TextSpool, sample_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a statement, as text; amounts with a point, below zero for debits."""

    booking_date: str = ""
    value_date: str = ""
    amount: str
    currency: str = ""
    reference: str = ""
    bank_reference: str = ""
    party: str = ""
    description: str = ""
    account: str = ""
    type: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """An entry that cannot be read: its value, and what was expected on which line."""

    column: str
    value: str
    expected: str


def day_of(text: str) -> date | None:
    """YYMMDD of this century as a date; None where it is none.

    >>> day_of("260131"), day_of("260231")
    (datetime.date(2026, 1, 31), None)
    """
    try:
        return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:6]))
    except ValueError:
        return None


COLUMNS: tuple[str, ...] = tuple(each.name for each in fields(Entry))


@dataclass
class _Read:
    rows: int = 0
    rejected: int = 0
    rejects: list[Reject] = field(default_factory=list)


def entries_source(
    path: Path, entries: Iterable[Entry | Fault], *, engine: Engine, workdir: Path
) -> Source:
    """A source of entries in the order of the file; faults are its rejects.

    Raises NoRowsError where a statement has no entry.
    """
    copy = workdir / f"{path.name}-{content_tag(path)}.parquet"
    read = _Read()
    with TextSpool(copy, COLUMNS) as spool:
        for entry in entries:
            read.rows += 1
            if isinstance(entry, Entry):
                spool.add(read.rows, [getattr(entry, name) for name in COLUMNS])
                continue
            read.rejected += 1
            if read.rejected <= REJECTS_KEPT:
                read.rejects.append(
                    Reject(path.name, read.rows, entry.column, entry.value, entry.expected)
                )
    if not read.rows:
        raise NoRowsError(f"{path.name}: the statement has no entries")
    return Source(
        name=path.name,
        files=(path,),
        columns=COLUMNS,
        table=engine.read_parquet([copy]),
        sampler=partial(sample_of, copy, COLUMNS),
        parts=(Part(path.name, 0),),
        row_column=spool.row_column,
        rows=read.rows,
        rejects=tuple(read.rejects),
        rejected=read.rejected,
    )


def text_lines(path: Path, *, workdir: Path) -> list[str]:
    """The lines of a statement, whatever its encoding, without what ends them."""
    readable = as_utf8(path, detect_encoding(path, whole=True), workdir=workdir)
    with open_bytes(readable) as stream:
        return stream.read().decode("utf-8-sig", errors="replace").splitlines()
