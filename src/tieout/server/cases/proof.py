"""What a case's run says about it: its row, its records, its reasons, its peers."""

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.http import Http404

from tieout.model.errors import InputError
from tieout.pipeline.run_query.evidence import Evidence, Record, break_evidence, scored_row
from tieout.pipeline.run_query.history import History, break_history, row_history
from tieout.server.cases.models import Case, Finding, Run
from tieout.server.cases.queries import history_of
from tieout.server.cases.registering import folder_of


@dataclass(frozen=True)
class Proof:
    """All that can be shown; problem: why it is nothing."""

    evidence: Evidence | None = None
    history: History | None = None
    reasons: tuple[str, ...] = ()
    near_misses: tuple[str, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    problem: str = ""

    @property
    def sides(self) -> tuple[tuple[str, tuple[Record, ...]], ...]:
        """Name and records of both sides."""
        found = self.evidence
        if found is None:
            return ()
        return ((found.left_name, found.left), (found.right_name, found.right))


def proof_of(case: Case) -> Proof:
    """Read what the latest run with this case found. It never changes, so it is read once."""
    if case.kind == Case.Kind.INCIDENT:
        return _of_incident(case)
    run = case.latest_run
    if run is None:
        return Proof(facts=dict(case.details))
    try:
        if case.kind == Case.Kind.BREAK:
            folders = tuple(str(folder_of(each)) for each in history_of(run))
            return _of_break(str(folder_of(run)), case.identity, folders)
        if case.kind == Case.Kind.TRANSACTION:
            return _of_row(str(folder_of(run)), _place(case, run))
    except InputError as error:
        return Proof(problem=str(error))
    return Proof(facts=dict(case.details))


def _of_incident(case: Case) -> Proof:
    incident = getattr(case, "incident", None)
    if incident is None:
        raise Http404
    found = Finding.objects.filter(run=incident.run, incident_id=incident.identity)
    return Proof(facts=incident.facts, findings=tuple(found.order_by("id")[:100]))


@lru_cache(maxsize=256)
def _of_break(folder: str, break_id: str, folders: tuple[str, ...]) -> Proof:
    evidence = break_evidence(Path(folder), break_id)
    history = break_history([Path(each) for each in folders], evidence.row)
    return Proof(
        evidence=evidence,
        history=history,
        reasons=tuple(evidence.row.get("reasons") or ()),
        near_misses=tuple(evidence.row.get("candidates") or ()),
    )


@lru_cache(maxsize=256)
def _of_row(folder: str, place: int) -> Proof:
    row = scored_row(Path(folder), place)
    found = ("row", "score", "p_value", "is_ml_flag", "is_rule_flag", "is_flag")
    facts = {
        name: value
        for name, value in row.items()
        if name not in {*found, "triggered_rules", "reasons_top3"} and value not in {None, ""}
    }
    reasons = (
        *(row.get("reasons_top3") or ()),
        *(f"Rule {rule}" for rule in row.get("triggered_rules") or ()),
    )
    return Proof(history=row_history(Path(folder), row), reasons=reasons, facts=facts)


def _place(case: Case, run: Run) -> int:
    place = Finding.objects.filter(run=run, identity=case.identity).values_list("place", flat=True)
    return int(place.first() or 0)
