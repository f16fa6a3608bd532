"""What was said of every series, minute by minute, as a table."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import polars as pl

from tieout.monitor.cells import CellBook
from tieout.monitor.engine import Minute
from tieout.monitor.limits import FloatArray
from tieout.monitor.spec import MonitorSpec
from tieout.monitor.statuses import APPROVED, rate_name
from tieout.monitor.verdict import Mask

WINDOWS_SCHEMA: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "minute": pl.Datetime("us"),
    "metric": pl.String,
    "dimensions": pl.String,
    "count": pl.Float64,
    "total": pl.Float64,
    "value": pl.Float64,
    "expected": pl.Float64,
    "limit": pl.Float64,
    "p_value": pl.Float64,
    "window_minutes": pl.Int64,
    "breached": pl.Boolean,
}
_DEPTH_MAX: Final = 1
_SIDE: Final = (APPROVED, "")


@dataclass
class WindowTable:
    """Collects the windows of a run.

    A row a minute, metric and cell of at most one dimension; of pairs only where out of limits.
    count, total, value, expected: of that minute alone. limit: the count from which it alone is
    out of limits (below which, for `volume_drop`), for the whole. p_value: of the least likely
    window that ends with the minute; window_minutes: its length where out of limits, else 0.
    Counts are as they were judged; rows that came later are not in them.
    """

    cells: CellBook
    spec: MonitorSpec
    metrics: list[str] = field(default_factory=list)
    _codes: dict[str, int] = field(default_factory=dict)
    _shallow: Mask = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    _parts: list[tuple[FloatArray, ...]] = field(default_factory=list)

    def add(self, judged: Minute) -> None:
        """Keep one minute."""
        new = range(len(self._shallow), len(self.cells))
        if new:
            more = [self.cells.depth(cell) <= _DEPTH_MAX for cell in new]
            self._shallow = np.concatenate([self._shallow, np.array(more)])
        for verdict in judged.verdicts:
            wanted = verdict.known & self._shallow[verdict.cells][:, None]
            wanted |= verdict.breached
            of_columns = np.array([self._code(name) for name in verdict.metrics])
            wanted &= of_columns >= 0
            rows, columns = np.nonzero(wanted)
            if not len(rows):
                continue
            codes = of_columns[columns]
            self._parts.append(
                (
                    np.full(len(rows), judged.minute, dtype=np.float64),
                    codes.astype(np.float64),
                    verdict.cells[rows].astype(np.float64),
                    verdict.count[rows, columns],
                    verdict.total[rows, columns],
                    verdict.observed[rows, columns],
                    verdict.expected[rows, columns],
                    verdict.limit[rows, columns],
                    verdict.p_value[rows, columns],
                    np.where(wanted, verdict.window, 0)[rows, columns].astype(np.float64),
                    verdict.breached[rows, columns].astype(np.float64),
                )
            )

    def frame(self) -> pl.DataFrame:
        """The table, by minute, metric and dimensions."""
        if not self._parts:
            return pl.DataFrame(schema=WINDOWS_SCHEMA)
        columns = [np.concatenate(each) for each in zip(*self._parts, strict=True)]
        minute, metric, cell, *values = columns
        words = [self.cells.words(number) for number in range(len(self.cells))]
        frame = pl.DataFrame(
            {
                "minute": pl.Series(minute).cast(pl.Int64) * 60_000_000,
                "metric": pl.Series([self.metrics[int(code)] for code in metric]),
                "dimensions": pl.Series([words[int(number)] for number in cell]),
                **dict(zip(list(WINDOWS_SCHEMA)[3:], values, strict=True)),
            }
        )
        typed = frame.with_columns(
            pl.col("minute").cast(pl.Datetime("us")),
            pl.col("breached") > 0,
            pl.col("window_minutes").cast(pl.Int64),
        )
        return (
            typed.with_columns(
                pl.when("breached").then("window_minutes").otherwise(0).alias("window_minutes"),
                pl.col(pl.Float64).fill_nan(None),
            )
            .select(list(WINDOWS_SCHEMA))
            .sort("minute", "metric", "dimensions")
        )

    def _code(self, name: str) -> int:
        """The number of a metric; -1 where it is not kept."""
        if name not in self._codes:
            unused = name in {rate_name(side) for side in _SIDE}
            is_kept = not unused and self.spec.metric(name).enabled
            self._codes[name] = len(self.metrics) if is_kept else -1
            if is_kept:
                self.metrics.append(name)
        return self._codes[name]
