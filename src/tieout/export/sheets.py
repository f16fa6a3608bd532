"""Tables as sheets of one Excel workbook; what looks like a formula stays text."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tieout.export.aside import written_aside

if TYPE_CHECKING:
    import polars as pl

_NAME_CHARACTERS_MAX: Final = 31
_WIDTH_MAX: Final = 60
_OPTIONS: Final = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
}


def write_sheets(frames: "Mapping[str, pl.DataFrame]", path: Path) -> None:
    """Write a sheet for each frame, its header frozen and with filters.

    Raises InputError where the file cannot be written.
    """
    import xlsxwriter

    with written_aside(path) as part, xlsxwriter.Workbook(str(part), _OPTIONS) as workbook:
        bold = workbook.add_format({"bold": True, "bottom": 1})
        for name, frame in frames.items():
            sheet = workbook.add_worksheet(name[:_NAME_CHARACTERS_MAX])
            for at, column in enumerate(frame.columns):
                sheet.write_string(0, at, column, bold)
                sheet.set_column(at, at, _width(column, frame))
            for row, values in enumerate(frame.iter_rows(), start=1):
                for at, value in enumerate(values):
                    _write(sheet, row, at, value)
            sheet.freeze_panes(1, 0)
            sheet.autofilter(0, 0, max(frame.height, 1), max(len(frame.columns) - 1, 0))


def _width(column: str, frame: "pl.DataFrame") -> int:
    longest = max((len(str(value)) for value in frame[column].head(200)), default=0)
    return min(max(longest, len(column)) + 2, _WIDTH_MAX)


def _write(sheet: Any, row: int, at: int, value: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, at, value)
    elif isinstance(value, int | float):
        sheet.write_number(row, at, value)
    else:
        sheet.write_string(row, at, str(value))
