"""The manifest of a run: enough to repeat it, and proof that nothing was lost."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict


class ManifestPart(BaseModel):
    """A frozen part of a manifest. How it is checked is built when the first one is made."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class InputFile(ManifestPart):
    """One file that was read."""

    path: str
    sha256: str
    bytes: int


class InputFacts(ManifestPart):
    """One side's source. `location` never holds a password; `rows` counts data rows."""

    side: str
    location: str
    name: str
    files: tuple[InputFile, ...]
    rows: int
    rejected: int


class SideConservation(ManifestPart):
    """Where a side's rows went: each is in exactly one match, break or reject.

    rows: of the input. carried: open items of an earlier run that were compared with them.
    """

    rows: int
    matched: int
    in_breaks: int
    rejected: int
    carried: int = 0

    @property
    def holds(self) -> bool:
        """Whether the parts add up to the whole."""
        return self.rows + self.carried == self.matched + self.in_breaks + self.rejected


class JudgedConservation(ManifestPart):
    """Where the rows of a detection went: each is judged or rejected."""

    rows: int
    judged: int
    rejected: int

    @property
    def holds(self) -> bool:
        """Whether the parts add up to the whole."""
        return self.rows == self.judged + self.rejected


class RunManifest(ManifestPart):
    """`run.json`."""

    run_id: str
    job: str
    created_at: str
    inputs: tuple[InputFacts, ...]
    spec: dict[str, Any]
    spec_sha256: str
    options: dict[str, Any]
    versions: dict[str, str]
    seed: int
    counts: dict[str, Any]
    conservation: Mapping[str, SideConservation | JudgedConservation]
    outputs: dict[str, str]
    seconds: dict[str, float]
