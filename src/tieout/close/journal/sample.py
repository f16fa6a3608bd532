"""Samples for an audit: drawn at random in strata, or by monetary unit; a seed draws them again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from tieout.close.journal.book import Book
from tieout.model.errors import InputError

STRATA: Final = 4


@dataclass(frozen=True, slots=True)
class Drawn:
    """An entry of a sample. reason: why it is in it. stratum: 0 takes all. weight: how many
    entries (at random) or how much money in whole units of the currency (by monetary unit) it
    stands for."""

    entry: str
    amount: int
    stratum: int
    weight: float
    reason: str


def stratified(book: Book, *, size: int, seed: int, strata: int = STRATA) -> tuple[Drawn, ...]:
    """A random sample in strata of amount, each with its share of the money (Neyman-like).

    Strata have equal sums of money, so that each gets about the same number of entries; every
    stratum with entries gets at least one.
    """
    _check(size)
    entries = book.entries.filter(pl.col("amount") > 0).sort("amount", "entry")
    if entries.is_empty():
        return ()
    money = entries["amount"].cum_sum() / entries["amount"].sum()
    stratum = np.minimum((money.to_numpy() - 1e-12) * strata, strata - 1).astype(np.int64)
    generator = np.random.default_rng(seed)
    drawn: list[Drawn] = []
    for number in range(strata):
        places = np.flatnonzero(stratum == number)
        if not len(places):
            continue
        wanted = min(len(places), max(1, round(size / strata)))
        chosen = np.sort(generator.choice(places, wanted, replace=False))
        weight = len(places) / wanted
        drawn += [
            Drawn(entries["entry"][int(place)], entries["amount"][int(place)], number + 1, weight,
                  f"random, {wanted} of {len(places)}")
            for place in chosen
        ]  # fmt: skip
    return tuple(drawn)


def monetary_unit(book: Book, *, size: int, seed: int) -> tuple[Drawn, ...]:
    """Every interval-th unit of money from a random start; what is larger is always in it.

    Fixed-interval probability proportional to size (AICPA Audit Guide: Audit Sampling, ch. 6).
    """
    _check(size)
    entries = book.entries.filter(pl.col("amount") > 0)
    if entries.is_empty():
        return ()
    total = int(entries["amount"].sum())
    interval = total / size
    step = interval / book.unit
    large = entries.filter(pl.col("amount") >= interval)
    drawn = [
        Drawn(entry, amount, 0, amount / book.unit, f"at least the interval of {step:,.0f}")
        for entry, amount in large.select("entry", "amount").iter_rows()
    ]
    rest = entries.filter(pl.col("amount") < interval)
    ends = rest["amount"].cum_sum().to_numpy()
    if not len(ends):
        return tuple(drawn)
    start = float(np.random.default_rng(seed).uniform(0.0, interval))
    hits = np.searchsorted(ends, np.arange(start, float(ends[-1]), interval), side="right")
    drawn += [
        Drawn(
            rest["entry"][int(place)],
            rest["amount"][int(place)],
            1,
            step,
            "by money unit",
        )
        for place in np.unique(hits)
    ]
    return tuple(drawn)


def targeted(book: Book, order: Sequence[int], *, size: int) -> tuple[Drawn, ...]:
    """The riskiest entries; order: places by risk."""
    _check(size)
    entries, amounts = book.entries["entry"], book.entries["amount"]
    return tuple(
        Drawn(entries[int(place)], amounts[int(place)], 0, 1.0, "by risk") for place in order[:size]
    )


def _check(size: int) -> None:
    if size < 1:
        raise InputError(f"a sample of {size} entries cannot be drawn; expected 1 or more")
