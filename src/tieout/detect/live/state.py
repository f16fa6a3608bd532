"""All that is remembered of payments, as a record's features need it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tieout.detect.behaviour.amounts import CATEGORY_ROWS_MIN, LATEST_OF_MANY, levels, past
from tieout.detect.behaviour.family import AMOUNTS, CARRIERS, HOLDERS, Work, first_of
from tieout.detect.behaviour.limits import just_below, round_limits
from tieout.detect.behaviour.places import own_places
from tieout.detect.behaviour.repeats import PARTNERS
from tieout.detect.behaviour.statuses import says_asked_back, says_refused
from tieout.detect.behaviour.timeline import timeline
from tieout.detect.live import walks
from tieout.detect.live.habits import Firsts, Hours
from tieout.detect.live.pools import RunningPool, Spread
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
# So many spreads are kept before all are forgotten; each is a few numbers.
_SPREADS_MAX = 200_000
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
    where each becomes one of the rows.
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
        self.pool, self.pool_net = RunningPool(), RunningPool()
        self.whereabouts = Whereabouts(roles)
        self.requests = None if requests is None else Requests(self.rows, requests)
        self._spreads: dict[tuple[Key, str, int, int], Spread] = {}

    def head(self, key: Key, keys: dict[Key, int], habits: dict[Key, int], place: int) -> int:
        """The last row of a key, requests among them; -1 for none.

        keys, habits: of a record, as `Moment` has them. place: of the row itself where it is one
        of the requests: then the one before it.
        """
        if place >= 0:
            return self.rows.chain_cells[key][place]
        if self.requests is None:
            return habits[key]
        return self.requests.heads[key].get(keys[key], habits[key])

    def spread(self, key: Key, name: str, head: int, width: int) -> Spread:
        """How many, centre and spread of a key's latest `width` numbers up to a row.

        What is behind a row never changes, so that it is counted once for each last row.
        """
        found = self._spreads.get((key, name, width, head))
        if found is None:
            if len(self._spreads) >= _SPREADS_MAX:
                self._spreads.clear()
            found = walks.latest_spread(self.rows.chains[key], self.rows.numbers[name], head, width)
            self._spreads[key, name, width, head] = found
        return found

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


def _numbers(work: Work, limits: tuple[float, ...], parties: Parties) -> dict[str, Floats]:
    """The columns of numbers that rows are remembered by."""
    found: dict[str, Floats] = {"time": work.timeline.time_us.astype(np.float64)}
    found["together"] = np.full(work.timeline.height, np.nan)
    if parties.has_amount:
        near = ~np.isnan(just_below(work.amount, limits))
        found["amount"] = work.amount
        found["log"] = work.log_amount
        found["net"] = _net(work)
        found["near limit"] = np.where(near, work.amount, np.nan)
        found["is near limit"] = near.astype(np.float64)
    if parties.has_place:
        found["latitude"], found["longitude"] = own_places(work)
    if TableRole.STATUS in work.roles:
        found["refused"] = says_refused(work).astype(np.float64)
        found["asked back"] = says_asked_back(work).astype(np.float64)
    return found


def _net(work: Work) -> Floats:
    """The log amount less its category's usual one, as far as it was known then."""
    if TableRole.MERCHANT_CATEGORY not in work.roles:
        return np.full(work.timeline.height, np.nan)
    groups = work.money_groups(TableRole.MERCHANT_CATEGORY)
    known, median, _ = past(groups, work.log_amount, latest=LATEST_OF_MANY)
    net: Floats = work.log_amount - np.where(known >= CATEGORY_ROWS_MIN, median, np.nan)
    return net
