"""Payments as the file shows them."""

from typing import Final

import numpy as np
import polars as pl

from tieout.practice.breaks.arrays import Ints
from tieout.practice.breaks.tables import decimals
from tieout.practice.payments.categories import CHANNELS
from tieout.practice.payments.chance import scatter
from tieout.practice.payments.cities import CITIES, CURRENCY_OF
from tieout.practice.payments.rows import NO_DEVICE, Rows
from tieout.practice.payments.world import ALL_CATEGORIES, World

COLUMNS: Final = (
    "transaction_id",
    "timestamp",
    "customer_id",
    "card_id",
    "merchant_id",
    "category",
    "channel",
    "amount",
    "currency",
    "country",
    "city",
    "latitude",
    "longitude",
    "device_id",
)
_DEVICE_DIGITS: Final = 10**12


def payment_table(rows: Rows, world: World, *, first_number: int) -> pl.DataFrame:
    """Text, moments and decimals in the order of COLUMNS; transactions count from a number."""
    home = world.people.home[rows.person]
    number = np.arange(first_number, first_number + len(rows))
    micros = pl.Series(rows.time * 1_000_000).cast(pl.Datetime("us"))
    device = pl.Series(scatter(rows.device, 7) % _DEVICE_DIGITS)
    return pl.DataFrame(
        {
            "transaction_id": _numbered("T", number, 10),
            "timestamp": micros,
            "customer_id": _numbered("C", world.people.customer[rows.person] + 1, 7),
            "card_id": _numbered("K", rows.person + 1, 7),
            "merchant_id": _numbered("M", rows.merchant + 1, 6),
            "category": _named(ALL_CATEGORIES, rows.category),
            "channel": _named(CHANNELS, rows.channel),
            "amount": decimals(rows.amount),
            "currency": _named(CURRENCY_OF, home),
            "country": _named(tuple(city.country for city in CITIES), rows.city),
            "city": _named(tuple(city.name for city in CITIES), rows.city),
            "latitude": pl.Series(rows.latitude),
            "longitude": pl.Series(rows.longitude),
            "device_id": pl.select(
                pl.when(pl.Series(rows.device != NO_DEVICE)).then(
                    pl.lit("D") + device.cast(pl.String).str.zfill(12)
                )
            ).to_series(),
        }
    )


def _numbered(letter: str, number: Ints, digits: int) -> pl.Series:
    return letter + pl.Series(number).cast(pl.String).str.zfill(digits)


def _named(names: tuple[str, ...], index: Ints) -> pl.Series:
    return pl.Series(names, dtype=pl.String).gather(index)
