"""Columns beside key and amount: currency, date, words, party, account, original amount."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import polars as pl

from tieout.reconcile.infer.joined import Joined
from tieout.reconcile.infer.profile import Column, Kind, Profile, sample_days
from tieout.reconcile.infer.readings import is_identifier
from tieout.reconcile.infer.words import alike

COMMENTS_MAX = 3
_DATE_WEIGHTS = {
    "booking": 1.0,
    "transaction": 0.9,
    "valuation": 0.7,
    "settlement": 0.5,
    "document": 0.5,
    "invoice": 0.3,
    "created": -0.5,
    "due": -1.0,
    "status": -1.0,
}


@dataclass(frozen=True)
class Paired:
    """A column of each side for one role, and how often they agree on joined rows."""

    left: Column
    right: Column
    rows: int
    agreeing: int

    @property
    def share(self) -> float:
        """Share of joined rows that agree."""
        return self.agreeing / self.rows if self.rows else 0.0


def pair_dates(left: Profile, right: Profile, joined: Joined) -> Paired | None:
    """The date columns that agree most on joined rows, then those with the most fitting names."""
    best: tuple[float, Paired] | None = None
    days = {id(c): sample_days(c) for side in (left, right) for c in side.of_kind(Kind.DATE)}
    for mine in left.of_kind(Kind.DATE):
        for theirs in right.of_kind(Kind.DATE):
            lag = _lags(days[id(mine)], days[id(theirs)], joined)
            agreeing, near = int((lag == 0).sum()), int((lag.abs() <= 4).sum())
            rows = max(1, len(lag))
            score = agreeing / rows + 0.3 * near / rows + 0.1 * _date_names(mine, theirs)
            score += 0.05 * min(mine.filled_share, theirs.filled_share)
            if best is None or score > best[0] + 1e-9:
                best = (score, Paired(mine, theirs, len(lag), agreeing))
    return best[1] if best else None


def _lags(left: pl.Series, right: pl.Series, joined: Joined) -> pl.Series:
    return (
        right.gather(joined.right).cast(pl.Int64) - left.gather(joined.left).cast(pl.Int64)
    ).drop_nulls()


def _date_names(left: Column, right: Column) -> float:
    weights = sum(
        max((_DATE_WEIGHTS.get(concept, 0.0) for concept in column.concepts), default=0.0)
        + min((_DATE_WEIGHTS.get(concept, 0.0) for concept in column.concepts), default=0.0)
        for column in (left, right)
    )
    return 0.5 * weights + alike(left.name, right.name)


def date_alone(side: Profile) -> Column | None:
    """The date of a side whose other side has none."""
    dates = side.of_kind(Kind.DATE)
    return max(dates, key=lambda c: (_date_names(c, c), -c.position)) if dates else None


def pair_currencies(
    left: Profile, right: Profile, joined: Joined
) -> tuple[Column | None, Column | None]:
    """The currency of each side: the pair that agrees most on joined rows, then by name."""
    mine = [(c, _currency_name(c)) for c in left.of_kind(Kind.CURRENCY)]
    theirs = [(c, _currency_name(c)) for c in right.of_kind(Kind.CURRENCY)]
    if not mine or not theirs:
        return _best_named(mine), _best_named(theirs)
    scored = []
    for first, first_name in mine:
        for second, second_name in theirs:
            a = first.values.gather(joined.left).str.to_uppercase()
            b = second.values.gather(joined.right).str.to_uppercase()
            agreeing = int((a == b).sum()) / max(1, len(joined))
            score = round(agreeing, 2) + 0.3 * (first_name + second_name)
            scored.append((score, -first.position - second.position, first, second))
    best = max(scored, key=lambda each: each[:2])
    return best[2], best[3]


def _currency_name(column: Column) -> float:
    named = column.concepts
    return 1.0 * ("currency" in named) - 1.0 * ("original" in named) + 0.3 * ("local" in named)


def _best_named(columns: Sequence[tuple[Column, float]]) -> Column | None:
    if not columns:
        return None
    return max(columns, key=lambda each: (each[1], -each[0].position))[0]


def original(
    side: Profile, *, amount: Collection[str], currency: str | None, another: Column | None = None
) -> tuple[Column | None, Column | None]:
    """Amount before conversion and its currency, where a side has them beside the main ones.

    another: a column of codes that is known to belong to another amount than the main one.
    """
    amounts = [
        c
        for c in side.of_kind(Kind.AMOUNT)
        if c.name not in amount
        and not is_identifier(c)
        and (
            ("original" in c.concepts and not c.concepts & {"rate"})
            or {"amount", "currency"} <= c.concepts
            or (another is not None and "amount" in c.concepts)
        )
    ]
    currencies = [
        c
        for c in side.of_kind(Kind.CURRENCY)
        if c.name != currency and ("original" in c.concepts or amounts)
    ]
    amounts.sort(key=lambda c: (-("amount" in c.concepts), c.position))
    currencies.sort(key=lambda c: (-("original" in c.concepts), c.position))
    return next(iter(amounts), None), next(iter(currencies), None)


def comments(side: Profile, *, taken: Collection[str]) -> tuple[str, ...]:
    """Columns of words that people wrote: those called so, else the longest free text."""
    texts = [c for c in side.of_kind(Kind.TEXT) if c.name not in taken]
    named = [c for c in texts if "words" in c.concepts]
    if named:
        return tuple(c.name for c in named[:COMMENTS_MAX])
    free = [
        c
        for c in texts
        if c.length >= 12
        and c.blanks > 0.05
        and not c.concepts & {"party", "account", "person", "type", "status", "reference"}
    ]
    longest = max(free, key=lambda c: (c.length, -c.position), default=None)
    return (longest.name,) if longest else ()


def party(side: Profile, *, taken: Collection[str]) -> str | None:
    """The column that names the other party."""
    found = [
        c
        for c in side.of_kind(Kind.TEXT)
        if c.name not in taken
        and c.concepts & {"party", "person"}
        and not c.concepts & {"account", "currency", "code", "words", "status", "type"}
    ]
    found.sort(key=lambda c: (-("party" in c.concepts), c.whole, c.position))
    return found[0].name if found else None


def account(side: Profile, *, taken: Collection[str]) -> str | None:
    """The column of account codes or IBANs."""
    found = [
        c
        for c in side.of_kind(Kind.TEXT, Kind.AMOUNT)
        if c.name not in taken
        and (_is_iban(c) or ("account" in c.concepts and not c.concepts & {"person", "amount"}))
        and (c.kind is Kind.TEXT or c.whole)
    ]
    found.sort(key=lambda c: (-_is_iban(c), -("number" in c.concepts), c.blanks > 0.05, c.position))
    return found[0].name if found else None


def _is_iban(column: Column) -> bool:
    head = column.values.drop_nulls().head(1_000).str.replace_all(" ", "")
    fits = head.str.contains("^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$")
    return bool(len(head)) and int(fits.sum()) >= 0.9 * len(head)
