"""A finished run comes into the queue: its findings, incidents and cases, in bulk."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import polars as pl
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from tieout.pipeline.run_query.findings import (
    RunFindings,
    breaks_still_open,
    read_findings,
)
from tieout.pipeline.workspace import MANIFEST_FILE
from tieout.server.accounts.models import User
from tieout.server.audit.services import record
from tieout.server.cases.bulk import execute, staged
from tieout.server.cases.models import RANKS, Case, Incident, Run
from tieout.server.jobs.services import enqueue

_CASE_COLUMNS: Final = {
    "kind": "varchar(20)",
    "identity": "varchar(120)",
    "title": "varchar(300)",
    "summary": "text",
    "key": "varchar(300)",
    "bucket": "varchar(60)",
    "severity": "varchar(10)",
    "severity_rank": "smallint",
    "score": "double precision",
    "amount_minor": "bigint",
    "difference_minor": "bigint",
    "scale": "smallint",
    "currency": "varchar(12)",
    "happened_on": "date",
    "as_of": "date",
    "findings": "integer",
    "due_at": "timestamp with time zone",
}
_FINDING_COLUMNS: Final = {
    "identity": "varchar(120)",
    "place": "bigint",
    "bucket": "varchar(60)",
    "severity": "varchar(10)",
    "score": "double precision",
    "amount_minor": "bigint",
    "scale": "smallint",
    "currency": "varchar(12)",
    "incident_id": "varchar(120)",
    "case_kind": "varchar(20)",
    "case_identity": "varchar(120)",
}
_KNOWN_AT_ONCE: Final = 500
# What a later run may say anew about a case; what people said stays.
_RENEWED: Final = (
    "source",
    "title",
    "summary",
    "key",
    "severity",
    "severity_rank",
    "score",
    "amount_minor",
    "difference_minor",
    "scale",
    "currency",
    "happened_on",
    "as_of",
    "findings",
    "latest_run_id",
)


@dataclass(frozen=True)
class Registered:
    """What came of a run. is_new: False where it was registered before, and nothing was done."""

    run: Run
    cases_new: int
    is_new: bool


def register_run(folder: Path, *, actor: User | None = None, name: str = "") -> Registered:
    """Index a run's findings and incidents and open a case for each; once for each run.

    name: what people call it, where that is not what its inputs are called.

    An incident is one case; a finding in no incident is a case of its own. A break that was carried
    forward and has an open case is a finding too, whatever its size, so that the case goes on. What
    was decided about an identity before stays decided. Breaks that a reconciliation found and an
    analysis judges once more stay in the cases that they have. A job `follow_up` sees to what
    follows. Raises InputError for a folder that is no whole run.
    """
    found = read_findings(folder, also=_with_a_case(breaks_still_open(folder)))
    with transaction.atomic():
        run, is_new = _run_of(folder, found, actor, name)
        if not is_new:
            return Registered(run, 0, is_new=False)
        now = timezone.now()
        known = _known(found)
        with staged(_CASE_COLUMNS, _case_rows(found, known, now)) as cases:
            _open_cases(cases, run, now)
        _keep_incidents(found, run)
        with staged(_FINDING_COLUMNS, _finding_rows(found, known)) as findings:
            _index_findings(findings, run)
        cases_new = execute(
            "UPDATE cases_case SET updated_at = %s WHERE first_run_id = %s",
            [connection.ops.adapt_datetimefield_value(now), run.pk],
        )
        after = {"run": run.run_id, "findings": run.indexed, "cases": cases_new}
        record(actor=actor, action="run.registered", target=("run", run.run_id), after=after)
        enqueue("follow_up", {"run": run.pk}, actor=actor, idempotency_key=f"follow-up-{run.pk}")
    return Registered(run, cases_new, is_new=True)


def _with_a_case(identities: Sequence[str]) -> list[str]:
    """Those of some breaks that somebody may be working on: they go on from run to run."""
    found: list[str] = []
    for first in range(0, len(identities), _KNOWN_AT_ONCE):
        some = identities[first : first + _KNOWN_AT_ONCE]
        cases = Case.objects.filter(kind=Case.Kind.BREAK, identity__in=some)
        found += cases.exclude(status=Case.Status.RESOLVED).values_list("identity", flat=True)
    return found


def stored_folder(folder: Path) -> str:
    """A run's folder as it is kept: relative to the workspace where it lies inside."""
    absolute, root = folder.resolve(), Path(settings.WORKSPACE).resolve()
    inside = absolute.is_relative_to(root)
    return (absolute.relative_to(root) if inside else absolute).as_posix()


def folder_of(run: Run) -> Path:
    """Where a run's files are."""
    return Path(settings.WORKSPACE).resolve() / run.folder


def waiting_folders() -> list[Path]:
    """Whole runs in the workspace that were not registered yet, the oldest first."""
    known = set(Run.objects.values_list("run_id", flat=True))
    runs = Path(settings.WORKSPACE).resolve() / "runs"
    found = sorted(path.parent for path in runs.glob(f"*/{MANIFEST_FILE}"))
    return [folder for folder in found if folder.name not in known]


def due_at(severity: str, opened_at: datetime) -> datetime:
    """By when a case should be decided: so many hours as its severity is given."""
    hours: dict[str, int] = settings.SLA_HOURS
    return opened_at + timedelta(hours=hours.get(severity, hours["medium"]))


def _run_of(folder: Path, found: RunFindings, actor: User | None, name: str) -> tuple[Run, bool]:
    manifest = found.manifest
    inputs = [each.name for each in manifest.inputs]
    name = name or manifest.spec.get("reconciliation") or ", ".join(inputs) or manifest.job
    return Run.objects.get_or_create(
        run_id=folder.resolve().name,
        defaults={
            "job": manifest.job,
            "name": str(name)[:300],
            "folder": stored_folder(folder),
            "created_at": datetime.fromisoformat(manifest.created_at),
            "registered_by": actor,
            "rows": sum(each.rows for each in manifest.inputs),
            "found": found.total,
            "indexed": found.findings.height,
            "left_out": found.eligible - found.findings.height,
            "seconds": manifest.seconds.get("total", 0.0),
            "counts": manifest.counts,
            "conservation": {
                side: {**each.model_dump(), "holds": each.holds}
                for side, each in manifest.conservation.items()
            },
        },
    )


def _known(found: RunFindings) -> pl.DataFrame:
    """Findings of an analysis that a reconciliation had, each with the case that it has there."""
    schema = {"identity": pl.String, "known_kind": pl.String, "known_identity": pl.String}
    if found.manifest.job != "analyze":
        return pl.DataFrame(schema=schema)
    asked = found.findings.select("identity").filter(pl.col("identity") != "").iter_rows()
    with staged({"identity": "varchar(120)"}, asked) as table, connection.cursor() as cursor:
        cursor.execute(
            f"SELECT a.identity, c.kind, c.identity FROM {table} a "
            "JOIN cases_run r ON r.job = 'reconcile' "
            "JOIN cases_finding k ON k.run_id = r.id AND k.identity = a.identity "
            "JOIN cases_case c ON c.id = k.case_id ORDER BY k.id"
        )
        rows = cursor.fetchall()
    # What the latest run said of it counts.
    return pl.DataFrame(rows, schema=schema, orient="row").unique("identity", keep="last")


def _case_rows(found: RunFindings, known: pl.DataFrame, now: datetime) -> Iterator[Sequence[Any]]:
    adapt = connection.ops.adapt_datetimefield_value
    dues = {word: adapt(due_at(word, now)) for word in RANKS}
    fresh = found.findings.join(known, on="identity", how="anti")
    grouped = set(fresh["incident_id"].to_list())
    for row in found.incidents.iter_rows(named=True):
        if not known.is_empty() and row["incident_id"] not in grouped:
            continue
        severity = row["severity"] if row["severity"] in RANKS else "medium"
        yield (
            *("incident", row["incident_id"], row["headline"][:300], _incident_summary(row)),
            *(row["condition"][:300], row["bucket"][:60], severity, RANKS[severity], None),
            *(None, None, 2, "", _day(row["first_seen"]), _day(found.as_of)),
            *(int(row["findings"] or 0), dues[severity]),
        )
    single = fresh.filter(~_grouped(found))
    dates = single["happened_on"]
    if connection.vendor != "postgresql":
        dates = dates.cast(pl.String)
    columns = single.with_columns(
        as_of=pl.lit(_day(found.as_of)),
        kind=pl.lit(found.kind),
        title=_title(found.kind),
        key=pl.col("key").str.slice(0, 300),
        bucket=pl.col("bucket").str.slice(0, 60),
        currency=pl.col("currency").str.slice(0, 12),
        happened_on=dates,
        findings=pl.lit(1),
    ).select([name for name in _CASE_COLUMNS if name != "due_at"])
    at = columns.columns.index("severity")
    for values in columns.iter_rows():
        yield (*values, dues.get(values[at], dues["medium"]))


def _day(text: date | str | None) -> date | str | None:
    """A day as the database's own copying takes it; None for what is none."""
    try:
        day = date.fromisoformat(str(text)[:10])
    except ValueError:
        return None
    return day if connection.vendor == "postgresql" else day.isoformat()


def _title(kind: str) -> pl.Expr:
    nameless = pl.format(f"{kind.capitalize()} of row {{}}", pl.col("place"))
    return pl.when(pl.col("key") == "").then(nameless).otherwise(pl.col("key")).str.slice(0, 300)


def _incident_summary(row: dict[str, str]) -> str:
    parts = [row["condition"], row["window"], row["amounts"]]
    return "; ".join(part for part in parts if part)


def _grouped(found: RunFindings) -> pl.Expr:
    """Whether a finding belongs to an incident that the run tells of."""
    known = found.incidents["incident_id"].to_list()
    return pl.col("incident_id").is_in(known).fill_null(False)


def _finding_rows(found: RunFindings, known: pl.DataFrame) -> Iterator[Sequence[Any]]:
    grouped = _grouped(found)
    findings = found.findings.join(known, on="identity", how="left", maintain_order="left")
    own_kind = pl.when(grouped).then(pl.lit("incident")).otherwise(pl.lit(found.kind))
    own_identity = pl.when(grouped).then(pl.col("incident_id")).otherwise(pl.col("identity"))
    columns = findings.with_columns(
        bucket=pl.col("bucket").str.slice(0, 60),
        currency=pl.col("currency").str.slice(0, 12),
        case_kind=pl.coalesce("known_kind", own_kind),
        case_identity=pl.coalesce("known_identity", own_identity),
        incident_id=pl.col("incident_id").fill_null(""),
    ).select(list(_FINDING_COLUMNS))
    return columns.iter_rows()


def _open_cases(table: str, run: Run, now: datetime) -> None:
    names = ", ".join(_CASE_COLUMNS)
    renewed = ", ".join(f"{name} = excluded.{name}" for name in _RENEWED)
    moment = connection.ops.adapt_datetimefield_value(now)
    no = "FALSE" if connection.vendor == "postgresql" else "0"
    execute(
        f"INSERT INTO cases_case ({names}, source, bucket_found, bucket_corrected, details, "
        "status, verdict, asks, opened_at, updated_at, revision, first_run_id, latest_run_id) "
        f"SELECT {names}, %s, bucket, {no}, '{{}}', 'new', '', '', %s, %s, 1, %s, %s "
        f"FROM {table} WHERE identity <> '' "
        f"ON CONFLICT (kind, identity) DO UPDATE SET {renewed}, "
        "bucket_found = excluded.bucket_found, bucket = CASE WHEN cases_case.bucket_corrected "
        "THEN cases_case.bucket ELSE excluded.bucket END",
        [run.name, moment, moment, run.pk, run.pk],
    )


def _index_findings(table: str, run: Run) -> None:
    execute(
        "INSERT INTO cases_finding (run_id, identity, place, bucket, severity, score, "
        "amount_minor, scale, currency, incident_id, case_id) "
        "SELECT %s, f.identity, f.place, f.bucket, f.severity, f.score, f.amount_minor, f.scale, "
        f"f.currency, f.incident_id, c.id FROM {table} f LEFT JOIN cases_case c "
        "ON c.kind = f.case_kind AND c.identity = f.case_identity "
        "WHERE f.identity <> '' ON CONFLICT (run_id, identity) DO NOTHING",
        [run.pk],
    )


def _keep_incidents(found: RunFindings, run: Run) -> None:
    identities = found.incidents["incident_id"].to_list()
    cases = dict(
        Case.objects.filter(kind=Case.Kind.INCIDENT, identity__in=identities).values_list(
            "identity", "pk"
        )
    )
    Incident.objects.bulk_create(
        [
            Incident(
                identity=row["incident_id"],
                case_id=cases.get(row["incident_id"]),
                run=run,
                headline=row["headline"][:500],
                bucket=row["bucket"][:60],
                severity=row["severity"] or "medium",
                findings=int(row["findings"] or 0),
                facts={name: value for name, value in row.items() if value},
            )
            for row in found.incidents.iter_rows(named=True)
        ],
        update_conflicts=True,
        unique_fields=["identity"],
        update_fields=["case", "run", "headline", "bucket", "severity", "findings", "facts"],
        batch_size=1000,
    )
