"""Runs as the pipeline leaves them, small enough to read, and cases made of them."""

import json
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.test.utils import override_settings

from tieout.server.accounts.models import User

People = Callable[..., User]
MakeRun = Callable[..., Path]
Found = Callable[..., dict[str, Any]]
SHAPE: dict[str, Any] = {
    **dict.fromkeys(("amount_left", "amount_right", "difference"), pl.Decimal(38, 2)),
    **dict.fromkeys(("left_rows", "right_rows"), pl.List(pl.Int64)),
    **dict.fromkeys(("candidates", "reasons"), pl.List(pl.String)),
    **dict.fromkeys(("date_left", "date_right"), pl.Date),
    "age_days": pl.Int32,
    "incident_id": pl.String,
    "proposal": pl.String,
}


@pytest.fixture
def workspace(tmp_path: Path) -> Any:
    """A folder that is served."""
    (tmp_path / "runs").mkdir()
    with override_settings(WORKSPACE=tmp_path):
        yield tmp_path


@pytest.fixture
def make_run(workspace: Path) -> MakeRun:
    """Writes a run: make_run("r1", [found("b1"), …], incidents="I1")."""

    def make(
        run_id: str,
        breaks: Sequence[dict[str, Any]],
        *,
        incidents: Sequence[str] = (),
        earlier: Sequence[str] = (),
        at: str = "2026-03-31T18:00:00Z",
        job: str = "reconcile",
    ) -> Path:
        folder = workspace / "runs" / run_id
        folder.mkdir()
        pl.DataFrame(breaks, schema_overrides=SHAPE).write_parquet(folder / "breaks.parquet")
        lines = [f"{each},Late feed of {each},late_feed,high,3,2026-03-20" for each in incidents]
        header = "incident_id,headline,bucket,severity,findings,first_seen"
        (folder / "incidents.csv").write_text("\n".join([header, *lines]) + "\n")
        (folder / "rejects.csv").write_text("file,row,column,value,expected\n")
        (folder / "report.html").write_text("<h1>Report</h1>")
        said = {**manifest(run_id, len(breaks), earlier, at), "job": job}
        if job != "reconcile":
            said["spec"] = {"analysis": "breaks"}
        (folder / "run.json").write_text(json.dumps(said))
        return folder

    return make


@pytest.fixture
def found() -> Found:
    """Makes a break of a run: found("b1", severity="high")."""
    return found_break


def found_break(break_id: str, **more: Any) -> dict[str, Any]:
    """A break of a run; what is not named is usual."""
    return {
        "break_id": break_id,
        "side": "both",
        "left_rows": [1],
        "right_rows": [2],
        "key": f"INV-{break_id}",
        "amount_left": Decimal("102.90"),
        "amount_right": Decimal("100.00"),
        "difference": Decimal("2.90"),
        "currency": "EUR",
        "date_left": date(2026, 3, 2),
        "date_right": date(2026, 3, 3),
        "age_days": 28,
        "bucket": "fee_or_tax",
        "bucket_confidence": 0.99,
        "evidence": "left 102.90 - right 100.00 = 2.90 = 0.30 + 2.6% x 100.00",
        "candidates": [],
        "score": 0.5,
        "p_value": 0.01,
        "anomalous": True,
        "reasons": ["2.90 is 8 robust sigma above the usual 0.10"],
        "incident_id": None,
        "severity": "medium",
        "resolution": "Book the fee or tax to its account.",
        "proposal": None,
        **more,
    }


def manifest(run_id: str, breaks: int, earlier: Sequence[str], at: str) -> dict[str, Any]:
    """What run.json says."""
    side = {"rows": 10, "matched": 10 - breaks, "in_breaks": breaks, "rejected": 0}
    return {
        "run_id": run_id,
        "job": "reconcile",
        "created_at": at,
        "inputs": [
            {"side": each, "location": f"{each}.csv", "name": f"{each}.csv", "files": []}
            | {"rows": 10, "rejected": 0}
            for each in ("left", "right")
        ],
        "spec": {
            "reconciliation": "bank_vs_ledger",
            "left": {"name": "bank", "key": ["reference"]},
            "right": {"name": "ledger", "key": ["doc_no"]},
        },
        "spec_sha256": "0" * 64,
        "options": {"earlier_runs": list(earlier), "scale": 2},
        "versions": {},
        "seed": 0,
        "counts": {"breaks": {"total": breaks}},
        "conservation": {"left": side, "right": side},
        "outputs": {},
        "seconds": {"total": 1.5},
    }
