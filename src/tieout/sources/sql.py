"""Databases: the part of reading a table or a query that every database has in common."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from tieout.engines.base import Engine
from tieout.model.errors import InputError
from tieout.sources.cells import cell_text
from tieout.sources.encoding import content_tag
from tieout.sources.headers import is_blank, refuse_duplicates
from tieout.sources.source import NoRowsError, Part, Source
from tieout.sources.spool import TextSpool, sample_of

FETCH_ROWS: Final = 10_000
_QUERY: Final = re.compile(r"(?:\s|--[^\n]*\n|/\*.*?\*/|\()*(select|with)\b", re.I | re.S)
_STATEMENT: Final = re.compile(
    r"\s*(insert|update|delete|merge|drop|alter|create|truncate|replace|grant|revoke|call|copy|do"
    r"|set|begin|commit|pragma|attach|vacuum|execute|explain|values|table)\s",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is read of a database: a table by name, or else a query."""

    table: str = ""
    query: str = ""


def parse_wanted(fragment: str, *, name: str) -> Wanted:
    """Tell a table from a query. Raises InputError for a statement that is not a SELECT."""
    text = fragment.strip().rstrip(";").strip()
    if not text:
        raise InputError(f"{name}: say what to read, as in {name}#table or {name}#select ...")
    if _QUERY.match(text):
        return Wanted(query=text)
    if _STATEMENT.match(text):
        raise InputError(f"{name}: only a table or a SELECT query is read, not {shorten(text)!r}")
    return Wanted(table=text)


def shorten(text: str, characters: int = 60) -> str:
    """A text on one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= characters else line[: characters - 1] + "\u2026"


def first_line(error: BaseException) -> str:
    """The first line of what a driver says, without the full stop."""
    lines = str(error).strip().splitlines()
    return lines[0].strip().rstrip(".") if lines else type(error).__name__


def quote_identifier(name: str) -> str:
    """A name as an SQL identifier, with the quotes inside of it doubled."""
    return '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the rows of a database go: a spool in `workdir`, seen by `engine`."""

    name: str
    files: tuple[Path, ...]
    engine: Engine
    workdir: Path
    tag: str


def spool_rows(
    columns: Sequence[str], batches: Iterable[Sequence[Sequence[Any]]], destination: Destination
) -> Source:
    """Write rows as text, numbered in the order in which the database answered.

    Raises InputError where two columns have one name, and NoRowsError without rows.
    """
    name = destination.name
    names = tuple(each or f"column_{place}" for place, each in enumerate(columns, 1))
    refuse_duplicates(names, name=name)
    copy = destination.workdir / f"query-{content_tag(destination.tag)}.parquet"
    rows = 0
    with TextSpool(copy, names) as spool:
        for batch in batches:
            for values in batch:
                cells = list(map(cell_text, values))
                if not is_blank(cells):
                    rows += 1
                    spool.add(rows, cells)
    if not rows:
        raise NoRowsError(f"{name}: has columns but no data rows")
    return Source(
        name=name,
        files=destination.files,
        columns=names,
        table=destination.engine.read_parquet([copy]),
        sampler=partial(sample_of, copy, names),
        parts=(Part(name, 0),),
        row_column=spool.row_column,
        rows=rows,
    )
