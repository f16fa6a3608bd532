"""What the rows of a side have in common: attributes of its records, known to the spec or not."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import ibis.expr.types as ir
import polars as pl

from tieout.engines.base import Engine
from tieout.pipeline.inputs import Input
from tieout.reconcile.spec import SideSpec
from tieout.sources.fields import StagePlan, TextField, TimeField
from tieout.sources.stage import stage

RECORDS_MAX: Final = 200_000
_SAMPLE_ROWS: Final = 20_000
_VALUES_MAX: Final = 200
_ROWS_A_VALUE_MIN: Final = 10
_EXTRA_MAX: Final = 6
_SPECIFIED: Final = ("party", "account", "currency", "original_currency")
_TIMED: Final = ("%H", "%I", "%T", "%s")


@dataclass(frozen=True)
class SideAttributes:
    """A side's attributes.

    labels: of each column, what people call it. rows: `row`, the columns and `at` for the rows
    that were asked for. records: the same of all records, or of each `step`-th. hourly: whether
    `at` has a time of day.
    """

    labels: dict[str, str]
    rows: pl.DataFrame
    records: pl.DataFrame
    step: int


def side_attributes(
    read: Input, prefix: str, wanted: pl.Series, *, engine: Engine, path: Path
) -> SideAttributes:
    """Attributes of the wanted rows of a side, and of the records that they are among.

    The columns that the spec names (party, account, currencies, criteria), the source's other
    columns of few values, the file where there are several, and the time of day where the column
    of dates has it. wanted: row numbers. path: for a copy of what was not staged before.
    """
    known = _specified(read)
    extra = {f"extra_{at}": name for at, name in enumerate(_unspecified(read))}
    table = read.table.select("row", "date", *known)
    timed = _has_time(read)
    if extra or timed:
        table = _with_extra(table, read, extra, timed=timed, engine=engine, path=path)
    # Odd, as files often have their rows in pairs.
    step = (max(read.staged.rows, 1) - 1) // RECORDS_MAX // 2 * 2 + 1
    labels = {f"{prefix}{column}": name for column, name in {**known, **extra}.items()}
    finish = _Finish(read, prefix, (*known, *extra), timed=timed)
    if finish.has_files:
        labels[f"{prefix}file"] = "file"
    asked = engine.publish(wanted.cast(pl.Int64).alias("row").to_frame())
    sampled = table.filter(table["row"] % step == 0) if step > 1 else table
    return SideAttributes(
        labels,
        finish(engine.fetch(table.semi_join(asked, "row"))),
        finish(engine.fetch(sampled)),
        step,
    )


@dataclass(frozen=True)
class _Finish:
    read: Input
    prefix: str
    columns: Sequence[str]
    timed: bool

    @property
    def has_files(self) -> bool:
        return len(self.read.source.parts) > 1

    def __call__(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Blanks as nulls, moments as such, names with the side before them; by row."""
        texts = [
            pl.when(pl.col(name).cast(pl.String) != "").then(pl.col(name)).alias(self.prefix + name)
            for name in self.columns
        ]
        at = pl.col("date").cast(pl.Date).cast(pl.Datetime("us"))
        if self.timed:
            at += pl.duration(seconds=pl.col("time").fill_null(0))
        finished = rows.select("row", *texts, at.alias("at")).sort("row")
        if self.has_files:
            files = self.read.names_of_files(finished["row"])
            finished = finished.with_columns(files.alias(f"{self.prefix}file"))
        return finished


def _specified(read: Input) -> dict[str, str]:
    """Columns of the compared table that the spec gives a meaning, and their names in the file."""
    side = read.side
    named = {name: getattr(side, name) for name in _SPECIFIED}
    named |= {f"criteria_{name}": column for name, column in side.criteria.items()}
    return {name: column for name, column in named.items() if column}


def _unspecified(read: Input) -> list[str]:
    """Columns that the spec does not name and that group rows: few values, many rows of each."""
    sample = read.source.sample(_SAMPLE_ROWS)
    used = set(_columns_used(read.side))
    found = []
    for name in read.source.columns:
        if name in used or name not in sample.columns:
            continue
        values = sample[name].drop_nulls().n_unique()
        if 2 <= values <= min(_VALUES_MAX, max(2, sample.height // _ROWS_A_VALUE_MIN)):
            found.append((values, name))
    return [name for _, name in sorted(found)[:_EXTRA_MAX]]


def _columns_used(side: SideSpec) -> list[str]:
    columns = [*side.key, *side.amount.columns, *side.comment, *side.criteria.values()]
    columns += [getattr(side, name) for name in _SPECIFIED if getattr(side, name)]
    if side.original_amount:
        columns += side.original_amount.columns
    return [*columns, side.date.column] if side.date else columns


def _has_time(read: Input) -> bool:
    date = read.side.date
    if date is None or date.column not in read.source.columns:
        return False
    kind = read.source.table[date.column].type()
    if kind.is_timestamp():
        return True
    return kind.is_string() and any(
        word in pattern for pattern in date.format.patterns for word in _TIMED
    )


def _with_extra(
    table: ir.Table,
    read: Input,
    extra: dict[str, str],
    *,
    timed: bool,
    engine: Engine,
    path: Path,
) -> ir.Table:
    fields: dict[str, TextField | TimeField] = {
        column: TextField((name,)) for column, name in extra.items()
    }
    if timed and read.side.date is not None:
        fields["time"] = TimeField(read.side.date.column, read.side.date.format)
    plan = StagePlan(fields=dict(fields), scale=0)
    staged = stage(read.source, plan, engine=engine, path=path)
    return table.left_join(staged.table, "row").drop("row_right")
