"""Spreadsheets: one sheet of xlsx, xlsm, xls, xlsb or ods."""

from datetime import datetime, time
from functools import partial
from pathlib import Path
from typing import Final

from tieout.engines.base import Engine
from tieout.model.errors import InputError
from tieout.sources.cells import cell_text
from tieout.sources.encoding import content_tag
from tieout.sources.headers import Layout, find_layout, is_blank, used_width
from tieout.sources.source import NoRowsError, Part, Source
from tieout.sources.spool import TextSpool, sample_of

_HEAD_RECORDS: Final = 200


def open_excel(path: Path, sheet: str | None, *, engine: Engine, workdir: Path) -> Source:
    """A sheet by its name, else the first that has data rows; native values become text.

    Dates become ISO text, without a clock at midnight; numbers plain decimals of up to 15 digits,
    which is what a spreadsheet shows. Raises InputError where the workbook or the sheet cannot be
    read, and NoRowsError where there is no data row.
    """
    sheets = _read_sheets(path, sheet)
    chosen = next((each for each in sheets if _has_data(each[1], each[2])), None)
    if chosen is None:
        raise NoRowsError(f"{path.name}: {_nothing_in(sheets, sheet)}")
    title, records, layout = chosen
    copy = workdir / f"{path.stem}-{content_tag(path, title)}.parquet"
    rows = 0
    with TextSpool(copy, layout.names) as spool:
        for cells in records[layout.skip :]:
            if not is_blank(cells):
                rows += 1
                spool.add(rows, cells[: len(layout.names)])
    name = path.name if sheet is None else f"{path.name}#{sheet}"
    return Source(
        name=name,
        files=(path,),
        columns=layout.names,
        table=engine.read_parquet([copy]),
        sampler=partial(sample_of, copy, layout.names),
        parts=(Part(name, 0),),
        row_column=spool.row_column,
        rows=rows,
    )


_Sheet = tuple[str, list[list[str]], Layout]


def _read_sheets(path: Path, sheet: str | None) -> list[_Sheet]:
    from python_calamine import CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_path(str(path))
    except Exception as error:
        raise InputError(
            f"{path.name}: cannot be read as a spreadsheet; the file is damaged, protected by a "
            "password or another format; save it again as xlsx or CSV"
        ) from error
    if sheet is not None and sheet not in workbook.sheet_names:
        raise InputError(
            f"{path.name}: has no sheet {sheet!r}; it has {', '.join(workbook.sheet_names)}"
        )
    answer: list[_Sheet] = []
    for title in workbook.sheet_names if sheet is None else [sheet]:
        values = workbook.get_sheet_by_name(title).to_python(skip_empty_area=False)
        records = [list(map(_text, row)) for row in values]
        width = max(map(used_width, records), default=0)
        records = [(row + [""] * width)[:width] for row in records]
        layout = find_layout(records[:_HEAD_RECORDS], name=path.name)
        answer.append((title, records, layout))
        if _has_data(records, layout):
            break
    return answer


def _text(value: object) -> str:
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return cell_text(value)


def _has_data(records: list[list[str]], layout: Layout) -> bool:
    return bool(layout.names) and any(not is_blank(cells) for cells in records[layout.skip :])


def _nothing_in(sheets: list[_Sheet], sheet: str | None) -> str:
    if any(layout.has_header for _, _, layout in sheets):
        return "has a header but no data rows"
    return "the sheet is empty" if sheet is not None else "no sheet has data rows"
