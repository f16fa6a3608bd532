"""All causes together, and the day whose import is missing."""

from datetime import date

from tieout.practice.company.business.abroad import Rates
from tieout.practice.company.calendar import BANK_DAYS
from tieout.practice.company.draw import Draw
from tieout.practice.company.planting import amounts, codes, dates, groups, one_sided
from tieout.practice.company.planting.pool import Pool
from tieout.practice.company.rows import Event, Kind

# What a day may hold to be the one whose import is missing: nothing that has its own reason.
_PLAIN = frozenset(
    (Kind.RECEIPT, Kind.SUPPLIER, Kind.CARD, Kind.CASH, Kind.FOREIGN, Kind.COLLECTIVE)
)


def plant_breaks(draw: Draw, events: list[Event], rates: Rates) -> list[Event]:
    """The events with causes of all sixteen kinds among them, each row under one cause."""
    references = {event.reference for event in events}
    pool = Pool(draw, draw.shuffled(events), _late_day(draw, events))
    one_sided.plant_late_feed(pool)
    dates.plant_in_transit(pool)
    dates.plant_cut_off(pool)
    dates.plant_timing(pool)
    one_sided.plant_missing(pool)
    one_sided.plant_duplicates(pool)
    one_sided.plant_returns(pool)
    amounts.plant_rounding(pool)
    amounts.plant_stale_rates(pool, rates)
    amounts.plant_fees(pool)
    amounts.plant_sign_flips(pool)
    amounts.plant_typing_errors(pool)
    amounts.plant_partial(pool)
    groups.plant_splits(pool)
    codes.plant_wrong_references(pool, references)
    codes.plant_wrong_currencies(pool)
    return [*pool.clean, *pool.broken]


def _late_day(draw: Draw, events: list[Event]) -> date:
    busy = {event.day for event in events if event.kind not in _PLAIN}
    middle = BANK_DAYS[20:-20]
    return draw.choose([day for day in middle if day not in busy])
