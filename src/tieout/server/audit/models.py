"""The table of the audit log. Rows are added and read, never changed or removed."""

import json
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from django.db import models

from tieout.server.audit.chain import canonical, chained, moment_text

if TYPE_CHECKING:
    _Text = models.TextField[Any, Any]
else:
    _Text = models.TextField


class AppendOnlyError(Exception):
    """Something tried to change or remove an entry of the audit log."""


class CanonicalJSON(_Text):
    """JSON kept as its canonical text, so that every database gives back the same characters."""

    def from_db_value(self, value: str | None, *_: Any) -> Any:
        """Read what was stored."""
        return None if value is None else json.loads(value)

    def get_prep_value(self, value: Any) -> str | None:
        """Write it down."""
        return None if value is None else canonical(value)


class AppendOnly(models.QuerySet["AuditEntry"]):
    """Refuses every change in bulk."""

    def update(self, **_: Any) -> NoReturn:
        """Refuse."""
        raise AppendOnlyError("entries of the audit log are never changed")

    def bulk_update(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse."""
        raise AppendOnlyError("entries of the audit log are never changed")

    def delete(self) -> NoReturn:
        """Refuse."""
        raise AppendOnlyError("entries of the audit log are never removed")


class AuditEntry(models.Model):
    """One thing that was done. The hash covers the entry before and all other columns."""

    sequence = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    # Name and number stay as they were, whatever becomes of the user.
    actor = models.CharField(max_length=150, blank=True, db_index=True)
    actor_id = models.BigIntegerField(null=True)
    action = models.CharField(max_length=100, db_index=True)
    target_kind = models.CharField(max_length=50)
    target_id = models.CharField(max_length=200)
    before = CanonicalJSON(null=True)
    after = CanonicalJSON(null=True)
    request_id = models.CharField(max_length=64, blank=True)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    objects: ClassVar[models.Manager["AuditEntry"]] = models.Manager.from_queryset(AppendOnly)()

    class Meta:
        ordering = ("sequence",)
        base_manager_name = "objects"
        indexes = (models.Index(fields=["target_kind", "target_id"], name="audit_target"),)
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.sequence} {self.action} {self.target_kind}:{self.target_id}"

    def row(self) -> dict[str, Any]:
        """What is hashed."""
        return {
            "sequence": self.sequence,
            "at": moment_text(self.at),
            "actor": self.actor,
            "actor_id": self.actor_id,
            "action": self.action,
            "target_kind": self.target_kind,
            "target_id": self.target_id,
            "before": self.before,
            "after": self.after,
            "request_id": self.request_id,
        }

    def expected_hash(self, previous: str) -> str:
        """The hash that the entry must have after the one with hash `previous`."""
        return chained(previous, self.row())

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the entry. Raises AppendOnlyError when it was stored before."""
        if not self._state.adding:
            raise AppendOnlyError("entries of the audit log are never changed")
        super().save(*args, **kwargs | {"force_insert": True})

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse."""
        raise AppendOnlyError("entries of the audit log are never removed")
