"""What is known of a case, from its run's table where it has one."""

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from django.utils import timezone

from tieout.model.errors import InputError
from tieout.pipeline.run_query.evidence import break_row
from tieout.resolve.facts import Facts, facts_of_break
from tieout.server.cases.models import Case
from tieout.server.cases.registering import folder_of


def facts_of_case(case: Case) -> Facts:
    """The facts of a case; the bucket is the person's where they corrected it."""
    source = case.source or "unknown"
    today = timezone.localdate()
    more: dict[str, Any] = {"counterparty": str(case.details.get("counterparty", ""))}
    if case.kind == Case.Kind.BREAK and case.latest_run is not None:
        try:
            row = break_row(folder_of(case.latest_run), case.identity)
        except InputError:
            row = {}
        if row:
            facts = facts_of_break(row, reconciliation=source, as_of=today, **more)
            return Facts(**asdict(facts) | {"bucket": case.bucket or facts.bucket})
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
