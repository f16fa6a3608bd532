"""What a detection reads: the rows to judge, those to learn from, the roles and the labels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tieout.detect.entries import with_entry_columns
from tieout.detect.labels import UNLABELLED, LabelledInput, Labels, LabelWords, read_labels
from tieout.detect.roles import infer_roles
from tieout.detect.roles.infer import Profile
from tieout.detect.roles.model import RoleChoice
from tieout.model.errors import InputError
from tieout.model.manifest import InputFile
from tieout.model.table import Kind, Table, TableRole
from tieout.pipeline.inputs import fingerprint_file
from tieout.sources.typed.read import ReadTable, read_table

if TYPE_CHECKING:
    from tieout.engines.duckdb import DuckDBEngine
    from tieout.pipeline.detection.job import DetectJob


@dataclass(frozen=True)
class Data:
    """Rows to judge and what is known of them.

    read: the current rows as their source has them. table: the same with roles, without the
    column of labels. history: rows to learn from; None where the current ones are all there is.
    to_judge, to_learn: these as detectors see them, a journal with what its entries tell.
    """

    profile: Profile
    read: ReadTable
    table: Table
    history: Table | None
    history_read: ReadTable | None
    choices: tuple[RoleChoice, ...]
    labels: Labels
    files: tuple[InputFile, ...]
    history_files: tuple[InputFile, ...]

    @cached_property
    def to_judge(self) -> Table:
        """The current rows as detectors see them."""
        return with_entry_columns(self.table) if self.profile == "journal" else self.table

    @cached_property
    def to_learn(self) -> Table:
        """The rows that detectors learn from."""
        if self.history is None:
            return self.to_judge
        return with_entry_columns(self.history) if self.profile == "journal" else self.history

    @property
    def sha256(self) -> str:
        """Of the current file; empty for a server."""
        return self.files[0].sha256 if self.files else ""


def read_data(job: "DetectJob", engine: "DuckDBEngine", scratch: Path) -> Data:
    """Read the sources of a job. Raises InputError where one cannot be used."""
    # What payments and journals are compared with is text.
    packed = job.judged_as == "generic"
    read = _read(str(job.file), engine, scratch / "current", packed=packed)
    labels = _labels(job, read, engine, scratch)
    hidden = [labels.column] if labels.column else []
    table = read.table.without(hidden)
    roles, choices = infer_roles(table, job.judged_as, job.roles)
    table = replace(table, roles=roles)
    history, history_read = None, None
    if job.history is not None:
        kinds = {column.name: column.kind for column in table.columns}
        history_read = _read(job.history, engine, scratch / "history", kinds, packed=packed)
        history = _like(history_read, table, hidden)
    return Data(
        profile=job.judged_as,
        read=read,
        table=table,
        history=history,
        history_read=history_read,
        choices=choices,
        labels=labels,
        files=_files(read),
        history_files=_files(history_read) if history_read else (),
    )


def _read(
    location: str,
    engine: "DuckDBEngine",
    workdir: Path,
    expected: Mapping[str, Kind] | None = None,
    *,
    packed: bool,
) -> ReadTable:
    workdir.mkdir()
    return read_table(location, engine=engine, workdir=workdir, expected=expected, packed=packed)


def _labels(job: "DetectJob", read: ReadTable, engine: "DuckDBEngine", scratch: Path) -> Labels:
    if job.labels is None:
        return Labels(np.full(read.table.height, UNLABELLED, dtype=np.int8))
    folder = scratch / "labels"
    folder.mkdir()
    return read_labels(
        job.labels,
        LabelledInput(read.table, read.source.name, read.rows),
        engine=engine,
        workdir=folder,
        words=LabelWords(tuple(job.positive), tuple(job.negative)),
    )


def _like(read: ReadTable, table: Table, hidden: Sequence[str]) -> Table:
    """History in the shape of the current rows; a column of labels may be there or not."""
    names = [column.name for column in table.columns]
    missing = [name for name in names if name not in read.table.frame.columns]
    if missing:
        raise InputError(
            f"{read.source.name}: has no column {missing[0]!r}; history needs the columns of the "
            "rows to judge"
        )
    history = read.table.without(hidden)
    facts = {column.name: column for column in history.columns}
    return replace(
        history,
        frame=history.frame.select(names),
        columns=tuple(facts[name] for name in names),
        roles=table.roles,
    )


def _files(read: ReadTable) -> tuple[InputFile, ...]:
    return tuple(fingerprint_file(path) for path in read.source.files)


def roles_of(words: Sequence[str]) -> dict[TableRole, str]:
    """Roles that a person gave as `role=COLUMN`. Raises InputError for another form or role."""
    found: dict[TableRole, str] = {}
    for word in words:
        name, mark, column = word.partition("=")
        known = {str(role) for role in TableRole}
        if not mark or name not in known or not column:
            raise InputError(
                f"--role {word}: expected role=COLUMN with one of {', '.join(sorted(known))}"
            )
        found[TableRole(name)] = column
    return found
