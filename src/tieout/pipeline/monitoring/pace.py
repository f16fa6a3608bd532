"""How event time moves by the clock on the wall, where a source or a part of it has gone quiet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

_SLACK_MINUTES: Final = 2


@dataclass
class _Heard:
    """When a partition was heard last, and when it came faster than the clock last.

    since, minute: from where on its speed is measured. All but minute are seconds.
    """

    at: float
    outran: float
    since: float
    minute: int


@dataclass
class Pace:
    """Which partitions are waited for, and how far event time is without the others.

    idle_seconds: who was not heard for so long has gone quiet. behind_minutes: who is behind
    the first one by more all the time, since its clock is wrong, is not waited for either.
    """

    idle_seconds: float
    behind_minutes: int
    _heard: dict[str, _Heard] = field(default_factory=dict)

    def hear(self, partition: str, minute: int, now: float) -> None:
        """There were events of a partition, the latest one so far of a minute."""
        heard = self._heard.get(partition)
        if heard is None:
            self._heard[partition] = _Heard(now, now, now, minute)
            return
        heard.at = now
        if minute - heard.minute > (now - heard.since) / 60 + _SLACK_MINUTES:
            heard.outran = heard.since = now
            heard.minute = minute

    def reached(self, latest: Mapping[str, int], now: float) -> int | None:
        """The minute that event time has reached, None where the events alone tell.

        latest: the last minute of each partition that is waited for. While any is read faster than
        the clock, what was kept up is caught up with, and the others are waited for.
        """
        heard = {name: self._heard[name] for name in latest if name in self._heard}
        if not heard:
            return None
        quiet = now - max(each.at for each in heard.values())
        if quiet >= self.idle_seconds:
            return max(latest.values()) + int(quiet // 60)
        alive = [name for name, each in heard.items() if now - each.at < self.idle_seconds]
        if any(now - heard[name].outran < self.idle_seconds for name in alive):
            return None
        first = max(latest[name] for name in alive)
        waited = [name for name in alive if first - latest[name] <= self.behind_minutes]
        return min(latest[name] for name in waited) if len(waited) < len(latest) else None
