"""One payment as the compiled parts of its judgement see it."""

import datetime
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from tieout.detect.behaviour.limits import NEAR_SHARE, just_below_of
from tieout.detect.behaviour.statuses import ASKED_BACK, REFUSED
from tieout.detect.live.layout import OWN
from tieout.detect.live.state import FIRSTS, PaymentState
from tieout.model.table import TableRole

_NAN: Final = math.nan
_UNKNOWN: Final = (_NAN, _NAN, _NAN)
_EPOCH: Final = datetime.datetime(1970, 1, 1)  # noqa: DTZ001 - times are as written


@dataclass(slots=True)
class Moment:
    """A record with its numbers; it is not remembered yet.

    now: microseconds since 1970, NaN where it has no time. codes, keys: as `Rows` has them.
    habits: the last learnt row of each key. place: of the request that it repeats; -1 for none.
    """

    values: Mapping[TableRole, Any]
    now: float
    amount: float
    codes: list[int]
    keys: list[int]
    habits: list[int]
    place: int = -1


class Moments:
    """What makes moments of records, and the numbers of the latest one: `ints` and `own`."""

    def __init__(self, state: PaymentState) -> None:
        self._state, rows = state, state.rows
        self._keys = len(rows.keys)
        self.ints = np.zeros(len(rows.roles) + 2 * self._keys, np.int64)
        self.own = np.full(OWN, np.nan)
        self.record = state.settings, self.ints, self.own
        # Views, as a struct writes into them what it is given.
        self._ints_bytes, self._own_bytes = self.ints.data, self.own.data
        self._pack_ints = struct.Struct(f"={len(self.ints)}q").pack_into
        self._pack_own = struct.Struct(f"={OWN}d").pack_into
        places = {role: place for place, role in enumerate(rows.roles)}
        self._holder = places[state.parties.holder]
        self._firsts = tuple((state.firsts.get(role), places.get(role, -1)) for role in FIRSTS)
        self._has_amount, self._has_place = state.parties.has_amount, state.parties.has_place
        self._has_status = TableRole.STATUS in state.parties.roles
        # Below this no limit is near.
        self._limit_least = state.limit_least * (1.0 - 2 * NEAR_SHARE)

    def of(self, values: Mapping[TableRole, Any]) -> Moment:
        """A record with its numbers, among them what is new for who acts."""
        state, rows = self._state, self._state.rows
        time = values.get(TableRole.TIME)
        now = _NAN if time is None else _microseconds(time - _EPOCH)
        codes = rows.codes_of(values)
        keys = rows.keys_of(codes)
        amount = log = limit = near = latitude = longitude = refused = asked_back = _NAN
        if self._has_amount:
            amount = _number(values.get(TableRole.AMOUNT, values.get(TableRole.DEBIT)))
            # By the library that is asked for tables: equal to the last bit.
            log = float(np.log(abs(amount))) if amount else _NAN
            if abs(amount) >= self._limit_least:
                limit = just_below_of(amount, state.limits)
                near = amount if limit == limit else _NAN  # noqa: PLR0124 - NaN alone is not
        if self._has_place:
            latitude = _number(values.get(TableRole.LATITUDE))
            longitude = _number(values.get(TableRole.LONGITUDE))
            if not (-90.0 <= latitude <= 90.0 and -180.0 <= longitude <= 180.0):
                latitude = longitude = _NAN
        if self._has_status:
            refused, asked_back = _said(str(values.get(TableRole.STATUS) or "").lower())
        state.renew(latitude)
        numbers = (now, _NAN, amount, log, _NAN, near, near == near)  # noqa: PLR0124 - no NaN
        self._pack_own(
            self._own_bytes,
            0,
            *numbers,
            *(latitude, longitude, refused, asked_back, limit),
            *self._new(codes, now),
        )
        return Moment(values, now, amount, codes, keys, rows.heads_of(keys))

    def place(self, made: Moment) -> None:
        """Put a record's chains into `ints`: those of its learnt rows, and of all before it."""
        state, habits = self._state, made.habits
        if made.place >= 0:
            heads = state.rows.chain_table[made.place].tolist()
        elif state.requests is None:
            heads = habits
        else:
            heads = state.requests.heads_of(made.keys, habits)
        self._pack_ints(self._ints_bytes, 0, *made.codes, *habits, *heads)

    def _new(self, codes: list[int], now: float) -> list[float]:
        holder = codes[self._holder]
        found: list[float] = []
        for counted, place in self._firsts:
            found += _UNKNOWN if counted is None else counted.seen(holder, codes[place], now)
        return found


def _microseconds(time: datetime.timedelta) -> float:
    return (time.days * 86_400 + time.seconds) * 1e6 + time.microseconds


def _number(value: Any) -> float:
    # Infinity is no amount and no place either.
    return _NAN if value is None or not math.isfinite(value) else float(value)


def _said(status: str) -> tuple[float, float]:
    """Whether a status says refused, and whether asked back."""
    refused = any(word in status for word in REFUSED)
    return float(refused), float(any(word in status for word in ASKED_BACK))
