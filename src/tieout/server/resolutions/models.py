"""The tables of proposals and of precedents."""

from django.conf import settings
from django.db import models

USER = settings.AUTH_USER_MODEL


class Proposal(models.Model):
    """What is proposed about a case. An approval holds for one content hash."""

    class State(models.TextChoices):
        """From a draft to its end."""

        DRAFT = "draft"
        PROPOSED = "proposed"
        APPROVED = "approved"
        REJECTED = "rejected"
        EXECUTING = "executing"
        DONE = "done"
        FAILED = "failed"
        EXPIRED = "expired"
        UNDONE = "undone"

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="proposals")
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    kind = models.CharField(max_length=30)
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)
    text = models.CharField(max_length=500)
    # The kind that was proposed first, whatever a person made of it.
    kind_first = models.CharField(max_length=30)
    amount = models.DecimalField(max_digits=38, decimal_places=6, null=True)
    currency = models.CharField(max_length=12, blank=True)
    confidence = models.FloatField(default=0)
    why = models.TextField(blank=True)
    likeness = models.JSONField(default=dict)
    # The nearest precedents and what became of them; other actions that could be taken.
    nearest = models.JSONField(default=list)
    others = models.JSONField(default=list)
    edited_by = models.ForeignKey(USER, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_by = models.ForeignKey(USER, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True)
    approved_hash = models.CharField(max_length=64, blank=True)
    note = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=["state", "expires_at"], name="resolutions_state"),
            models.Index(fields=["case", "state"], name="resolutions_case"),
        )

    def __str__(self) -> str:
        return f"{self.text} ({self.state})"

    @property
    def is_open(self) -> bool:
        """Whether somebody may still decide it."""
        return self.state in {self.State.DRAFT, self.State.PROPOSED}


class StoredPrecedent(models.Model):
    """A confirmed decision, by which later ones are proposed."""

    proposal = models.OneToOneField(Proposal, on_delete=models.CASCADE, related_name="precedent")
    reconciliation = models.CharField(max_length=300)
    bucket = models.CharField(max_length=60)
    action = models.CharField(max_length=30)
    proposed = models.CharField(max_length=30, blank=True)
    likeness = models.JSONField()
    result = models.CharField(max_length=10, default="approved")
    decided_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ("decided_at", "id")
        indexes = (models.Index(fields=["reconciliation", "bucket"], name="resolutions_shelf"),)

    def __str__(self) -> str:
        return f"{self.action} for {self.bucket}"
