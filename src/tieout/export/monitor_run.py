"""What the report and the terminal summary of a replay are made from."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tieout.export.run_report import Choice
from tieout.model.facts import Reject

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorReport:
    """A finished replay, as its report tells it.

    created_at: UTC, ISO 8601. rows: data rows of the file, rejected ones included. late: rows that
    came after their minute was judged and were counted into it.
    minutes: judged ones. first, last: of the stream, in words. series: that were judged at the
    end. alpha: the level of one test of the whole.
    episodes: the columns of `episodes.csv`, with breached_minutes and excess beside them.
    incidents: incident_id, started_at, metrics, episodes, root_cause, severity, excess,
    money_at_risk.
    alerts: minute, kind, severity, metric, dimensions. windows: the columns of `windows.parquet`.
    overflow: (dimensions, rows) that share the cell `(other)`.
    """

    title: str
    run_id: str
    created_at: str
    file: str
    sha256: str
    rows: int
    rejected: int
    late: int
    layout: str
    minutes: int
    first: str
    last: str
    series: int
    alpha: float
    episodes: "pl.DataFrame"
    incidents: "pl.DataFrame"
    alerts: "pl.DataFrame"
    windows: "pl.DataFrame"
    overflow: tuple[tuple[str, int], ...] = ()
    rejects: tuple[Reject, ...] = ()
    choices: tuple[Choice, ...] = ()
    seconds: tuple[tuple[str, float], ...] = ()
    versions: tuple[tuple[str, str], ...] = ()
    folder: str = field(default="", compare=False)

    @property
    def fired(self) -> "pl.DataFrame":
        """Episodes that lasted long enough to have a severity."""
        return self.episodes.filter(self.episodes["severity"] != "")
