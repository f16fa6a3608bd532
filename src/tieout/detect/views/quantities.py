"""What is measured of a row: a column, its logarithm, a ratio or a difference of two columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from tieout.detect.detector import FloatArray, Json
from tieout.detect.views.texts import texts_of

if TYPE_CHECKING:
    import polars as pl

Columns: TypeAlias = Mapping[str, FloatArray]
POSITIVE_SHARE: Final = 0.98  # a column is a size, taken in logarithms, if so many are above zero
ZERO_SHARE: Final = 0.05  # with more zeros than this, zero means that there is no amount


class Form(StrEnum):
    """How columns become a quantity."""

    RAW = "raw"  # x
    LOG = "log"  # log x, where x is above zero
    SIGNED = "signed"  # asinh(x / 2u): like sign(x) log(|x| / u) beyond the unit u
    RATIO = "ratio"  # log x - log y
    DIFFERENCE = "difference"  # x - y


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number of a row.

    columns: one, or two for a ratio or difference. unit: of SIGNED. skips_zero: zero stands for
    "none" in a single column, because it is too common to be an amount like the others.
    """

    form: Form
    columns: tuple[str, ...]
    unit: float = 1.0
    skips_zero: bool = False

    def values(self, columns: Columns) -> FloatArray:
        """The quantity of each row; NaN where a column is missing or not above zero for a log."""
        first = columns[self.columns[0]]
        if self.skips_zero:
            first = np.where(first == 0.0, np.nan, first)
        if self.form is Form.RAW:
            return first
        if self.form is Form.LOG:
            return _log(first)
        if self.form is Form.SIGNED:
            return np.arcsinh(first / (2.0 * self.unit))
        second = columns[self.columns[1]]
        if self.form is Form.RATIO:
            ratio: FloatArray = _log(first) - _log(second)
            return ratio
        difference: FloatArray = first - second
        return difference

    def log_jacobian(self, columns: Columns, name: str) -> FloatArray | float:
        """log |d quantity / d column|: carries a density of the quantity over to the column."""
        if self.form in {Form.RAW, Form.DIFFERENCE}:
            return 0.0
        if self.form is Form.SIGNED:
            jacobian: FloatArray = -0.5 * np.log(columns[name] ** 2 + 4.0 * self.unit**2)
            return jacobian
        return -_log(columns[name])

    def natural(self, value: float) -> float:
        """A value of the quantity in the units of its columns (a ratio as a ratio)."""
        if self.form in {Form.LOG, Form.RATIO}:
            return float(np.exp(value))
        if self.form is Form.SIGNED:
            return float(np.sinh(value) * 2.0 * self.unit)
        return value

    def describe(self) -> str:
        """As sentences name it: `value / quantity`."""
        if self.form is Form.RATIO:
            return " / ".join(self.columns)
        if self.form is Form.DIFFERENCE:
            return " minus ".join(self.columns)
        return self.columns[0]

    def state(self) -> "dict[str, Json]":
        """What `restored` needs."""
        return {
            "form": self.form.value,
            "columns": list(self.columns),
            "unit": self.unit,
            "skips_zero": self.skips_zero,
        }

    @classmethod
    def restored(cls, state: object) -> "Quantity":
        """From what `state` gave, read from JSON."""
        if not isinstance(state, Mapping):
            raise TypeError("expected the state of a quantity")
        names = texts_of(state["columns"])
        unit, skips_zero = float(str(state["unit"])), bool(state["skips_zero"])
        return cls(Form(str(state["form"])), names, unit, skips_zero)


def number_columns(frame: "pl.DataFrame", names: Sequence[str]) -> dict[str, FloatArray]:
    """Columns as Float64 arrays; missing and infinite values are NaN."""
    columns: dict[str, FloatArray] = {}
    if frame.height == 1:
        record = dict(zip(frame.columns, frame.row(0), strict=True))
        cells = [record[name] for name in names]
        if all(cell is None or isinstance(cell, int | float) for cell in cells):
            # A row alone is read in one look.
            return {
                name: np.array([np.nan if cell is None or not isfinite(cell) else float(cell)])
                for name, cell in zip(names, cells, strict=True)
            }
    for name in dict.fromkeys(names):
        column = frame[name]
        values = (column if column.dtype == _float64() else column.cast(_float64())).to_numpy()
        if not np.isfinite(values).all():
            values = np.where(np.isfinite(values), values, np.nan)
        columns[name] = values
    return columns


def single_forms(name: str, values: FloatArray) -> tuple[Quantity, ...]:
    """The forms that one column can take, by its signs."""
    known = values[~np.isnan(values)]
    amounts = known[known != 0.0]
    skips_zero = len(amounts) < (1.0 - ZERO_SHARE) * len(known)
    raw = Quantity(Form.RAW, (name,), skips_zero=skips_zero)
    if is_size(values):
        return raw, Quantity(Form.LOG, (name,))
    # The unit is where the signed logarithm turns: below the usual sizes, but not by a stray one.
    unit = float(np.quantile(np.abs(amounts), 0.05))
    return raw, Quantity(Form.SIGNED, (name,), unit, skips_zero)


def is_size(values: FloatArray) -> bool:
    """Whether a column can be taken in logarithms: what is not zero is nearly always above."""
    above, below = int((values > 0.0).sum()), int((values < 0.0).sum())
    return above > 0 and above >= POSITIVE_SHARE * (above + below)


def pair_forms(first: str, second: str, columns: Columns) -> tuple[Quantity, ...]:
    """The ratio of two sizes (the larger, by median, over the smaller), and the difference."""
    names = (first, second)
    difference = Quantity(Form.DIFFERENCE, names)
    if not all(is_size(columns[name]) for name in names):
        return (difference,)
    if np.nanmedian(columns[first]) < np.nanmedian(columns[second]):
        names = (second, first)
    return Quantity(Form.RATIO, names), difference


def _log(values: FloatArray) -> FloatArray:
    positive = values > 0.0
    if positive.all():
        logs: FloatArray = np.log(values)
        return logs
    return np.log(values, out=np.full(len(values), np.nan), where=positive)


def _float64() -> "type[pl.Float64]":
    import polars as pl

    return pl.Float64
