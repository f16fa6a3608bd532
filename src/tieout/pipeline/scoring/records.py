"""Records as senders write them become the table that detectors judge."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl

from tieout.detect.roles.infer import Profile
from tieout.model.table import ColumnFacts, Kind, Table, TableRole
from tieout.pipeline.scoring.cells import TEXT_LENGTH_MAX, TYPES, Cell, Scalar, cell, reader_of
from tieout.pipeline.scoring.naming import name_fields, plain_name
from tieout.sources.typed.reading import Reading

Record = Mapping[str, Scalar]

PROBLEMS_MAX: Final = 100
_SHOWN: Final = 80


@dataclass(frozen=True)
class FieldProblem:
    """A field of a record that cannot be read. record: its place, from 0; field "" for all."""

    record: int
    field: str
    value: str
    expected: str


class RecordError(Exception):
    """Records that cannot be judged: nothing was, and each problem is listed (up to 100)."""

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        super().__init__(f"{len(problems)} fields cannot be read")
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Typed:
    """A table of records. ignored: fields that no column is for, once each, in order."""

    table: Table
    ignored: tuple[str, ...]


@dataclass(frozen=True)
class Shape:
    """What records of a model look like: its columns, how they are read, what they are for."""

    profile: Profile
    columns: tuple[ColumnFacts, ...]
    readings: Mapping[str, Reading]
    roles: Mapping[TableRole, str]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The columns, in the order of the file that was learnt from."""
        return tuple(column.name for column in self.columns)

    def typed(self, records: Sequence[Record]) -> Typed:
        """The records as a table of the model's columns. Raises RecordError, as `cells`."""
        values, ignored = self.cells(records)
        return Typed(self._table(values, len(records)), ignored)

    def cells(self, records: Sequence[Record]) -> tuple[dict[str, list[Cell]], tuple[str, ...]]:
        """The values of each column of the model, and the fields that no column is for.

        What a record lacks is missing. Raises RecordError for values that are not of their
        column's kind, and for a record none of whose fields is a column.
        """
        values: dict[str, list[Cell]] = {name: [None] * len(records) for name in self.names}
        problems: list[FieldProblem] = []
        ignored: dict[str, None] = {}
        for place, record in enumerate(records):
            naming = name_fields(record, columns=self.names, roles=self.roles, profile=self.profile)
            ignored.update(dict.fromkeys(naming.ignored))
            if not naming.columns:
                problems.append(self._unknown(place, record))
            for field, column in naming.columns.items():
                try:
                    values[column][place] = cell(record[field], self.readings[column])
                except ValueError as error:
                    shown = str(record[field])[:_SHOWN]
                    problems.append(FieldProblem(place, field, shown, str(error)))
            if len(problems) >= PROBLEMS_MAX:
                break
        if problems:
            raise RecordError(problems[:PROBLEMS_MAX])
        return values, tuple(ignored)

    def cells_of_one(self, record: Record) -> tuple[dict[str, Cell], tuple[str, ...]]:
        """As `cells`, of one record: a value for each column.

        One whose fields are all called as the columns are, and can be read, costs a third.
        """
        found, readers, labels = self._missing.copy(), self._readers, self._labels
        try:
            for name, value in record.items():
                # What most values are costs no call.
                if type(value) is str and name in labels and len(value) <= TEXT_LENGTH_MAX:
                    found[name] = value.strip() or None
                else:
                    found[name] = readers[name](value)
        except (KeyError, ValueError):
            found = {}
        if not record or not found:
            values, ignored = self.cells([record])
            return {name: each[0] for name, each in values.items()}, ignored
        return found, ()

    @cached_property
    def plain_names(self) -> frozenset[str]:
        """The columns' names without case and marks."""
        return frozenset(plain_name(name) for name in self.names)

    @cached_property
    def _missing(self) -> dict[str, Cell]:
        return dict.fromkeys(self.names)

    @cached_property
    def _readers(self) -> dict[str, Callable[[Scalar], Cell]]:
        return {name: reader_of(self.readings[name]) for name in self.names}

    @cached_property
    def _labels(self) -> frozenset[str]:
        return frozenset(name for name in self.names if self.readings[name].kind is Kind.CATEGORY)

    def _unknown(self, place: int, record: Record) -> FieldProblem:
        names = ", ".join(self.names[:20])
        return FieldProblem(
            place, "", ", ".join(record)[:_SHOWN], f"at least one of the model's columns: {names}"
        )

    def _table(self, values: Mapping[str, Sequence[Cell]], rows: int) -> Table:
        frame = pl.DataFrame(
            [
                pl.Series(column.name, values[column.name], dtype=TYPES[column.kind], strict=True)
                for column in self.columns
            ]
        )
        return Table(frame, np.arange(1, rows + 1), self.columns, self.roles)
