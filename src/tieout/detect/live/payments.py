"""Payments judged one by one against their customer's past, which grows with each."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tieout.detect.behaviour.aspects import FEATURES_NEEDED, Single, known_aspects
from tieout.detect.behaviour.family import HOLDERS, first_of
from tieout.detect.behaviour.features import behaviour, chosen
from tieout.detect.behaviour.pattern import PaymentPattern
from tieout.detect.behaviour.pattern_reasons import RowFacts, reasons_of
from tieout.detect.behaviour.timeline import has_clock
from tieout.detect.live.channels import Channels
from tieout.detect.live.features import (
    AT,
    GROUPS,
    LIVE_FEATURES,
    ORDER,
    TIMELESS,
    Value,
    number_of,
    value_of,
)
from tieout.detect.live.judged import set_raw, tell
from tieout.detect.live.layout import AMOUNT, DAY_US, KEY_HOLDER, RAW_SPEED, RAW_TIMES, RAWS, TIME
from tieout.detect.live.moment import Moment, Moments
from tieout.detect.live.state import PaymentState
from tieout.detect.live.walks import twin
from tieout.model.facts import Reason
from tieout.model.table import Table, TableRole

if TYPE_CHECKING:
    import polars as pl

_OWN_MEDIAN, _OWN_TIMES = AT["amount_own_median"], AT["amount_own_times"]
_ALL_MEDIAN: Final = AT["amount_all_median"]
_HOUR_US: Final = 3_600e6


@dataclass(frozen=True, slots=True)
class Seen:
    """One record's features, and each channel's log p-value.

    numbers: the features as `features.ORDER` has them, NaN where nothing is told. smallest: of
    the log p-values by which records are judged.
    """

    numbers: list[float]
    names: frozenset[str]
    logs: list[float]
    places: Mapping[str, int]
    smallest: float

    @property
    def features(self) -> dict[str, Value]:
        """Features by name."""
        return {name: value_of(name, self.numbers[AT[name]]) for name in self.names}

    @property
    def channels(self) -> dict[str, float]:
        """Log p-values by name."""
        return {name: self.logs[place] for name, place in self.places.items()}


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
        self._wanted = sum(
            group.bit for group in GROUPS.values() if set(group.names) & self.features
        )
        known = known_aspects(Single(dict.fromkeys(self.features)))
        self._channels = Channels(pattern, known)
        self.judging = len(pattern.judging)
        self.state = PaymentState(pattern.memory, requests)
        self._moments = Moments(self.state)
        self._out = np.full(len(ORDER), np.nan)
        self._raw = np.full(RAWS, np.nan)
        self._medians = np.full(2, np.nan)
        self._told = self._out, self._raw, self._medians
        self._cells: Any = self._out.data
        self._raw_cells: Any = self._raw.data
        self._added: list[tuple[Any, ...]] = []

    def judge(self, values: Mapping[TableRole, Any]) -> Seen:
        """What is odd about a record; afterwards it is part of what the next is judged by.

        values: by role; the time as a datetime without zone, numbers as floats.
        """
        made = self._moments.of(values)
        if math.isnan(made.now):
            self._tell(made, self._wanted & TIMELESS)
            return self._seen()
        if self._has_learnt(made):
            self._moments.place(made)
            return self._seen()
        if self.state.requests is not None:
            asked = self._values(made)
            made.place = self.state.requests.place_of(asked)
            self._tell(made, self._wanted)
            seen = self._seen()
            if made.place < 0:
                self.state.requests.add(asked, made, self._moments.own)
            return seen
        self._tell(made, self._wanted)
        seen = self._seen()
        self._remember(made)
        return seen

    def warm_up(self) -> None:
        """Have everything compiled and loaded that a judgement needs, and remember nothing."""
        made = self._moments.of({})
        self._tell(made, self._wanted)
        self._seen()

    def _tell(self, made: Moment, wanted: int) -> None:
        """Put a record's features into `_out`, and what scores are made of into `_raw`."""
        state, moments, cells = self.state, self._moments, self._cells
        rows, hours, where = state.rows, state.hours, state.whereabouts
        moments.place(made)
        tell(
            wanted,
            moments.record,
            rows.tables,
            (hours.everyone, hours.of_holder, hours.of_category),
            (state.pools, state.tags, state.spreads),
            (where.keys, where.middles),
            self._told,
        )
        own, everyone = np.exp(self._medians, self._medians).tolist()
        cells[_OWN_MEDIAN], cells[_ALL_MEDIAN] = own, everyone
        times = abs(made.amount) / own if own else math.nan
        cells[_OWN_TIMES], self._raw_cells[RAW_TIMES] = times, times or 1.0
        self._take_logs()

    def _take_logs(self) -> None:
        """By numpy, as of whole tables."""
        shares, others = self._raw[:RAW_SPEED], self._raw[RAW_SPEED:]
        np.log(shares, shares)
        np.log1p(others, others)

    def _seen(self) -> Seen:
        state, moments = self.state, self._moments
        logs, smallest = self._channels.weigh(state, moments, self._told)
        return Seen(self._out.tolist(), self.features, logs, self._channels.places, smallest)

    def _values(self, made: Moment) -> tuple[Any, ...]:
        return tuple([made.values.get(role) for role in self.roles])

    def reasons(
        self, seen: Seen, record: Mapping[str, Any], roles: Mapping[TableRole, str]
    ) -> tuple[Reason, ...]:
        """Sentences for a record, the oddest aspect first, as the pattern has them of a table."""
        who = str(first_of(HOLDERS, frozenset(roles)))
        return reasons_of(RowFacts(seen.features, record, roles, who), seen.channels)

    def remember(self, values: Mapping[TableRole, Any]) -> None:
        """Make a record part of the past without judging it."""
        made = self._moments.of(values)
        if not math.isnan(made.now) and self._learnt_row(made) < 0:
            self._tell(made, 0)
            self._remember(made)

    def added(self) -> "pl.DataFrame":
        """The records remembered since the model was loaded, columns named by role."""
        import polars as pl

        schema = self.pattern.memory.frame.schema
        return pl.DataFrame(self._added, schema=schema, orient="row", strict=False)

    def _remember(self, made: Moment) -> None:
        state, codes, own = self.state, made.codes, self._moments.own
        if state.requests is not None:
            values = self._values(made)
            if state.requests.place_of(values) < 0:
                state.requests.add(values, made, own)
            return
        state.rows.enrol(made.values, codes)
        by_role = dict(zip(state.rows.roles, codes, strict=True))
        holder = by_role[state.parties.holder]
        hour = int(made.now % DAY_US // _HOUR_US)
        state.hours.add(hour, holder, by_role.get(TableRole.MERCHANT_CATEGORY, -1))
        for role, counted in state.firsts.items():
            counted.add(holder, by_role[role], made.now)
        state.rows.add(codes, own)
        self._added.append(self._values(made))

    def _learnt_row(self, made: Moment) -> int:
        """The row that the model learnt from and that a record is; -1 for none."""
        state, rows = self.state, self.state.rows
        key = state.settings[KEY_HOLDER]
        head, time = made.habits[key], rows.number_table[:, TIME]
        if head < state.memory_rows and (head < 0 or time[head] < made.now):
            return -1
        has_amount = state.parties.has_amount
        amount = rows.number_table[:, AMOUNT] if has_amount else time
        own = made.amount if has_amount else made.now
        chain, wanted = rows.chain_table[:, key], (made.now, own)
        row = twin(chain, time, amount, head, wanted, state.memory_rows)
        values = self._values(made)
        while row >= 0:
            if state.frame.row(row) == values:
                return row
            row = twin(chain, time, amount, int(chain[row]), wanted, state.memory_rows)
        return -1

    def _has_learnt(self, made: Moment) -> bool:
        """Put the features of a record that the model learnt from in place, as they were there."""
        row = self._learnt_row(made)
        if row < 0:
            return False
        values = self._learnt.row(row, named=True)
        self._out[:] = np.nan
        for name in self.features:
            self._cells[AT[name]] = number_of(values[name])
        set_raw(self._out, self._raw)
        self._take_logs()
        return True

    @cached_property
    def _learnt(self) -> "pl.DataFrame":
        """Features of the rows that were learnt from, in the order of their time."""
        memory = self.pattern.memory
        frame = self.state.frame
        rows = Table(frame, np.arange(1, frame.height + 1), (), memory.roles)
        return behaviour(rows, features=self.features)
