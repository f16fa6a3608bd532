"""Cases of a detection that share a cause, as incidents."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from tieout.explain.incidents import Naming, View, group_incidents
from tieout.explain.summaries import incident_facts
from tieout.export.explain_summaries import Summary, incident_summary, summaries_markdown
from tieout.export.words import label
from tieout.model.errors import InputError
from tieout.model.table import Kind, Table, TableRole
from tieout.pipeline.detection.files import cases_frame
from tieout.pipeline.explain_earlier import INCIDENTS_FILE, earlier_incidents
from tieout.pipeline.workspace import MANIFEST_FILE, find_workspace

if TYPE_CHECKING:
    from tieout.pipeline.detection.data import Data
    from tieout.pipeline.detection.findings import Findings
    from tieout.pipeline.detection.job import DetectJob

BY_DETECTORS: Final = "unusual"
_RUNS_MAX: Final = 12
_RECORDS_MAX: Final = 200_000
_VALUES_MAX: Final = 200
_ATTRIBUTES_MAX: Final = 8
_SHOWN: Final = 50
_CASES_SHOWN: Final = 20
_NEXT: Final = "Look at what these cases share before you look at single ones."
# Who and what may have failed, where the table has it.
_ROLES: Final = (
    TableRole.MERCHANT,
    TableRole.COUNTERPARTY,
    TableRole.ACCOUNT,
    TableRole.CUSTOMER,
    TableRole.CARD,
    TableRole.MERCHANT_CATEGORY,
    TableRole.CHANNEL,
    TableRole.COUNTRY,
    TableRole.CURRENCY,
    TableRole.STATUS,
    TableRole.DEVICE,
    TableRole.PREPARED_BY,
    TableRole.ORIGIN,
)


@dataclass(frozen=True)
class CaseGroups:
    """cases: as in cases.csv, with `incident_id`. incidents: INCIDENT_COLUMNS. summaries: the
    largest in words. text: of summaries.md. earlier_runs: whose incidents these go on from."""

    cases: pl.DataFrame
    incidents: pl.DataFrame
    summaries: tuple[Summary, ...]
    text: str
    earlier_runs: tuple[str, ...]


def group_cases(job: "DetectJob", data: "Data", found: "Findings") -> CaseGroups:
    """Cases of one kind that are far more frequent with some values, or in a span of time.

    Their kind is the first rule that names them, else that they are unusual; they are compared
    with all rows that were judged. An incident goes on from one of the same values in an earlier
    detection of the profile in the workspace.
    """
    cases = cases_frame(data.table, found)
    runs = _earlier_runs(job)
    findings = _findings(data.table, found, cases)
    grouped, incidents = group_incidents(
        findings,
        views=[_view(data.table, found)] if cases.height else (),
        naming=Naming(f"detect {job.judged_as}", "case", earlier_incidents(job.workspace, runs)),
    )
    told = cases.with_columns(grouped["incident_id"])
    summaries = tuple(_summaries(incidents, grouped))
    single = [_case_summary(row) for row in _singles(told).iter_rows(named=True)]
    more = told["incident_id"].null_count() - len(single)
    text = summaries_markdown(
        f"{data.read.source.name}: cases", summaries, single, more=more, noun="case"
    )
    return CaseGroups(told, incidents, summaries, text, runs)


def _findings(table: Table, found: "Findings", cases: pl.DataFrame) -> pl.DataFrame:
    flagged = table.frame[found.flagged]
    currency = table.roles.get(TableRole.CURRENCY)
    known = _for_each_row(
        flagged,
        _amount(table).alias("amount"),
        (pl.col(currency) if currency else pl.lit("")).cast(pl.String).alias("currency"),
        _moment(table).alias("at"),
        *(pl.col(name).cast(pl.String).alias(f"attribute {name}") for name in attributes(table)),
    )
    kind = pl.coalesce(pl.col("triggered_rules").list.first(), pl.lit(BY_DETECTORS))
    return known.with_columns(
        cases.select(
            "case_id", "row", "severity", kind.alias("bucket"), pl.col("reasons_top3")
        ).get_columns()
    )


def _for_each_row(frame: pl.DataFrame, *columns: pl.Expr) -> pl.DataFrame:
    """As `select`, which makes one row of what names no column, however many there are."""
    names = [each.meta.output_name() for each in columns]
    return frame.with_columns(columns).select(names)


def attributes(table: Table) -> list[str]:
    """Columns in which cases may have something in common: by role, then others of few values."""
    known = {column.name: column for column in table.columns if column.kind is Kind.CATEGORY}
    by_role = [table.roles[role] for role in _ROLES if table.roles.get(role) in known]
    taken = set(table.roles.values())
    others = sorted(
        (column.distinct, name)
        for name, column in known.items()
        if name not in taken and not column.is_identifier and column.distinct <= _VALUES_MAX
    )
    names = dict.fromkeys([*by_role, *(name for _, name in others)])
    return [name for name in names if known[name].distinct > 1][:_ATTRIBUTES_MAX]


def _view(table: Table, found: "Findings") -> View:
    """All judged rows, or every so many of them; a rule's own columns explain nothing of it."""
    labels = {f"attribute {name}": name for name in attributes(table)}
    # Odd, as files often have their rows in pairs.
    step = (max(table.height, 1) - 1) // _RECORDS_MAX // 2 * 2 + 1
    records = _for_each_row(
        table.frame.gather_every(step),
        *(pl.col(name).cast(pl.String).alias(column) for column, name in labels.items()),
        _moment(table).alias("at"),
    )
    return View("rows", labels, records, step, defining=_defining(table, found))


def _defining(table: Table, found: "Findings") -> dict[str, list[str]]:
    from tieout.detect.rules.apply import names_in_condition
    from tieout.detect.rules.frame import names_of_roles

    result = found.ruling.result
    if result is None:
        return {}
    column_of = names_of_roles(table.roles)
    return {
        rule.id: [f"attribute {column_of.get(name, name)}" for name in names_in_condition(rule)]
        for rule in result.rules
    }


def _moment(table: Table) -> pl.Expr:
    name = table.roles.get(TableRole.TIME)
    timed = name is not None and table.frame.schema[name] == pl.Datetime("us")
    return pl.col(str(name)) if timed else pl.lit(None, pl.Datetime("us"))


def _amount(table: Table) -> pl.Expr:
    roles = (TableRole.AMOUNT, TableRole.DEBIT, TableRole.CREDIT)
    names = [table.roles[role] for role in roles if role in table.roles]
    numbers = [name for name in names if table.frame.schema[name] == pl.Float64]
    if not numbers:
        return pl.lit(0, pl.Decimal(38, 2))
    # NaN and what is beyond any amount count for nothing.
    sizes = [pl.col(name).abs().fill_nan(0.0).fill_null(0.0).clip(0.0, 1e15) for name in numbers]
    return pl.sum_horizontal(sizes).round(2).cast(pl.Decimal(38, 2))


def _earlier_runs(job: "DetectJob") -> tuple[str, ...]:
    """Detections of the profile that the workspace keeps, newest first."""
    folder = find_workspace(job.workspace) / "runs"
    if job.earlier is not None:
        gone = [run for run in job.earlier if not (folder / run / INCIDENTS_FILE).is_file()]
        if gone:
            raise InputError(f"{folder}: run {gone[0]} is gone; its incidents go on in this one")
        return tuple(job.earlier)
    found = []
    for path in sorted(folder.glob(f"*-detect*/{MANIFEST_FILE}"), reverse=True):
        try:
            manifest = json.loads(path.read_bytes())
            same = manifest["spec"]["profile"] == job.judged_as
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if same and (path.parent / INCIDENTS_FILE).is_file():
            found.append(path.parent.name)
        if len(found) == _RUNS_MAX:
            break
    return tuple(found)


def _summaries(incidents: pl.DataFrame, grouped: pl.DataFrame) -> Sequence[Summary]:
    sizes = dict(grouped["bucket"].value_counts().iter_rows())
    members = grouped.select(
        "incident_id",
        "bucket",
        pl.col("case_id").alias("break_id"),
        pl.col("amount").alias("difference"),
        pl.format("row {}", "row").alias("key"),
        pl.col("reasons_top3").list.first().alias("evidence"),
        pl.lit(None, pl.String).alias("resolution"),
    )
    return [
        incident_summary(
            incident_facts(
                row,
                members.filter(pl.col("incident_id") == row["incident_id"]),
                of_bucket=sizes.get(row["bucket"], 0),
                next_step=_NEXT,
            ),
            noun="case",
        )
        for row in incidents.head(_SHOWN).iter_rows(named=True)
    ]


def _singles(cases: pl.DataFrame) -> pl.DataFrame:
    return cases.filter(pl.col("incident_id").is_null()).head(_CASES_SHOWN)


def _case_summary(row: dict[str, Any]) -> Summary:
    answers = [
        ("What", f"Flagged by {row['flagged_by']}, severity {row['severity']}."),
        *(("Why", words) for words in row["reasons_top3"]),
        *(("Rule", label(rule)) for rule in row["triggered_rules"]),
    ]
    title = f"{row['case_id']} \N{MIDDLE DOT} row {row['row']:,}"
    return Summary(str(row["case_id"]), title, tuple(answers))
