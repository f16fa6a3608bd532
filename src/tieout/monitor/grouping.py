"""Episodes that begin together are one incident."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tieout.monitor.episodes import Episode
from tieout.monitor.limits import P_MIN
from tieout.monitor.money import AtRisk, of_incident


@dataclass(frozen=True, slots=True)
class Incident:
    """Episodes that belong together; the first speaks for all.

    incident_id: `in-` and the first episode's own. narrowest: the dimensions of the
    member with the strongest evidence for its metric (a scan statistic, Kulldorff 1997, less five
    nats a condition): where to look first.
    """

    incident_id: str
    episodes: tuple[Episode, ...]
    narrowest: str

    @property
    def cause(self) -> str:
        """What explains it: the scan's answer, of the first member that has one.

        Else where to look first; empty, where that is the whole.
        """
        return next((each.cause for each in self.episodes if each.cause), self.narrowest)

    @property
    def money(self) -> AtRisk:
        """What is at risk, by currency in 1e-3."""
        return of_incident(self.episodes)

    @property
    def first(self) -> Episode:
        """The episode that was detected first; of several the widest, then the least likely."""
        return self.episodes[0]


_DEPTH_NATS = 5.0


def incidents(episodes: Sequence[Episode], *, within_minutes: int) -> tuple[Incident, ...]:
    """Group episodes: each begins while an earlier member is open, or just after.

    An episode joins the incident whose first episode was detected at most `within_minutes` before
    it, or began so close to it; later ones begin an incident of their own.
    """
    ordered = sorted(episodes, key=order)
    groups: list[list[Episode]] = []
    for episode in ordered:
        for group in reversed(groups):
            first = group[0]
            near = abs(episode.started - first.started) <= within_minutes
            if near or episode.detected - first.detected <= within_minutes:
                group.append(episode)
                break
        else:
            groups.append([episode])
    return tuple(
        Incident(f"in-{group[0].episode_id[3:]}", tuple(group), _narrowest(group))
        for group in groups
    )


def order(episode: Episode) -> tuple[int, int, float, str, str]:
    """A total order: first detected, widest, least likely, then by name."""
    depth = episode.dimensions.count("=")
    return episode.detected, depth, episode.p_value, episode.metric, episode.dimensions


def _narrowest(group: Sequence[Episode]) -> str:
    metric = group[0].metric
    same = [each for each in group if each.metric == metric]
    return min(same, key=lambda each: (-_strength(each), each.dimensions)).dimensions


def _strength(episode: Episode) -> float:
    """Log-likelihood ratio of the worst window, less the log of how many cells a level has."""
    depth = episode.dimensions.count("=")
    count, usual = episode.value * episode.n, episode.baseline * episode.n
    if episode.metric.endswith("_rate") and count > 0 and usual > 0:
        ratio = count * math.log(count / usual) - (count - usual)
    else:
        ratio = -math.log(max(episode.p_value, P_MIN))
    return ratio - _DEPTH_NATS * depth
