"""Attributes as codes: text as the file writes it, quantities in bins, rare values together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tieout.pipeline.rootcause_plan import Note
from tieout.sources.cells import plain_number

VALUES_MAX: Final = 1_000
PLAIN_NUMBERS_MAX: Final = 20
BINS: Final = 10
BLANK: Final = "(blank)"
OTHER: Final = "(other)"
_WEEKDAYS: Final = (
    *("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
)


@dataclass(frozen=True)
class Attribute:
    """A column as codes. words: what each code stands for; the last one may be `(other)`."""

    name: str
    codes: NDArray[Any]
    words: tuple[str, ...]

    def capped(self, values_max: int) -> "Attribute":
        """The same with only its most frequent values; the others are one."""
        counts = np.bincount(self.codes, minlength=len(self.words))
        if len(self.words) <= values_max:
            return self
        order = np.argsort(-counts, kind="stable")
        kept = np.sort(order[order != self._other][:values_max])
        place = np.full(len(self.words), len(kept), dtype=np.int32)
        place[kept] = np.arange(len(kept), dtype=np.int32)
        words = (*(self.words[code] for code in kept), OTHER)
        return Attribute(self.name, place[self.codes], words)

    @property
    def _other(self) -> int:
        return self.words.index(OTHER) if OTHER in self.words else -1


def coded(
    frame: pl.DataFrame, names: Sequence[str], numeric: frozenset[str], notes: list[Note]
) -> list[Attribute]:
    """The named columns of text as attributes; what is binned or capped is noted."""
    attributes = []
    for name in names:
        values = frame[name]
        binned = _binned(values, notes) if name in numeric else None
        attribute = _by_text(name, values if binned is None else binned)
        if len(attribute.words) > VALUES_MAX:
            note = f"its {VALUES_MAX:,} most frequent values of {len(attribute.words):,}"
            notes.append(Note(name, note, "more cannot be told apart; the others are one"))
            attribute = attribute.capped(VALUES_MAX)
        attributes.append(attribute)
    return attributes


def from_clock(name: str, moments: pl.Series) -> list[Attribute]:
    """Time of day and weekday of a column of moments, where they differ."""
    derived = (
        (f"{name} hour", moments.dt.hour().cast(pl.String).str.zfill(2)),
        (f"{name} weekday", moments.dt.weekday().replace_strict(_weekdays(), default=None)),
    )
    found = [_by_text(each, values) for each, values in derived]
    return [attribute for attribute in found if len(attribute.words) > 1]


def _weekdays() -> dict[int, str]:
    return dict(enumerate(_WEEKDAYS, start=1))


def _by_text(name: str, values: pl.Series) -> Attribute:
    filled = values.cast(pl.String).fill_null(BLANK)
    words = filled.unique().sort()
    codes = filled.cast(pl.Enum(words)).to_physical().to_numpy()
    return Attribute(name, codes, tuple(words.to_list()))


def _binned(values: pl.Series, notes: list[Note]) -> pl.Series | None:
    """Quantities as ranges of about equally many rows; None where there are few or no numbers."""
    numbers = values.str.strip_chars().cast(pl.Float64, strict=False)
    unread = numbers.null_count() - values.null_count()
    if numbers.n_unique() <= PLAIN_NUMBERS_MAX or unread:
        return None
    array = numbers.to_numpy()
    present = array[np.isfinite(array)]
    edges = np.unique(np.quantile(present, np.linspace(0, 1, BINS + 1)[1:-1]))
    place = np.searchsorted(edges, array, side="left")
    words = []
    for index in range(len(edges) + 1):
        inside = present[np.searchsorted(edges, present, side="left") == index]
        low, high = (inside.min(), inside.max()) if len(inside) else (np.nan, np.nan)
        words.append(plain_number(low) if low == high else _range(low, high))
    notes.append(Note(values.name, f"{len(words)} ranges", "a quantity of many values"))
    return pl.Series(
        values.name,
        [words[at] if np.isfinite(each) else None for at, each in zip(place, array, strict=True)],
        dtype=pl.String,
    )


def _range(low: float, high: float) -> str:
    return f"{plain_number(float(low))}..{plain_number(float(high))}"
