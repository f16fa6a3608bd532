"""Whether what was open in an earlier run has found its counterpart in a later one."""

import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import ibis

from tieout.engines.duckdb import DuckDBEngine
from tieout.model.buckets import Bucket
from tieout.model.errors import InputError
from tieout.pipeline.explain_originals import open_again, unchanged_files
from tieout.pipeline.run_query.ask import fetch_by
from tieout.pipeline.run_query.findings import read_manifest
from tieout.pipeline.run_query.tables import open_table
from tieout.reconcile.sides import KEY_SEPARATOR

Side = Literal["left", "right"]
_SIDES: Final[tuple[Side, Side]] = ("left", "right")
_TIMING: Final = (Bucket.TIMING, Bucket.CUT_OFF)
_OTHER: Final[Mapping[str, Side]] = {"left": "right", "right": "left"}


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """What an open item found. proof: a line that a person can check. other: the break that is
    its counterpart, blank where the run tied both out.
    """

    break_id: str
    proof: str
    other: str = ""


def arrivals(folder: Path, items: Sequence[Mapping[str, Any]]) -> list[Arrival]:
    """The counterparts of open items, rows of an earlier run's breaks, in a run.

    An item that the run still has as a break has none. Where the run's files hold the item too, a
    match of its row is the proof; where they hold what came since, a break of the other side with
    the same key, currency and amount is. Whatever fits twice, fits nobody. Raises InputError for a
    folder that is no whole run.
    """
    if not items:
        return []
    still = {row["break_id"] for row in _breaks(folder, "break_id", items)}
    gone = [each for each in items if each["break_id"] not in still and each["key"]]
    if not gone:
        return []
    beside = _counterparts(folder, gone)
    found = {each.break_id: each for each in beside}
    rest = [each for each in gone if each["break_id"] not in found]
    for each in _tied_out(folder, rest):
        found[each.break_id] = each
    return [found[each["break_id"]] for each in gone if each["break_id"] in found]


def _breaks(folder: Path, column: str, items: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return fetch_by(folder, "breaks", column, sorted({each[column] for each in items}))


def _counterparts(folder: Path, items: Sequence[Mapping[str, Any]]) -> list[Arrival]:
    """Those of one side whose mirror image is in a break of the run, and is no other item's.

    That is a break of the other side, or one of both sides that is timing by its evidence.
    """
    one_sided = [each for each in items if each["side"] in _OTHER]
    known: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in _breaks(folder, "key", one_sided):
        for side in _sides_of(row):
            known.setdefault(_mirror(row, side), []).append(row)
    wanted = Counter(_mirror_of(each) for each in one_sided)
    found = []
    for each in one_sided:
        fitting = known.get(_mirror_of(each), [])
        if len(fitting) == 1 and wanted[_mirror_of(each)] == 1:
            found.append(_beside(each, fitting[0], folder))
    return found


def _sides_of(row: Mapping[str, Any]) -> tuple[Side, ...]:
    """The sides on which a break may be a counterpart."""
    if row["side"] in _OTHER:
        return (row["side"],)
    return _SIDES if row["bucket"] in _TIMING and not row["difference"] else ()


def _mirror(row: Mapping[str, Any], side: Side) -> tuple[Any, ...]:
    """What a break and its counterpart on a side have in common."""
    return side, row["key"], row["currency"], row[f"amount_{side}"]


def _mirror_of(item: Mapping[str, Any]) -> tuple[Any, ...]:
    """What the counterpart of an open item would be."""
    return _OTHER[item["side"]], item["key"], item["currency"], item[f"amount_{item['side']}"]


def _beside(item: Mapping[str, Any], other: Mapping[str, Any], folder: Path) -> Arrival:
    side = _OTHER[item["side"]]
    amount, day = other[f"amount_{side}"], other[f"date_{side}"]
    row = (other[f"{side}_rows"] or [0])[0]
    proof = (
        f"{item['key']}: {amount:,f} came on the {side} (row {row}"
        f"{f', {day}' if day else ''}) in run {folder.name}, and the same was open here"
    )
    return Arrival(break_id=item["break_id"], proof=proof, other=other["break_id"])


def _tied_out(folder: Path, items: Sequence[Mapping[str, Any]]) -> list[Arrival]:
    """Those whose row is in a match of the run without a difference, and alone has its key."""
    found = []
    for side in _SIDES:
        of_side = [each for each in items if _anchor(each) == side]
        rows = _rows_of_keys(folder, side, {each["key"] for each in of_side})
        alone = {key: numbers[0] for key, numbers in rows.items() if len(numbers) == 1}
        matches = _matches(folder, side, set(alone.values()))
        for each in of_side:
            match = matches.get(alone.get(each["key"], 0))
            if match is not None and not match["difference"]:
                found.append(_tied(each, match, folder))
    return found


def _anchor(item: Mapping[str, Any]) -> str:
    return "right" if item["side"] == "right" else "left"


def _tied(item: Mapping[str, Any], match: Mapping[str, Any], folder: Path) -> Arrival:
    left, right = (", ".join(str(row) for row in match[f"{side}_rows"][:3]) for side in _SIDES)
    proof = (
        f"{item['key']}: left row {left} and right row {right} tie out "
        f"in run {folder.name} ({match['pass']})"
    )
    return Arrival(break_id=item["break_id"], proof=proof)


def _rows_of_keys(folder: Path, side: Side, keys: set[str]) -> dict[str, list[int]]:
    """Row numbers by key in an input of the run; none where it cannot be read as it was."""
    manifest = read_manifest(folder)
    given = next((each for each in manifest.inputs if each.side == side), None)
    columns = (manifest.spec.get(side) or {}).get("key") or []
    if manifest.spec.get("date_in_key"):
        return {}
    if given is None or not keys or not columns or unchanged_files(given, folder):
        return {}
    try:
        with (
            tempfile.TemporaryDirectory(prefix="tieout-") as scratch,
            DuckDBEngine(threads=1) as engine,
        ):
            source = open_again(given, engine=engine, workdir=Path(scratch) / "source")
            table, row = source.table, source.row_column
            if row is None:
                row = "number read"
                number = (ibis.row_number() + 1).cast("int64").name(row)
                table = table.select(*source.columns, number)
            parts = [table[column].cast("string").fill_null("").strip() for column in columns]
            key = parts[0]
            for part in parts[1:]:
                key = key + KEY_SEPARATOR + part
            plan = table.select(row=table[row], key=key)
            frame = engine.fetch(plan.filter(plan["key"].isin(sorted(keys))))
    except InputError:
        return {}
    found: dict[str, list[int]] = {}
    for number, text in frame.select("row", "key").sort("row").iter_rows():
        found.setdefault(text, []).append(number)
    return found


def _matches(folder: Path, side: Side, rows: set[int]) -> dict[int, dict[str, Any]]:
    """The match of each row."""
    if not rows:
        return {}
    with open_table(folder, "matches") as table:
        wanted = table.rows[f"{side}_rows"].map(lambda row: row.isin(sorted(rows))).anys()
        frame = table.engine.fetch(table.rows.filter(wanted))
    return {
        row: match for match in frame.to_dicts() for row in match[f"{side}_rows"] if row in rows
    }
