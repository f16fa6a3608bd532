"""Differences that come from the rate of another date."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from tieout.reconcile.calendars import NO_DATE
from tieout.reconcile.evidence.rates import RATE_ONE, RateBook, RateTable
from tieout.reconcile.evidence.work import OTHER, SIDES, Flags, Floats, Ints, SideName, dates_of

SEARCH_DAYS = 30
_KNOWN_DAYS_MIN = 3
# Rates of days that we don't know may lie a little outside those that we do.
_RANGE_MARGIN = 0.005
_NEAREST_FIRST = sorted(range(-SEARCH_DAYS, SEARCH_DAYS + 1), key=lambda days: (abs(days), days))


@dataclass(frozen=True)
class FxFit:
    """What rates explain, an entry a row.

    stale: "left" or "right", the side whose amount has another date's rate; "" where none fits.
    own_day, used_day: date of the other side, and of the rate that the stale side used.
    own_rate, used_rate: those rates. coverage: share of the amounts within the range of rates
    that one date or another would explain (0-1): the chance of a false fit. within: no known date
    fits, but both amounts lie within the rates of the days around; lowest, highest: those rates.
    """

    stale: list[str]
    own_day: Ints
    used_day: Ints
    own_rate: Floats
    used_rate: Floats
    coverage: Floats
    within: Flags
    lowest: Floats
    highest: Floats

    @classmethod
    def nothing(cls, rows: int) -> "FxFit":
        """No row is explained."""
        return cls(
            stale=[""] * rows,
            own_day=np.full(rows, NO_DATE, np.int64),
            used_day=np.full(rows, NO_DATE, np.int64),
            own_rate=np.zeros(rows),
            used_rate=np.zeros(rows),
            coverage=np.zeros(rows),
            within=np.zeros(rows, np.bool_),
            lowest=np.zeros(rows),
            highest=np.zeros(rows),
        )

    @property
    def fits(self) -> Flags:
        """Rows that are explained."""
        return np.array([bool(side) for side in self.stale], np.bool_)


@dataclass
class _Grid:
    """A rate table as arrays by day; the first place is always empty."""

    first: int
    rate: Floats
    width: Floats
    low: list[int]
    high: list[int]

    @classmethod
    def of(cls, table: RateTable) -> "_Grid":
        first = min(table.low) - 1
        days = range(first, max(table.low) + 1)
        low, high = ([side.get(day, 0) for day in days] for side in (table.low, table.high))
        rate = np.array([(one + two) / 2 / RATE_ONE for one, two in zip(low, high, strict=True)])
        width = np.array([(two - one) / RATE_ONE for one, two in zip(low, high, strict=True)])
        return cls(first, np.where(rate > 0, rate, np.nan), width, low, high)

    def place(self, days: Ints) -> Ints:
        """Positions of days; those without a rate are at 0."""
        inside = (days >= self.first) & (days < self.first + len(self.rate))
        return np.where(inside, days - self.first, 0)

    def fits(self, amount: Ints, original: Ints, days: Ints, unit: Ints) -> Flags:
        """Whether amount is original at the day's rate, to one minor unit.

        Floats only find the rows worth a look; whole numbers decide.
        """
        place = self.place(days)
        guess = original * self.rate[place]
        near = np.abs(amount - guess) <= 2 * unit + original * self.width[place] + guess * 1e-9
        answer = np.zeros(len(amount), np.bool_)
        for row in np.flatnonzero(near):
            base, at, slack = int(original[row]), int(place[row]), int(unit[row])
            lowest = base * self.low[at] // RATE_ONE - slack
            highest = -(-base * self.high[at] // RATE_ONE) + slack
            answer[row] = lowest <= int(amount[row]) <= highest
        return answer


def fit_rates(compared: pl.DataFrame, book: RateBook, *, unit: Ints) -> FxFit:
    """Find the rows in which one side has its own date's rate and the other another date's.

    compared: amount, currency, date, original_amount and original_currency, each with suffix
    _left and _right. Rows in two currencies are compared with each other, the left amount being
    the original of the right one and the other way round.
    """
    fit = FxFit.nothing(compared.height)
    rows = _with_original(compared)
    for (code, currency), part in rows.group_by("code", "currency", maintain_order=True):
        tables = [table for table in book.tables(str(code), str(currency)) if table.low]
        if tables:
            _fit_pair(fit, part, [_Grid.of(table) for table in tables], unit)
    _fit_crossing(fit, compared, book, unit)
    return fit


def own_rate_explains(compared: pl.DataFrame, book: RateBook, *, unit: Ints) -> Flags:
    """Rows in two currencies whose amounts agree at the rate of one of their own dates."""
    explained = np.zeros(compared.height, np.bool_)
    for side in SIDES:
        for part, grid in _crossing(compared, book, converted=side):
            at, days = part["at"].to_numpy(), [dates_of(part, f"date_{name}") for name in SIDES]
            amounts = part[f"amount_{side}"].to_numpy(), part["original"].to_numpy()
            for each in days:
                explained[at] |= grid.fits(*amounts, each, unit[at])
    return explained


def _with_original(compared: pl.DataFrame) -> pl.DataFrame:
    rows = compared.with_row_index("at").with_columns(
        pl.col("amount_left", "amount_right").abs(),
        original=pl.coalesce("original_amount_left", "original_amount_right").abs(),
        code=pl.coalesce(
            pl.col("original_currency_left", "original_currency_right").replace("", None)
        ).fill_null(""),
        currency=pl.col("currency_left"),
    )
    return rows.filter(
        (pl.col("original") > 0)
        & (pl.col("code") != "")
        & (pl.col("code") != pl.col("currency"))
        & (pl.col("currency_left") == pl.col("currency_right"))
        & (pl.col("amount_left") != pl.col("amount_right"))
    )


def _crossing(
    compared: pl.DataFrame, book: RateBook, *, converted: SideName
) -> Iterator[tuple[pl.DataFrame, _Grid]]:
    """Rows in two currencies, by currency pair and possible table."""
    other = OTHER[converted]
    code, currency = pl.col(f"currency_{other}"), pl.col(f"currency_{converted}")
    rows = compared.with_row_index("at").filter(
        (code != currency) & (code != "") & (currency != "")
    )
    rows = rows.with_columns(
        pl.col(f"amount_{converted}").abs(),
        original=pl.col(f"amount_{other}").abs(),
        code=code,
        currency=currency,
    )
    for (first, second), part in rows.group_by("code", "currency", maintain_order=True):
        for table in book.tables(str(first), str(second)):
            if table.low:
                yield part, _Grid.of(table)


def _fit_crossing(fit: FxFit, compared: pl.DataFrame, book: RateBook, unit: Ints) -> None:
    open_rows = ~own_rate_explains(compared, book, unit=unit)
    for side in SIDES:
        for part, grid in _crossing(compared, book, converted=side):
            at = part["at"].to_numpy()
            wanted = np.flatnonzero(open_rows[at])
            amount, original = part[f"amount_{side}"].to_numpy(), part["original"].to_numpy()
            days, units = dates_of(part, f"date_{side}")[wanted], unit[at[wanted]]
            used, coverage = _search(grid, amount[wanted], original[wanted], days, units)
            hit = used != NO_DATE
            rows = at[wanted[hit]]
            _write(fit, grid, side, rows, days[hit], used[hit])
            fit.coverage[rows] = coverage[hit]
            open_rows[rows] = False


def _fit_pair(fit: FxFit, part: pl.DataFrame, grids: list[_Grid], unit: Ints) -> None:
    at = part["at"].to_numpy()
    original, units = part["original"].to_numpy(), unit[at]
    amount = {side: part[f"amount_{side}"].to_numpy() for side in SIDES}
    days = {side: dates_of(part, f"date_{side}") for side in SIDES}
    own = [
        {side: grid.fits(amount[side], original, days[side], units) for side in SIDES}
        for grid in grids
    ]
    best = max(range(len(grids)), key=lambda number: sum(f.sum() for f in own[number].values()))
    grid, agrees = grids[best], own[best]
    for side in SIDES:
        other = OTHER[side]
        wanted = np.flatnonzero(agrees[other] & ~agrees[side])
        if not len(wanted):
            continue
        used, coverage = _search(
            grid, amount[side][wanted], original[wanted], days[side][wanted], units[wanted]
        )
        hit = used != NO_DATE
        _write(fit, grid, side, at[wanted[hit]], days[other][wanted[hit]], used[hit])
        fit.coverage[at[wanted[hit]]] = coverage[hit]
    lowest, highest = _around(grid, days["left"])
    fit.lowest[at], fit.highest[at] = lowest, highest
    for side in SIDES:
        least, most = np.floor(original * lowest), np.ceil(original * highest)
        inside = (amount[side] >= _whole(least) - units) & (amount[side] <= _whole(most) + units)
        fit.within[at] = inside if side == "left" else inside & fit.within[at]


def _write(
    fit: FxFit, grid: _Grid, side: SideName, rows: Ints, own_day: Ints, used_day: Ints
) -> None:
    for row in rows:
        fit.stale[row] = side
    fit.own_day[rows], fit.used_day[rows] = own_day, used_day
    fit.own_rate[rows] = grid.rate[grid.place(own_day)]
    fit.used_rate[rows] = grid.rate[grid.place(used_day)]


def _around(grid: _Grid, days: Ints) -> tuple[Floats, Floats]:
    """The lowest and the highest rate of the days around, 0 where fewer than three are known."""
    known = np.zeros(len(days), np.int64)
    lowest, highest = np.full(len(days), np.inf), np.full(len(days), -np.inf)
    for days_off in _NEAREST_FIRST:
        rate = grid.rate[grid.place(days + days_off)]
        known += np.isfinite(rate)
        lowest, highest = np.fmin(lowest, rate), np.fmax(highest, rate)
    enough = known >= _KNOWN_DAYS_MIN
    lowest, highest = lowest * (1 - _RANGE_MARGIN), highest * (1 + _RANGE_MARGIN)
    return np.where(enough, lowest, 0.0), np.where(enough, highest, 0.0)


def _whole(numbers: Floats) -> Ints:
    return numbers.astype(np.int64)


def _search(
    grid: _Grid, amount: Ints, original: Ints, days: Ints, unit: Ints
) -> tuple[Ints, Floats]:
    """The nearest day whose rate fits, NO_DATE where none does, and the coverage."""
    used = np.full(len(amount), NO_DATE, np.int64)
    known = np.zeros(len(amount))
    lowest, highest = np.full(len(amount), np.inf), np.full(len(amount), -np.inf)
    for days_off in _NEAREST_FIRST:
        rate = grid.rate[grid.place(days + days_off)]
        known += np.isfinite(rate)
        lowest, highest = np.fmin(lowest, rate), np.fmax(highest, rate)
        still = np.flatnonzero(used == NO_DATE)
        there = days[still] + days_off
        hit = grid.fits(amount[still], original[still], there, unit[still])
        used[still[hit]] = there[hit]
    room = original * np.where(known > 0, highest - lowest, 0) + 1
    return used, np.minimum(1.0, known * (2 * unit + 1) / room)
