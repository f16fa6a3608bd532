"""A file that somebody sent: whether it can be read whole, and the detection that judges it."""

import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import polars as pl

from tieout.detect.roles import infer_roles
from tieout.detect.roles.infer import Profile
from tieout.model.errors import InputError
from tieout.model.facts import Reject
from tieout.model.table import Kind, Table, TableRole
from tieout.pipeline.detection.job import DetectJob
from tieout.pipeline.scoring.candidates import Candidate, candidates
from tieout.sources.source import Source
from tieout.sources.typed.decide_kind import decide_dates, decide_number, filled_of
from tieout.sources.typed.names import says_moment, says_quantity

REJECTS_SHOWN: Final = 100
# What most of a column's values are it is taken for where its name says so too.
_SHARE_MIN: Final = 0.5
_SAMPLE_ROWS: Final = 10_000
_FIELDS: Final = re.compile(r"fields, found (\d+)")
_DELIMITERS: Final = ",;\t|"


class BrokenFileError(InputError):
    """Rows of a file cannot be read; `rejects` tells which (the first 100), `rejected` how many."""

    def __init__(self, rejects: tuple[Reject, ...], rejected: int) -> None:
        first = rejects[0]
        more = f" (and {rejected - 1:,} more rows)" if rejected > 1 else ""
        super().__init__(
            f"{first.file}: row {first.row}, column {first.column!r}: {first.value!r}; "
            f"expected {first.expected}{more}"
        )
        self.rejects = rejects[:REJECTS_SHOWN]
        self.rejected = rejected


@dataclass(frozen=True)
class SentFile:
    """A file that can be judged. history: the detection whose data it looks like, if any does."""

    path: Path
    rows: int
    rejects: tuple[Reject, ...]
    rejected: int
    roles: Mapping[TableRole, str] = field(default_factory=dict)
    history: DetectJob | None = None

    def job(self, workspace: Path, *, profile: Profile | None, out: Path) -> DetectJob:
        """The detection: by what the workspace has learnt from such data, else from the file.

        profile: None takes that of the data that the file looks like, else the one that fits the
        file's columns.
        """
        plain = DetectJob(file=str(self.path), workspace=workspace, out=out)
        known = self.history
        if known is not None and profile in {None, known.profile}:
            return replace(
                plain,
                profile=known.profile,
                history=known.file,
                roles=known.roles,
                rules=known.rules,
            )
        return replace(plain, profile=profile or profile_of(self.roles))


def read_sent(path: Path, *, name: str, workspace: Path, keep_rejects: bool = False) -> SentFile:
    """Read a file as a detection would, and find out what it looks like.

    name: as the sender called it, for messages. keep_rejects: rows that cannot be read are left
    out instead of refused. Raises BrokenFileError for rows that cannot be read, InputError for a
    file that is none.
    """
    from tieout.engines.duckdb import DuckDBEngine
    from tieout.sources.open import open_source
    from tieout.sources.typed.read import read_table

    with tempfile.TemporaryDirectory(prefix="tieout-") as scratch, DuckDBEngine() as engine:
        folder = Path(scratch)
        try:
            source = open_source(str(path), engine=engine, workdir=folder)
            known = _known(source, workspace)
            kinds = known.kinds if known and known.kinds else _kinds_by_name(source)
            read = read_table(str(path), engine=engine, workdir=folder, expected=kinds)
        except InputError as error:
            raise InputError(
                str(error).replace(str(path), name).replace(path.name, name)
            ) from error
    rejects = tuple(
        replace(reject, file=name, column=reject.column or _column_of(reject, source.columns))
        for reject in read.rejects
    )
    if rejects and not keep_rejects:
        raise BrokenFileError(rejects, read.rejected)
    return SentFile(
        path=path,
        rows=read.rows,
        rejects=rejects[:REJECTS_SHOWN],
        rejected=read.rejected,
        roles=_roles(read.table),
        history=known.job if known else None,
    )


def profile_of(roles: Mapping[TableRole, str]) -> Profile:
    """What rows with these roles are: payments of somebody, lines of a journal, or anything."""
    sides = {TableRole.DEBIT, TableRole.CREDIT} <= set(roles) or TableRole.AMOUNT in roles
    if {TableRole.ENTRY, TableRole.ACCOUNT} <= set(roles) and sides:
        return "journal"
    holders = {TableRole.CUSTOMER, TableRole.CARD, TableRole.ACCOUNT}
    if {TableRole.TIME, TableRole.AMOUNT} <= set(roles) and holders & set(roles):
        return "payments"
    return "generic"


def _roles(table: Table) -> Mapping[TableRole, str]:
    journal = infer_roles(table, "journal")[0]
    if profile_of(journal) == "journal":
        return journal
    return infer_roles(table, "payments")[0]


def _known(source: Source, workspace: Path) -> Candidate | None:
    columns = set(source.columns)
    return next(
        (each for each in candidates(workspace) if each.kinds and set(each.kinds) == columns), None
    )


def _kinds_by_name(source: Source) -> dict[str, Kind]:
    """Kinds that names and most values agree on, so that a stray word does not change them."""
    sample = source.sample(_SAMPLE_ROWS)
    found = {}
    for name in source.columns:
        filled = filled_of(sample[name].cast(pl.String))
        if filled.is_empty() or sample[name].dtype != pl.String:
            continue
        if says_quantity(name) and _share_of_numbers(filled) >= _SHARE_MIN:
            found[name] = Kind.NUMBER
        elif says_moment(name) and _are_dates(filled):
            found[name] = Kind.TIME
    return found


def _share_of_numbers(filled: pl.Series) -> float:
    digits = filled.filter(filled.str.contains(r"^[-+(]?\W?\d"))
    return len(digits) / len(filled) if decide_number(digits) is not None else 0.0


def _are_dates(filled: pl.Series) -> bool:
    if decide_dates(filled) is not None:
        return True
    iso = filled.str.contains(r"^[12]\d{3}-\d{2}-\d{2}")
    return int(iso.sum()) >= _SHARE_MIN * len(filled)


def _column_of(reject: Reject, columns: Sequence[str]) -> str:
    """Where a row of too few or too many cells, or with an open quote, goes wrong."""
    counted = _FIELDS.search(reject.expected)
    before = reject.value.rpartition('"')[0] or reject.value
    marks = max(before.count(mark) for mark in _DELIMITERS)
    place = int(counted[1]) if counted else marks
    return columns[min(place, len(columns) - 1)] if columns else ""
