"""Rows as the files show them: the bank's columns on the left, the ledger's on the right."""

import numpy as np
import polars as pl
import pyarrow as pa

from tieout.practice.breaks.arrays import Flags, Ints
from tieout.practice.breaks.items import ACCOUNTS_PER_CURRENCY
from tieout.practice.breaks.rows import Rows
from tieout.practice.breaks.world import ACCOUNT_SHARES, CURRENCIES, PAIRS, PREFIXES, World

# Ordinary words, by channel; none names a reference.
PHRASES_LEFT = (
    ("Invoice payment", "Customer transfer", "SEPA credit transfer", "Payment with thanks"),
    ("Card settlement", "Card sales", "Acquirer payout", "Web shop settlement"),
    ("Wire transfer", "International transfer", "Urgent transfer", "SWIFT payment"),
    ("Direct debit", "SEPA direct debit", "Collection run", "Recurring collection"),
)
PHRASES_RIGHT = (
    ("Open item cleared", "Receipt on account", "Invoice settled", "AR receipt"),
    ("Card receivable", "Shop sales", "Card batch posting", "PSP clearing"),
    ("Wire posting", "Foreign payment", "Treasury transfer", "Bank transfer"),
    ("Mandate collection", "Debit run", "Subscription billing", "Direct debit posting"),
)
RETURN_WORDS = ("RETURN AC04 ORIG ", "Reversal of ")


def left_table(rows: Rows, world: World, generator: np.random.Generator) -> pl.DataFrame:
    """The bank's statement lines, as text and decimals."""
    reference = _reference(rows.channel, rows.number, "-", PREFIXES)
    original, original_currency = _originals(rows)
    return pl.DataFrame(
        {
            "Booking Date": _gather(_day_texts(world, "%Y-%m-%d"), rows.day - world.period.start),
            "Reference": reference,
            "Narrative": _words(rows, PHRASES_LEFT, "-", PREFIXES, generator),
            "Counterparty": _gather(world.parties_left, rows.party),
            "Amount": decimals(rows.amount),
            "Currency": _gather(CURRENCIES, rows.currency),
            "Account": _gather(_account_names("ACC-{currency}-{number}"), rows.account),
            "Original Amount": original,
            "Original Currency": original_currency,
        }
    )


def right_table(rows: Rows, world: World, generator: np.random.Generator) -> pl.DataFrame:
    """The ledger's lines, as text and decimals: money in is a debit to the bank's account."""
    prefixes = tuple(prefix.lower() for prefix in PREFIXES)
    original, original_currency = _originals(rows)
    return pl.DataFrame(
        {
            "posted_on": _gather(_day_texts(world, "%d/%m/%Y"), rows.day - world.period.start),
            "doc_no": _reference(rows.channel, rows.number, "", prefixes),
            "description": _words(rows, PHRASES_RIGHT, "", prefixes, generator),
            "party": _gather(world.parties_right, rows.party),
            "debit": decimals(rows.amount, rows.amount >= 0),
            "credit": decimals(-rows.amount, rows.amount < 0),
            "ccy": _gather(CURRENCIES, rows.currency),
            "gl_account": _gather(_account_names("1{index}{number}0"), rows.account),
            "fc_amount": original,
            "fc_currency": original_currency,
        }
    )


def decimals(units: Ints, shown: Flags | None = None) -> pl.Series:
    """Units of 0.01 as decimals, null where not shown. No arithmetic: the bytes are the value."""
    words = np.empty((len(units), 2), dtype="<i8")
    words[:, 0] = units
    words[:, 1] = units >> 63
    valid = None
    if shown is not None:
        valid = pa.py_buffer(np.packbits(shown, bitorder="little").tobytes())
    array = pa.Decimal128Array.from_buffers(
        pa.decimal128(18, 2), len(units), [valid, pa.py_buffer(words.tobytes())]
    )
    return pl.Series(array)


def _originals(rows: Rows) -> tuple[pl.Series, pl.Series]:
    shown = rows.pair >= 0
    names = pl.Series([CURRENCIES[pair.original] for pair in PAIRS])
    return decimals(rows.original, shown), names.gather(
        pl.select(pl.when(pl.Series(shown)).then(pl.Series(rows.pair))).to_series()
    )


def _reference(channel: Ints, number: Ints, dash: str, prefixes: tuple[str, ...]) -> pl.Series:
    prefix = _gather([prefix + dash for prefix in prefixes], channel)
    return prefix + pl.Series(number).cast(pl.String)


def _words(
    rows: Rows,
    phrases: tuple[tuple[str, ...], ...],
    dash: str,
    prefixes: tuple[str, ...],
    generator: np.random.Generator,
) -> pl.Series:
    """An ordinary phrase, or for a reversal under a new reference, words that name the old one."""
    ordinary = [phrase for channel in phrases for phrase in channel]
    size = len(phrases[0])
    code = rows.channel * size + generator.integers(0, size, len(rows))
    returns = np.flatnonzero(rows.quoted)
    quoted = _reference(rows.channel[returns], rows.quoted[returns], dash, prefixes)
    opening = _gather(RETURN_WORDS, generator.integers(0, len(RETURN_WORDS), len(returns)))
    code[returns] = len(ordinary) + np.arange(len(returns))
    return pl.concat([pl.Series(ordinary), opening + quoted]).gather(code)


def _gather(values: tuple[str, ...] | list[str], index: Ints) -> pl.Series:
    return pl.Series(values, dtype=pl.String).gather(index)


def _day_texts(world: World, pattern: str) -> list[str]:
    days = pl.Series(world.period.calendar.astype(np.int32)).cast(pl.Date)
    return days.dt.strftime(pattern).to_list()


def _account_names(pattern: str) -> list[str]:
    return [
        pattern.format(currency=currency, index=index, number=number)
        for index, currency in enumerate(CURRENCIES[: len(ACCOUNT_SHARES)], start=1)
        for number in range(1, ACCOUNTS_PER_CURRENCY + 1)
    ]
