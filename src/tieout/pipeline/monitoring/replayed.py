"""A file as a stream: its rows come by the clock, at any speed."""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tieout.monitor.spec import MonitorSpec
from tieout.monitor.tally import MINUTE
from tieout.pipeline.monitoring.read import read_stream
from tieout.sources.streams.stream import Position, Positions, StreamBatch

if TYPE_CHECKING:
    import polars as pl

_PARTITION: Final = "file"
_ROW: Final = "__row"
# What comes at once comes in batches so short, and with so long between them: each is one
# transaction, and others want to write to the database as well.
_AT_ONCE_MINUTES: Final = 60
_BREATH_SECONDS: Final = 0.1


@dataclass
class ReplayedStream:
    """Rows of a file, each minute when its turn has come, or at once without a speed.

    position: how many rows have been given.
    """

    path: Path
    spec: MonitorSpec
    speed: float | None = None
    batch_rows: int = 5000
    clock: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = time.sleep
    dimensions: tuple[str, ...] = ()
    _rows: "pl.DataFrame | None" = None
    _position: Position = field(default_factory=dict)
    _started: tuple[float, int] | None = field(default=None)

    def start(self, positions: Positions) -> None:
        """Read the file. Raises InputError where its columns cannot be settled."""
        from tieout.engines.duckdb import DuckDBEngine

        with tempfile.TemporaryDirectory(prefix="tieout-") as scratch, DuckDBEngine() as engine:
            read = read_stream(str(self.path), self.spec, engine=engine, workdir=Path(scratch))
        self.dimensions = read.columns.dimensions
        self._rows = read.frame.drop(_ROW)
        self._position = positions.get(_PARTITION, {})

    def poll_batch(self, timeout_seconds: float) -> StreamBatch | None:
        """The rows whose minute has come."""
        assert self._rows is not None  # noqa: S101 - `start` comes first
        rest = self._rows.slice(self._given, self.batch_rows)
        if rest.is_empty():
            self.pause(timeout_seconds if self.speed else 0.0)
            return None
        if self.speed is not None:
            rest = self._due(rest, self.speed)
            if rest.is_empty():
                self.pause(min(timeout_seconds, 60.0 / self.speed))
                return None
        else:
            beyond = rest[MINUTE] >= int(rest[MINUTE][0]) + _AT_ONCE_MINUTES
            rest = rest.head((beyond.arg_max() or 0) if beyond.any() else rest.height)
            if self._given:
                self.pause(_BREATH_SECONDS)
        begins, self._position = self._position, {"rows": self._given + rest.height}
        return StreamBatch(_PARTITION, self._position, frame=rest, begins=begins)

    @property
    def _given(self) -> int:
        return int(self._position.get("rows", 0))

    @property
    def is_over(self) -> bool:
        """Whether all rows were given."""
        return self._rows is not None and self._given >= self._rows.height

    def commit(self, token: Any) -> None:
        """A file keeps nothing for its readers."""

    def go_on(self, _: str, position: Position, /) -> None:
        """Give the rows behind those that somebody else gave."""
        self._position = position

    def close(self) -> None:
        """Let go of the rows."""
        self._rows = None

    def _due(self, rest: "pl.DataFrame", speed: float) -> "pl.DataFrame":
        if self._started is None:
            self._started = (self.clock(), int(rest[MINUTE][0]))
        since, first = self._started
        return rest.filter(rest[MINUTE] <= first + (self.clock() - since) * speed / 60.0)
