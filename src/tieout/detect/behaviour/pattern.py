"""Payments that are unlike the past of who makes them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from tieout.detect.behaviour import memory
from tieout.detect.behaviour.aspects import (
    ALONE,
    COMPANY,
    FEATURES_NEEDED,
    TOGETHER,
    WEIGHTS,
    Columns,
    company,
    odd_scores,
    usual_scores,
)
from tieout.detect.behaviour.family import CARRIERS, HOLDERS, first_of
from tieout.detect.behaviour.features import behaviour
from tieout.detect.behaviour.pattern_reasons import RowFacts, reasons_of
from tieout.detect.behaviour.timeline import Floats
from tieout.detect.calibration import TailCalibration
from tieout.detect.detector import Scores, State
from tieout.model.facts import Reason
from tieout.model.table import Table, TableRole

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class ChannelCalibration:
    """How often an aspect has something to say at all, and how odd it is then."""

    share: float
    tail: TailCalibration

    @classmethod
    def fitted(cls, scores: Floats) -> Self:
        """From the scores of history, NaN where there is nothing to say."""
        said = int((~np.isnan(scores)).sum())
        return cls((said + 1.0) / (len(scores) + 1.0), TailCalibration.fitted(scores))

    def log_p_of(self, score: float) -> float:
        """As `log_p`, of one score."""
        if math.isnan(score):
            return 0.0
        found = self.tail.log_p_of(score) + self._log_share
        return found if found < 0.0 else 0.0

    def log_p_by_rank(self) -> Floats:
        """As `TailCalibration.log_p_by_rank`, with how often something is said at all."""
        found: Floats = np.minimum(self.tail.log_p_by_rank() + np.log(self.share), 0.0)
        return found

    @cached_property
    def _log_share(self) -> float:
        return float(np.log(self.share))

    def log_p(self, scores: Floats) -> Floats:
        """log P(something is said, and it is at least so odd); 0.0 where nothing is said."""
        result: Floats = self.tail.log_p(scores)
        result[~np.isnan(scores)] += np.log(self.share)
        return np.minimum(result, 0.0)


@dataclass(frozen=True)
class Seen:
    """Features of some rows, and each channel's log p-values."""

    features: "pl.DataFrame"
    channels: Mapping[str, Floats]


class PaymentPattern:
    """Amount, hour, burst, travel, country and repeats, each against the customer's own past.

    Where that is too short to tell, `level` holds the amount against all payments of its currency,
    category and channel: what is enormous is odd whoever pays.

    Each aspect is calibrated on history; the smallest p-value counts, times the number of channels
    (Bonferroni). Two channels more: `together` adds up the aspects' -log p (Fisher 1932), so that
    a row a little odd in several ways is found, and `company` adds the oddest row of the same card
    within two hours, since a thief seldom stops at one; both are calibrated on history in their
    turn, so that no independence is assumed.

    A row is judged by what was before it, in history or among the current rows; only bursts and
    company look ahead, by 10 minutes and 2 hours. Rows that history and the current table share
    are not their own past: fitted on a table, it may judge the same table.
    """

    name: ClassVar[str] = "payment_pattern"
    version: ClassVar[int] = 3

    def __init__(self) -> None:
        self._memory: Table | None = None
        self._calibrations: dict[str, ChannelCalibration] = {}
        self._last: tuple[pl.DataFrame, Seen] | None = None

    def fit(self, history: Table) -> Self:
        """Learn from payments with a time, who paid (customer, card, account), and any more.

        Raises ValueError when there is no time, nobody, or no aspect that the roles allow.
        """
        roles = frozenset(history.roles)
        if TableRole.TIME not in roles or not roles & set(HOLDERS):
            raise ValueError("payments need a time and a customer, card or account")
        features = behaviour(history, features=FEATURES_NEEDED)
        columns = Columns(features)
        odd = odd_scores(columns)
        if not any(name in ALONE for name in odd):
            raise ValueError("payments need an amount, a clock, a place, a country or a merchant")
        self._memory = memory.remembered(history)
        self._calibrations = {}
        self._last = None
        channels: dict[str, Floats] = {}
        for name, scores in usual_scores(columns, odd).items():
            self._calibrations[name] = ChannelCalibration.fitted(scores)
            channels[name] = self._calibrations[name].log_p(odd[name])
        together = _added(channels, history.height)
        channels[TOGETHER] = self._calibrated(TOGETHER, together)
        accompanied = _accompanied(history, together)
        channels[COMPANY] = self._calibrated(COMPANY, accompanied)
        self._last = (history.frame, Seen(features, channels))
        return self

    def _calibrated(self, name: str, scores: Floats) -> Floats:
        self._calibrations[name] = ChannelCalibration.fitted(scores)
        return self._calibrations[name].log_p(scores)

    def score(self, current: Table) -> Scores:
        """score: -log p of the oddest channel; log_p: with Bonferroni. 0.0 for nothing to say."""
        seen = self._seen(current)
        alone = [seen.channels[name] for name in self.judging if name in seen.channels]
        smallest = np.min(alone, axis=0)
        log_p = np.minimum(smallest + np.log(len(alone)), 0.0)
        return Scores(score=np.where(smallest < 0.0, -smallest, np.nan), log_p=log_p)

    def reasons(self, current: Table, indices: Sequence[int]) -> list[tuple[Reason, ...]]:
        """Sentences for each of some rows, the oddest aspect first; only those with p <= .05."""
        seen = self._seen(current)
        chosen = seen.features[list(indices)]
        lines = current.frame[list(indices)]
        holder = first_of(HOLDERS, frozenset(current.roles))
        channels = {name: log_p[list(indices)] for name, log_p in seen.channels.items()}
        found = []
        for place, (features, row) in enumerate(
            zip(chosen.iter_rows(named=True), lines.iter_rows(named=True), strict=True)
        ):
            log_p = {name: float(values[place]) for name, values in channels.items()}
            facts = RowFacts(features, row, current.roles, str(holder))
            found.append(reasons_of(facts, log_p))
        return found

    def channels(self, current: Table) -> Mapping[str, Floats]:
        """Each aspect's log p-value for each row, by name; not corrected for their number."""
        seen = self._seen(current)
        return {name: seen.channels[name] for name in self.judging if name in seen.channels}

    @property
    def memory(self) -> Table:
        """The rows it remembers, columns named by role. Raises ValueError before `fit`."""
        if self._memory is None:
            raise ValueError("not fitted")
        return self._memory

    @property
    def calibrations(self) -> Mapping[str, ChannelCalibration]:
        """What makes a p-value of each channel's scores."""
        return self._calibrations

    def with_past(self, more: "pl.DataFrame") -> "PaymentPattern":
        """The same judge with more rows to remember, columns named by role."""
        import polars as pl

        made = PaymentPattern()
        frame = pl.concat([self.memory.frame, more])
        made._memory = Table(frame, np.arange(1, frame.height + 1), (), self.memory.roles)
        made._calibrations = self._calibrations
        return made

    @property
    def judging(self) -> tuple[str, ...]:
        """The channels of which the smallest p-value counts."""
        return tuple(
            name for name in self._calibrations if name in ALONE or name in (TOGETHER, COMPANY)
        )

    def _seen(self, current: Table) -> Seen:
        if self._last is not None and self._last[0] is current.frame:
            return self._last[1]
        past = memory.without_shared(self.memory, current)
        features = behaviour(current, past, features=FEATURES_NEEDED)
        channels = {
            name: self._calibrations[name].log_p(scores)
            for name, scores in odd_scores(Columns(features)).items()
            if name in self._calibrations
        }
        together = _added(channels, current.height)
        channels[TOGETHER] = self._calibrations[TOGETHER].log_p(together)
        accompanied = _accompanied(current, together)
        channels[COMPANY] = self._calibrations[COMPANY].log_p(accompanied)
        seen = Seen(features, channels)
        self._last = (current.frame, seen)
        return seen

    def state(self) -> State:
        """What is remembered, and the calibrations."""
        state: dict[str, Any] = {f"memory {k}": v for k, v in memory.saved(self.memory).items()}
        state["channels"] = list(self._calibrations)
        for name, calibration in self._calibrations.items():
            state[f"{name} share"] = calibration.share
            for key, value in calibration.tail.state().items():
                state[f"{name} tail {key}"] = value
        return state

    @classmethod
    def restored(cls, state: State) -> Self:
        """From what `state` gave."""
        made = cls()
        prefix = "memory "
        made._memory = memory.restored(
            {key.removeprefix(prefix): value for key, value in state.items() if prefix in key[:7]}
        )
        names = state["channels"]
        for name in names if isinstance(names, list) else []:
            tail = f"{name} tail "
            made._calibrations[str(name)] = ChannelCalibration(
                float(str(state[f"{name} share"])),
                TailCalibration.restored(
                    {k.removeprefix(tail): v for k, v in state.items() if k.startswith(tail)}
                ),
            )
        return made


def _added(channels: Mapping[str, Floats], height: int) -> Floats:
    total: Floats = np.zeros(height)
    for name, weight in WEIGHTS.items():
        if name in channels:
            total -= weight * channels[name]
    return total


def _accompanied(table: Table, together: Floats) -> Floats:
    import polars as pl

    roles = frozenset(table.roles)
    choice = next((role for role in CARRIERS if role in roles), None) or first_of(HOLDERS, roles)
    who = table.frame[table.roles[choice]].rank("dense").fill_null(-1)
    time = table.frame[table.roles[TableRole.TIME]].cast(pl.Datetime("us")).to_physical()
    return company(
        together,
        who.cast(pl.Float64).to_numpy(),
        time.cast(pl.Float64).fill_null(np.nan).to_numpy(),
    )
