"""One data row as its file has it: the file, the line and the cells."""

import io
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

import ibis
import polars as pl

from tieout.engines.base import Engine
from tieout.export.explain_trail import Step
from tieout.model.manifest import InputFacts
from tieout.pipeline.inputs import fingerprint_file
from tieout.sources.dialect import detect_dialect
from tieout.sources.encoding import as_utf8, detect_encoding, open_bytes
from tieout.sources.exact import read_raw
from tieout.sources.headers import find_layout
from tieout.sources.open import open_source
from tieout.sources.source import Source

_TEXT_SUFFIXES: Final = {".csv", ".tsv", ".txt", ".psv"}
_HEAD_BYTES: Final = 1 << 18
_HEAD_RECORDS: Final = 200


@dataclass(frozen=True)
class Original:
    """A data row of a source. line: where it begins in its file; None where files have none."""

    file: str
    row: int
    line: int | None
    cells: dict[str, str]


def unchanged_files(given: InputFacts, run: Path) -> str:
    """Why an input of a run cannot be read as it was; empty where it can.

    A file is looked for where the run read it, seen from here.
    """
    if "***" in given.location:
        return f"{given.location} needs a password, which a run does not keep"
    for file in given.files:
        path = Path(file.path)
        if not path.is_file():
            return f"{file.path} is gone; {run} still knows what became of its rows"
        if fingerprint_file(path).sha256 != file.sha256:
            return f"{file.path} has changed since the run (its SHA-256 differs)"
    return ""


def open_again(given: InputFacts, *, engine: Engine, workdir: Path) -> Source:
    """The source of a run's input. Raises InputError where it cannot be read."""
    workdir.mkdir(parents=True, exist_ok=True)
    return open_source(given.location, engine=engine, workdir=workdir)


def original(source: Source, row: int, *, engine: Engine, workdir: Path) -> Original | None:
    """A data row (from 1) of a source; None where it has no such row."""
    part = next(p for p in reversed(source.parts) if p.rows_before < row or p is source.parts[0])
    path = next((path for path in source.files if path.name == part.name), None)
    if path is not None and _is_text(path) and not source.typed:
        return _from_text(path, source, row, row - part.rows_before, workdir)
    return _from_engine(source, row, part.name, engine)


def source_step(found: Original | None, row: int, note: str, *, which: str) -> Step:
    """The station at which a row was read. note: why its cells are not known, if they are not."""
    if found is None:
        return Step(
            "source", f"Source, {which}", (("data row", str(row)),), (note,) if note else ()
        )
    facts = [("file", found.file), ("data row", str(found.row))]
    facts += [("line", str(found.line))] if found.line is not None else []
    cells = [(name, value if value else "(blank)") for name, value in found.cells.items()]
    return Step("source", f"Source, {which}", (*facts, *cells))


def _is_text(path: Path) -> bool:
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    return bool(suffixes) and suffixes[-1] in _TEXT_SUFFIXES


def _from_text(path: Path, source: Source, row: int, wanted: int, workdir: Path) -> Original | None:
    readable = as_utf8(path, detect_encoding(path, whole=True), workdir=workdir)
    with open_bytes(readable) as raw:
        head = raw.read(_HEAD_BYTES).decode("utf-8-sig", errors="replace")
    dialect = detect_dialect(head[: head.rfind("\n") + 1] or head)
    records = read_raw(io.StringIO(head, newline=""), dialect)
    layout = find_layout([r.cells for r in islice(records, _HEAD_RECORDS)], name=path.name)
    line, seen = 1, 0
    with open_bytes(readable) as raw:
        text = io.TextIOWrapper(raw, "utf-8-sig", errors="replace", newline="")
        try:
            for index, record in enumerate(read_raw(text, dialect)):
                blank = not record.broken and not "".join(record.cells).strip()
                if index >= layout.skip and not blank:
                    seen += 1
                    if seen == wanted:
                        named = dict(zip(source.columns, record.cells, strict=False))
                        cells = {"text": record.line.rstrip("\r\n")} if record.broken else named
                        return Original(path.name, row, line, cells)
                line += record.lines
        finally:
            text.detach()
    return None


def _from_engine(source: Source, row: int, file: str, engine: Engine) -> Original | None:
    table = source.table
    name = source.row_column
    if name is None:
        name = "number read"
        table = table.select(*source.columns, (ibis.row_number() + 1).cast("int64").name(name))
    found = engine.fetch(table.filter(table[name] == row).limit(1)).select(source.columns)
    if found.is_empty():
        return None
    cells = {column: _text(value) for column, value in found.row(0, named=True).items()}
    return Original(file, row, None, cells)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def reject_of(run: Path, file: str, row: int) -> dict[str, str] | None:
    """The line of a run's rejects about a row; None where it was read."""
    path = run / "rejects.csv"
    if not path.is_file():
        return None
    rejects = pl.read_csv(path, infer_schema=False)
    found = rejects.filter(
        (pl.col("row") == str(row)) & (pl.col("file").str.strip_prefix("'") == file)
    )
    return None if found.is_empty() else {k: v or "" for k, v in found.row(0, named=True).items()}
