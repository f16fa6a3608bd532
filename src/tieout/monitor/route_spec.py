"""Which alerts go out by which channel, and when they wait."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from tieout.monitor.spec_part import SpecPart

_OF_DAY = r"([01]\d|2[0-3]):[0-5]\d"


class RouteSpec(SpecPart):
    """One way out. A target or recipient is one that `resolve.yaml` allows."""

    channel: Literal["email", "slack", "webhook", "events", "http"]
    target: Annotated[str, Field(description="Of slack, webhook, events and http.")] = ""
    to: Annotated[tuple[str, ...], Field(description="Recipients, of email.")] = ()
    metric: Annotated[str, Field(description="With * and ?, such as `latency_*`.")] = "*"
    severity: Annotated[
        Literal["", "info", "warning", "critical", "severe"],
        Field(description="At least; empty takes early notices too."),
    ] = "info"
    quiet: Annotated[
        str, Field(pattern=rf"^$|^{_OF_DAY}-{_OF_DAY}$", description="UTC, such as 22:00-07:00.")
    ] = ""
    quiet_below: Annotated[
        Literal["warning", "critical", "severe"],
        Field(description="In quiet hours, what is less severe waits until they are over."),
    ] = "critical"

    @model_validator(mode="after")
    def _has_an_end(self) -> "RouteSpec":
        if self.channel == "email" and not self.to:
            raise ValueError("email needs `to`, a list of recipients")
        if self.channel != "email" and not self.target:
            raise ValueError(f"{self.channel} needs `target`, a name in resolve.yaml")
        return self
