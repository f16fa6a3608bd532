"""Findings that share a cause become one incident."""

from tieout.explain.incidents.group import group_incidents
from tieout.explain.incidents.model import (
    INCIDENT_COLUMNS,
    Concentration,
    IncidentOptions,
    Known,
    View,
)
from tieout.explain.incidents.table import Naming

__all__ = [
    "INCIDENT_COLUMNS",
    "Concentration",
    "IncidentOptions",
    "Known",
    "Naming",
    "View",
    "group_incidents",
]
