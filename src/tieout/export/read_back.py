"""CSV that Tieout wrote, read back with types that lose nothing."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import polars as pl

# Written again, each text is what it was: no leading zeros, no digits beyond what a type holds.
_WHOLE: Final = r"^-?(0|[1-9]\d{0,17})$"
_AMOUNT: Final = r"^-?(0|[1-9]\d{0,17})\.\d{1,18}$"
_NUMBER: Final = r"^-?(0|[1-9]\d{0,14})(\.\d{1,20})?([eE][-+]?\d+)?$"
_DAY: Final = r"^\d{4}-\d{2}-\d{2}$"
_MOMENT: Final = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?$"
_TRUTH: Final = r"^(true|false)$"


def read_back(path: Path, *, days: bool = True) -> "pl.DataFrame":
    """The rows of a CSV; a column has a type where each of its cells does, else it is text.

    Numbers with equally many places, as amounts are written, are exact decimals. days: whether days
    and moments of ISO 8601 become such.
    """
    import polars as pl

    if not path.stat().st_size:
        return pl.DataFrame()
    frame = pl.read_csv(path, infer_schema=False)
    return frame.with_columns(_typed(frame[name], days=days) for name in frame.columns)


def _typed(texts: "pl.Series", *, days: bool) -> "pl.Series":
    import polars as pl

    known = texts.drop_nulls()

    def are(pattern: str) -> bool:
        return bool(known.str.contains(pattern).all())

    if known.is_empty():
        read = texts
    elif are(_WHOLE):
        read = texts.cast(pl.Int64)
    elif are(_AMOUNT) and len(places := _places(known)) == 1:
        read = texts.cast(pl.Decimal(38, places.pop()))
    elif are(_NUMBER):
        read = texts.cast(pl.Float64)
    elif are(_TRUTH):
        read = texts == "true"
    elif days and are(_DAY):
        read = _whole(texts, texts.str.to_date(strict=False))
    elif days and are(_MOMENT):
        read = _whole(texts, texts.str.to_datetime(time_unit="us", strict=False))
    else:
        read = texts
    return read


def _places(numbers: "pl.Series") -> set[int]:
    return set(numbers.str.split(".").list.last().str.len_chars().unique())


def _whole(texts: "pl.Series", read: "pl.Series") -> "pl.Series":
    """What was read, unless a cell looked like a day and is none."""
    return read if read.null_count() == texts.null_count() else texts
