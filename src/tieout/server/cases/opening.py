"""A case for a break that a run has and the queue has not."""

from datetime import timedelta
from typing import Any

from tieout.pipeline.run_query.evidence import break_row
from tieout.server.accounts.models import User
from tieout.server.cases.models import Case, Run
from tieout.server.cases.permissions import require_worker
from tieout.server.cases.registering import folder_of
from tieout.server.cases.services import open_case


def open_from_run(run: Run, identity: str, *, actor: User) -> Case:
    """Open a case for a break, whatever its severity; the same case where there is one.

    Raises InputError where the run has no such break.
    """
    require_worker(actor)
    row = break_row(folder_of(run), identity)
    case = open_case(
        Case.Kind.BREAK,
        identity,
        row["key"] or f"Break of row {_place(row)}",
        actor=actor,
        severity=row["severity"] or "low",
        **_facts(row, run),
    )
    if case.latest_run_id is None:
        case.first_run = case.latest_run = run
        case.save(update_fields=["first_run", "latest_run"])
    return case


def _facts(row: dict[str, Any], run: Run) -> dict[str, Any]:
    difference, amount = row["difference"], row["amount_left"] or row["amount_right"]
    scale = max(0, -int(amount.as_tuple().exponent)) if amount is not None else 2
    return {
        "source": run.name,
        "key": (row["key"] or "")[:300],
        "summary": row["evidence"] or "",
        "bucket": row["bucket"] or "",
        "score": row["score"],
        "scale": scale,
        "amount_minor": None if amount is None else int(amount.scaleb(scale)),
        "difference_minor": None if difference is None else int(difference.scaleb(scale)),
        "currency": (row["currency"] or "")[:12],
        **_days(row),
    }


def _days(row: dict[str, Any]) -> dict[str, Any]:
    """When it happened, and the day that its age counts from."""
    known = [day for day in (row["date_left"], row["date_right"]) if day is not None]
    if not known or row["age_days"] is None:
        return {"happened_on": min(known, default=None)}
    return {"happened_on": min(known), "as_of": min(known) + timedelta(days=row["age_days"])}


def _place(row: dict[str, Any]) -> int:
    return int((row["left_rows"] or row["right_rows"] or [0])[0])
