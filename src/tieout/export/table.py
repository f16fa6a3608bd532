"""Frames and rejects as CSV that a spreadsheet opens without running anything in it."""

import csv
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tieout.export.aside import written_aside
from tieout.model.facts import Reject

if TYPE_CHECKING:
    import polars as pl

# A cell that begins with one of these may run as a formula (OWASP, "CSV Injection"); East Asian
# spreadsheets take the full-width forms for the same signs.
_STARTS: Final = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
# The same signs within the brackets of a regular expression.
FORMULA_STARTS: Final = re.escape(_STARTS)
_FORMULA: Final = f"^[{FORMULA_STARTS}]"
# A plain number runs as nothing, and an apostrophe before it would make it text.
PLAIN_NUMBER: Final = r"^[-+]?(\d[\d.,]*|\.\d+)([eE][-+]?\d+)?$"
_CHUNK_ROWS: Final = 100_000
_LIST_SEPARATOR: Final = "; "
_REJECT_COLUMNS: Final = ("file", "row", "column", "value", "expected")


def write_csv(frame: "pl.DataFrame", path: Path) -> None:
    """Write a frame as UTF-8 CSV, whole or not at all, a chunk of rows at a time.

    Cells are those of `escape_cells`, dates are ISO 8601, decimals exact, nulls blank; column
    names are escaped like text. Raises InputError when the file cannot be written.
    """
    write_csv_chunks(frame.columns, frame.iter_slices(_CHUNK_ROWS), path)


def write_csv_chunks(columns: Iterable[str], chunks: "Iterable[pl.DataFrame]", path: Path) -> int:
    """As `write_csv`, for rows that come in pieces; answers with the number of rows."""
    rows = 0
    with written_aside(path) as part:
        with part.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerow(map(escape_text, columns))
        with part.open("ab") as file:
            for chunk in chunks:
                escape_cells(chunk).write_csv(file, include_header=False)
                rows += chunk.height
    return rows


def escape_cells(frame: "pl.DataFrame", risky: set[str] | None = None) -> "pl.DataFrame":
    """The frame with lists joined by "; " and text that could run as a formula made harmless.

    Text that begins with `=`, `+`, `-`, `@`, a tab or a line break gets a leading apostrophe.
    Numbers, dates and truth values stay as they are. risky: what `risky_texts` said, where it was
    asked already.

    >>> import polars as pl
    >>> escape_cells(pl.DataFrame({"key": ["=A1", "B2"], "rows": [[1, 2], [-3]]})).rows()
    [("'=A1", '1; 2'), ('B2', '-3')]
    """
    import polars as pl

    risky = risky_texts(frame) if risky is None else risky
    return frame.select(
        _harmless(name, dtype, risky=name in risky or isinstance(dtype, pl.List))
        for name, dtype in frame.schema.items()
    )


def risky_texts(frame: "pl.DataFrame") -> set[str]:
    """The columns of text in which any cell begins like a formula.

    One look at a column costs a tenth of escaping it, and most columns hold nothing to escape.
    """
    import polars as pl

    texts = [name for name, dtype in frame.schema.items() if _is_text(dtype)]
    for is_risky in (_between_letters_and_digits, _like_a_formula):
        # What begins with a digit or a letter is told by comparing, in a third of the time.
        cells = ((name, pl.col(name).cast(pl.String)) for name in texts)
        found = frame.select(is_risky(cell).any().alias(name) for name, cell in cells)
        texts = [name for name in texts if found[name][0]]
    return set(texts)


def _between_letters_and_digits(cell: "pl.Expr") -> "pl.Expr":
    """Whether text sorts where all signs of a formula do, and few other texts."""
    return (cell < "0") | ((cell >= ":") & (cell < "A")) | (cell >= "\uff00")


def _like_a_formula(cell: "pl.Expr") -> "pl.Expr":
    return cell.str.contains(_FORMULA)


def escape_text(text: str) -> str:
    """One text, escaped as in `escape_cells`.

    >>> escape_text("=1+1"), escape_text("1+1")
    ("'=1+1", '1+1')
    """
    return f"'{text}" if text.startswith(tuple(_STARTS)) else text


def write_rejects(rejects: Iterable[Reject], path: Path) -> None:
    """Write rejects as CSV with the columns file, row, column, value, expected; the header always.

    Raises InputError when the file cannot be written.
    """
    with (
        written_aside(path) as part,
        # A value that was rejected may be broken text: it is shown by its bytes.
        part.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file,
    ):
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_REJECT_COLUMNS)
        writer.writerows(map(_reject_cells, rejects))


def _reject_cells(reject: Reject) -> tuple[str | int, ...]:
    return (
        escape_text(reject.file),
        reject.row,
        escape_text(reject.column),
        escape_text(reject.value),
        escape_text(reject.expected),
    )


def _is_text(dtype: "pl.DataType") -> bool:
    import polars as pl

    return isinstance(dtype, pl.String | pl.Categorical | pl.Enum)


def _harmless(name: str, dtype: "pl.DataType", *, risky: bool) -> "pl.Expr":
    """A column as text where it is a list or text, escaped where any of it may run."""
    import polars as pl

    column = pl.col(name)
    is_text = _is_text(dtype.inner if isinstance(dtype, pl.List) else dtype)  # type: ignore[arg-type]
    if isinstance(dtype, pl.List):
        column = column.cast(pl.List(pl.String)).list.join(_LIST_SEPARATOR)
    elif is_text:
        column = column.cast(pl.String)
    if not (is_text and risky):
        return column
    is_formula = column.str.slice(0, 1).is_in(list(_STARTS))
    return pl.when(is_formula).then(pl.lit("'") + column).otherwise(column).alias(name)
