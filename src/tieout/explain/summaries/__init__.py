"""Facts from which a resolution summary is written."""

from tieout.explain.summaries.facts import (
    CaseFacts,
    IncidentFacts,
    case_facts,
    incident_facts,
)
from tieout.explain.summaries.precedents import PRECEDENT_COLUMNS, Precedent, precedents_for

__all__ = [
    "PRECEDENT_COLUMNS",
    "CaseFacts",
    "IncidentFacts",
    "Precedent",
    "case_facts",
    "incident_facts",
    "precedents_for",
]
