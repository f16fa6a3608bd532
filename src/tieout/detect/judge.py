"""Fitted detectors together: one p-value, one score and the reasons for each row."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tieout.detect.detector import Detector, FloatArray
from tieout.detect.fuse import Fused, fuse
from tieout.model.facts import Reason
from tieout.model.table import Table

REASONS_MAX: Final = 3
# A channel that finds a row this usual gives no reason to look at it.
_WORTH_SAYING: Final = math.log(0.05)


@dataclass(frozen=True)
class Judged:
    """What the detectors say of each row: fused, and each channel's log p-values by name."""

    fused: Fused
    channels: Mapping[str, FloatArray]


class Judge:
    """Detectors by name, all fitted on the same history."""

    def __init__(self, detectors: Mapping[str, Detector]) -> None:
        self.detectors = dict(detectors)

    def judge(self, table: Table) -> Judged:
        """Score every row by every detector and fuse what they say."""
        channels = {name: detector.score(table).log_p for name, detector in self.detectors.items()}
        return Judged(fuse(channels, rows=table.height), channels)

    def reasons(
        self, table: Table, judged: Judged, places: NDArray[np.int64]
    ) -> list[tuple[Reason, ...]]:
        """For each of some rows, up to three reasons, those of its strongest channel first.

        Each channel that finds the row odd gives its first reason before any gives a second.
        """
        said: list[dict[str, tuple[Reason, ...]]] = [{} for _ in places]
        for name, detector in self.detectors.items():
            odd = np.flatnonzero(judged.channels[name][places] <= _WORTH_SAYING)
            if len(odd):
                found = detector.reasons(table, [int(place) for place in places[odd]])
                for at, reasons in zip(odd, found, strict=True):
                    said[at][name] = reasons
        return [
            _interleaved(words, {name: float(judged.channels[name][place]) for name in words})
            for words, place in zip(said, places, strict=True)
        ]


def _interleaved(
    said: Mapping[str, Sequence[Reason]], log_p: Mapping[str, float]
) -> tuple[Reason, ...]:
    ordered = sorted(said, key=lambda name: log_p[name])
    longest = max((len(reasons) for reasons in said.values()), default=0)
    chosen = [
        said[name][rank] for rank in range(longest) for name in ordered if rank < len(said[name])
    ]
    return tuple(dict.fromkeys(chosen))[:REASONS_MAX]
