"""What the report, the summaries and the terminal of an analysis are made from."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tieout.export.run_report import Choice, SideFacts
from tieout.model.facts import Reject

if TYPE_CHECKING:
    import polars as pl

    from tieout.export.explain_summaries import Summary


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalyzeReport:
    """A finished analysis, as its report tells it.

    created_at: UTC, ISO 8601. inputs: the breaks, the history they were judged by and what was
    left out, each with where its rows went (`rows_matched` agree).
    breaks: the columns of `breaks.parquet`, with `category` beside them. incidents: the columns of
    `incidents.csv`. summaries: the largest of them in words. judged_by: in words. table: the
    severity table as (name, cells) rows, its heading first.
    """

    title: str
    run_id: str
    created_at: str
    inputs: tuple[SideFacts, ...]
    breaks: "pl.DataFrame"
    incidents: "pl.DataFrame"
    judged_by: str
    summaries: "tuple[Summary, ...]" = ()
    table: tuple[tuple[str, ...], ...] = ()
    rejects: tuple[Reject, ...] = ()
    rows_rejected: int = 0
    choices: tuple[Choice, ...] = ()
    seconds: tuple[tuple[str, float], ...] = ()
    versions: tuple[tuple[str, str], ...] = ()
    folder: str = field(default="", compare=False)

    @property
    def anomalous(self) -> "pl.DataFrame":
        """The breaks that are out of pattern, oddest first."""
        odd = self.breaks.filter(self.breaks["anomalous"])
        return odd.sort("score", "break_id", descending=[True, False])

    @property
    def by_severity(self) -> dict[str, int]:
        """Number of breaks by severity, worst first."""
        counts = dict(self.breaks["severity"].value_counts().iter_rows())
        return {
            name: counts[name] for name in ("critical", "high", "medium", "low") if name in counts
        }
