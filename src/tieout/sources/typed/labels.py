"""Whole numbers that name something instead of counting or measuring it."""

from typing import Final

import polars as pl

from tieout.sources.typed.names import says_code, says_flag, says_label, says_quantity

_WHOLE: Final = r"^[-+]?[0-9]+(?:\.0+)?$"
_WHOLE_SHARE_MIN: Final = 0.99
_DIGITS_EXACT_MAX: Final = 15
_SAME_LENGTH_DIGITS_MIN: Final = 6
_SAME_LENGTH_DISTINCT_MIN: Final = 100
_FLAG_ROWS_MIN: Final = 20


def is_label(name: str, filled: pl.Series) -> str:
    """Why numbers of a column are a category, or "" where they are a quantity.

    filled: at least one value, as text, none blank. Quantities by name (amount, count, balance)
    always stay so. Otherwise a label is what has a name for labels (id, number, code, account),
    zeros in front, more digits than a binary number holds, yes and no as 1 and 0, or many
    different values of one and the same length.

    >>> is_label("zip", pl.Series(["60061", "38118"]))
    'its name says that its numbers name something'
    >>> is_label("amount", pl.Series(["60061", "38118"]))
    ''
    """
    if says_quantity(name):
        return ""
    by_name = "its name says that its numbers name something"
    whole = filled.str.contains(_WHOLE)
    # A few texts among whole numbers are typing errors, or labels themselves; fractions are not.
    if not whole.all():
        fractions = filled.filter(~whole).cast(pl.Float64, strict=False).is_not_null().any()
        if fractions or float(whole.mean() or 0.0) < _WHOLE_SHARE_MIN:  # type: ignore[arg-type]
            return by_name if says_code(name) else ""
        filled = filled.filter(whole)
    if says_label(name):
        return by_name
    digits = filled.str.replace(r"\.0+$", "")
    different = digits.n_unique()
    if _is_flag(name, digits, different):
        return "its numbers are 0 for no and 1 for yes"
    return _by_digits(digits, different)


def _by_digits(digits: pl.Series, different: int) -> str:
    if int(digits.str.contains("^0[0-9]").sum()) >= min(2, len(digits)):
        return "its numbers have zeros in front"
    lengths = digits.str.len_bytes()
    if int((lengths > _DIGITS_EXACT_MAX).sum()) > 0.01 * len(digits):
        return f"its numbers have more than {_DIGITS_EXACT_MAX} digits"
    length = int(lengths[0])
    same = length >= _SAME_LENGTH_DIGITS_MIN and bool((lengths == length).all())
    if same and different >= _SAME_LENGTH_DISTINCT_MIN:
        return f"its {different:,} different values all have {length} digits"
    return ""


def _is_flag(name: str, digits: pl.Series, different: int) -> bool:
    if different > 2 or not digits.is_in(["0", "1"]).all():
        return False
    return says_flag(name) or (different == 2 and len(digits) >= _FLAG_ROWS_MIN)
