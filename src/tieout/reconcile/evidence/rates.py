"""Exchange rates by date: from a table that the spec names, else from rows that tied out."""

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

import polars as pl

from tieout.model.errors import InputError
from tieout.reconcile.evidence.wording import minor_units

RATE_ONE = 10**18
# A table without weekends: its last rate holds for so many days more.
_HELD_DAYS_MAX = 4
_LARGEST_USED = 5
# Rows of one day whose rates lie further apart than this share tell no rate.
_SPREAD_MAX = Decimal("0.002")
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class RateTable:
    """Rates of one currency pair: amount = original amount x rate.

    low, high: epoch day to a rate in units of 10**-18, equal where the rate is known exactly.
    """

    low: dict[int, int] = field(default_factory=dict)
    high: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class RateBook:
    """All that is known about rates.

    given: (currency, quote, epoch day, rate) as the table has it; quote "" where it has none.
    inferred: what the tied rows imply, by (original currency, currency).
    """

    given: tuple[tuple[str, str, int, Decimal], ...] = ()
    inferred: dict[tuple[str, str], RateTable] = field(default_factory=dict)

    def tables(self, original: str, currency: str) -> list[RateTable]:
        """What may be the pair's table.

        A column named "rate" does not say which way it is quoted: where the table has no quote
        currency there are two answers, and the rows decide.
        """
        if not self.given:
            known = self.inferred.get((original, currency))
            return [known] if known else []
        straight = self._rates(lambda code, quote: (code, quote) == (original, currency))
        inverse = self._rates(lambda code, quote: (code, quote) == (currency, original))
        if straight or inverse:
            return [_held(straight or _inverted(inverse))]
        first = self._rates(lambda code, quote: (code, quote) == (original, ""))
        second = self._rates(lambda code, quote: (code, quote) == (currency, ""))
        if first and second:
            first = {day: first[day] / second[day] for day in first.keys() & second.keys()}
        either = first or second
        return [_held(either), _held(_inverted(either))] if either else []

    def _rates(self, wanted: Callable[[str, str], bool]) -> dict[int, Decimal]:
        return {day: rate for code, quote, day, rate in self.given if wanted(code, quote)}


def load_rates(path: Path) -> RateBook:
    """Read a CSV of date (2024-03-05), currency, rate and optionally quote.

    One unit of `currency` is `rate` units of `quote`. Raises InputError with file, row and column.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            names = {name.strip().lower(): name for name in reader.fieldnames or ()}
            for needed in ("date", "currency", "rate"):
                if needed not in names:
                    raise InputError(
                        f"{path}: row 0: column {needed!r} is missing; "
                        "expected date, currency, rate and optionally quote"
                    )
            given = tuple(_rate_rows(path, reader, names))
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    return RateBook(given=given)


def infer_rates(tied: pl.DataFrame, scale: int) -> RateBook:
    """What one-to-one matches with an original amount say about each day's rate.

    A match bounds the rate by the rounding of its amount; the largest ones bound it closest.
    """
    pair = ["original_currency", "currency", "date"]
    rows = pl.concat([_originals(tied, side) for side in ("left", "right")]).unique()
    largest = (
        rows.sort(*pair, "original", "amount", descending=[False] * 3 + [True, True])
        .group_by(pair, maintain_order=True)
        .head(_LARGEST_USED)
    )
    unit = minor_units(largest["currency"], scale)
    bounds: dict[tuple[str, str, int], list[tuple[int, int]]] = {}
    values = largest.select(*pair, "original", "amount").with_columns(unit.alias("unit"))
    for code, currency, day, original, amount, step in values.iter_rows():
        low = -((step - 2 * amount) * RATE_ONE // (2 * original))
        high = (2 * amount + step) * RATE_ONE // (2 * original)
        bounds.setdefault((code, currency, day), []).append((low, high))
    inferred: dict[tuple[str, str], RateTable] = {}
    for (code, currency, day), limits in bounds.items():
        low, high = max(first for first, _ in limits), min(last for _, last in limits)
        low, high = min(low, high), max(low, high)
        if high - low <= high * _SPREAD_MAX:
            table = inferred.setdefault((code, currency), RateTable())
            table.low[day], table.high[day] = low, high
    return RateBook(inferred=inferred)


def _originals(tied: pl.DataFrame, side: str) -> pl.DataFrame:
    other = "right" if side == "left" else "left"
    original = pl.coalesce(f"original_amount_{side}", f"original_amount_{other}").abs()
    code = pl.col(f"original_currency_{side}").replace("", None)
    code = pl.coalesce(code, f"original_currency_{other}").fill_null("")
    return tied.select(
        original_currency=code,
        currency=pl.col("currency"),
        date=pl.col(f"date_{side}"),
        original=original,
        amount=pl.col(f"amount_{side}").abs(),
    ).filter(
        (pl.col("original") > 0)
        & pl.col("date").is_not_null()
        & (pl.col("original_currency") != "")
        & (pl.col("original_currency") != pl.col("currency"))
    )


def _rate_rows(
    path: Path, rows: Iterable[dict[str, str]], names: dict[str, str]
) -> Iterable[tuple[str, str, int, Decimal]]:
    for number, row in enumerate(rows, start=1):
        text = row[names["date"]] or ""
        try:
            day = date.fromisoformat(text.strip()).toordinal() - _EPOCH
        except ValueError as error:
            raise InputError(
                f"{path}: row {number}: date {text!r} is not a date such as 2024-03-05"
            ) from error
        value = row[names["rate"]] or ""
        try:
            rate = Decimal(value.strip())
        except InvalidOperation:
            rate = Decimal(0)
        if not rate.is_finite() or rate <= 0:
            raise InputError(
                f"{path}: row {number}: rate {value!r} is not a positive number such as 1.0832"
            )
        quote = (row[names["quote"]] or "") if "quote" in names else ""
        yield (row[names["currency"]] or "").strip().upper(), quote.strip().upper(), day, rate


def _inverted(rates: dict[int, Decimal]) -> dict[int, Decimal]:
    return {day: 1 / rate for day, rate in rates.items()}


def _held(rates: dict[int, Decimal]) -> RateTable:
    numbers = {day: int(rate * RATE_ONE) for day, rate in rates.items()}
    for day in sorted(rates):
        for later in range(day + 1, day + _HELD_DAYS_MAX + 1):
            if later in rates:
                break
            numbers[later] = numbers[day]
    return RateTable(numbers, dict(numbers))
