"""A file of events or counts as rows that a monitor takes, and rejects for the others."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tieout.export.run_report import Choice
from tieout.model.errors import InputError
from tieout.model.facts import Reject
from tieout.monitor.spec import MonitorSpec
from tieout.monitor.tally import AMOUNT, COUNT, CURRENCY, LATENCY, MINUTE, PARTITION, STATUS
from tieout.pipeline.monitoring.columns import CLOCK, Columns, find_columns, status_of_column
from tieout.pipeline.monitoring.zones import minutes_east
from tieout.sources.open import open_source
from tieout.sources.source import REJECTS_KEPT
from tieout.sources.typed.read import ReadTable, read_table

if TYPE_CHECKING:
    from tieout.engines.base import Engine

ROW: Final = "__row"
_IN_UTC: Final = Choice("time zone", "UTC", "times are of several offsets", is_certain=True)
_FAULT: Final = "__fault"
_MINUTE: Final = "__minute"
_CLOCK_PATTERN: Final = f"(?i){CLOCK.pattern}"
_DAY_MINUTES: Final = 1440
_COUNT_MAX: Final = 1_000_000_000


@dataclass(frozen=True)
class Stream:
    """Rows in the order in which they are replayed.

    frame: the columns of `tally` and the row of the input.
    """

    frame: pl.DataFrame
    columns: Columns
    read: ReadTable
    rejects: tuple[Reject, ...]
    rejected: int

    def late(self, rows: Sequence[int], most_minutes: int) -> list[Reject]:
        """Rejects for rows that came too late to be counted."""
        shown = rows[:REJECTS_KEPT]
        places = {int(row): at for at, row in enumerate(self.read.table.rows)}
        times = self.read.table.frame[self.columns.time]
        return [
            Reject(
                self.read.source.file_of(row),
                row,
                self.columns.time,
                str(times[places[row]]),
                f"a row at most {most_minutes} minutes late",
            )
            for row in shown
        ]


def read_stream(location: str, spec: MonitorSpec, *, engine: "Engine", workdir: Path) -> Stream:
    """Read what a location names. Raises InputError where its columns cannot be settled."""
    source = open_source(location, engine=engine, workdir=workdir)
    columns = find_columns(source, spec)
    read = read_table(
        location, engine=engine, workdir=workdir, expected=columns.kinds(source.columns)
    )
    frame = read.table.frame.with_columns(pl.Series(ROW, read.table.rows, dtype=pl.Int64))
    timed = frame.with_columns(_minute(columns, spec.input.day).alias(_MINUTE))
    if not columns.clock and (east := minutes_east(read, columns.time)) is not None:
        timed = timed.with_columns(pl.col(_MINUTE) - east)
        columns = replace(columns, choices=(*columns.choices, _IN_UTC))
    if columns.clock and not columns.date:
        timed = _later_days(timed, columns)
    checked = timed.with_columns(_fault(columns).alias(_FAULT))
    bad = checked.filter(pl.col(_FAULT).is_not_null())
    sound = checked.filter(pl.col(_FAULT).is_null())
    rejects = sorted([*read.rejects, *_rejects(bad, read)], key=lambda each: each.row)
    if sound.is_empty():
        first = rejects[0]
        raise InputError(
            f"{first.file}: none of its rows can be used; row {first.row}, column "
            f"{first.column!r}: {first.value!r}, expected {first.expected}"
        )
    rows = _rows(sound, columns)
    if spec.input.order == "time":
        rows = rows.sort(MINUTE, maintain_order=True)
    return Stream(rows, columns, read, tuple(rejects[:REJECTS_KEPT]), read.rejected + bad.height)


def _minute(columns: Columns, day: date) -> pl.Expr:
    if not columns.clock:
        return (pl.col(columns.time).dt.epoch("us") // 60_000_000).cast(pl.Int64)
    parts = pl.col(columns.time).cast(pl.String)
    hour = parts.str.extract(_CLOCK_PATTERN, 1).cast(pl.Int64, strict=False)
    minute = parts.str.extract(_CLOCK_PATTERN, 2).cast(pl.Int64, strict=False)
    start = (day - date(1970, 1, 1)).days * _DAY_MINUTES
    whole = pl.when((hour < 24) & (minute < 60)).then(hour * 60 + minute)
    if columns.date:
        first = pl.col(columns.date).dt.epoch("us") // (60_000_000 * _DAY_MINUTES)
        return (whole + first * _DAY_MINUTES).cast(pl.Int64)
    return (whole + start).cast(pl.Int64)


def _later_days(frame: pl.DataFrame, columns: Columns) -> pl.DataFrame:
    """Times of a day that begin anew are those of the next day.

    Of counts that is asked of each status by itself, since a file may list one after the other.
    Where times also step back within a day the rows are in no order, and all are of one day.
    """
    keys = [name for name in (columns.status, *columns.dimensions) if name and columns.count]
    back = pl.col(_MINUTE).diff() < 0
    wraps = pl.col(_MINUTE).diff() <= -_DAY_MINUTES // 2
    if keys:
        back, wraps = back.over(keys), wraps.over(keys)
    if not frame.select((back & ~wraps).fill_null(False).any()).item():
        days = wraps.fill_null(False).cast(pl.Int64).cum_sum()
        days = days.over(keys) if keys else days
        return frame.with_columns(pl.col(_MINUTE) + days * _DAY_MINUTES)
    return frame


def _fault(columns: Columns) -> pl.Expr:
    """Column and expectation, parted by a line break, of the first thing that is wrong."""
    time = "a time such as 09:05" if columns.clock else "a moment"
    found = [(columns.date, pl.col(columns.date).is_null(), "a date")] if columns.date else []
    found.append((columns.time, pl.col(_MINUTE).is_null(), time))
    if columns.status:
        found.append((columns.status, pl.col(columns.status).is_null(), "a status"))
    for name in filter(None, (columns.count, *columns.wide)):
        value = pl.col(name)
        whole = value.is_between(0, _COUNT_MAX) & (value == value.floor())
        if name in columns.wide:
            whole = whole | value.is_null()
        found.append((name, ~whole.fill_null(False), f"a whole number from 0 to {_COUNT_MAX}"))
    parts = [pl.when(wrong).then(pl.lit(f"{name}\n{expected}")) for name, wrong, expected in found]
    return pl.coalesce(*parts, pl.lit(None, pl.String))


def _rejects(bad: pl.DataFrame, read: ReadTable) -> list[Reject]:
    found = []
    for row in bad.head(REJECTS_KEPT).iter_rows(named=True):
        name, _, expected = row[_FAULT].partition("\n")
        value = row[name]
        text = "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
        found.append(Reject(read.source.file_of(row[ROW]), row[ROW], name, text, expected))
    return found


def _rows(frame: pl.DataFrame, columns: Columns) -> pl.DataFrame:
    minute = pl.col(_MINUTE).alias(MINUTE)
    if columns.layout == "wide":
        return (
            frame.select(minute, ROW, *columns.wide)
            .unpivot(columns.wide, index=[MINUTE, ROW], variable_name=STATUS, value_name=COUNT)
            .with_columns(
                pl.col(COUNT).fill_null(0).cast(pl.Int64),
                pl.col(STATUS).replace(
                    {name: status_of_column(name, columns.prefix) for name in columns.wide}
                ),
            )
            .sort(ROW, maintain_order=True)
        )
    count = pl.col(columns.count).cast(pl.Int64) if columns.count else pl.lit(1, pl.Int64)
    chosen = [
        minute,
        pl.col(ROW),
        pl.col(columns.status or "").cast(pl.String).alias(STATUS),
        count.alias(COUNT),
        *(pl.col(name).cast(pl.String) for name in columns.dimensions),
    ]
    if columns.amount:
        chosen.append(pl.col(columns.amount).cast(pl.Float64).alias(AMOUNT))
    if columns.currency:
        chosen.append(pl.col(columns.currency).cast(pl.String).fill_null("").alias(CURRENCY))
    latency = _latency(columns)
    if latency is not None:
        chosen.append(latency.alias(LATENCY))
    if columns.partition:
        chosen.append(pl.col(columns.partition).cast(pl.String).fill_null("").alias(PARTITION))
    return frame.select(chosen)


def _latency(columns: Columns) -> pl.Expr | None:
    if columns.duration:
        return pl.col(columns.duration).cast(pl.Float64) * (1000 if columns.duration_seconds else 1)
    if columns.request and columns.response:
        spent = pl.col(columns.response) - pl.col(columns.request)
        return spent.dt.total_microseconds().cast(pl.Float64) / 1000
    return None


def batches(frame: pl.DataFrame, rows: int) -> "list[pl.DataFrame]":
    """The rows in their order, some at a time."""
    return [frame.slice(at, rows) for at in range(0, max(frame.height, 1), rows)]


def rows_at(frame: pl.DataFrame, places: Sequence[int]) -> list[int]:
    """Rows of the input that stand at some places of a batch."""
    return [int(row) for row in frame[ROW].to_numpy()[np.asarray(places, dtype=np.int64)]]
