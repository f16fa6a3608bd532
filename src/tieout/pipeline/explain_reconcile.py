"""The way of a row through a reconciliation."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from tieout.export.explain_trail import Step, Trail
from tieout.export.words import amount_text, count_text, label
from tieout.model.money import to_decimal
from tieout.pipeline.carrying.join import with_rows
from tieout.pipeline.carrying.records import carried_rows, items_of
from tieout.pipeline.explain_kept import KeptRun, rows_text
from tieout.pipeline.explain_originals import (
    Original,
    open_again,
    original,
    reject_of,
    source_step,
    unchanged_files,
)
from tieout.pipeline.explain_passes import Compared, pass_steps
from tieout.pipeline.inputs import Input, read_side
from tieout.reconcile.spec import Spec

if TYPE_CHECKING:
    from tieout.engines.duckdb import DuckDBEngine
    from tieout.pipeline.explain_run import ExplainJob

_ROWS_OF_BREAK_MAX: Final = 3
_SIDES: Final = ("left", "right")
_EPOCH: Final = date(1970, 1, 1)


@dataclass(frozen=True)
class _Again:
    """The inputs of a run, read once more. note: why that was not possible, if it was not."""

    inputs: dict[str, Input]
    note: str
    spec: Spec
    scale: int
    engine: "DuckDBEngine"
    scratch: Path


def explain_reconciled(kept: KeptRun, job: "ExplainJob", scratch: Path) -> Trail:
    """Follow a row, or the rows of a break, through a reconcile run.

    Raises InputError for a row, side or break that there is not.
    """
    from tieout.engines.duckdb import DuckDBEngine

    found: dict[str, Any] | None = None
    if job.subject.isdecimal() and len(job.subject) < len("676a21b4504bd958"):
        side = job.side or "left"
        rows = [(side, kept.row(job.subject, kept.input(side)))]
        subject = f"{side.capitalize()} row {rows[0][1]:,}"
    else:
        found = kept.named(kept.breaks, "break_id", job.subject.lower(), "break")
        rows = [
            (side, row) for side in _SIDES for row in found[f"{side}_rows"][:_ROWS_OF_BREAK_MAX]
        ]
        rows = [pair for pair in rows if job.side in {None, pair[0]}]
        subject = f"Break {found['break_id']}"
    with DuckDBEngine(memory_limit=job.memory_limit, temp_directory=job.temp_directory) as engine:
        job.announce("read")
        again = _read_again(kept, engine, scratch)
        job.announce("follow")
        steps: list[Step] = []
        outcome, sentence = "break", ""
        for side, row in rows:
            outcome, sentence, more = _follow(kept, again, side, row)
            steps += more
    if found is None and len(rows) == 1:
        found = kept.break_of(*rows[0])
    if found is not None:
        outcome, sentence = "break", f"{label(found['bucket'])}. {found['evidence']}"
        steps += kept.break_steps(found)
    return Trail(
        run_id=kept.manifest.run_id,
        job=kept.manifest.job,
        subject=subject,
        outcome=outcome,
        sentence=sentence,
        steps=tuple(steps),
    )


def _read_again(kept: KeptRun, engine: "DuckDBEngine", scratch: Path) -> _Again:
    spec = Spec.model_validate(kept.manifest.spec)
    scale = int(kept.manifest.options["scale"])
    notes = [unchanged_files(given, kept.folder) for given in kept.manifest.inputs]
    note = next((note for note in notes if note), "")
    inputs = {}
    if not note:
        for given, side in zip(kept.manifest.inputs, (spec.left, spec.right), strict=True):
            folder = scratch / given.side
            source = open_again(given, engine=engine, workdir=folder)
            read = read_side(
                source, side, spec, scale=scale, engine=engine, path=folder / "staged.parquet"
            )
            carried = items_of(kept.folder, given.side)
            more = with_rows(read, carried, spec, engine) if carried.height else read
            inputs[given.side] = more
    return _Again(inputs, note, spec, scale, engine, scratch)


def _follow(kept: KeptRun, again: _Again, side: str, row: int) -> tuple[str, str, tuple[Step, ...]]:
    """Outcome of a row, in a word and in a sentence, and its stations."""
    found, name = _original(again, side, row), kept.input(side).name
    if row > kept.input(side).rows:
        found, step = _carried(kept, again, side, row)
        steps, reject = [step], None
    else:
        steps = [source_step(found, row, again.note, which=f"{side} {name}")]
        reject = reject_of(kept.folder, found.file if found else name, row)
    record = _record(again, side, row)
    if reject is not None and record is None:
        facts = tuple((name, reject[name]) for name in ("column", "value", "expected"))
        sentence = f"rejected: {reject['column'] or 'the row'} is not {reject['expected']}"
        return "rejected", sentence, (*steps, Step("rejected", "Rejected", facts))
    if record is not None:
        steps.append(_normalised(again, side, record, found))
    match = match_of(kept.folder, side, row)
    if record is not None:
        compared = Compared(
            side, record, again.inputs, again.spec, again.scale, again.engine, kept.folder
        )
        steps.append(pass_steps(compared, matched_by=match["pass"] if match else None))
    if match is None:
        return "break", "no pass matched it", tuple(steps)
    steps.append(_match_step(match))
    other = "right" if side == "left" else "left"
    rows = rows_text(match[f"{other}_rows"])
    sentence = f"matched to {other} {'rows' if ',' in rows else 'row'} {rows} by {match['pass']}"
    return "matched", sentence, tuple(steps)


def match_of(folder: Path, side: str, row: int) -> dict[str, Any] | None:
    """The match that a row is in."""
    matches = pl.scan_parquet(folder / "matches.parquet")
    found = matches.filter(pl.col(f"{side}_rows").list.contains(row)).head(1).collect()
    return None if found.is_empty() else found.row(0, named=True)


def _carried(kept: KeptRun, again: _Again, side: str, row: int) -> tuple[Original | None, Step]:
    """A row that an earlier run left open, by what the run kept of it."""
    part = again.spec.left if side == "left" else again.spec.right
    rows = carried_rows(kept.folder, side, part, scale=again.scale, rows=[row])
    if row not in rows:
        return None, Step("source", f"Carried forward, {side} row {row:,}", ())
    found = rows[row]
    facts = [("run", found.run), ("file", found.file), ("data row", f"{found.row:,}")]
    facts.append(("carried", count_text(found.times, "run")))
    cells = [(name, value or "(blank)") for name, value in found.cells.items()]
    step = Step("source", f"Carried forward, {side} row {row:,}", (*facts, *cells))
    return Original(found.file, found.row, None, found.cells), step


def _original(again: _Again, side: str, row: int) -> Original | None:
    if side not in again.inputs:
        return None
    folder = again.scratch / side
    source = again.inputs[side].source
    return original(source, row, engine=again.engine, workdir=folder)


def _record(again: _Again, side: str, row: int) -> dict[str, Any] | None:
    if side not in again.inputs:
        return None
    table = again.inputs[side].table
    found = again.engine.fetch(table.filter(table["row"] == row))
    return None if found.is_empty() else found.row(0, named=True)


def _normalised(again: _Again, side: str, record: dict[str, Any], found: Original | None) -> Step:
    """What the row is compared by: each part, the cells it comes from, and the steps applied."""
    part = again.spec.left if side == "left" else again.spec.right
    cells = found.cells if found else {}
    shown = [_from("key", part.key, record["key_text"], record["key"], cells)]
    amount = amount_text(to_decimal(record["amount"], again.scale), record["currency"])
    shown.append(_from("amount", part.amount.columns, "", amount, cells))
    shown.append(("currency", record["currency"] or "(none)"))
    if part.date is not None:
        day = record["date"]
        text = "(blank)" if day is None else (_EPOCH + timedelta(days=day)).isoformat()
        shown.append(_from("date", (part.date.column,), "", text, cells))
    named = {"party": part.party, "account": part.account}
    named |= {f"criteria_{name}": column for name, column in part.criteria.items()}
    shown += [
        (name.removeprefix("criteria_"), record[name] or "(blank)")
        for name, column in named.items()
        if column
    ]
    steps = [f"{name}: {', '.join(words)}" for name, words in again.spec.normalise.items() if words]
    notes = (f"Copies made alike by these steps: {'; '.join(steps)}.",) if steps else ()
    return Step("normalised", "Normalised", tuple(shown), notes)


def _from(
    name: str, columns: tuple[str, ...], raw: str, value: str, cells: dict[str, str]
) -> tuple[str, str]:
    """A value and the cells that it was made of, where they read differently."""
    written = raw or ", ".join(
        f"{column} {cells[column]!r}" for column in columns if cells.get(column)
    )
    shown = value or "(blank)"
    return (name, shown if not written or written == value else f"{shown}, from {written}")


def _match_step(match: dict[str, Any]) -> Step:
    facts = [
        ("match", match["match_id"]),
        ("kind", label(match["kind"])),
        ("pass", match["pass"]),
        ("left rows", rows_text(match["left_rows"]) or "(none)"),
        ("right rows", rows_text(match["right_rows"]) or "(none)"),
        (
            "difference",
            f"{amount_text(match['difference'], match['currency'])} {match['currency']}",
        ),
        ("confidence", f"{100 * match['confidence']:.0f} %"),
    ]
    return Step("match", "Match", tuple(facts), (match["explanation"],))
