"""What an incident is: when, where, and what it does to the events of its condition."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, Literal

import numpy as np

from tieout.practice.breaks.arrays import Floats
from tieout.practice.rates.cells import Condition
from tieout.practice.rates.period import FIRST_MOMENT

KINDS: Final = (
    "ACQUIRER_TIMEOUT",
    "ISSUER_DECLINE",
    "LATENCY_CREEP",
    "VOLUME_DROP",
    "VOLUME_SURGE",
    "REVERSAL_STORM",
    "SLOW_DRIFT",
)
HEADER: Final = "incident_id,type,started_at,ended_at,condition,metric,severity_hint"
_SUDDEN_MINUTES: Final = 2
_CREEPING_SHARE: Final = 0.7
_SEVERITIES: Final = ((60, "severe"), (45, "critical"), (30, "warning"), (15, "info"))


@dataclass(frozen=True)
class Effect:
    """What happens to events at full strength; nothing unless said.

    shape: all within two minutes (sudden), ever more (creeping), or up and down again (swelling).
    volume: a factor on how many there are. slower: a factor on how long they take. turned: which
    status is given to what share of those that would have been approved. auth_code: theirs.
    """

    shape: Literal["sudden", "creeping", "swelling"]
    volume: float = 1.0
    slower: float = 1.0
    turned: tuple[tuple[int, float], ...] = ()
    auth_code: str = "00"

    def softened(self, depth: float) -> "Effect":
        """The same to a degree: 1 for all of it, 0 for nothing."""
        return replace(
            self,
            volume=1 + (self.volume - 1) * depth,
            slower=1 + (self.slower - 1) * depth,
            turned=tuple((status, share * depth) for status, share in self.turned),
        )


@dataclass(frozen=True)
class Incident:
    """From a minute on, counted from the first moment, for some minutes.

    kind: its name, or none for what only looks like an incident. metric: what shows it best.
    """

    kind: str | None
    metric: str
    first_minute: int
    minutes: int
    condition: Condition
    effect: Effect

    @property
    def code(self) -> int:
        """How rows are marked that it changed; 0 where they are ordinary."""
        return 0 if self.kind is None else KINDS.index(self.kind) + 1

    def strength(self, minute: Floats) -> Floats:
        """From 0 to 1 at moments counted in minutes, and 0 outside."""
        done = (minute - self.first_minute) / self.minutes
        if self.effect.shape == "sudden":
            strength = np.minimum((done * self.minutes + 0.5) / _SUDDEN_MINUTES, 1)
        elif self.effect.shape == "creeping":
            strength = np.minimum(done / _CREEPING_SHARE, 1)
        else:
            strength = np.sin(np.pi * done) ** 2
        within = (done >= 0) & (done < 1)
        shown: Floats = np.where(within, strength, 0.0)
        return shown

    @property
    def severity_hint(self) -> str:
        """By how long it lasts: from 15, 30, 45 and 60 minutes on, and none below."""
        return next((name for least, name in _SEVERITIES if self.minutes >= least), "none")


def incidents_csv(incidents: Sequence[Incident]) -> bytes:
    """incident_id, type, started_at, ended_at (exclusive), condition, metric, severity_hint."""
    lines = [HEADER]
    for number, incident in enumerate(incidents, start=1):
        start = FIRST_MOMENT + timedelta(minutes=incident.first_minute)
        end = start + timedelta(minutes=incident.minutes)
        lines.append(
            f"I{number:04d},{incident.kind},{start.isoformat()},{end.isoformat()},"
            f"{incident.condition},{incident.metric},{incident.severity_hint}"
        )
    return ("\n".join(lines) + "\n").encode()
