"""What every stream can do: give the next batch, and forget what was kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    import polars as pl

Position = dict[str, Any]
Positions = Mapping[str, Position]


@dataclass(frozen=True)
class StreamBatch:
    """Some events of one partition.

    lines: JSON objects, one a line; or `frame`: rows that a database has counted already, with
    the columns of the stream's own names and `count`. position: where the partition stands after
    them; it is kept together with what was counted, and given back after a restart. begins: where
    it has to stand for them to count, `{}` where nothing was kept of it; None where the order of
    batches does not matter. token: what `commit` wants.
    """

    partition: str
    position: Position
    lines: bytes = b""
    frame: "pl.DataFrame | None" = None
    begins: Position | None = None
    token: Any = field(default=None, compare=False)


@runtime_checkable
class Stream(Protocol):
    """Where events come from.

    Whoever reads polls, keeps what a batch amounts to together with its position, and then
    commits. What was polled and never committed comes again after a restart; what was kept but
    not committed may come again too, and is left out by its position.
    """

    def start(self, positions: Positions) -> None:
        """Connect, and go on from where each partition stood.

        A source that shares partitions out may ask again later: `positions` answers as of then.
        """

    def poll_batch(self, timeout_seconds: float) -> StreamBatch | None:
        """The next batch, or None when nothing came in that time."""

    def commit(self, token: Any) -> None:
        """Tell the source that a batch was kept."""

    def go_on(self, partition: str, position: Position, /) -> None:
        """Go on from where a partition stands: another reader has moved it; `{}` is its beginning.

        What was polled of it and not committed was refused, and is not given again as it was.
        """

    def close(self) -> None:
        """Let go of all connections."""
