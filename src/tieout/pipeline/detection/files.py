"""The files of a detection's run folder."""

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tieout.detect.labels import UNLABELLED
from tieout.detect.rerank import query
from tieout.detect.thresholds import confusion_matrix, metrics_by_type, sweep
from tieout.export.explain_summaries import write_markdown
from tieout.export.scored import write_scored
from tieout.export.table import write_csv, write_rejects
from tieout.export.text_lists import text_lists
from tieout.model.table import Table, TableRole
from tieout.pipeline.detection.findings import Findings
from tieout.pipeline.inputs import fingerprint_file

if TYPE_CHECKING:
    from tieout.pipeline.detection.job import Detected, DetectJob

# A p-value of zero would say that something is impossible.
_P_MIN: Final = 1e-300
# What a person looks for first in a case, where the table has it.
_FACTS: Final = (
    TableRole.ID,
    TableRole.ENTRY,
    TableRole.TIME,
    TableRole.AMOUNT,
    TableRole.DEBIT,
    TableRole.CREDIT,
    TableRole.CURRENCY,
    TableRole.ACCOUNT,
    TableRole.CUSTOMER,
    TableRole.CARD,
    TableRole.MERCHANT,
    TableRole.COUNTERPARTY,
)
_FACTS_MAX: Final = 6
# Ours; a column of the input of that name is written as another.
_CASE_COLUMNS: Final = (
    *("case_id", "row", "score", "p_value", "confidence", "severity", "flagged_by", "incident_id"),
    *("reasons_top3", "triggered_rules"),
)
QUESTIONS: Final = "questions.csv"
TABLES: Final = (
    "transactions_scored.csv",
    "transactions_scored.parquet",
    "thresholds.csv",
    "metrics_by_type.csv",
    "confusion_matrix.csv",
    "cases.csv",
    "incidents.csv",
    "rejects.csv",
)


def write_files(done: "Detected", job: "DetectJob", folder: Path) -> dict[str, str]:
    """Write all files but report and manifest; answers with the SHA-256 of the tables by name."""
    data, found = done.data, done.findings
    write_scored(
        data.read.originals(),
        judged_frame(data.table, found),
        row_column=data.read.row_column,
        columns=data.read.source.columns,
        csv_path=folder / "transactions_scored.csv",
        parquet_path=folder / "transactions_scored.parquet",
    )
    labels = data.labels.values
    write_csv(
        sweep(found.score, labels, rule_flags=found.ruling.flags, costs=job.policy.costs),
        folder / "thresholds.csv",
    )
    write_csv(by_type(done), folder / "metrics_by_type.csv")
    write_csv(
        confusion_matrix(labels, ml_flags=found.by_ml, rule_flags=found.ruling.flags),
        folder / "confusion_matrix.csv",
    )
    write_csv(done.groups.cases, folder / "cases.csv")
    write_csv(done.groups.incidents, folder / "incidents.csv")
    write_markdown(done.groups.text, folder / "summaries.md")
    names: tuple[str, ...] = TABLES
    if found.entities is not None:
        write_csv(found.entities, folder / "entities.csv")
        names = (*TABLES, "entities.csv")
    if job.ask:
        write_csv(questions_frame(done, job), folder / QUESTIONS)
        names = (*names, QUESTIONS)
    write_rejects(data.read.rejects, folder / "rejects.csv")
    return {name: fingerprint_file(folder / name).sha256 for name in names}


def questions_frame(done: "Detected", job: "DetectJob") -> pl.DataFrame:
    """Rows whose labels would teach most, most urgent first, with blanks for the answers.

    Half are the oddest without a label, half are spread down the ranking. Filled in, it is a file
    for `--labels`.
    """
    table, found = done.data.table, done.findings
    places = query(found.score, done.data.labels.values, job.ask, seed=job.seed)
    reasons = [found.reasons.get(int(place), ()) for place in places]
    taken = {"row", "is_anomaly", "anomaly_type", "score"}
    facts = _facts(table)
    chosen = table.frame[places].select(_readable(table, name) for name in facts)
    return pl.DataFrame(
        {
            "row": table.rows[places],
            "is_anomaly": pl.Series([None] * len(places), dtype=pl.String),
            "anomaly_type": pl.Series([None] * len(places), dtype=pl.String),
            "score": found.score[places],
            **{(f"{name}_input" if name in taken else name): chosen[name] for name in facts},
            "reasons_top3": text_lists("reasons_top3", reasons),
        }
    )


def by_type(done: "Detected") -> pl.DataFrame:
    """What was found of each type of anomaly; all zero without labels."""
    data, found = done.data, done.findings
    return metrics_by_type(
        data.labels.values,
        data.labels.types,
        ml_flags=found.by_ml,
        rule_flags=found.ruling.flags,
    )


def judged_frame(table: Table, found: Findings) -> pl.DataFrame:
    """SCORED_COLUMNS for every row of a table."""
    return pl.DataFrame(
        {
            "row": table.rows,
            "score": found.score,
            "p_value": _p(found.log_p),
            "is_ml_flag": found.by_ml,
            "is_rule_flag": found.ruling.flags,
            "is_flag": found.flags,
            "triggered_rules": found.ruling.triggered(),
            "reasons_top3": _reasons(table.height, found),
        }
    )


def _reasons(rows: int, found: Findings) -> pl.Series:
    """Reasons of every row; an empty list where nobody asked for any."""
    lists = text_lists("reasons", [(), *found.reasons.values()])
    which = np.zeros(rows, dtype=np.int64)
    which[list(found.reasons)] = np.arange(1, len(lists))
    return lists.gather(which)


def cases_frame(table: Table, found: Findings) -> pl.DataFrame:
    """A case for each flagged row, the gravest first, and the oddest first among equals."""
    places = found.flagged
    facts = _facts(table)
    chosen = table.frame[places].select(_readable(table, name) for name in facts)
    flagged_by = np.select(
        [found.by_ml[places] & found.ruling.flags[places], found.by_ml[places]],
        ["both", "detectors"],
        "rules",
    )
    taken = {*_CASE_COLUMNS}
    return pl.DataFrame(
        {
            "case_id": _identities(table, places),
            "row": table.rows[places],
            **{(f"{name}_input" if name in taken else name): chosen[name] for name in facts},
            "score": found.score[places],
            "p_value": _p(found.log_p[places]),
            "confidence": found.confidence[places],
            "severity": [str(severity) for severity in found.severities],
            "flagged_by": flagged_by.astype(str),
            "reasons_top3": text_lists(
                "reasons_top3", [found.reasons[place] for place in places.tolist()]
            ),
            "triggered_rules": found.ruling.triggered(places),
        }
    )


def _p(log_p: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(under="ignore"):
        p: NDArray[np.float64] = np.maximum(np.exp(log_p), _P_MIN)
    return p


def _facts(table: Table) -> list[str]:
    by_role = [table.roles[role] for role in _FACTS if role in table.roles]
    if by_role:
        return list(dict.fromkeys(by_role))[:_FACTS_MAX]
    return table.frame.columns[:_FACTS_MAX]


def _readable(table: Table, name: str) -> pl.Expr:
    """A column as people write it: moments to the second, days without a time."""
    if isinstance(table.frame.schema[name], pl.Categorical):
        return pl.col(name).cast(pl.String)
    if table.frame.schema[name] != pl.Datetime("us"):
        return pl.col(name)
    midnight = pl.col(name) == pl.col(name).dt.truncate("1d")
    if table.frame.select(midnight.all()).item():
        return pl.col(name).dt.date()
    return pl.col(name).dt.strftime("%Y-%m-%dT%H:%M:%S")


def _identities(table: Table, places: NDArray[np.int64]) -> list[str]:
    """What a case is, not where it stands: equal rows are told apart by their occurrence."""
    seen: dict[str, int] = {}
    found: dict[int, str] = {}
    ascending = np.sort(places)
    written = json.JSONEncoder(default=str, ensure_ascii=False).encode
    for place, row in zip(ascending.tolist(), table.frame[ascending].iter_rows(), strict=True):
        text = written(row)
        seen[text] = seen.get(text, 0) + 1
        digest = hashlib.sha256(f"{seen[text]} {text}".encode()).hexdigest()
        found[place] = f"D{digest[:15]}"
    return [found[place] for place in places.tolist()]


def labelled(values: NDArray[np.int8]) -> bool:
    """Whether any row has a label."""
    return bool((values != UNLABELLED).any())
