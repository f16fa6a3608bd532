"""Events as the file shows them."""

from typing import Final

import numpy as np
import polars as pl

from tieout.practice.breaks.arrays import Ints
from tieout.practice.breaks.tables import decimals
from tieout.practice.rates.answers import AUTH_CODES, CURRENCIES
from tieout.practice.rates.cells import DIMENSIONS, values_of
from tieout.practice.rates.events import Events
from tieout.practice.rates.period import FIRST_MOMENT
from tieout.practice.rates.statuses import STATUSES

COLUMNS: Final = (
    "event_id",
    "timestamp",
    "status",
    "channel",
    "product",
    "acquirer",
    "card_type",
    "amount",
    "currency",
    "auth_code",
    "duration_ms",
)
_FIRST_MILLISECOND: Final = int(np.datetime64(FIRST_MOMENT, "ms").astype(np.int64))


def event_table(events: Events, *, first_number: int) -> pl.DataFrame:
    """Text, decimals and whole numbers in the order of COLUMNS; events count from a number."""
    number = np.arange(first_number, first_number + len(events))
    moment = pl.Series(events.time + _FIRST_MILLISECOND).cast(pl.Datetime("ms"))
    dimensions = {
        name: _named(values, values_of(name)[events.cell]) for name, values in DIMENSIONS.items()
    }
    return pl.DataFrame(
        {
            "event_id": "E" + pl.Series(number).cast(pl.String).str.zfill(10),
            "timestamp": moment.dt.strftime("%Y-%m-%dT%H:%M:%S%.3f"),
            "status": _named(STATUSES, events.status),
            **dimensions,
            "amount": decimals(events.amount),
            "currency": _named(CURRENCIES, events.currency),
            "auth_code": _named(AUTH_CODES, events.auth_code),
            "duration_ms": pl.Series(events.duration),
        }
    )


def _named(names: tuple[str, ...], index: Ints) -> pl.Series:
    return pl.Series(names, dtype=pl.String).gather(index)
