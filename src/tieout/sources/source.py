"""A source that was opened: what is known of it before its columns are given a meaning."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import ibis.expr.types as ir
import polars as pl

from tieout.model.errors import InputError
from tieout.model.facts import Reject

REJECTS_KEPT = 100_000


class NoRowsError(InputError):
    """The source is sound but holds no data rows; among several files that is no error."""


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a source, and the rows of the source that came before it."""

    name: str
    rows_before: int


@dataclass(frozen=True)
class Source:
    """Records as they stand in a file, a table or a query.

    name: what people call it in messages; a password in it is masked.
    files: what the manifest fingerprints; empty for a database server.
    columns: names as in the file, in order; a blank one is called by its place, `column_3`.
    typed: the columns keep native types (Parquet); otherwise every column is text.
    table: the raw columns; and, where `row_column` is not None, an int64 column of that name.
        Without one, the rows of the table are numbered from 1 in the order of the file.
    row_column: usually `row`; another free name where the file has a column called that.
    rows: number of data rows, broken ones included, where it is known already.
    rejects: rows broken in their structure, at most 100,000; `rejected` counts all of them.
    parts: the files behind a glob. Row numbers run on from one to the next.
    sampler: answers `sample`.
    exact: reopens the source row by row, for when the quick way cannot read it.
    pieces: reads all columns so many rows at a time, of so many decoded at once, in file order,
        with the values and types that the engine would give; None where only the engine can.

    A data row is one in which a character other than space stands outside of delimiters: blank
    lines and lines of delimiters alone are not counted.
    """

    name: str
    files: tuple[Path, ...]
    columns: tuple[str, ...]
    table: ir.Table
    sampler: Callable[[int], pl.DataFrame]
    parts: tuple[Part, ...]
    typed: bool = False
    row_column: str | None = None
    rows: int | None = None
    rejects: tuple[Reject, ...] = ()
    rejected: int = 0
    exact: "Callable[[], Source] | None" = None
    pieces: Callable[[int, int], Iterator[pl.DataFrame]] | None = None
    _sampled: dict[int, pl.DataFrame] = field(default_factory=dict, compare=False, repr=False)

    @property
    def numbered(self) -> bool:
        """Whether the table says the row number of each row."""
        return self.row_column is not None

    def sample(self, rows: int) -> pl.DataFrame:
        """The first rows in file order, each column as text, null where it is empty.

        Kept for who asks again, also for fewer.
        """
        enough = next((most for most in self._sampled if most >= rows), None)
        if enough is None:
            self._sampled.clear()
            self._sampled[rows] = self.sampler(rows)
        return self._sampled[enough or rows].head(rows)

    def file_of(self, row: int) -> str:
        """Name of the file that holds a data row of this source."""
        befores = [part.rows_before for part in self.parts]
        return self.parts[max(0, bisect_right(befores, row - 1) - 1)].name

    def with_row_numbers(self, table: ir.Table, row_column: str, rows: int) -> "Source":
        """The same source over a numbered copy of its rows."""
        return replace(self, table=table, row_column=row_column, rows=rows, exact=None)


def free_name(name: str, taken: Sequence[str]) -> str:
    """`name`, with as many underscores after it as make it differ from all that are taken.

    >>> free_name("row", ["Row", "amount"])
    'row_'
    """
    lowered = {each.lower() for each in taken}
    while name.lower() in lowered:
        name += "_"
    return name


def text_frame(columns: Sequence[str], records: Sequence[Sequence[str]]) -> pl.DataFrame:
    """Records as text columns, null where a cell is empty or spaces only."""
    series = (
        pl.Series(name, [cells[index] or None for cells in records], dtype=pl.String)
        for index, name in enumerate(columns)
    )
    return pl.DataFrame(list(series)).with_columns(blanks_as_null())


def blanks_as_null() -> pl.Expr:
    """All columns, null where a cell is empty or spaces only."""
    return pl.when(pl.all().str.strip_chars() != "").then(pl.all())
