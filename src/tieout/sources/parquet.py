"""Parquet: columns come with their types, rows in the order of the file."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

import polars as pl

from tieout.engines.base import Engine
from tieout.model.errors import InputError
from tieout.sources.cells import cell_text, plain_number
from tieout.sources.headers import refuse_duplicates
from tieout.sources.parquet_pieces import pieces_of
from tieout.sources.source import NoRowsError, Part, Source, free_name

_SHORT: Final = "^-?[0-9.]{1,16}$"


def open_parquet(path: Path, *, engine: Engine) -> Source:
    """A view of a Parquet file with its rows numbered; nothing is copied.

    Raises InputError where it is no sound Parquet file or names two columns alike, and
    NoRowsError where it has no rows.
    """
    import pyarrow.parquet as pq

    try:
        metadata = pq.read_metadata(path)
        schema = pq.read_schema(path)
    except Exception as error:
        raise InputError(
            f"{path.name}: cannot be read as Parquet; the file is damaged or another format"
        ) from error
    columns = tuple(schema.names)
    refuse_duplicates(columns, name=path.name)
    if not metadata.num_rows:
        raise NoRowsError(f"{path.name}: has columns but no data rows")
    row_column = free_name("row", columns)
    return Source(
        name=path.name,
        files=(path,),
        columns=columns,
        table=engine.read_parquet([path], row_column=row_column),
        sampler=partial(_sample, path, columns),
        parts=(Part(path.name, 0),),
        typed=True,
        row_column=row_column,
        rows=metadata.num_rows,
        pieces=pieces_of(path, metadata, schema),
    )


def _sample(path: Path, columns: Sequence[str], rows: int) -> pl.DataFrame:
    import pyarrow as pa
    import pyarrow.parquet as pq

    batches, held = [], 0
    with pq.ParquetFile(path) as file:
        schema = file.schema_arrow
        for batch in file.iter_batches(batch_size=max(1, min(rows, 50_000))):
            batches.append(batch)
            held += batch.num_rows
            if held >= rows:
                break
    table = pa.Table.from_batches(batches, schema=schema).slice(0, rows)
    frame = pl.DataFrame(pl.from_arrow(table)).rename(dict(zip(schema.names, columns, strict=True)))
    texts = frame.select(_text_of(frame[name]) for name in columns)
    return texts.with_columns(pl.when(pl.all().str.strip_chars() != "").then(pl.all()))


def _text_of(values: pl.Series) -> pl.Series:
    """Cells as text; the kinds whose plain text is not Polars' go one by one."""
    if values.dtype.is_integer() or values.dtype in {pl.String, pl.Date}:
        return values.cast(pl.String)
    if isinstance(values.dtype, pl.Decimal):
        return values.cast(pl.String)
    if values.dtype == pl.Float64:
        return _plain_numbers(values)
    texts = [cell_text(each) or None for each in values.to_list()]
    return pl.Series(values.name, texts, dtype=pl.String)


def _plain_numbers(values: pl.Series) -> pl.Series:
    """As `plain_number`: what is written in 15 digits is so written by Polars, but for `.0`."""
    texts = values.cast(pl.String)
    # Zero has a sign in floats, and none in our text.
    others = (~texts.str.contains(_SHORT) | (values == 0.0)).arg_true()
    plain = [plain_number(each) for each in values.gather(others).to_list()]
    return texts.str.strip_suffix(".0").scatter(others, pl.Series(plain, dtype=pl.String))
