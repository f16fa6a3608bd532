"""What is known of a case, from its run's table where it has one."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils import timezone

from tieout.model.errors import InputError
from tieout.pipeline.run_query import fetch_by
from tieout.resolve.facts import Facts, facts_of_break
from tieout.server.cases.models import Case
from tieout.server.cases.registering import folder_of


def facts_of_case(case: Case) -> Facts:
    """The facts of a case; the bucket is the person's where they corrected it."""
    return facts_of_cases([case])[case.pk]


def facts_of_cases(cases: Sequence[Case]) -> dict[int, Facts]:
    """The facts of many cases by number; each run's table is asked once."""
    by_folder: dict[Path, list[str]] = {}
    for case in cases:
        if case.kind == Case.Kind.BREAK and case.latest_run is not None:
            by_folder.setdefault(folder_of(case.latest_run), []).append(case.identity)
    rows: dict[str, dict[str, Any]] = {}
    for folder, identities in by_folder.items():
        try:
            rows |= {
                row["break_id"]: row for row in fetch_by(folder, "breaks", "break_id", identities)
            }
        except InputError:
            continue
    return {case.pk: _facts(case, rows.get(case.identity)) for case in cases}


def _facts(case: Case, row: dict[str, Any] | None) -> Facts:
    source, today = case.source or "unknown", timezone.localdate()
    more: dict[str, Any] = {"counterparty": str(case.details.get("counterparty", ""))}
    if row is not None:
        facts = facts_of_break(row, reconciliation=source, as_of=today, **more)
        return replace(facts, bucket=case.bucket or facts.bucket)
    return Facts(
        identity=case.identity,
        reconciliation=source,
        bucket=case.bucket or "unknown",
        key=case.key,
        difference=_money(case.difference_minor, case.scale),
        amount_left=_money(case.amount_minor, case.scale),
        currency=case.currency,
        date_left=case.happened_on,
        evidence=case.summary,
        as_of=today,
        **more,
    )


def _money(units: int | None, scale: int) -> Decimal | None:
    return None if units is None else Decimal(units).scaleb(-scale)
