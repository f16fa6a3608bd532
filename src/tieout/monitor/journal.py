"""What came in, batch by batch, as bytes: a monitor is the sum of its journal."""

import io
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tieout.monitor.engine import Fed, Monitor
from tieout.monitor.tally import Folded

if TYPE_CHECKING:
    import polars as pl

_HEAD: Final = struct.Struct("<III")


@dataclass(frozen=True)
class Entry:
    """One step of a stream: a folded batch of a partition, or the clock that moved on.

    position: where the partition stands after it, as its source understands it; the same batch
    has the same position. data: the batch, empty where only the clock moved. clock: the minute to
    which it did. begins: where the partition has to stand before it, where that matters.
    """

    partition: str
    position: dict[str, Any]
    data: bytes = b""
    clock: int | None = None
    begins: dict[str, Any] | None = None

    def apply(self, monitor: Monitor) -> Fed:
        """Take it in; `judge` then closes the minutes that it ends."""
        if self.clock is not None:
            monitor.watermark.advance(self.clock)
            return Fed()
        return monitor.take_folded(unpacked(self.data), self.partition)


def packed(folded: Folded) -> bytes:
    """A batch as bytes: three tables in Arrow's format, compressed, after their lengths."""
    parts = [_written(table) for table in (folded.counts, folded.latency, folded.amount)]
    return _HEAD.pack(*map(len, parts)) + b"".join(parts)


def unpacked(data: bytes) -> Folded:
    """The batch of `packed`."""
    import polars as pl

    at, tables = _HEAD.size, []
    for size in _HEAD.unpack_from(data):
        part = data[at : at + size]
        tables.append(pl.read_ipc(io.BytesIO(part)) if size else None)
        at += size
    counts, latency, amount = tables
    assert counts is not None  # noqa: S101 - `packed` writes it always
    return Folded(counts, latency, amount)


def _written(table: "pl.DataFrame | None") -> bytes:
    if table is None:
        return b""
    buffer = io.BytesIO()
    table.write_ipc(buffer, compression="zstd")
    return buffer.getvalue()
