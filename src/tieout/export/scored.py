"""Every row of an input with what was found about it, as CSV and Parquet, a chunk at a time."""

import csv
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tieout.export.aside import written_aside
from tieout.export.table import PLAIN_NUMBER, escape_cells, escape_text, risky_texts

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

SCORED_COLUMNS: Final = (
    "row",
    "score",
    "p_value",
    "is_ml_flag",
    "is_rule_flag",
    "is_flag",
    "triggered_rules",
    "reasons_top3",
)
INPUT_SUFFIX: Final = "_input"


def write_scored(
    chunks: "Iterable[pl.DataFrame]",
    judged: "pl.DataFrame",
    *,
    row_column: str,
    columns: Sequence[str],
    csv_path: Path,
    parquet_path: Path,
) -> int:
    """Write the input's columns, then `SCORED_COLUMNS`; answers with the number of rows.

    chunks: rows of the input in order, `columns` and `row_column` (int64).
    judged: SCORED_COLUMNS for the same rows in the same order.

    An input column called like one of ours is written as `<name>_input`. In the CSV, text that a
    spreadsheet could run is escaped, numbers stay as they are, lists are joined by "; ".
    Raises InputError when a file cannot be written.
    """
    names = input_names(columns)
    done = 0
    with (
        written_aside(csv_path) as csv_part,
        written_aside(parquet_path) as parquet_part,
        csv_part.open("wb") as text,
        _ParquetFile(parquet_part) as rows,
        ThreadPoolExecutor(1) as pool,
    ):
        text.write(_header([*names.values(), *SCORED_COLUMNS]))
        for chunk in chunks:
            part = judged.slice(done, chunk.height)
            if not part["row"].equals(chunk[row_column].alias("row")):
                raise ValueError("rows and what was found about them have come apart")
            whole = chunk.select(columns).rename(names).hstack(part.get_columns())
            # Either is one thread's work, which no other waits for.
            writing = pool.submit(rows.write, whole)
            _harmless(whole).write_csv(text, include_header=False)
            writing.result()
            done += chunk.height
    return done


def input_names(columns: Sequence[str]) -> dict[str, str]:
    """The name under which each column of the input is written.

    >>> input_names(["score", "amount"])
    {'score': 'score_input', 'amount': 'amount'}
    """
    taken = {*columns, *SCORED_COLUMNS}
    names: dict[str, str] = {}
    for column in columns:
        name = column
        while name in SCORED_COLUMNS or (name != column and name in taken):
            name += INPUT_SUFFIX
        taken.add(name)
        names[column] = name
    return names


def _harmless(frame: "pl.DataFrame") -> "pl.DataFrame":
    """As `escape_cells`, plain numbers left alone."""
    import polars as pl

    risky = risky_texts(frame)
    lists = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.List)]
    escaped = escape_cells(frame.with_columns(_joined(frame[name]) for name in lists), risky)
    return escaped.with_columns(
        pl.when(frame[name].str.contains(PLAIN_NUMBER))
        .then(frame[name])
        .otherwise(escaped[name])
        .alias(name)
        for name in sorted(risky)
        if frame.schema[name] == pl.String
    )


def _joined(lists: "pl.Series") -> "pl.Series":
    """Lists of text as escaped cells; most are empty, and those that are cost nothing."""
    import polars as pl

    said = lists.list.len() > 0
    if not said.any() and not lists.null_count():
        return pl.repeat("", len(lists), eager=True).alias(lists.name)
    texts = escape_cells(lists.filter(said).to_frame()).to_series()
    nothing = pl.Series(lists.name, [""], dtype=pl.String)
    places = pl.select(pl.when(said).then(said.cum_sum()).when(~said).then(0)).to_series()
    return pl.concat([nothing, texts]).gather(places)


def _header(names: Sequence[str]) -> bytes:
    import io

    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(map(escape_text, names))
    return line.getvalue().encode()


class _ParquetFile:
    """One Parquet file that grows by frames of one schema."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: pa.parquet.ParquetWriter | None = None

    def __enter__(self) -> "_ParquetFile":
        return self

    def __exit__(self, *_: object) -> None:
        if self._writer is not None:
            self._writer.close()

    def write(self, frame: "pl.DataFrame") -> None:
        import pyarrow.parquet as pq

        table = frame.rechunk().to_arrow()
        if self._writer is None:
            self._writer = pq.ParquetWriter(
                self._path,
                table.schema,
                compression="zstd",
                # Numbers and texts that hardly repeat would be looked up in vain.
                use_dictionary=_repeated_texts(frame),
                # Rows are looked for by what was found about them.
                write_statistics=[name for name in SCORED_COLUMNS if name in frame.columns],
            )
        self._writer.write_table(table.cast(self._writer.schema))


def _repeated_texts(frame: "pl.DataFrame") -> list[str]:
    import polars as pl

    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    return [name for name in texts if frame[name].n_unique() <= frame.height / 2]
