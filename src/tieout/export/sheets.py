"""Tables as sheets of one Excel workbook; what looks like a formula stays text."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tieout.export.aside import written_aside
from tieout.export.table import PLAIN_NUMBER, escape_text

if TYPE_CHECKING:
    import polars as pl

# What Excel can hold: rows of a sheet, characters of a sheet's name and of a cell, exact digits.
ROWS_MAX: Final = 1_048_576
_NAME_CHARACTERS_MAX: Final = 31
_CELL_CHARACTERS_MAX: Final = 32_767
_DIGITS_MAX: Final = 15
_WIDTH_MAX: Final = 60
_LIST_SEPARATOR: Final = "; "
_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
}


def write_sheets(frames: "Mapping[str, pl.DataFrame]", path: Path) -> None:
    """Write a sheet for each frame, its header frozen and with filters.

    Numbers, amounts and dates are such in Excel too; text that begins like a formula gets a leading
    apostrophe. Raises InputError where the file cannot be written.
    """
    write_chunked_sheets({name: [frame] for name, frame in frames.items()}, path)


def write_chunked_sheets(
    tables: "Mapping[str, Iterable[pl.DataFrame]]", path: Path, *, rows_max: int = ROWS_MAX
) -> list[str]:
    """As `write_sheets`, for tables in pieces: no table is in memory as a whole.

    A table with more than `rows_max` rows, header included, goes on in sheets named "(2)", "(3)".
    Answers with the names of the sheets.
    """
    with _workbook(path) as book:
        for name, chunks in tables.items():
            writer = _SheetWriter(book, name, rows_max)
            for chunk in chunks:
                writer.write(chunk)
            writer.close()
        return [sheet.get_name() for sheet in book.worksheets()]


@contextmanager
def _workbook(path: Path) -> Iterator[Any]:
    import xlsxwriter

    with written_aside(path) as part, xlsxwriter.Workbook(str(part), _OPTIONS) as workbook:
        yield workbook


class _SheetWriter:
    """One table, on as many sheets as it needs."""

    def __init__(self, book: Any, name: str, rows_max: int) -> None:
        self._book, self._name, self._rows_max = book, name, rows_max
        self._sheet: Any = None
        self._row = self._sheets = 0
        self._columns: list[str] = []
        self._formats: dict[str, Any] = {}
        self._bold = book.add_format({"bold": True, "bottom": 1})

    def write(self, frame: "pl.DataFrame") -> None:
        """Write the next rows; the first piece says what the columns are."""
        if self._sheet is None:
            self._begin(frame)
        for values in frame.iter_rows():
            if self._row == self._rows_max:
                self.close()
                self._begin(frame)
            for at, value in enumerate(values):
                self._cell(at, value)
            self._row += 1

    def close(self) -> None:
        """Put filters over what was written."""
        if self._sheet is not None:
            bottom, right = max(self._row - 1, 1), max(len(self._columns) - 1, 0)
            self._sheet.autofilter(0, 0, bottom, right)

    def _begin(self, frame: "pl.DataFrame") -> None:
        self._sheets += 1
        ending = f" ({self._sheets})" if self._sheets > 1 else ""
        name = self._name[: _NAME_CHARACTERS_MAX - len(ending)] + ending
        self._sheet = self._book.add_worksheet(name)
        self._columns, self._row = frame.columns, 1
        self._sheet.freeze_panes(1, 0)
        for at, column in enumerate(frame.columns):
            self._sheet.set_column(at, at, _width(column, frame))
        for at, column in enumerate(frame.columns):
            self._sheet.write_string(0, at, escape_text(column), self._bold)

    def _cell(self, at: int, value: Any) -> None:
        sheet, row = self._sheet, self._row
        if value is None:
            return
        if isinstance(value, bool):
            sheet.write_boolean(row, at, value)
        elif isinstance(value, int | float):
            _write_number(sheet, row, at, value)
        elif isinstance(value, Decimal):
            self._amount(at, value)
        elif isinstance(value, date):
            # Excel knows no time zones: what is shown is the hour that the data say.
            moment = value.replace(tzinfo=None) if isinstance(value, datetime) else value
            form = "yyyy-mm-dd hh:mm:ss" if isinstance(value, datetime) else "yyyy-mm-dd"
            sheet.write_datetime(row, at, moment, self._format(form))
        else:
            text = _LIST_SEPARATOR.join(map(str, value)) if isinstance(value, list) else str(value)
            safe = text if re.match(PLAIN_NUMBER, text) else escape_text(text)
            sheet.write_string(row, at, safe[:_CELL_CHARACTERS_MAX])

    def _amount(self, at: int, value: Decimal) -> None:
        """A number where a spreadsheet holds it exactly, else its digits as text."""
        if len(value.as_tuple().digits) > _DIGITS_MAX:
            self._sheet.write_string(self._row, at, str(value))
            return
        exponent = value.as_tuple().exponent
        places = max(-exponent, 0) if isinstance(exponent, int) else 0
        form = f"#,##0.{'0' * places}" if places else "#,##0"
        self._sheet.write_number(self._row, at, float(value), self._format(form))

    def _format(self, form: str) -> Any:
        if form not in self._formats:
            self._formats[form] = self._book.add_format({"num_format": form})
        return self._formats[form]


def _write_number(sheet: Any, row: int, at: int, value: float) -> None:
    if isinstance(value, int) and len(str(abs(value))) > _DIGITS_MAX:
        sheet.write_string(row, at, str(value))
    else:
        sheet.write_number(row, at, value)


def _width(column: str, frame: "pl.DataFrame") -> int:
    longest = max((len(str(value)) for value in frame[column].head(200)), default=0)
    return min(max(longest, len(column)) + 2, _WIDTH_MAX)
