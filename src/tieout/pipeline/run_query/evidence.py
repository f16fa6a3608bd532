"""A finding with its records beside each other, as the files had them."""

import tempfile
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from tieout.engines.duckdb import DuckDBEngine
from tieout.model.errors import InputError
from tieout.model.manifest import InputFacts, RunManifest
from tieout.pipeline.carrying.records import carried_rows
from tieout.pipeline.explain_originals import open_again, original, unchanged_files
from tieout.pipeline.run_query.ask import fetch_by
from tieout.pipeline.run_query.findings import read_manifest
from tieout.reconcile.spec import SideSpec

# A row is found by reading up to it: in larger files that takes too long for a page.
_FILE_BYTES_MAX: Final = 64 * 1024 * 1024
_ROWS_SHOWN: Final = 5
_COMPARED: Final = ("amount", "date")
# Accounts and texts are each side's own words: there a difference says nothing by itself.
_TELLING: Final = ("Currency", "Party", "Original currency", "Original amount")
_ABOUT_CODES: Final = ("static_data", "wrong_reference")


@dataclass(frozen=True)
class Line:
    """One fact of both records. differs: the two say different things."""

    label: str
    left: str
    right: str
    differs: bool = False


@dataclass(frozen=True)
class Record:
    """A data row of a file with its cells. origin: of a carried row, where it came from."""

    row: int
    cells: dict[str, str]
    origin: str = ""


@dataclass(frozen=True)
class Evidence:
    """A finding's row, and its records. notes: why some of them cannot be shown."""

    row: dict[str, Any]
    lines: tuple[Line, ...] = ()
    left_name: str = "left"
    right_name: str = "right"
    left: tuple[Record, ...] = ()
    right: tuple[Record, ...] = ()
    notes: tuple[str, ...] = field(default=())


def break_row(folder: Path, break_id: str) -> dict[str, Any]:
    """A break as its run's table has it. Raises InputError where the run has it not."""
    found = fetch_by(folder, "breaks", "break_id", [break_id])
    if not found:
        raise InputError(f"{break_id}: the run {folder.name} has no such break")
    return found[0]


def scored_row(folder: Path, row: int) -> dict[str, Any]:
    """A row of a detection with what was found about it. Raises InputError for none."""
    found = fetch_by(folder, "scored", "row", [row])
    if not found:
        raise InputError(f"row {row}: the run {folder.name} has no such row")
    return found[0]


def break_evidence(folder: Path, break_id: str) -> Evidence:
    """A break's records side by side, read again from the files if these are unchanged."""
    row, manifest = break_row(folder, break_id), read_manifest(folder)
    sides = {side: manifest.spec.get(side) or {} for side in ("left", "right")}
    records, notes = {}, []
    for side in ("left", "right"):
        found, note = _records(manifest, side, row.get(f"{side}_rows") or [], folder)
        records[side] = found
        notes += [note] if note else []
    return Evidence(
        row,
        lines=_lines(row, sides, records),
        left_name=sides["left"].get("name") or "left",
        right_name=sides["right"].get("name") or "right",
        left=records["left"],
        right=records["right"],
        notes=tuple(notes),
    )


def _records(
    manifest: RunManifest, side: str, rows: list[int], folder: Path
) -> tuple[tuple[Record, ...], str]:
    given = next((each for each in manifest.inputs if each.side == side), None)
    if given is None or not rows:
        return (), ""
    carried = _carried(manifest, side, [row for row in rows if row > given.rows], folder)
    rows = [row for row in rows if row <= given.rows]
    if not rows:
        return carried, ""
    why = _cannot_be_read(given, folder)
    if why:
        return carried, why
    try:
        with (
            tempfile.TemporaryDirectory(prefix="tieout-") as scratch,
            DuckDBEngine(threads=1) as engine,
        ):
            source = open_again(given, engine=engine, workdir=Path(scratch) / "source")
            found = [
                original(source, number, engine=engine, workdir=Path(scratch))
                for number in rows[:_ROWS_SHOWN]
            ]
    except InputError as error:
        return carried, str(error)
    own = tuple(Record(each.row, each.cells) for each in found if each is not None)
    return (*own, *carried)[:_ROWS_SHOWN], ""


def _carried(manifest: RunManifest, side: str, rows: list[int], folder: Path) -> tuple[Record, ...]:
    """Rows that an earlier run left open, by what the run kept of them."""
    if not rows:
        return ()
    part = SideSpec.model_validate(manifest.spec[side])
    scale = int(manifest.options["scale"])
    found = carried_rows(folder, side, part, scale=scale, rows=rows[:_ROWS_SHOWN])
    return tuple(
        Record(row, each.cells, f"row {each.row:,} of {each.file} by run {each.run}")
        for row, each in sorted(found.items())
    )


def _cannot_be_read(given: InputFacts, folder: Path) -> str:
    if sum(file.bytes for file in given.files) > _FILE_BYTES_MAX:
        return f"{given.name} is too large to look up single rows here; use tieout explain"
    return unchanged_files(given, folder)


def _lines(
    row: dict[str, Any], sides: dict[str, Any], records: dict[str, tuple[Record, ...]]
) -> tuple[Line, ...]:
    """What both sides know: first what is compared, as the run read it; then the other cells."""
    lines = [Line("Key", *_keys(row, sides, records))]
    lines += [
        Line(name.capitalize(), *texts, differs=texts[0] != texts[1] and "" not in texts)
        for name in _COMPARED
        if any(texts := (_text(row.get(f"{name}_left")), _text(row.get(f"{name}_right"))))
    ]
    used: dict[str, set[str]] = {"left": set(), "right": set()}
    for label, columns in _paired(sides):
        texts = _cell(records["left"], columns[0]), _cell(records["right"], columns[1])
        for side, column in zip(("left", "right"), columns, strict=True):
            used[side].add(column or "")
        if any(texts):
            told = label in _TELLING or (row["bucket"] in _ABOUT_CODES and label != "Text")
            lines.append(Line(label, *texts, differs=told and _differ(*texts)))
    for side in ("left", "right"):
        shown = used[side] | _read_columns(sides[side])
        for column, value in records[side][0].cells.items() if records[side] else ():
            if column not in shown:
                texts = (value, "") if side == "left" else ("", value)
                lines.append(Line(column, *texts))
    return tuple(line if line.label != "Key" else _marked(line) for line in lines)


def _paired(sides: dict[str, Any]) -> list[tuple[str, tuple[str | None, str | None]]]:
    left, right = sides["left"], sides["right"]
    pairs = [
        (label, (left.get(name), right.get(name)))
        for label, name in (
            ("Currency", "currency"),
            ("Party", "party"),
            ("Account", "account"),
            ("Original currency", "original_currency"),
        )
    ]
    originals = [(each.get("original_amount") or {}).get("column") for each in (left, right)]
    texts = [(each.get("comment") or [None])[0] for each in (left, right)]
    return [
        *pairs,
        ("Original amount", (originals[0], originals[1])),
        ("Text", (texts[0], texts[1])),
    ]


def _keys(
    row: dict[str, Any], sides: dict[str, Any], records: dict[str, tuple[Record, ...]]
) -> tuple[str, str]:
    found = []
    for side in ("left", "right"):
        columns = sides[side].get("key") or []
        cells = records[side][0].cells if records[side] else {}
        text = " ".join(cells[column] for column in columns if column in cells)
        has_rows = bool(row.get(f"{side}_rows"))
        found.append(text or (str(row.get("key") or "") if has_rows else ""))
    return found[0], found[1]


def _marked(line: Line) -> Line:
    return Line(line.label, line.left, line.right, differs=_differ(line.left, line.right))


def _read_columns(side: dict[str, Any]) -> set[str]:
    """Columns that stand in the first lines already."""
    amount, day = side.get("amount") or {}, side.get("date") or {}
    names = [amount.get(part) for part in ("column", "debit", "credit", "direction")]
    return {name for name in [*names, day.get("column"), *(side.get("key") or [])] if name}


def _cell(records: tuple[Record, ...], column: str | None) -> str:
    return records[0].cells.get(column or "", "") if records else ""


def _differ(left: str, right: str) -> bool:
    """Whether two cells say different things to a reader who overlooks case and signs."""
    if not left or not right:
        return False
    plain = ["".join(sign for sign in each.casefold() if sign.isalnum()) for each in (left, right)]
    return plain[0] != plain[1]


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else f"{value:,}"
