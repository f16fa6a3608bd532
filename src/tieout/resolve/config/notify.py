"""Who is told of what was found, without being asked."""

from typing import Annotated, Literal

from pydantic import Field

from tieout.resolve.config.channels import ConfigModel, Name

Severity = Literal["critical", "high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low")


class Digest(ConfigModel):
    """One e-mail after each run, to `channels.email.digest`, with the findings attached as CSV."""

    findings_min: Annotated[int, Field(ge=0, description="A run with fewer says nothing.")] = 1
    rows_max: Annotated[int, Field(ge=1, le=20_000, description="Lines of the CSV at most.")] = 5000


class Realtime(ConfigModel):
    """A message at once for a record that was flagged when it was scored."""

    severity: Annotated[Severity, Field(description="From this severity on.")] = "high"
    slack: Name | None = None
    webhook: Name | None = None
    email: Annotated[bool, Field(description="To `channels.email.digest`.")] = False

    def includes(self, severity: str) -> bool:
        """Whether a finding of a severity is told.

        >>> Realtime(severity="high").includes("critical"), Realtime().includes("low")
        (True, False)
        """
        known = list(SEVERITIES)
        return severity in known and known.index(severity) <= known.index(self.severity)


class Notify(ConfigModel):
    """What is told by itself; nothing unless it stands here."""

    digest: Digest | None = None
    realtime: Realtime | None = None
