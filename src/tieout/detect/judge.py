"""Fitted detectors together: one p-value, one score and the reasons for each row."""

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from tieout.detect.detector import Detector, FloatArray
from tieout.detect.fuse import Fused, fuse
from tieout.detect.gating import penalties as gating_penalties
from tieout.model.facts import Reason
from tieout.model.table import Table

REASONS_MAX: Final = 3
# A channel that finds a row this usual gives no reason to look at it.
_WORTH_SAYING: Final = math.log(0.05)
_NUMBER: Final = re.compile(r"\d+(?:[,.]\d+)*")
_TELLING_DIGITS: Final = 3


@dataclass(frozen=True)
class Judged:
    """What the detectors say of each row: fused, and each channel's log p-values by name."""

    fused: Fused
    channels: Mapping[str, FloatArray]


class Judge:
    """Detectors by name, all fitted on the same history.

    penalties: what is added to a weak channel's log p-values (see `gating`); none if None.
    counted: the detectors that said anything of history, which count at every row, so that a row
    alone is judged as it is in company; None counts those that speak of the rows at hand.
    """

    def __init__(
        self,
        detectors: Mapping[str, Detector],
        penalties: Mapping[str, float] | None = None,
        counted: Collection[str] | None = None,
    ) -> None:
        self.detectors = dict(detectors)
        self.penalties = dict(penalties or {})
        self.counted = None if counted is None else tuple(counted)
        self._heard: tuple[Table, Mapping[str, FloatArray]] | None = None

    @classmethod
    def weighed(cls, detectors: Mapping[str, Detector], history: Table) -> Self:
        """Detectors whose weak channels are known by what they say of history.

        What they said is kept for the first `judge`, as often it is history that is judged.
        """
        said = {name: detector.score(history).log_p for name, detector in detectors.items()}
        penalties = gating_penalties(said) if len(said) > 1 else {}
        counted = [
            name for name, log_p in said.items() if (log_p + penalties.get(name, 0.0) < 0.0).any()
        ]
        judge = cls(detectors, penalties, counted)
        judge._heard = history, said
        return judge

    def judge(self, table: Table) -> Judged:
        """Score every row by every detector and fuse what they say."""
        heard, self._heard = self._heard, None
        if heard is not None and heard[0] is table:
            said = heard[1]
        else:
            said = {name: each.score(table).log_p for name, each in self.detectors.items()}
        channels: dict[str, FloatArray] = {
            name: np.minimum(log_p + self.penalties.get(name, 0.0), 0.0)
            for name, log_p in said.items()
        }
        return Judged(fuse(channels, rows=table.height, counted=self.counted), channels)

    def reasons(
        self, table: Table, judged: Judged, places: NDArray[np.int64]
    ) -> list[tuple[Reason, ...]]:
        """For each of some rows, up to three reasons, those of its strongest channel first.

        Each channel that finds the row odd, and the strongest in any case, gives its first reason
        before any gives a second.
        """
        said: list[dict[str, tuple[Reason, ...]]] = [{} for _ in places]
        found_odd = [log_p[places] for log_p in judged.channels.values()]
        strongest = np.min([np.zeros(len(places)), *found_odd], axis=0)
        for name, detector in self.detectors.items():
            log_p = judged.channels[name][places]
            odd = np.flatnonzero((log_p <= _WORTH_SAYING) | ((log_p == strongest) & (log_p < 0.0)))
            if len(odd):
                found = detector.reasons(table, [int(place) for place in places[odd]])
                for at, reasons in zip(odd, found, strict=True):
                    said[at][name] = reasons
        of_channels = {name: log_p[places].tolist() for name, log_p in judged.channels.items()}
        return [
            _interleaved(words, {name: of_channels[name][at] for name in words})
            for at, words in enumerate(said)
        ]


def most_telling(judged: Sequence[str], ruled: Sequence[str]) -> tuple[str, ...]:
    """Up to three sentences: the gravest rule's, the detectors', then those of other rules.

    A rule's sentence whose numbers a detector tells as well gives way to the detector's; not where
    all are of one or two digits, which may be the same by chance.

    >>> most_telling(["9 of 80 at night", "120 km away"], ["it leaves 5.00", "after 120 km"])
    ('it leaves 5.00', '9 of 80 at night', '120 km away')
    """
    numbers = {text: set(_NUMBER.findall(text)) for text in judged}
    said = []
    for text in ruled:
        own = set(_NUMBER.findall(text))
        tells = any(len(number) >= _TELLING_DIGITS for number in own)
        said.append(next((other for other in judged if tells and own <= numbers[other]), text))
    return tuple(dict.fromkeys((*said[:1], *judged, *said[1:])))[:REASONS_MAX]


def _interleaved(
    said: Mapping[str, Sequence[Reason]], log_p: Mapping[str, float]
) -> tuple[Reason, ...]:
    if len(said) <= 1:
        (chosen,) = said.values() if said else ((),)
        return tuple(dict.fromkeys(chosen))[:REASONS_MAX]
    ordered = sorted(said, key=lambda name: log_p[name])
    longest = max((len(reasons) for reasons in said.values()), default=0)
    chosen = [
        said[name][rank] for rank in range(longest) for name in ordered if rank < len(said[name])
    ]
    return tuple(dict.fromkeys(chosen))[:REASONS_MAX]
