"""One way in: a location as a person writes it becomes a source.

What reads a format is imported where it is met: a start counts too.
"""

from glob import glob, has_magic
from pathlib import Path
from typing import Final, Literal

from tieout.engines.base import Engine
from tieout.model.errors import InputError
from tieout.sources.banking.recognise import HEAD_BYTES, bank_format, is_xml
from tieout.sources.combine import combine
from tieout.sources.encoding import open_bytes
from tieout.sources.source import NoRowsError, Source

Format = Literal["delimited", "parquet", "excel", "mt940", "camt", "bai2"]

_BY_SUFFIX: Final[dict[str, Format]] = {
    **dict.fromkeys((".csv", ".tsv", ".txt", ".psv"), "delimited"),
    **dict.fromkeys((".parquet", ".pq"), "parquet"),
    **dict.fromkeys((".sta", ".940", ".942", ".mt940", ".mt942"), "mt940"),
    **dict.fromkeys((".bai", ".bai2"), "bai2"),
    **dict.fromkeys((".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"), "excel"),
}
_BY_MAGIC: Final[tuple[tuple[bytes, Format, str], ...]] = (
    (b"PAR1", "parquet", "Parquet"),
    (b"PK\x03\x04", "excel", "a zip archive or a spreadsheet"),
    (b"\xd0\xcf\x11\xe0", "excel", "an old Excel workbook"),
)
_BANKING: Final[frozenset[Format]] = frozenset({"mt940", "camt", "bai2"})
_JSON: Final = "JSON (save its records as CSV or Parquet)"
_MAGIC_OTHER: Final = (
    (b"%PDF", "a PDF"),
    (b"SQLite format 3\x00", "a SQLite database (write sqlite:///path.db#table)"),
    (b"\x89PNG", "a picture"),
    (b"[{", _JSON),
    (b'{"', _JSON),
)


def open_source(location: str, *, engine: Engine, workdir: Path) -> Source:
    """Open what a location names, so that it can be sampled and staged.

    location: a file (csv, tsv, psv, txt, also gzipped; parquet; xlsx, xlsm, xls, xlsb, ods, where
        `file.xlsx#Sheet` names a sheet; a bank statement in MT940, MT942, camt.052 to 054 or
        BAI2, known by its content); a glob of such files with equal columns, read in sorted
        order; `sqlite:///path.db#table`; `postgresql://user@host/database#table`. In place of a
        table may stand a SELECT query.
    workdir: takes copies of what the engine cannot read where it stands.

    Raises InputError, one line that says what is wrong and what to do.
    """
    if not location.strip():
        raise InputError("no source given: expected a file, a glob, or a database and table")
    if location.startswith("sqlite:"):
        from tieout.sources.sqlite import open_sqlite

        return open_sqlite(location, engine=engine, workdir=workdir)
    if location.startswith(("postgresql:", "postgres:")):
        from tieout.sources.postgres import open_postgres

        return open_postgres(location, engine=engine, workdir=workdir)
    if "://" in location:
        scheme = location.partition("://")[0]
        raise InputError(
            f"{scheme}://: this kind of address is not read; expected a file, sqlite:/// "
            "or postgresql://"
        )
    path = Path(location)
    if path.exists():
        return _open_file(path, None, engine=engine, workdir=workdir)
    base, mark, sheet = location.rpartition("#")
    if mark and Path(base).is_file():
        return _open_file(Path(base), sheet, engine=engine, workdir=workdir)
    if has_magic(location):
        return _open_glob(location, engine=engine, workdir=workdir)
    raise InputError(f"{location}: there is no such file")


def _open_glob(location: str, *, engine: Engine, workdir: Path) -> Source:
    found = (Path(each) for each in glob(location, recursive=True))  # noqa: PTH207 - absolute too
    paths = sorted(path for path in found if path.is_file())
    if not paths:
        raise InputError(f"{location}: no file has such a name")
    formats = {_format_of(path): path for path in paths}
    if len(formats) > 1:
        names = " and ".join(path.name for path in formats.values())
        raise InputError(f"{location}: {names} are of different formats; read one format at a time")
    sources: list[Source] = []
    empty: NoRowsError | None = None
    for path in paths:
        try:
            sources.append(_open_file(path, None, engine=engine, workdir=workdir))
        except NoRowsError as error:
            empty = error  # A day without records.
    if not sources and empty is not None:
        raise empty
    return combine(sources, tuple(paths), name=location, engine=engine, workdir=workdir)


def _open_file(path: Path, sheet: str | None, *, engine: Engine, workdir: Path) -> Source:
    if path.is_dir():
        raise InputError(f"{path}: is a folder; name a file in it, or all of them: {path}/*.csv")
    file_format = _format_of(path)
    if sheet is not None and file_format != "excel":
        raise InputError(f"{path.name}#{sheet}: only a spreadsheet has sheets")
    if file_format == "parquet":
        from tieout.sources.parquet import open_parquet

        return open_parquet(path, engine=engine)
    if file_format == "excel":
        from tieout.sources.excel import open_excel

        return open_excel(path, sheet, engine=engine, workdir=workdir)
    if file_format in _BANKING:
        return _open_statement(path, file_format, engine=engine, workdir=workdir)
    from tieout.sources.delimited import open_delimited

    return open_delimited(path, engine=engine, workdir=workdir)


def _open_statement(path: Path, kind: Format, *, engine: Engine, workdir: Path) -> Source:
    if kind == "mt940":
        from tieout.sources.banking.mt940 import open_mt940

        return open_mt940(path, engine=engine, workdir=workdir)
    if kind == "camt":
        from tieout.sources.banking.camt import open_camt

        return open_camt(path, engine=engine, workdir=workdir)
    from tieout.sources.banking.bai2 import open_bai2

    return open_bai2(path, engine=engine, workdir=workdir)


def _format_of(path: Path) -> Format:
    """What the file's name promises, unless its content contradicts it."""
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    promised = _BY_SUFFIX.get(suffixes[-1]) if suffixes else None
    with open_bytes(path) as stream:
        first = stream.read(HEAD_BYTES)
    if not first:
        raise InputError(f"{path.name}: the file is empty; expected a header and data rows")
    for magic, what in _MAGIC_OTHER:
        if first.startswith(magic):
            raise InputError(f"{path.name}: is {what}, not a file of records")
    for magic, found, what in _BY_MAGIC:
        if first.startswith(magic):
            if promised not in (None, found):
                raise InputError(
                    f"{path.name}: is {what} in spite of its name; rename it to what it is"
                )
            return found
    if promised not in {"parquet", "excel"} and (statement := bank_format(first)):
        return statement
    if is_xml(first):
        raise InputError(f"{path.name}: is XML, but no camt.052, camt.053 or camt.054 statement")
    return promised or "delimited"
