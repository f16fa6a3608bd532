"""What was decided before about breaks of the same kind."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

PRECEDENT_COLUMNS: Final = ("bucket", "condition", "resolution", "times", "last_on")
_SHOWN: Final = 2


@dataclass(frozen=True, slots=True)
class Precedent:
    """A resolution that was approved before. same_condition: for the very same values."""

    resolution: str
    times: int
    last_on: date | None
    same_condition: bool


def precedents_for(
    precedents: pl.DataFrame | None, bucket: str, condition: str = ""
) -> tuple[Precedent, ...]:
    """The precedents of a bucket: those of the same values first, then the most frequent.

    precedents: PRECEDENT_COLUMNS, `condition` blank where a resolution held for the whole bucket;
    None for none.
    """
    if precedents is None:
        return ()
    held = pl.col("condition").fill_null("")
    same = ((held == condition) & (held != "")).alias("same")
    found = (
        precedents.filter((pl.col("bucket") == bucket) & ((held == "") | same))
        .with_columns(same)
        .sort("same", "times", "resolution", descending=[True, True, False])
    )
    return tuple(
        Precedent(row["resolution"], int(row["times"]), row["last_on"], bool(row["same"]))
        for row in found.head(_SHOWN).iter_rows(named=True)
    )
