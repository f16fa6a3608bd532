"""How odd one payment's features are: each channel's log p-value, and the smallest of them."""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from tieout.detect.behaviour.aspects import COMPANY, TOGETHER, WEIGHTS
from tieout.detect.behaviour.pattern import PaymentPattern
from tieout.detect.live.judged import weigh
from tieout.detect.live.layout import ODD_COMPANY, ODD_TOGETHER, ODDS
from tieout.detect.live.layout import TOGETHER as TOGETHER_NUMBER
from tieout.detect.live.moment import Moments
from tieout.detect.live.rows import Floats
from tieout.detect.live.state import PaymentState

# The aspects where `layout` has them: those that add up first, in the order in which they do.
SLOTS: Final[Mapping[str, int]] = MappingProxyType(
    {
        name: place
        for place, name in enumerate((*WEIGHTS, "burst", "travel", "repeat", TOGETHER, COMPANY))
    }
)


class Channels:
    """The calibrations of a pattern in a row, so that they are looked up where they are compiled.

    aspects: those whose features are told.
    """

    def __init__(self, pattern: PaymentPattern, aspects: Collection[str]) -> None:
        calibrations = pattern.calibrations
        names = [
            name
            for name in SLOTS
            if name in calibrations and (name in aspects or name in (TOGETHER, COMPANY))
        ]
        self.places: Mapping[str, int] = {name: SLOTS[name] for name in names}
        self._calibrated = [(SLOTS[name], calibrations[name]) for name in names]
        self._judging = [SLOTS[name] for name in pattern.judging]
        starts = np.zeros(ODDS + 1, np.int64)
        tails = np.full(ODDS, np.inf)
        self._weights = np.zeros(ODDS)
        scores, logs = [], []
        for place, calibration in self._calibrated:
            tail = calibration.tail
            starts[place + 1] = len(tail.scores) + 1
            tails[place] = tail.threshold
            # One more, as beyond the last there is a p-value as well.
            scores.append(np.append(tail.scores.astype(np.float64), np.inf))
            logs.append(calibration.log_p_by_rank())
        for name, weight in WEIGHTS.items():
            if name in self.places:
                self._weights[SLOTS[name]] = weight
        starts = np.cumsum(starts)
        self._law = starts, np.concatenate(scores), np.concatenate(logs), tails, self._weights
        self._odd, self._log_p = np.full(ODDS, np.nan), np.zeros(ODDS)
        self._found = self._odd, self._log_p

    def weigh(
        self, state: PaymentState, moments: Moments, told: tuple[Floats, ...]
    ) -> tuple[list[float], float]:
        """Log p-values of all channels, and the smallest of those that judge.

        Sets in the record's own numbers what its channels say together.
        """
        has_tail = weigh(
            moments.record, state.rows.tables, state.memory_rows, told, self._law, self._found
        )
        logs = self._beyond(moments) if has_tail else self._log_p.tolist()
        return logs, min([logs[place] for place in self._judging])

    def _beyond(self, moments: Moments) -> list[float]:
        """Log p-values where a score lies in its tail: by the law that was fitted to it."""
        odd, logs = self._odd.tolist(), [0.0] * ODDS
        together = 0.0
        for place, calibration in self._calibrated:
            if place == ODD_TOGETHER:
                odd[place] = together
            elif place == ODD_COMPANY:
                odd[place] += together
            logs[place] = calibration.log_p_of(odd[place])
            together -= float(self._weights[place]) * logs[place]
        moments.own[TOGETHER_NUMBER] = odd[ODD_TOGETHER]
        return logs
