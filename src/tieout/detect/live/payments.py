"""Payments judged one by one against their customer's past, which grows with each."""

import datetime
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tieout.detect.behaviour.aspects import (
    COMPANY,
    FEATURES_NEEDED,
    TOGETHER,
    WEIGHTS,
    Single,
    known_aspects,
    odd_scores,
)
from tieout.detect.behaviour.family import HOLDERS, first_of
from tieout.detect.behaviour.features import behaviour, chosen
from tieout.detect.behaviour.pattern import PaymentPattern
from tieout.detect.behaviour.pattern_reasons import RowFacts, reasons_of
from tieout.detect.behaviour.timeline import has_clock
from tieout.detect.live import walks
from tieout.detect.live.features import (
    COMPUTED,
    LIVE_FEATURES,
    TIMELESS,
    Compute,
    Moment,
    Value,
    is_before,
    larger,
    moment_of,
)
from tieout.detect.live.state import PaymentState
from tieout.model.facts import Reason
from tieout.model.table import Table, TableRole

if TYPE_CHECKING:
    import polars as pl

_EPOCH: Final = datetime.datetime(1970, 1, 1)  # noqa: DTZ001 - times are as written
_MICROSECOND: Final = datetime.timedelta(microseconds=1)
_COMPANY_US: Final = 2 * 3_600e6
_NEIGHBOURS: Final = 3


@dataclass(frozen=True, slots=True)
class Seen:
    """One record's features, and each channel's log p-value."""

    features: Mapping[str, Value]
    channels: Mapping[str, float]


class LivePayments:
    """What a fitted `PaymentPattern` says of records as they come, each in its turn.

    Each record is judged by what is remembered and then remembered itself. Records that come in
    the order of their time get the p-values that a table of all records so far would give its
    last row, of which no later one is known. A record that comes late is judged by what had come
    before it; rows later than it are passed over in windows and ways. A record that the model
    learnt from is judged as it was there, and not remembered twice. Of one without a time only the
    amount is judged, and it is not remembered.

    wanted: features that rules ask for, beside those of the judgement; of the latter those that
    cannot be told of a single record (`LIVE_FEATURES`) are left out. requests: so many of the
    latest records are remembered for bursts, repeats, ways and company, and make no habits: usual
    amounts, hours, countries and devices stay those that were learnt. A record that is remembered
    and comes again is judged as it was, and counts once. None: all are remembered, and for good.
    """

    def __init__(
        self,
        pattern: PaymentPattern,
        wanted: Collection[str] = (),
        *,
        requests: int | None = None,
    ) -> None:
        self.pattern = pattern
        self.roles = tuple(pattern.memory.roles)
        asked = FEATURES_NEEDED | (set(wanted) & LIVE_FEATURES)
        families = chosen(pattern.memory, asked, timed=has_clock(pattern.memory))
        self.features = (
            frozenset(feature.name for family in families for feature in family.features)
            & LIVE_FEATURES
            & asked
        )
        self._compute = frozenset(
            each for each, names in COMPUTED.items() if set(names) & self.features
        )
        self._aspects = tuple(
            name
            for name in known_aspects(Single(dict.fromkeys(self.features)))
            if name in pattern.calibrations
        )
        computed = {name for each in self._compute for name in COMPUTED[each]}
        self._nothing: dict[str, Value] = dict.fromkeys(self.features)
        self._surplus = tuple(computed - self.features)
        self._weights = tuple(each for each in WEIGHTS.items() if each[0] in self._aspects)
        self.judging = pattern.judging
        self.state = PaymentState(pattern.memory, requests)
        self._added: list[tuple[Any, ...]] = []

    def judge(self, values: Mapping[TableRole, Any]) -> Seen:
        """What is odd about a record; afterwards it is part of what the next is judged by.

        values: by role; the time as a datetime without zone, numbers as floats.
        """
        made = moment_of(self.state, values, _microseconds(values.get(TableRole.TIME)))
        if math.isnan(made.now):
            return self._seen(self._told(made, self._compute & TIMELESS), made)
        twin = self._twin(made)
        if twin is not None:
            return self._seen(twin, made)
        if self.state.requests is not None:
            made.place = self.state.requests.place_of(self._values(made))
        seen = self._seen(self._told(made, self._compute), made)
        if made.place < 0:
            self._remember(made)
        return seen

    def _told(self, made: Moment, computed: Collection[Compute]) -> dict[str, Value]:
        found = self._nothing.copy()
        for compute in computed:
            found.update(compute(self.state, made))
        for name in self._surplus:
            found.pop(name, None)
        return found

    def _values(self, made: Moment) -> tuple[Any, ...]:
        return tuple(made.values.get(role) for role in self.roles)

    def reasons(
        self, seen: Seen, record: Mapping[str, Any], roles: Mapping[TableRole, str]
    ) -> tuple[Reason, ...]:
        """Sentences for a record, the oddest aspect first, as the pattern has them of a table."""
        who = str(first_of(HOLDERS, frozenset(roles)))
        features = {name: _or_none(value) for name, value in seen.features.items()}
        return reasons_of(RowFacts(features, record, roles, who), seen.channels)

    def remember(self, values: Mapping[TableRole, Any]) -> None:
        """Make a record part of the past without judging it."""
        made = moment_of(self.state, values, _microseconds(values.get(TableRole.TIME)))
        if not math.isnan(made.now) and self._twin_row(made) < 0:
            self._remember(made)

    def added(self) -> "pl.DataFrame":
        """The records remembered since the model was loaded, columns named by role."""
        import polars as pl

        schema = self.pattern.memory.frame.schema
        return pl.DataFrame(self._added, schema=schema, orient="row", strict=False)

    def _remember(self, made: Moment) -> None:
        state, codes = self.state, made.codes
        made.numbers.setdefault("together", math.nan)
        if state.requests is not None:
            values = self._values(made)
            if state.requests.place_of(values) < 0:
                state.requests.add(values, made)
            return
        state.rows.enrol(made.values, codes)
        holder = codes[state.parties.holder]
        state.hours.add(made.hour, holder, codes.get(TableRole.MERCHANT_CATEGORY, -1))
        for role, counted in state.firsts.items():
            counted.add(holder, codes[role], made.now)
        state.rows.add(codes, made.numbers)
        self._added.append(self._values(made))

    def _seen(self, features: Mapping[str, Value], made: Moment) -> Seen:
        calibrations = self.pattern.calibrations
        odd = odd_scores(Single(features), self._aspects)
        channels = {name: calibrations[name].log_p_of(score) for name, score in odd.items()}
        together = -sum([weight * channels[name] for name, weight in self._weights])
        made.numbers["together"] = together
        channels[TOGETHER] = calibrations[TOGETHER].log_p_of(together)
        accompanied = self._accompanied(made, together)
        channels[COMPANY] = calibrations[COMPANY].log_p_of(accompanied)
        return Seen(features, channels)

    def _accompanied(self, made: Moment, together: float) -> float:
        """A record's own oddness and that of the oddest of the card's three before it, in 2 h."""
        state, rows, key = self.state, self.state.rows, (self.state.parties.payer,)
        row = state.head(key, made.keys, made.habits, made.place)
        oddest = math.nan
        for _ in range(_NEIGHBOURS):
            if row < state.memory_rows:
                break
            if abs(made.now - rows.number_cells["time"][row]) <= _COMPANY_US:
                oddest = larger(oddest, rows.number_cells["together"][row])
            row = rows.chain_cells[key][row]
        return together + oddest

    def _twin_row(self, made: Moment) -> int:
        state = self.state
        holder = state.parties.holder
        head = made.habits[holder,]
        if head < state.memory_rows and is_before(state.rows, head, made.now):
            return -1
        numbers = state.rows.numbers
        amount = numbers.get("amount", numbers["time"])
        own = made.numbers.get("amount", made.now)
        chain, time = state.rows.chains[holder,], numbers["time"]
        row = walks.twin(chain, time, amount, head, (made.now, own), state.memory_rows)
        values = None
        while row >= 0:
            values = values or self._values(made)
            if state.frame.row(row) == values:
                return row
            row = walks.twin(
                chain, time, amount, int(chain[row]), (made.now, own), state.memory_rows
            )
        return -1

    def _twin(self, made: Moment) -> dict[str, Value] | None:
        """The features of a record that the model learnt from, as they were there."""
        row = self._twin_row(made)
        if row < 0:
            return None
        values = self._learnt.row(row, named=True)
        return {name: values[name] for name in self.features}

    @cached_property
    def _learnt(self) -> "pl.DataFrame":
        """Features of the rows that were learnt from, in the order of their time."""
        memory = self.pattern.memory
        frame = self.state.frame
        rows = Table(frame, np.arange(1, frame.height + 1), (), memory.roles)
        return behaviour(rows, features=self.features)


def _microseconds(time: datetime.datetime | None) -> float:
    """Since 1970; NaN for none."""
    return math.nan if time is None else (time - _EPOCH) / _MICROSECOND


def _or_none(value: Value) -> Value:
    return None if isinstance(value, float) and math.isnan(value) else value
