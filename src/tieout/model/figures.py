"""Numbers as people write them, for whole columns at once."""

from functools import cache

import numpy as np
import numpy.typing as npt
import polars as pl

# Beyond it a binary number no longer tells integers apart.
_INTEGERS_EXACT_MAX = 2.0**52
_ROUNDING_ERROR = 1e-15
_LISTED_DECIMALS_MAX = 3


def money_text(units: pl.Series, scale: int) -> pl.Series:
    """Amounts in units of 10**-scale as text, thousands separated.

    >>> money_text(pl.Series([-1234567, 5, None]), 2).to_list()
    ['-12,345.67', '0.05', None]
    """
    known = units.cast(pl.Int64)
    given = known.fill_null(0).to_numpy()
    text = _written(np.abs(given), given < 0, scale).alias(units.name)
    if not known.null_count():
        return text
    return pl.select(pl.when(known.is_not_null()).then(text)).to_series().alias(units.name)


def fixed_text(values: npt.NDArray[np.float64], decimals: int) -> pl.Series:
    """Floats with so many decimals and thousands separated: the text that Python's format gives.

    >>> fixed_text(np.array([-1234.5678, 0.125, -0.001]), 2).to_list()
    ['-1,234.57', '0.12', '-0.00']
    """
    # Multiplied, a number may be rounded to the other side of a half: these few go one by one.
    with np.errstate(invalid="ignore", over="ignore"):
        scaled = np.abs(values) * 10.0**decimals
        is_sure = np.abs(scaled - np.floor(scaled) - 0.5) > scaled * _ROUNDING_ERROR
    is_sure &= scaled < _INTEGERS_EXACT_MAX
    units = np.where(is_sure, np.rint(scaled), 0).astype(np.int64)
    text = _written(units, np.signbit(values), decimals)
    if is_sure.all():
        return text
    others = np.flatnonzero(~is_sure)
    written = [f"{value:,.{decimals}f}" for value in values[others].tolist()]
    return text.scatter(others, written)


def _written(size: npt.NDArray[np.int64], negative: npt.NDArray[np.bool_], scale: int) -> pl.Series:
    """Whole numbers of units without their sign, as text. Each piece is looked up, not made."""
    whole, decimals = np.divmod(size, 10**scale)
    powers = range(max((len(str(int(whole.max(initial=0)))) + 2) // 3, 1))
    pieces = [_signs()[negative.astype(np.uint32)]]
    pieces += [_thousands()[_place(whole, power)] for power in reversed(powers)]
    if scale > _LISTED_DECIMALS_MAX:
        pieces.append("." + pl.Series(decimals).cast(pl.String).str.zfill(scale))
    elif scale:
        pieces.append(_decimals(scale)[decimals])
    return pl.select(pl.concat_str([pl.lit(piece) for piece in pieces])).to_series()


def _place(whole: npt.NDArray[np.int64], power: int) -> npt.NDArray[np.int64]:
    """Where `_thousands` has the text of one group of three digits."""
    digits = whole // 1000**power
    group = digits % 1000
    leads = np.where((digits > 0) | (power == 0), group, 2000)
    return np.where(digits >= 1000, group + 1000, leads)


@cache
def _signs() -> pl.Series:
    return pl.Series(["", "-"])


@cache
def _thousands() -> pl.Series:
    """0 to 999 as the first group of a number, then as a later one, then no group at all."""
    return pl.Series(
        [*map(str, range(1000)), *(f",{group:03d}" for group in range(1000)), ""],
    )


@cache
def _decimals(scale: int) -> pl.Series:
    return pl.Series([f".{part:0{scale}d}" for part in range(10**scale)])
