"""What the report and the terminal summary of a root-cause run are made from."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tieout.export.run_report import Choice
from tieout.model.facts import Reject

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True, kw_only=True)
class RootCauseReport:
    """A finished run, as its report tells it.

    created_at: UTC, ISO 8601. question: outcome, rate or measure. at: the moment or period that
        was explained, in words; None where the whole file was. compared: earlier moments.
    verdict: named, everywhere or quiet. why: the answer in a sentence.
    causes: the columns of `causes.csv`.
    folder: where the run's files are, for the terminal only.
    """

    title: str
    run_id: str
    created_at: str
    file: str
    sha256: str
    rows: int
    rejected: int
    question: str
    at: str | None
    compared: int
    verdict: str
    why: str
    causes: "pl.DataFrame"
    combinations: int
    rejects: tuple[Reject, ...] = ()
    choices: tuple[Choice, ...] = ()
    seconds: tuple[tuple[str, float], ...] = ()
    versions: tuple[tuple[str, str], ...] = ()
    folder: str = field(default="", compare=False)

    @property
    def named(self) -> tuple[str, ...]:
        """Conditions of the named causes, first found first."""
        return tuple(self.causes.filter("named")["condition"].to_list())
