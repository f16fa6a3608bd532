"""What goes into inferring a spec and what comes out."""

from dataclasses import dataclass

import polars as pl

from tieout.reconcile.spec import Spec


@dataclass(frozen=True)
class SampleSide:
    """The first rows of one side.

    frame: every column as text, null where empty. rows: of the whole side, None when not known.
    """

    name: str
    frame: pl.DataFrame
    rows: int | None

    @property
    def share(self) -> float:
        """How much of the side the frame holds, 0 to 1."""
        if not self.rows or self.rows <= self.frame.height:
            return 1.0
        return self.frame.height / self.rows


@dataclass(frozen=True, slots=True)
class Choice:
    """One decision of the inferred spec, with the numbers it rests on."""

    subject: str
    decision: str
    reason: str
    confidence: float
    uncertain: bool = False


@dataclass(frozen=True)
class Inferred:
    """A spec that was inferred, and why it says what it says."""

    spec: Spec
    choices: tuple[Choice, ...]

    @property
    def uncertain(self) -> tuple[Choice, ...]:
        """What a person should look at before relying on the spec."""
        return tuple(choice for choice in self.choices if choice.uncertain)
