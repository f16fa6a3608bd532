"""The way of a row, a case or a journal entry through a detection."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from tieout.export.explain_trail import Step, Trail
from tieout.export.scored import input_names
from tieout.export.words import amount_text, count_text
from tieout.pipeline.explain_channels import Channels, judged_again
from tieout.pipeline.explain_kept import KeptRun
from tieout.pipeline.explain_originals import (
    Original,
    open_again,
    original,
    reject_of,
    source_step,
    unchanged_files,
)

if TYPE_CHECKING:
    from tieout.pipeline.explain_run import ExplainJob

_SIDE: Final = "current"
_LINES_MAX: Final = 8
_NAMED_BY: Final = ("entry", "id", "document")


@dataclass(frozen=True)
class _Subject:
    """What is explained. entry: rows are the lines of one journal entry."""

    text: str
    rows: tuple[int, ...]
    entry: bool = False


def explain_detected(kept: KeptRun, job: "ExplainJob", scratch: Path) -> Trail:
    """Follow a row, the row of a case, or all lines of an entry through a detect run.

    The detectors' own p-values are computed again, by the model that the workspace keeps or by
    one that learns what the run's had learnt.
    Raises InputError for a row, case or entry that there is not.
    """
    subject = _subject(kept, job.subject)
    note = unchanged_files(kept.input(_SIDE), kept.folder)
    found = _scored(kept).filter(pl.col("row").is_in(list(subject.rows))).collect()
    known = {row["row"]: row for row in found.iter_rows(named=True)}
    channels = None
    if not note and known:
        job.announce("judge")
        channels = judged_again(kept, job, scratch / "judged")
    cells = {} if note else _cells(kept, job, subject.rows[:_LINES_MAX], scratch)
    steps: list[Step] = []
    if subject.entry:
        steps.append(_entry_step(kept, found))
    for row in subject.rows[:_LINES_MAX]:
        steps += _row_steps(kept, row, known.get(row), cells.get(row), note, channels)
    flagged = [row for row in subject.rows if row in known and known[row]["is_flag"]]
    outcome = "flagged" if flagged else "in_pattern" if known else "rejected"
    return Trail(
        run_id=kept.manifest.run_id,
        job=kept.manifest.job,
        subject=subject.text,
        outcome=outcome,
        sentence=_sentence(subject, known, flagged),
        steps=tuple(steps),
    )


def _subject(kept: KeptRun, text: str) -> _Subject:
    given = kept.input(_SIDE)
    if text.isdecimal() and 1 <= int(text) <= given.rows:
        return _Subject(f"Row {int(text):,}", (int(text),))
    by_name = _entry(kept, text)
    if by_name is not None:
        return by_name
    if text.isdecimal():
        kept.row(text, given)
    cases = _cases(kept)
    found = kept.named(cases, "case_id", text, "case")
    return _Subject(f"Case {found['case_id']}", (int(found["row"]),))


def _scored(kept: KeptRun) -> pl.LazyFrame:
    return pl.scan_parquet(kept.file("transactions_scored.parquet"))


def _cases(kept: KeptRun) -> pl.DataFrame:
    return pl.read_csv(kept.file("cases.csv"), infer_schema=False)


def _entry(kept: KeptRun, text: str) -> _Subject | None:
    """Rows that carry a name in the column of entries, of identities or of documents."""
    roles = kept.manifest.spec.get("roles", {})
    scored = _scored(kept)
    names = _written_names(kept)
    columns = scored.collect_schema().names()
    for role in _NAMED_BY:
        column = names.get(roles.get(role, ""))
        if column not in columns:
            continue
        same = scored.filter(pl.col(column).cast(pl.String) == text)
        rows = same.select("row").collect()["row"].to_list()
        if rows:
            return _Subject(f"{role.capitalize()} {text}", tuple(rows), entry=role == "entry")
    return None


def _written_names(kept: KeptRun) -> dict[str, str]:
    """The column of the scored table behind each column of the input."""
    return input_names(list(kept.manifest.spec.get("kinds", {})))


def _cells(
    kept: KeptRun, job: "ExplainJob", rows: tuple[int, ...], scratch: Path
) -> dict[int, Original]:
    from tieout.engines.duckdb import DuckDBEngine

    folder = scratch / _SIDE
    with DuckDBEngine(memory_limit=job.memory_limit, temp_directory=job.temp_directory) as engine:
        source = open_again(kept.input(_SIDE), engine=engine, workdir=folder)
        read = {row: original(source, row, engine=engine, workdir=folder) for row in rows}
    return {row: found for row, found in read.items() if found is not None}


def _row_steps(
    kept: KeptRun,
    row: int,
    judged: dict[str, Any] | None,
    cells: Original | None,
    note: str,
    channels: Channels | None,
) -> list[Step]:
    given = kept.input(_SIDE)
    steps = [source_step(cells, row, note, which=given.name)]
    if judged is None:
        reject = reject_of(kept.folder, cells.file if cells else given.name, row) or {}
        facts = tuple((name, reject.get(name, "")) for name in ("column", "value", "expected"))
        return [*steps, Step("rejected", "Rejected", facts)]
    if channels is not None:
        steps += [channels.typed_step(row), channels.step(row)]
    steps += [_rules_step(kept, judged), _verdict_step(kept, judged)]
    case = _cases(kept).filter(pl.col("row") == str(row))
    if case.height:
        told = tuple((name, str(value)) for name, value in case.row(0, named=True).items() if value)
        steps.append(Step("case", "Case", told))
        incident = case.row(0, named=True).get("incident_id")
        if incident:
            steps.append(kept.incident_step(incident))
    return steps


def _rules_step(kept: KeptRun, judged: dict[str, Any]) -> Step:
    rules = {
        rule["id"]: rule.get("title", "")
        for rule in kept.manifest.spec.get("rules", {}).get("rules", [])
    }
    held = judged["triggered_rules"] or []
    facts = tuple((name, rules.get(name) or "holds") for name in held)
    notes = () if held else (f"None of {count_text(len(rules), 'rule')} holds.",)
    return Step("rules", "Rules", facts, notes)


def _verdict_step(kept: KeptRun, judged: dict[str, Any]) -> Step:
    cut = kept.manifest.options.get("cut", {})
    facts = [("score", f"{judged['score'] + 0.0:.4f}"), ("p-value", f"{judged['p_value']:.3g}")]
    if cut.get("threshold") is not None:
        facts.append(("cut", f"{cut['threshold']:.4f} ({cut.get('method', 'chosen')})"))
    by = [
        word
        for word, name in (("detectors", "is_ml_flag"), ("rules", "is_rule_flag"))
        if judged[name]
    ]
    facts.append(("flagged", f"by {' and '.join(by)}" if by else "no"))
    notes = list(judged["reasons_top3"] or ())
    if kept.manifest.options.get("learn"):
        notes.append("The score is that of the re-ranker, which learnt from the labels.")
    return Step("verdict", "Verdict", tuple(facts), tuple(notes))


def _entry_step(kept: KeptRun, lines: pl.DataFrame) -> Step:
    """Lines of an entry and whether it balances, added up exactly as written."""
    roles = kept.manifest.spec.get("roles", {})
    facts = [("lines", f"{lines.height:,}")]
    totals = []
    for role in ("debit", "credit"):
        column = roles.get(role)
        if column in lines.columns:
            total = _added(lines[column])
            if total is not None:
                totals.append(total)
                facts.append((f"{role} in all", amount_text(total, "")))
    notes = []
    if len(totals) == 2:
        apart = totals[0] - totals[1]
        off = f"The entry is out of balance by {amount_text(apart, '')}."
        notes.append(off if apart else "The entry balances.")
    return Step("entry", "Entry", tuple(facts), tuple(notes))


def _added(values: pl.Series) -> Decimal | None:
    try:
        return sum((Decimal(str(value)) for value in values.drop_nulls()), Decimal(0))
    except InvalidOperation:
        return None


def _sentence(subject: _Subject, known: dict[int, dict[str, Any]], flagged: list[int]) -> str:
    if not known:
        return "rejected before it was judged"
    if len(subject.rows) > 1:
        lines = count_text(len(subject.rows), "line" if subject.entry else "row")
        return f"{lines}, {count_text(len(flagged))} of them flagged"
    row = known[subject.rows[0]]
    verdict = "flagged" if row["is_flag"] else "in pattern"
    reasons = f": {row['reasons_top3'][0]}" if row["is_flag"] and row["reasons_top3"] else ""
    return f"{verdict}, score {row['score'] + 0.0:.4f}{reasons}"
