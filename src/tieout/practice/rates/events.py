"""The events of some minutes: drawn as on any day, then changed by what happens then."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tieout.practice.breaks.arrays import Flags, Floats, Ints
from tieout.practice.payments.chance import pick_by_row
from tieout.practice.rates.answers import (
    AUTH_CODES,
    draw_amounts,
    draw_auth_codes,
    draw_currencies,
    draw_durations,
)
from tieout.practice.rates.incidents import Incident
from tieout.practice.rates.period import DAY_MINUTES, MINUTE_MILLISECONDS
from tieout.practice.rates.statuses import (
    AFTERWARDS,
    APPROVED,
    TIMEOUT,
    factors_by_minute,
    levels_of,
    rates_by_cell,
)
from tieout.practice.rates.world import World


@dataclass(frozen=True)
class Events:
    """Payment attempts by time.

    time: milliseconds since the first moment. cell: which combination of dimensions. status,
    auth_code, currency: positions in the lists of them. amount: in units of 0.01. duration: in
    milliseconds. kind: 0 for an ordinary row, else the position in KINDS plus one of the
    incident that changed it.
    """

    time: Ints
    cell: Ints
    status: Ints
    auth_code: Ints
    amount: Ints
    currency: Ints
    duration: Ints
    kind: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.time)

    def take(self, index: Any) -> "Events":
        """The events at some positions."""
        return Events(**{f.name: getattr(self, f.name)[index] for f in fields(self)})


def draw_events(world: World, minute: Ints, counts: Ints, generator: np.random.Generator) -> Events:
    """As many events as are counted for each of some consecutive minutes."""
    time, cell = _draw_places(world, minute, counts, generator)
    at = time // MINUTE_MILLISECONDS
    status = _draw_statuses(world, at, cell, generator)
    auth_code = draw_auth_codes(status, generator)
    kind = np.zeros(len(time), dtype=np.int8)
    slower = np.ones(len(time))
    for each in world.during(minute):
        strength = _strength_by_row(each, time, cell)
        changed = _turn(each, strength, status, auth_code, generator)
        changed |= _is_extra(each, at, cell, generator)
        slowed = 1 + (each.effect.slower - 1) * strength
        slower *= slowed
        changed |= (slowed > 1) & ~np.isin(status, (*AFTERWARDS, TIMEOUT))
        kind[changed] = each.code
    return Events(
        time=time,
        cell=cell,
        status=status,
        auth_code=auth_code,
        amount=draw_amounts(cell, generator),
        currency=draw_currencies(cell, generator),
        duration=draw_durations(at, cell, status, slower, generator),
        kind=kind,
    )


def _draw_places(
    world: World, minute: Ints, counts: Ints, generator: np.random.Generator
) -> tuple[Ints, Ints]:
    """Times and cells, by time."""
    expected = world.expected(minute)
    shares = expected / expected.sum(axis=1, keepdims=True)
    by_cell = generator.multinomial(counts, shares)
    place = np.repeat(np.arange(by_cell.size), by_cell.ravel())
    row, cell = np.divmod(place, by_cell.shape[1])
    within = generator.integers(0, MINUTE_MILLISECONDS, len(place))
    time = minute[row] * MINUTE_MILLISECONDS + within
    # A lot decides among those of the same millisecond, as the cell's number must not.
    order = np.lexsort((generator.random(len(place)), time))
    return time[order], cell[order]


def _draw_statuses(world: World, minute: Ints, cell: Ints, generator: np.random.Generator) -> Ints:
    rates = rates_by_cell()[cell] * factors_by_minute()[minute % DAY_MINUTES]
    rates *= levels_of(world.levels, minute, cell)
    # What no rate claims is approved, so that column stands last here and first in the list.
    summed = np.cumsum(np.column_stack([rates, np.ones(len(cell))]), axis=1)
    picked = pick_by_row(summed, generator.random(len(cell)))
    status: Ints = (picked + 1) % summed.shape[1]
    return status


def _strength_by_row(incident: Incident, time: Ints, cell: Ints) -> Floats:
    strength = incident.strength(time / MINUTE_MILLISECONDS)
    here: Floats = np.where(incident.condition.cells[cell], strength, 0.0)
    return here


def _turn(
    incident: Incident,
    strength: Floats,
    status: Ints,
    auth_code: Ints,
    generator: np.random.Generator,
) -> Flags:
    """Give approved events another end, in place; which ones it was."""
    lot = generator.random(len(status))
    open_to_it = status == APPROVED
    turned = np.zeros(len(status), dtype=np.bool_)
    reached = np.zeros(len(status))
    for new_status, share in incident.effect.turned:
        mine = open_to_it & (lot >= reached) & (lot < reached + share * strength)
        status[mine] = new_status
        turned |= mine
        reached += share * strength
    auth_code[turned] = AUTH_CODES.index(incident.effect.auth_code)
    return turned


def _is_extra(
    incident: Incident, minute: Ints, cell: Ints, generator: np.random.Generator
) -> Flags:
    """Which events would not be there without it, where it brings more than usual."""
    lot = generator.random(len(minute))
    if incident.effect.volume <= 1:
        return np.zeros(len(minute), dtype=np.bool_)
    factor = 1 + (incident.effect.volume - 1) * incident.strength(minute.astype(np.float64))
    extra: Flags = incident.condition.cells[cell] & (lot < 1 - 1 / factor)
    return extra
