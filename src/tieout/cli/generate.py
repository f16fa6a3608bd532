"""`tieout generate`: labelled practice data."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from tieout.cli.options import JsonOption, WorkspaceOption, shown_progress
from tieout.model.errors import InputError

app = typer.Typer(help="Make labelled practice data.", no_args_is_help=True)

SeedOption = Annotated[int, typer.Option("--seed", help="Same seed, same bytes.")]
FolderOption = Annotated[Path, typer.Option("--out", help="Folder for the files.")]


@app.callback()
def _kinds() -> None:
    """Make labelled practice data."""


@app.command("breaks")
def breaks_command(
    rows: Annotated[int, typer.Option("--rows", help="Rows of the left side, about.")] = 10_000,
    seed: SeedOption = 1,
    out: FolderOption = Path("practice"),
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """A bank statement and a ledger with labelled causes for all 16 buckets.

    Writes left.csv, right.csv and labels.parquet (left_row, right_row, cause; `clean` is a match).
    """
    from tieout.practice.breaks import generate_breaks

    _require_rows(rows)
    with shown_progress(quiet=as_json) as announce:
        progress = _told(announce, rows)
        written = generate_breaks(rows=rows, seed=seed, out=out, progress=progress)
    _remember("breaks", written.left, workspace)
    summary = {
        "left": str(written.left),
        "right": str(written.right),
        "labels": str(written.labels),
        "rows": {"left": written.left_rows, "right": written.right_rows},
        "causes": written.causes,
    }
    _show(
        summary,
        f"{written.left_rows:,} left and {written.right_rows:,} right rows in {out}\n"
        f"next: tieout reconcile {written.left} {written.right}\n",
        as_json=as_json,
    )


@app.command("payments")
def payments_command(
    rows: Annotated[int, typer.Option("--rows", help="Payments.")] = 10_000,
    seed: SeedOption = 1,
    out: FolderOption = Path("practice/payments"),
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """A year of card payments of people with habits; 1.75 % are fraud or mistakes of six types.

    Writes transactions.csv and labels.parquet (row, is_anomaly, anomaly_type).
    """
    from tieout.practice.payments import generate_payments

    _require_rows(rows)
    with shown_progress(quiet=as_json) as announce:
        progress = _told(announce, rows)
        written = generate_payments(rows=rows, seed=seed, out=out, progress=progress)
    _remember("payments", written.transactions, workspace)
    summary = {
        "transactions": str(written.transactions),
        "labels": str(written.labels),
        "rows": written.rows,
        "anomalies": written.anomalies,
    }
    _show(
        summary,
        f"{written.rows:,} payments, {sum(written.anomalies.values()):,} of them anomalies, in "
        f"{out}\nnext: tieout detect {written.transactions} --profile payments\n",
        as_json=as_json,
    )


@app.command("ledger")
def ledger_command(
    rows: Annotated[int, typer.Option("--rows", help="Journal lines, about.")] = 75_000,
    seed: SeedOption = 1,
    out: FolderOption = Path("practice/ledger"),
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Two years of a 19-account journal; some 0.7 % of the entries are exceptions of 13 types.

    Writes journal.csv, accounts.csv (opening and closing balances) and labels.parquet (row,
    is_anomaly, anomaly_type, for each line of an entry).
    """
    from tieout.practice.ledger import generate_ledger

    _require_rows(rows)
    with shown_progress(quiet=as_json) as announce:
        progress = _told(announce, rows)
        written = generate_ledger(rows=rows, seed=seed, out=out, progress=progress)
    _remember("journal", written.journal, workspace)
    summary = {
        "journal": str(written.journal),
        "accounts": str(written.accounts),
        "labels": str(written.labels),
        "rows": written.rows,
        "entries": written.entries,
        "anomalies": written.anomalies,
        "anomalous_entries": written.anomalous_entries,
    }
    exceptions = sum(written.anomalous_entries.values())
    _show(
        summary,
        f"{written.rows:,} lines of {written.entries:,} entries, {exceptions:,} of them "
        f"exceptions, in {out}\nnext: tieout detect {written.journal} --profile journal\n",
        as_json=as_json,
    )


@app.command("rates")
def rates_command(
    rows: Annotated[int, typer.Option("--rows", help="Payment attempts.")] = 200_000,
    seed: SeedOption = 1,
    out: FolderOption = Path("practice/rates"),
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Weeks of payment attempts by the millisecond, with some incident a day of seven types.

    Writes events.csv, incidents.csv (incident_id, type, started_at, ended_at, condition, metric,
    severity_hint) and labels.parquet (row, is_anomaly, anomaly_type, for rows that an incident
    changed).
    """
    from tieout.practice.rates import generate_rates

    _require_rows(rows)
    with shown_progress(quiet=as_json) as announce:
        progress = _told(announce, rows)
        written = generate_rates(rows=rows, seed=seed, out=out, progress=progress)
    _remember("rates", written.events, workspace)
    summary = {
        "events": str(written.events),
        "labels": str(written.labels),
        "incidents": str(written.incidents),
        "rows": written.rows,
        "days": written.days,
        "anomalies": written.anomalies,
        "incident_counts": written.incident_counts,
    }
    incidents = sum(written.incident_counts.values())
    _show(
        summary,
        f"{written.rows:,} events of {written.days} days, with {incidents} incidents, in {out}\n"
        f"next: tieout monitor replay {written.events}\n",
        as_json=as_json,
    )


def _require_rows(rows: int) -> None:
    if rows < 1:
        raise InputError(f"--rows {rows}: expected at least 1")


def _told(announce: Callable[[str], None], rows: int) -> Callable[[int], None]:
    """Says how many rows are written."""
    return lambda done: announce(f"{done:,} of {rows:,} rows")


def _remember(kind: str, path: Path, workspace: Path | None) -> None:
    """Later commands without a file take this one."""
    from tieout.pipeline.data_sets import remember_data_set

    remember_data_set(kind, path, workspace)


def _show(summary: dict[str, Any], words: str, *, as_json: bool) -> None:
    sys.stdout.write(json.dumps(summary) + "\n" if as_json else words)
