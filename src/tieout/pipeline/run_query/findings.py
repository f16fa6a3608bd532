"""What a run found that people have to look at, in one shape for every job."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from tieout.model.errors import InputError
from tieout.model.manifest import RunManifest
from tieout.pipeline.workspace import MANIFEST_FILE

SEVERITIES: Final = ("critical", "high", "medium", "low")
# More than these nobody decides one by one; the rest stays in the run's tables.
FINDINGS_MAX: Final = 100_000
FINDING_SCHEMA: Final = pl.Schema(
    {
        "identity": pl.String,
        "place": pl.Int64,
        "key": pl.String,
        "summary": pl.String,
        "bucket": pl.String,
        "severity": pl.String,
        "severity_rank": pl.Int64,
        "score": pl.Float64,
        "amount_minor": pl.Int64,
        "difference_minor": pl.Int64,
        "scale": pl.Int64,
        "currency": pl.String,
        "happened_on": pl.Date,
        "age_days": pl.Int64,
        "incident_id": pl.String,
    }
)
INCIDENT_COLUMNS: Final = (
    "incident_id",
    "headline",
    "bucket",
    "condition",
    "window",
    "findings",
    "amounts",
    "explained_share",
    "trend",
    "first_seen",
    "last_seen",
    "severity",
)
_SUMMARY_MAX: Final = 1000


@dataclass(frozen=True)
class RunFindings:
    """Findings (FINDING_SCHEMA), the worst first, and incidents (INCIDENT_COLUMNS, as text).

    kind: what a finding is, `break` or `transaction`. eligible: how many findings ask for a
    person, of which `findings` holds at most FINDINGS_MAX. total: breaks or flagged rows in all.
    as_of: the day from which ages count, the last one of the data unless a run was told another.
    """

    manifest: RunManifest
    kind: str
    findings: pl.DataFrame
    incidents: pl.DataFrame
    eligible: int
    total: int
    as_of: date | None = None


def read_manifest(folder: Path) -> RunManifest:
    """The manifest of a run. Raises InputError where there is none, or none that can be read."""
    path = folder / MANIFEST_FILE
    try:
        return RunManifest.model_validate(json.loads(path.read_bytes()))
    except FileNotFoundError as error:
        raise InputError(f"{folder}: no {MANIFEST_FILE}, so it is not a whole run") from error
    except ValueError as error:
        raise InputError(f"{path}: can't be read as a manifest ({error})") from error


def read_findings(
    folder: Path, *, most: int = FINDINGS_MAX, also: Collection[str] = ()
) -> RunFindings:
    """The findings of a run that people should look at.

    Of breaks these are the ones out of pattern, of high severity, or in an incident; where a run
    had no earlier one to compare with, all of them. Of rows these are the flagged ones. also:
    breaks that people look at already. Raises InputError for a folder that is no whole run.
    """
    manifest = read_manifest(folder)
    as_of: date | None = None
    if (folder / "breaks.parquet").is_file():
        kind, frame, total = "break", *_of_breaks(folder, manifest, also)
        as_of = _aged_from(folder)
    elif (folder / "transactions_scored.parquet").is_file():
        kind, frame, total = "transaction", *_of_rows(folder, manifest)
        as_of = _last_day(folder, manifest)
    else:
        kind, frame, total = "break", pl.DataFrame(schema=FINDING_SCHEMA), 0
    order = pl.col("score").fill_null(0)
    worst = frame.sort("severity_rank", order, "place", descending=[False, True, False])
    return RunFindings(
        manifest,
        kind,
        worst.head(most),
        _incidents(folder),
        eligible=frame.height,
        total=total,
        as_of=as_of,
    )


def breaks_still_open(folder: Path) -> list[str]:
    """Identities of breaks of earlier runs that a run carried forward and left open as they are."""
    path = folder / "carried.parquet"
    if not path.is_file():
        return []
    same = pl.col("break_id") == pl.col("break_id_earlier")
    found = pl.scan_parquet(path).filter(same).select(pl.col("break_id").unique().sort())
    return found.collect()["break_id"].to_list()


def _aged_from(folder: Path) -> date | None:
    """The day from which a run counted the ages of its breaks."""
    breaks = pl.scan_parquet(folder / "breaks.parquet")
    earliest = pl.min_horizontal("date_left", "date_right")
    days = pl.duration(days=pl.col("age_days").cast(pl.Int64))
    found: date | None = breaks.select((earliest + days).max()).collect().item()
    return found


def _last_day(folder: Path, manifest: RunManifest) -> date | None:
    """The last day of a table that was judged."""
    rows = pl.scan_parquet(folder / "transactions_scored.parquet")
    time = manifest.spec.get("roles", {}).get("time")
    if time not in rows.collect_schema():
        return None
    day = pl.col(time).cast(pl.String).str.slice(0, 10).str.to_date(strict=False)
    found: date | None = rows.select(day.max()).collect().item()
    return found


def _of_breaks(
    folder: Path, manifest: RunManifest, also: Collection[str]
) -> tuple[pl.DataFrame, int]:
    breaks = pl.scan_parquet(folder / "breaks.parquet")
    total = int(breaks.select(pl.len()).collect().item())
    if manifest.job != "reconcile" or manifest.options.get("earlier_runs"):
        severe = pl.col("severity").is_in(["critical", "high"])
        breaks = breaks.filter(
            pl.col("anomalous").fill_null(False)
            | severe
            | pl.col("incident_id").is_not_null()
            | pl.col("break_id").is_in(list(also))
        )
    frame = breaks.collect()
    scale = getattr(frame.schema["difference"], "scale", None) or 0
    amount = pl.coalesce("amount_left", "amount_right")
    rows = pl.coalesce(pl.col("left_rows").list.first(), pl.col("right_rows").list.first())
    happened = pl.min_horizontal("date_left", "date_right")
    found = frame.select(
        identity=pl.col("break_id"),
        place=rows,
        key=pl.col("key"),
        summary=_summary(pl.col("evidence"), pl.col("reasons").list.first()),
        bucket=pl.col("bucket"),
        **_severity(),
        score=pl.col("score"),
        amount_minor=_minor(amount, scale),
        difference_minor=_minor(pl.col("difference"), scale),
        scale=pl.lit(scale, pl.Int64),
        currency=pl.col("currency"),
        happened_on=happened,
        age_days=pl.col("age_days"),
        incident_id=pl.col("incident_id"),
    )
    return _shaped(found), total


def _of_rows(folder: Path, manifest: RunManifest) -> tuple[pl.DataFrame, int]:
    scored = pl.scan_parquet(folder / "transactions_scored.parquet").filter("is_flag").collect()
    cases = pl.read_csv(folder / "cases.csv", infer_schema=False)
    known = cases.select(
        identity=pl.col("case_id"),
        row=pl.col("row").cast(pl.Int64),
        severity=pl.col("severity"),
        # Runs from before cases were grouped have no such column.
        incident_id=pl.col("incident_id") if "incident_id" in cases.columns else pl.lit(None),
    )
    frame = scored.join(known, on="row", how="inner")
    roles = manifest.spec.get("roles", {})
    rules = pl.col("triggered_rules").list.first()
    found = frame.select(
        identity=pl.col("identity"),
        place=pl.col("row"),
        key=_role(frame, roles, "id", "entry", "document"),
        summary=_summary(pl.col("reasons_top3").list.first(), pl.lit(None, pl.String)),
        bucket=pl.coalesce(rules, pl.lit("unusual")),
        **_severity(),
        score=pl.col("score"),
        amount_minor=_minor(_amount(frame, roles), 2),
        difference_minor=pl.lit(None, pl.Int64),
        scale=pl.lit(2, pl.Int64),
        currency=_role(frame, roles, "currency").str.slice(0, 12),
        happened_on=_role(frame, roles, "time").str.slice(0, 10).str.to_date(strict=False),
        age_days=pl.lit(None, pl.Int64),
        incident_id=pl.col("incident_id").cast(pl.String),
    )
    return _shaped(found), frame.height


def _incidents(folder: Path) -> pl.DataFrame:
    path = folder / "incidents.csv"
    schema = dict.fromkeys(INCIDENT_COLUMNS, pl.String)
    if not path.is_file():
        return pl.DataFrame(schema=schema)
    frame = pl.read_csv(path, infer_schema=False).fill_null("")
    absent = [pl.lit("").alias(name) for name in INCIDENT_COLUMNS if name not in frame.columns]
    return frame.with_columns(absent).select(INCIDENT_COLUMNS)


def _shaped(frame: pl.DataFrame) -> pl.DataFrame:
    texts = [name for name, kind in FINDING_SCHEMA.items() if kind == pl.String]
    kept = [name for name in texts if name != "incident_id"]
    return frame.cast(FINDING_SCHEMA).with_columns(pl.col(kept).fill_null(""))


def _severity() -> dict[str, pl.Expr]:
    severity = pl.col("severity").fill_null("low")
    ranks = {word: rank for rank, word in enumerate(SEVERITIES)}
    return {
        "severity": severity,
        "severity_rank": severity.replace_strict(ranks, default=3, return_dtype=pl.Int64),
    }


def _summary(first: pl.Expr, second: pl.Expr) -> pl.Expr:
    chosen = pl.when(first.is_not_null() & (first != "")).then(first).otherwise(second)
    return chosen.str.slice(0, _SUMMARY_MAX)


def _minor(amount: pl.Expr, scale: int) -> pl.Expr:
    """An exact amount in whole units; null where it is too large for 64 bits."""
    units = amount.cast(pl.Decimal(38, scale)) * pl.lit(10**scale, pl.Int64)
    return units.cast(pl.Int64, strict=False)


def _role(frame: pl.DataFrame, roles: dict[str, str], *wanted: str) -> pl.Expr:
    """The first of some roles that a column plays, as text; nothing where none does."""
    name = next((roles[role] for role in wanted if roles.get(role) in frame.columns), None)
    return pl.lit(None, pl.String) if name is None else pl.col(name).cast(pl.String)


def _amount(frame: pl.DataFrame, roles: dict[str, str]) -> pl.Expr:
    names = [role for role in ("amount", "debit", "credit") if roles.get(role) in frame.columns]
    if not names:
        return pl.lit(None, pl.Decimal(38, 2))
    texts = [pl.col(roles[name]).cast(pl.String).str.strip_chars() for name in names]
    return pl.coalesce(text.cast(pl.Decimal(38, 2), strict=False) for text in texts)
