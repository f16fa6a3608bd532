"""The features of one record against what is remembered, as `behaviour` has them of a table."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tieout.detect.behaviour.amounts import (
    CATEGORY_ROWS_MIN,
    LATEST,
    LATEST_OF_MANY,
    LIKE_ROWS_MIN,
    SPREAD_MIN,
    SPREAD_OF_ALL_MIN,
    TO_SIGMA,
)
from tieout.detect.behaviour.firsts import plural, short
from tieout.detect.behaviour.limits import NEAR_DAYS, NEAR_SHARE, just_below_of
from tieout.detect.behaviour.places import BACK_SHARE, EARTH_RADIUS_KM, SECONDS_MIN
from tieout.detect.behaviour.repeats import GAPS, GAPS_MIN
from tieout.detect.behaviour.statuses import ASKED_BACK, MONTH_DAYS, REFUSED
from tieout.detect.behaviour.timeline import DAY_US
from tieout.detect.live import walks
from tieout.detect.live.pools import Spread, deviation_of
from tieout.detect.live.rows import Key, Rows
from tieout.detect.live.state import ACTING, FIRSTS, PaymentState
from tieout.detect.live.whereabouts import kilometres_between
from tieout.model.table import TableRole

Value = float | int | bool | None
NAN: Final = float("nan")
_MINUTE_US: Final = 60e6
_HOUR_US: Final = 3_600e6


@dataclass(slots=True)
class Moment:
    """One record as features see it.

    now: microseconds since 1970, NaN where it has no time. keys: its number by key, -1 where a
    part of it is missing. habits: the last row of each key that counts as its habit; -1 for none.
    numbers: what is remembered of it, by column of the rows. place: of the request that it
    repeats; -1 for none.
    """

    values: Mapping[TableRole, Any]
    now: float
    codes: dict[TableRole, int]
    keys: dict[Key, int]
    habits: dict[Key, int]
    numbers: dict[str, float] = field(default_factory=dict)
    place: int = -1

    @property
    def hour(self) -> int:
        """Hour of the day."""
        return int(self.now % DAY_US // _HOUR_US)


def moment_of(state: PaymentState, values: Mapping[TableRole, Any], now: float) -> Moment:
    """A record with its codes and numbers; it is not remembered yet."""
    rows, parties = state.rows, state.parties
    codes = rows.codes_of(values)
    keys = rows.keys_of(codes)
    made = Moment(values, now, codes, keys, rows.heads_of(keys), {"time": now})
    if parties.has_amount:
        _money(state, made)
    if parties.has_place:
        latitude = _number(values.get(TableRole.LATITUDE))
        longitude = _number(values.get(TableRole.LONGITUDE))
        valid = -90.0 <= latitude <= 90.0 and -180.0 <= longitude <= 180.0
        made.numbers["latitude"] = latitude if valid else NAN
        made.numbers["longitude"] = longitude if valid else NAN
    if TableRole.STATUS in parties.roles:
        said = str(values.get(TableRole.STATUS) or "").lower()
        made.numbers["refused"] = float(any(word in said for word in REFUSED))
        made.numbers["asked back"] = float(any(word in said for word in ASKED_BACK))
    return made


def _number(value: Any) -> float:
    # Infinity is no amount and no place either.
    return NAN if value is None or not math.isfinite(value) else float(value)


def _money(state: PaymentState, made: Moment) -> None:
    amount = _number(made.values.get(TableRole.AMOUNT, made.values.get(TableRole.DEBIT)))
    log = math.log(abs(amount)) if amount else NAN
    net = NAN
    if TableRole.MERCHANT_CATEGORY in state.parties.roles:
        key = state.parties.money(TableRole.MERCHANT_CATEGORY)
        known, median, _ = _latest(state, made, key, LATEST_OF_MANY)
        net = log - median if known >= CATEGORY_ROWS_MIN else NAN
    is_near = not math.isnan(_limit(state, amount))
    numbers = made.numbers
    numbers["amount"], numbers["log"], numbers["net"] = amount, log, net
    numbers["near limit"] = amount if is_near else NAN
    numbers["is near limit"] = float(is_near)


def _limit(state: PaymentState, amount: float) -> float:
    """The limit that an amount is just below; NaN for none, as most are far below the least."""
    far = abs(amount) < state.limit_least * (1.0 - 2 * NEAR_SHARE)
    return NAN if far else just_below_of(amount, state.limits)


def _latest(state: PaymentState, made: Moment, key: Key, width: int) -> Spread:
    """Of the latest amounts of a key, in logarithms."""
    return state.spread(key, "log", made.habits[key], width)


def _head(state: PaymentState, made: Moment, role: TableRole) -> int:
    return state.head((role,), made.keys, made.habits, made.place)


def is_before(rows: Rows, head: int, moment: float) -> bool:
    """Whether the last row of a chain is before a moment, or there is none: nothing to walk."""
    return head < 0 or rows.number_cells["time"][head] < moment


def clock(state: PaymentState, made: Moment) -> dict[str, Value]:
    """The hour, and how usual it is."""
    holder = made.codes[state.parties.holder]
    category = made.codes.get(TableRole.MERCHANT_CATEGORY, -1)
    near, share = state.hours.share(made.hour, holder, category)
    known = holder >= 0
    return {
        "hour": made.hour,
        "is_night": made.hour < 6,
        "hour_near_before": near if known else None,
        "hour_share": share if known else None,
    }


def pace(state: PaymentState, made: Moment) -> dict[str, Value]:
    """Earlier rows of who acts, the time since the last one, and how even the gaps are."""
    holder = made.codes[state.parties.holder]
    if holder < 0:
        return {"rows_before": None, "seconds_since_last": NAN, "gap_variation": NAN}
    rows, head = state.rows, _head(state, made, state.parties.holder)
    chain, time = rows.chains[state.parties.holder,], rows.numbers["time"]
    cells = rows.number_cells["time"]
    is_known = head >= 0 and cells[head] <= made.now
    last = head if is_known else walks.last_known(chain, time, time, head, made.now)
    return {
        "rows_before": state.hours.rows_of(holder),
        "seconds_since_last": (made.now - cells[last]) / 1e6 if last >= 0 else NAN,
        "gap_variation": walks.evenness(chain, time, head, made.now, GAPS, GAPS_MIN),
    }


def amounts(state: PaymentState, made: Moment) -> dict[str, Value]:
    """The amount beside the customer's own, as it is and net of its category's."""
    rows = state.rows
    key = state.parties.money(state.parties.holder)
    logs = rows.numbers["log"]
    own = _latest(state, made, key, LATEST)
    pool = state.pool.at(rows.height, logs)
    median = math.exp(own[1])
    found: dict[str, Value] = {
        "amount_own_rows": own[0] if made.keys[key] >= 0 else None,
        "amount_own_median": median,
        "amount_own_times": abs(made.numbers["amount"]) / median,
        "amount_own_z": deviation_of(made.numbers["log"], pool, own),
    }
    if TableRole.MERCHANT_CATEGORY in state.parties.roles:
        own = state.spread(key, "net", made.habits[key], LATEST)
        pool = state.pool_net.at(rows.height, rows.numbers["net"])
        found["amount_usual_z"] = deviation_of(made.numbers["net"], pool, own)
    return found


def level(state: PaymentState, made: Moment) -> dict[str, Value]:
    """The amount beside those of all payments like it, at the finest level that is known."""
    rows = state.rows
    of_all = state.pool.at(rows.height, rows.numbers["log"])
    spread_min = max(SPREAD_OF_ALL_MIN * of_all[2], SPREAD_MIN)
    known, centre, spread, depth = *of_all, 0
    if known < LIKE_ROWS_MIN:
        centre = NAN
    for place, key in enumerate(state.parties.levels):
        found = _latest(state, made, key, LATEST_OF_MANY)
        if found[0] >= LIKE_ROWS_MIN:
            known, centre, spread = found
            depth = len(state.parties.levels) - place
            break
    return {
        "amount_all_level": depth,
        "amount_all_rows": known,
        "amount_all_median": math.exp(centre),
        "amount_all_z": (made.numbers["log"] - centre) / (TO_SIGMA * larger(spread, spread_min)),
    }


def larger(one: float, other: float) -> float:
    """The larger one; a NaN is none."""
    return other if math.isnan(one) or other > one else one


def smaller(one: float, other: float) -> float:
    """The smaller one; a NaN is none."""
    return other if math.isnan(one) or other < one else one


def burst(state: PaymentState, made: Moment) -> dict[str, Value]:
    """Rows of the card in ten minutes; nothing is known of what comes after."""
    payer = state.parties.payer
    if made.codes[payer] < 0:
        return {"burst_10m": None}
    return {"burst_10m": 1 + _within(state, made, payer, 10 * _MINUTE_US)}


def travel(state: PaymentState, made: Moment) -> dict[str, Value]:
    """Distance and speed from the last place, and from the one before it on the way back."""
    payer = state.parties.payer
    nothing: dict[str, Value] = dict.fromkeys(
        ("km_from_last", "km_per_hour", "km_per_hour_away"), NAN
    )
    here = state.whereabouts.of(
        state.rows, made.numbers["latitude"], made.numbers["longitude"], made.codes
    )
    if made.codes[payer] < 0 or here is None:
        return nothing
    last = _place_before(state, made, _head(state, made, payer))
    if last is None:
        return nothing
    km, speed = _leg(state, made, here, last)
    before = _place_before(state, made, state.rows.chain_cells[payer,][last[0]])
    if before is not None:
        km_before, speed_before = _leg(state, made, here, before)
        away = smaller(speed, speed_before) if km_before < BACK_SHARE * km else speed
    else:
        away = speed
    return {"km_from_last": km, "km_per_hour": speed, "km_per_hour_away": away}


def _place_before(
    state: PaymentState, made: Moment, row: int
) -> tuple[int, tuple[float, float, bool]] | None:
    """The first row from one back along the payer's chain whose place is known, with it."""
    rows, payer = state.rows, state.parties.payer
    chain, time = rows.chain_cells[payer,], rows.number_cells["time"]
    latitude, longitude = rows.number_cells["latitude"], rows.number_cells["longitude"]
    while row >= 0:
        if time[row] <= made.now:
            own = latitude[row]
            if math.isnan(own):
                codes = {role: rows.code_cells[role][row] for role in state.whereabouts.keys}
                place = state.whereabouts.of(rows, NAN, NAN, codes)
            else:
                place = own, longitude[row], True
            if place is not None:
                return row, place
        row = chain[row]
    return None


def _leg(
    state: PaymentState,
    made: Moment,
    here: tuple[float, float, bool],
    before: tuple[int, tuple[float, float, bool]],
) -> tuple[float, float]:
    """Km and km/h from an earlier row's place; NaN between middles of one country."""
    row, there = before
    sure = here[2] and there[2]
    if TableRole.COUNTRY in state.parties.roles and not sure:
        country = TableRole.COUNTRY
        if made.codes[country] == state.rows.code_cells[country][row]:
            return NAN, NAN
    km = kilometres_between(there[:2], here[:2], EARTH_RADIUS_KM)
    seconds = max((made.now - state.rows.number_cells["time"][row]) / 1e6, SECONDS_MIN)
    return km, km / (seconds / 3_600.0)


_NAMES_OF_FIRSTS: Final[Mapping[TableRole, tuple[str, str, str, str]]] = {
    role: (f"{name}_seen_before", f"{plural(name)}_before", f"{name}_known_days", f"new_{name}")
    for role in FIRSTS
    for name in (short(role),)
}


def firsts(state: PaymentState, made: Moment) -> dict[str, Value]:
    """What is new for who acts."""
    holder = made.codes[state.parties.holder]
    found: dict[str, Value] = {}
    for role, counted in state.firsts.items():
        seen, different, days = counted.seen(holder, made.codes[role], made.now)
        seen_before, different_before, known_days, new = _NAMES_OF_FIRSTS[role]
        found[seen_before] = seen
        found[different_before] = different
        found[known_days] = days
        found[new] = None if seen is None or not different else seen == 0
    return found


def repeats(state: PaymentState, made: Moment) -> dict[str, Value]:
    """Time since the card paid the same amount to the same partner, within the last day."""
    payer, partner, rows = state.parties.payer, state.parties.partner, state.rows
    amount = made.numbers["amount"]
    known = made.codes[payer] >= 0 and partner is not None and made.codes[partner] >= 0
    if not known or partner is None or math.isnan(amount):
        return {"seconds_since_same_amount": NAN}
    key = state.parties.money(payer)
    head = state.head(key, made.keys, made.habits, made.place)
    if made.keys[key] < 0 or is_before(rows, head, made.now - DAY_US):
        return {"seconds_since_same_amount": NAN}
    last = walks.last_equal(
        rows.chains[key],
        rows.numbers["time"],
        rows.numbers["amount"],
        rows.codes[partner],
        head,
        (made.now, amount, made.codes[partner]),
        float(DAY_US),
    )
    return {"seconds_since_same_amount": (made.now - last) / 1e6}


def crowds(state: PaymentState, made: Moment) -> dict[str, Value]:
    """Different cards at the merchant and on the device, and rows of the customer a minute."""
    rows = state.rows
    found: dict[str, Value] = {}
    windows = (
        (TableRole.MERCHANT, 10 * _MINUTE_US, "merchant_cards_10m"),
        (TableRole.DEVICE, float(DAY_US), "device_cards_1d"),
    )
    for role, window, name in windows:
        if role in rows.codes and TableRole.CARD in rows.codes:
            found[name] = None if made.codes[role] < 0 else _cards(state, made, role, window)
    if TableRole.CUSTOMER in rows.codes:
        customer = TableRole.CUSTOMER
        found["customer_count_1m"] = (
            1 + _within(state, made, customer, _MINUTE_US) if made.codes[customer] >= 0 else None
        )
    return found


def _cards(state: PaymentState, made: Moment, role: TableRole, window: float) -> int:
    """Different cards in a window, the record's own among them."""
    rows, card = state.rows, TableRole.CARD
    head, own = _head(state, made, role), made.codes[card]
    if is_before(rows, head, made.now - window):
        return int(own >= 0)
    chain, time = rows.chains[role,], rows.numbers["time"]
    found = walks.different_within(chain, time, rows.codes[card], head, made.now, window, own)
    return int(found)


def _within(state: PaymentState, made: Moment, role: TableRole, window: float) -> int:
    """Earlier rows in a window."""
    rows, head = state.rows, _head(state, made, role)
    if is_before(rows, head, made.now - window):
        return 0
    return int(walks.within(rows.chains[role,], rows.numbers["time"], head, made.now, window))


def limits(state: PaymentState, made: Moment) -> dict[str, Value]:
    """Amounts just below a limit within a week, where this one is."""
    rows = state.rows
    key = state.parties.money(state.parties.holder)
    number = made.keys[key]
    if made.numbers["is near limit"] == 0.0 or number < 0:
        nothing = 0 if number >= 0 else None
        return {
            "limit_just_above": None,
            "near_limit_count_7d": nothing,
            "near_limit_sum_7d": None if nothing is None else 0.0,
        }
    week = (
        state.head(key, made.keys, made.habits, made.place),
        made.now,
        float(NEAR_DAYS * DAY_US),
    )
    chain, time = rows.chains[key], rows.numbers["time"]
    count = walks.sum_within(chain, time, rows.numbers["is near limit"], *week)
    total = walks.sum_within(chain, time, rows.numbers["near limit"], *week)
    return {
        "limit_just_above": _limit(state, made.numbers["amount"]),
        "near_limit_count_7d": 1 + round(count),
        "near_limit_sum_7d": made.numbers["amount"] + total,
    }


def statuses(state: PaymentState, made: Moment) -> dict[str, Value]:
    """Refusals of the card in a day, and how much of the customer's was asked back."""
    rows, time = state.rows, state.rows.numbers["time"]
    found: dict[str, Value] = {"is_chargeback": made.numbers["asked back"] > 0.0}
    for role in ACTING:
        if role in rows.codes:
            total = walks.sum_within(
                rows.chains[role,],
                time,
                rows.numbers["refused"],
                _head(state, made, role),
                made.now,
                float(DAY_US),
            )
            own = round(made.numbers["refused"] + total)
            found[f"{role}_refused_1d"] = own if made.codes[role] >= 0 else None
    holder, window = state.parties.holder, float(MONTH_DAYS * DAY_US)
    if made.codes[holder] >= 0:
        chain, head = rows.chains[holder,], _head(state, made, holder)
        asked = walks.sum_within(chain, time, rows.numbers["asked back"], head, made.now, window)
        found["chargebacks_90d"] = round(made.numbers["asked back"] + asked)
        found["rows_90d"] = 1 + walks.within(chain, time, head, made.now, window)
    return found


# What computes which features; each is asked only where one of its features is wanted.
Compute = Callable[[PaymentState, Moment], dict[str, Value]]
COMPUTED: Final[Mapping[Compute, tuple[str, ...]]] = {
    clock: ("hour", "is_night", "hour_near_before", "hour_share"),
    pace: ("rows_before", "seconds_since_last", "gap_variation"),
    amounts: (
        *("amount_own_rows", "amount_own_median", "amount_own_times", "amount_own_z"),
        "amount_usual_z",
    ),
    level: ("amount_all_level", "amount_all_rows", "amount_all_median", "amount_all_z"),
    burst: ("burst_10m",),
    travel: ("km_from_last", "km_per_hour", "km_per_hour_away"),
    firsts: tuple(name for names in _NAMES_OF_FIRSTS.values() for name in names),
    repeats: ("seconds_since_same_amount",),
    crowds: ("merchant_cards_10m", "device_cards_1d", "customer_count_1m"),
    limits: ("limit_just_above", "near_limit_count_7d", "near_limit_sum_7d"),
    statuses: (
        *("is_chargeback", "chargebacks_90d", "rows_90d"),
        *(f"{role}_refused_1d" for role in ACTING),
    ),
}
# What a record without a time has all the same.
TIMELESS: Final = frozenset({amounts, level})
LIVE_FEATURES: Final = frozenset(name for names in COMPUTED.values() for name in names)
