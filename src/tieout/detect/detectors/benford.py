"""Amounts that begin with two digits which too many begin with."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from tieout.detect.detector import FloatArray, Json, Scores, State
from tieout.detect.detectors.keeping import floats, integers, learnt, part, placed, texts
from tieout.detect.detectors.matrix import number_column, number_names
from tieout.model.facts import Reason
from tieout.model.table import Table, TableRole

AMOUNTS_MIN: Final = 1_150
DECADES_MIN: Final = 2.0
SIGNIFICANT: Final = 0.01 / 90
EXPECTED: Final[FloatArray] = np.log10(1.0 + 1.0 / np.arange(10, 100))


def first_two_digits(amounts: FloatArray) -> NDArray[np.int64]:
    """10 to 99; 0 for amounts that are missing or below 10, which have no two digits."""
    size = np.abs(np.where(np.isnan(amounts), 0.0, amounts))
    has = size >= 10.0
    size = np.where(has, size, 10.0)
    scaled = size / 10.0 ** (np.floor(np.log10(size)) - 1.0)
    # 1.15e3 / 1e2 is 11.499999999999998 on some machines; no amount has so many digits.
    digits = np.clip(np.floor(scaled + 1e-9), 10, 99).astype(np.int64)
    return np.where(has, digits, 0)


@dataclass(frozen=True)
class Digits:
    """How many of history's amounts begin with 10, 11, ... 99, and what is odd about each.

    excess: standard deviations (with Yates' correction) by which a pair of digits is too
    frequent, where that is significant for the most frequent of 90; else NaN.
    """

    counts: NDArray[np.int64]
    excess: FloatArray

    @classmethod
    def counted(cls, amounts: FloatArray) -> "Digits":
        """From history's amounts. Nothing is odd where the law can't be expected to hold."""
        digits = first_two_digits(amounts)
        counts = np.bincount(digits, minlength=100)[10:]
        none = np.full(90, np.nan)
        total = int(counts.sum())
        if total < AMOUNTS_MIN:
            return cls(counts, none)
        low, high = np.quantile(np.abs(amounts[digits > 0]), (0.01, 0.99))
        if np.log10(high / low) < DECADES_MIN:
            return cls(counts, none)
        expected = total * EXPECTED
        excess = (counts - expected - 0.5) / np.sqrt(expected * (1.0 - EXPECTED))
        odd = stats.norm.sf(excess) < SIGNIFICANT
        return cls(counts, np.where(odd, excess, np.nan))

    def oddness(self, amounts: FloatArray) -> FloatArray:
        """The excess of each amount's digits; NaN where there is none to speak of."""
        return self._of(amounts, self.excess)

    def log_p(self, amounts: FloatArray) -> FloatArray:
        """Log of the share of history in pairs at least as much in excess; 0.0 elsewhere."""
        excess = np.where(np.isnan(self.excess), -np.inf, self.excess)
        at_least = (excess[None, :] >= excess[:, None]) @ self.counts
        share = np.log((1.0 + at_least) / (1.0 + self.counts.sum()))
        result = self._of(amounts, share)
        result[np.isnan(self.oddness(amounts))] = 0.0
        return result

    def _of(self, amounts: FloatArray, by_digits: FloatArray) -> FloatArray:
        digits = first_two_digits(amounts)
        result: FloatArray = by_digits[np.maximum(digits - 10, 0)]
        result[digits == 0] = np.nan
        return result


@dataclass(frozen=True)
class _Fitted:
    names: tuple[str, ...]
    digits: tuple[Digits, ...]


class Benford:
    """First two digits against Benford's law (Nigrini, Benford's Law, 2012).

    A finding about all of history, not about a row: where a pair of digits is significantly too
    frequent, rows that begin with it get as p-value the share of history's amounts that are in a
    pair at least as much in excess. So one pair that a tenth of all amounts begin with is p = .1,
    and many pairs in excess (prices, limits, a law that does not hold) say next to nothing.

    It says nothing of columns with under 1,150 amounts of 10 or more (then fewer than five are
    expected for 99), and of those whose middle 98 % spans less than two powers of ten. By default
    it looks at the columns of amounts, or at all numbers where none has that role.
    """

    name: ClassVar[str] = "benford"
    version: ClassVar[int] = 1

    def __init__(self, columns: Sequence[str] | None = None) -> None:
        self.columns = None if columns is None else tuple(columns)
        self._fitted: _Fitted | None = None

    def fit(self, history: Table) -> Self:
        """Count digits. Raises ValueError when a chosen column is missing."""
        names = number_names(history, self.columns or _amounts(history))
        digits = tuple(Digits.counted(number_column(history, name)) for name in names)
        self._fitted = _Fitted(names, digits)
        return self

    def score(self, current: Table) -> Scores:
        """The largest excess of a row's digits, in standard deviations; NaN where none.

        Of several columns the smallest p-value counts, times their number (Bonferroni).
        """
        fitted = learnt(self._fitted)
        score, log_p = np.full(current.height, np.nan), np.zeros(current.height)
        for name, digits in zip(fitted.names, fitted.digits, strict=True):
            amounts = number_column(current, name)
            score = np.fmax(score, digits.oddness(amounts))
            log_p = np.minimum(log_p, digits.log_p(amounts) + np.log(len(fitted.names)))
        return Scores(score, log_p)

    def reasons(self, current: Table, indices: Sequence[int]) -> list[tuple[Reason, ...]]:
        """values: the digits, how many amounts have them, of how many, and how many should."""
        fitted = learnt(self._fitted)
        rows = current.take(np.asarray(indices, dtype=np.int64))
        columns = [number_column(rows, name) for name in fitted.names]
        return [
            tuple(
                _told(name, digits, float(column[row]))
                for name, digits, column in zip(fitted.names, fitted.digits, columns, strict=True)
                if not np.isnan(digits.oddness(column[row : row + 1])[0])
            )
            for row in range(rows.height)
        ]

    def state(self) -> State:
        """The counts of digits and their excess."""
        fitted = learnt(self._fitted)
        result: dict[str, Json | NDArray[Any]] = {"names": list(fitted.names)}
        for i, digits in enumerate(fitted.digits):
            result.update(placed(f"digits{i}", {"counts": digits.counts, "excess": digits.excess}))
        return result

    @classmethod
    def restored(cls, state: State) -> Self:
        """From what `state` gave."""
        names = texts(state, "names")
        parts = [part(state, f"digits{i}") for i in range(len(names))]
        result = cls(names)
        result._fitted = _Fitted(
            names,
            tuple(Digits(integers(one, "counts"), floats(one, "excess")) for one in parts),
        )
        return result


def _amounts(table: Table) -> tuple[str, ...] | None:
    roles = (TableRole.AMOUNT, TableRole.DEBIT, TableRole.CREDIT)
    return tuple(table.roles[role] for role in roles if role in table.roles) or None


def _told(name: str, digits: Digits, amount: float) -> Reason:
    pair = int(first_two_digits(np.array([amount]))[0])
    count, total = int(digits.counts[pair - 10]), int(digits.counts.sum())
    expected = float(total * EXPECTED[pair - 10])
    return Reason(
        f"{count:,} of {total:,} values of {name} begin with {pair}, where Benford's law has "
        f"{expected:,.1f}",
        (float(pair), float(count), float(total), expected),
    )
