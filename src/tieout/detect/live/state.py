"""All that is remembered of payments, as a record's features need it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tieout.detect.behaviour.amounts import CATEGORY_ROWS_MIN, LATEST_OF_MANY, levels, past
from tieout.detect.behaviour.family import AMOUNTS, CARRIERS, HOLDERS, Work, first_of
from tieout.detect.behaviour.limits import just_below, round_limits
from tieout.detect.behaviour.places import own_places
from tieout.detect.behaviour.repeats import PARTNERS
from tieout.detect.behaviour.statuses import says_asked_back, says_refused
from tieout.detect.behaviour.timeline import timeline
from tieout.detect.live.habits import Firsts, Hours
from tieout.detect.live.layout import (
    AMOUNT,
    ASKED_BACK,
    CODE_CARD,
    CODE_CATEGORY,
    CODE_CITY,
    CODE_COUNTRY,
    CODE_HOLDER,
    CODE_PARTNER,
    CODE_PAYER,
    IS_NEAR,
    KEY_CARD,
    KEY_CATEGORY,
    KEY_HOLDER,
    KEY_LEVELS,
    KEY_MONEY,
    KEY_PAID,
    KEY_PAYER,
    KEYS,
    LATITUDE,
    LOG,
    LONGITUDE,
    NEAR,
    NET,
    REFUSED,
    ROLES,
    SETTINGS,
    TIME,
    TOGETHER,
)
from tieout.detect.live.pools import RunningPool
from tieout.detect.live.requests import Requests
from tieout.detect.live.rows import Floats, Key, Rows
from tieout.detect.live.whereabouts import Whereabouts
from tieout.model.table import Table, TableRole

FIRSTS = (
    TableRole.COUNTRY,
    TableRole.MERCHANT,
    TableRole.MERCHANT_CATEGORY,
    TableRole.DEVICE,
)
# At most two to the power of this many spreads are kept; each is a few numbers.
_SPREADS_MAX = 18
ACTING = (TableRole.CARD, TableRole.CUSTOMER, TableRole.MERCHANT, TableRole.DEVICE)


@dataclass(frozen=True)
class Parties:
    """Which roles act in a table. partner: whom the money goes to; None where nothing says so."""

    roles: frozenset[TableRole]

    @cached_property
    def holder(self) -> TableRole:
        """Who acts."""
        return first_of(HOLDERS, self.roles)

    @cached_property
    def payer(self) -> TableRole:
        """What travels and pays: a card, else who acts."""
        return first_of((*CARRIERS, *HOLDERS), self.roles)

    @cached_property
    def partner(self) -> TableRole | None:
        """Whom the money goes to; None where nothing says so."""
        return next((role for role in PARTNERS if role in self.roles), None)

    def money(self, role: TableRole) -> Key:
        """A role's key for amounts: currencies are kept apart."""
        return self._money[role]

    @cached_property
    def _money(self) -> dict[TableRole, Key]:
        is_told = TableRole.CURRENCY in self.roles
        return {role: (role, TableRole.CURRENCY) if is_told else (role,) for role in TableRole}

    @cached_property
    def levels(self) -> tuple[Key, ...]:
        """Keys of payments like one, the finest first."""
        return tuple(reversed(levels(self.roles)))

    @property
    def has_amount(self) -> bool:
        """Whether there is money in it."""
        return any(role in self.roles for role in AMOUNTS)

    @property
    def has_place(self) -> bool:
        """Whether rows say where they were."""
        return {TableRole.LATITUDE, TableRole.LONGITUDE} <= self.roles


class PaymentState:
    """Rows, counts and pools: built from a table at once, then row by row.

    requests: how many of those that come are remembered beside, for windows and ways only; None
    where each becomes one of the rows. settings: as `layout` describes them.
    """

    def __init__(self, memory: Table, requests: int | None = None) -> None:
        roles = frozenset(memory.roles)
        self.parties = Parties(roles)
        work = Work(timeline(memory), roles, None)
        self.frame = work.timeline.frame
        self.limits = round_limits(work.amount) if self.parties.has_amount else ()
        self.limit_least = min(self.limits, default=np.inf)
        self.rows = Rows(work, self._keys(), _numbers(work, self.limits, self.parties))
        self.memory_rows = self.rows.height
        self.hours = Hours(work, self.parties.holder)
        self.firsts = {
            role: Firsts.of(work, self.parties.holder, role) for role in FIRSTS if role in roles
        }
        self.settings = _settings(self.rows, self.parties)
        self._pools = RunningPool(LOG), RunningPool(NET)
        self.pools = np.full((2, 3), np.nan)
        self.whereabouts = Whereabouts(roles)
        self._has_gaps, self._renewed = self.parties.has_place and self._lacks_places(), -1
        room = 1 << min(_SPREADS_MAX, (8 * self.rows.height).bit_length())
        # Spreads that were counted once, each told by the number of what it is of.
        self.tags = np.full(room, -1, np.int64)
        self.spreads = np.zeros((room, 3))
        self.requests = None if requests is None else Requests(self.rows, requests)

    def renew(self, latitude: float) -> None:
        """Bring what is of all rows up to date, for a record at a place (NaN: not told)."""
        self._has_gaps = self._has_gaps or latitude != latitude  # noqa: PLR0124 - NaN alone
        if self.rows.height != self._renewed:
            self._renewed = self.rows.height
            for pool, spread in zip(self._pools, self.pools, strict=True):
                pool.renew(self.rows, spread)
        if self._has_gaps:
            self.whereabouts.renew(self.rows)

    def _lacks_places(self) -> bool:
        return bool(np.isnan(self.rows.number_table[: self.rows.height, LATITUDE]).any())

    def _keys(self) -> tuple[Key, ...]:
        parties = self.parties
        keys: list[Key] = [(parties.holder,), (parties.payer,)]
        keys += [parties.money(parties.holder), parties.money(parties.payer)]
        keys += [(role,) for role in (*ACTING, *FIRSTS, TableRole.CITY) if role in parties.roles]
        if TableRole.MERCHANT_CATEGORY in parties.roles:
            keys.append(parties.money(TableRole.MERCHANT_CATEGORY))
        if parties.has_amount:
            keys += parties.levels
        if parties.partner is not None:
            keys.append((parties.partner,))
        return tuple(dict.fromkeys(keys))


def _settings(rows: Rows, parties: Parties) -> NDArray[np.int64]:
    found = np.full(SETTINGS, -1, np.int64)
    found[ROLES], found[KEYS] = len(rows.roles), len(rows.keys)
    codes = {
        CODE_HOLDER: parties.holder,
        CODE_PAYER: parties.payer,
        CODE_PARTNER: parties.partner,
        CODE_CATEGORY: TableRole.MERCHANT_CATEGORY,
        CODE_COUNTRY: TableRole.COUNTRY,
        CODE_CITY: TableRole.CITY,
        **{CODE_CARD + place: role for place, role in enumerate(ACTING)},
    }
    places = {role: place for place, role in enumerate(rows.roles)}
    for which, role in codes.items():
        found[which] = -1 if role is None else places.get(role, -1)
    money = {
        KEY_MONEY: parties.money(parties.holder),
        KEY_PAID: parties.money(parties.payer),
        KEY_CATEGORY: parties.money(TableRole.MERCHANT_CATEGORY),
    }
    keys: dict[int, Key] = {KEY_HOLDER: (parties.holder,), KEY_PAYER: (parties.payer,), **money}
    # The finest of three levels first.
    first = KEY_LEVELS + 3 - len(parties.levels)
    keys |= {first + place: key for place, key in enumerate(parties.levels)}
    keys |= {KEY_CARD + place: (role,) for place, role in enumerate(ACTING)}
    known = {key: place for place, key in enumerate(rows.keys)}
    for which, key in keys.items():
        found[which] = known.get(key, -1)
    return found


def _numbers(work: Work, limits: tuple[float, ...], parties: Parties) -> dict[int, Floats]:
    """The numbers that rows are remembered by, as `layout` orders them."""
    found: dict[int, Floats] = {TIME: work.timeline.time_us.astype(np.float64)}
    found[TOGETHER] = np.full(work.timeline.height, np.nan)
    if parties.has_amount:
        near = ~np.isnan(just_below(work.amount, limits))
        found[AMOUNT] = work.amount
        found[LOG] = work.log_amount
        found[NET] = _net(work)
        found[NEAR] = np.where(near, work.amount, np.nan)
        found[IS_NEAR] = near.astype(np.float64)
    if parties.has_place:
        found[LATITUDE], found[LONGITUDE] = own_places(work)
    if TableRole.STATUS in work.roles:
        found[REFUSED] = says_refused(work).astype(np.float64)
        found[ASKED_BACK] = says_asked_back(work).astype(np.float64)
    return found


def _net(work: Work) -> Floats:
    """The log amount less its category's usual one, as far as it was known then."""
    if TableRole.MERCHANT_CATEGORY not in work.roles:
        return np.full(work.timeline.height, np.nan)
    groups = work.money_groups(TableRole.MERCHANT_CATEGORY)
    known, median, _ = past(groups, work.log_amount, latest=LATEST_OF_MANY)
    net: Floats = work.log_amount - np.where(known >= CATEGORY_ROWS_MIN, median, np.nan)
    return net
