"""Several files of one shape as one source."""

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from itertools import accumulate
from pathlib import Path

import polars as pl

from tieout.engines.base import Engine
from tieout.model.errors import InputError
from tieout.sources.encoding import content_tag
from tieout.sources.source import REJECTS_KEPT, Part, Source, free_name, text_frame


def combine(
    sources: Sequence[Source], files: tuple[Path, ...], *, name: str, engine: Engine, workdir: Path
) -> Source:
    """Sources one after the other, their rows numbered through in that order.

    Raises InputError where their columns, or the types of these, are not the same.
    """
    if len(sources) == 1:
        return replace(sources[0], files=files)
    first = sources[0]
    for other in sources[1:]:
        _refuse_other_columns(first, other, name=name)
    numbered = [_with_numbers(each, engine=engine, workdir=workdir) for each in sources]
    counts = [each.rows or 0 for each in numbered]
    befores = [0, *accumulate(counts[:-1])]
    row_column = str(numbered[0].row_column)
    tables = [
        each.table.mutate(**{row_column: each.table[row_column] + before})
        for each, before in zip(numbered, befores, strict=True)
    ]
    rejects = (
        replace(reject, row=reject.row + before)
        for each, before in zip(numbered, befores, strict=True)
        for reject in each.rejects
    )

    def sample(rows: int) -> pl.DataFrame:
        frames: list[pl.DataFrame] = [text_frame(first.columns, [])]
        for each in numbered:
            missing = rows - sum(frame.height for frame in frames)
            if missing > 0:
                frames.append(each.sample(missing))
        return pl.concat(frames)

    return Source(
        name=name,
        files=files,
        columns=first.columns,
        table=reduce(lambda one, two: one.union(two), tables),
        sampler=sample,
        parts=tuple(
            Part(each.name, before) for each, before in zip(numbered, befores, strict=True)
        ),
        typed=first.typed,
        row_column=row_column,
        rows=sum(counts),
        rejects=tuple(rejects)[:REJECTS_KEPT],
        rejected=sum(each.rejected for each in numbered),
    )


def _with_numbers(source: Source, *, engine: Engine, workdir: Path) -> Source:
    """The source with row numbers, for which the engine has to read its rows once."""
    if source.numbered:
        return source
    copy = workdir / f"part-{content_tag(source.files[0])}.parquet"
    workdir.mkdir(parents=True, exist_ok=True)
    row_column = free_name("row", source.columns)
    try:
        rows = engine.write_parquet(source.table, copy, keep_order=True)
    except Exception:
        if source.exact is None:
            raise
        return source.exact()
    if not rows and source.exact is not None:
        return source.exact()  # It has rows, or it would not have been opened.
    return source.with_row_numbers(
        engine.read_parquet([copy], row_column=row_column), row_column, rows
    )


def _refuse_other_columns(first: Source, other: Source, *, name: str) -> None:
    if other.columns != first.columns:
        missing = [column for column in first.columns if column not in other.columns]
        added = [column for column in other.columns if column not in first.columns]
        what = "; ".join(
            f"{word} {', '.join(columns)}"
            for word, columns in (("it lacks", missing), ("it also has", added))
            if columns
        )
        raise InputError(
            f"{name}: the columns of {other.name} are not those of {first.name}: "
            + (what or "they stand in another order")
        )
    if first.typed and other.table.schema() != first.table.schema():
        column = next(
            each for each in first.columns if first.table[each].type() != other.table[each].type()
        )
        raise InputError(
            f"{name}: column {column!r} is {first.table[column].type()} in {first.name} "
            f"and {other.table[column].type()} in {other.name}"
        )
