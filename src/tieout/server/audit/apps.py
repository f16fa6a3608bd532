"""The app of the audit log."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Keeps the chain."""

    name = "tieout.server.audit"
    label = "audit"
