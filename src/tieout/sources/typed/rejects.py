"""Rows with a cell that could not be read, as a frame and as rejects."""

from collections.abc import Mapping

import polars as pl

from tieout.model.facts import Reject
from tieout.sources.source import REJECTS_KEPT
from tieout.sources.typed.reading import Reading
from tieout.sources.typed.typing_pass import TypedPass


def unreadable_rows(typed: TypedPass) -> pl.DataFrame:
    """A row for each row with failed cells: its `index`, and `place` and `text` of the first."""
    frames = [
        typed.failed[name].select("index", pl.lit(place, pl.Int32).alias("place"), "text")
        for place, name in enumerate(typed.values.columns)
        if name in typed.failed
    ]
    if not frames:
        return pl.DataFrame(schema={"index": pl.UInt32, "place": pl.Int32, "text": pl.String})
    together = pl.concat(frames).sort("index", "place")
    return together.unique("index", keep="first", maintain_order=True)


def merge_rejects(
    typed: TypedPass, unreadable: pl.DataFrame, readings: Mapping[str, Reading]
) -> tuple[Reject, ...]:
    """Broken rows of the source and unreadable ones sorted by row, at most 100,000."""
    names = typed.values.columns
    listed = unreadable.head(REJECTS_KEPT)
    rows = typed.rows.gather(listed["index"]).to_list()
    rejects = [*typed.source.rejects]
    for row, place, text in zip(rows, listed["place"], listed["text"], strict=True):
        name, value = names[place], " ".join(text.splitlines())
        file = typed.source.file_of(row)
        rejects.append(Reject(file, row, name, value, readings[name].expected))
    return tuple(sorted(rejects, key=lambda reject: reject.row)[:REJECTS_KEPT])
