"""What the report and the terminal summary of a detection are made from."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tieout.export.run_report import Choice
from tieout.model.facts import Reject

if TYPE_CHECKING:
    import polars as pl

    from tieout.export.explain_summaries import Summary


@dataclass(frozen=True, slots=True)
class ChannelFacts:
    """A detector: what it looks at, and how many flagged rows it decided."""

    name: str
    what: str
    decided: int


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """A rule: how many rows it holds for, and whether it flags them.

    lift: how much more often than by chance a row that it names is an anomaly (by labels) or odd
    to the detectors; None where it names nothing. precision: by labels. warning: why it does not
    flag, or nothing.
    """

    identifier: str
    title: str
    severity: str
    rows: int
    share: float
    flags: bool
    lift: float | None = None
    precision: float | None = None
    recall: float | None = None
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Quality:
    """How well the scores agree with labels. `base_rate` is the share of positives among them."""

    labelled: int
    positives: int
    average_precision: float
    recall_at_1_percent: float
    precision_at_20: float
    calibration_error: float

    @property
    def base_rate(self) -> float:
        """Average precision that scores drawn by lot would reach."""
        return self.positives / self.labelled if self.labelled else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectReport:
    """A finished detection.

    created_at: UTC, ISO 8601. decades: rows by the power of ten of their p-value, 0 for 1 to 0.1.
    cases: as in cases.csv, the gravest first. incidents: as in incidents.csv; summaries: the
    largest of them in words. entities: as in entities.csv. by_type, thresholds: as in their files.
    cut: a sentence on how the cut of the score was chosen. model: one on which model judged.
    """

    title: str
    profile: str
    run_id: str
    created_at: str
    file: str
    sha256: str
    rows: int
    rejected: int
    flagged_ml: int
    flagged_rules: int
    flagged: int
    cut: str
    model: str
    channels: tuple[ChannelFacts, ...]
    decades: tuple[int, ...]
    cases: "pl.DataFrame"
    incidents: "pl.DataFrame"
    summaries: "tuple[Summary, ...]" = ()
    rules: tuple[RuleFacts, ...] = ()
    entities: "pl.DataFrame | None" = None
    by_type: "pl.DataFrame | None" = None
    quality: Quality | None = None
    learning: str = ""
    notes: tuple[str, ...] = ()
    rejects: tuple[Reject, ...] = ()
    choices: tuple[Choice, ...] = ()
    seconds: tuple[tuple[str, float], ...] = ()
    versions: tuple[tuple[str, str], ...] = ()
    folder: str = field(default="", compare=False)

    @property
    def judged(self) -> int:
        """Rows that could be read and were judged."""
        return self.rows - self.rejected
