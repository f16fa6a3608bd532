"""The tables of proposals, of precedents and of what runs alone."""

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

    class Way(models.TextChoices):
        """What the policy made of it; blank where it was not asked."""

        SUGGEST = "suggest"
        CHECK = "check"
        HOLD = "hold"
        RUN = "run"

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
    # The scope of its record, what was proposed first, and whether it may run alone and why.
    reconciliation = models.CharField(max_length=300, blank=True)
    bucket = models.CharField(max_length=60, blank=True)
    counterparty = models.CharField(max_length=300, blank=True)
    first_hash = models.CharField(max_length=64, blank=True)
    way = models.CharField(max_length=10, choices=Way, blank=True)
    way_reason = models.CharField(max_length=300, blank=True)
    # Approved with others in one go; it earns nothing.
    in_bulk = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=["state", "expires_at"], name="resolutions_state"),
            models.Index(fields=["case", "state"], name="resolutions_case"),
            models.Index(
                fields=["reconciliation", "bucket", "kind_first"], name="resolutions_scope"
            ),
            models.Index(fields=["way", "decided_at"], name="resolutions_way"),
        )

    def __str__(self) -> str:
        return f"{self.text} ({self.state})"

    @property
    def is_open(self) -> bool:
        """Whether somebody may still decide it."""
        return self.state in {self.State.DRAFT, self.State.PROPOSED}

    @property
    def ran_alone(self) -> bool:
        """Whether it was carried out without a person."""
        return self.way == self.Way.RUN


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


class AutonomyEvent(models.Model):
    """That all was stopped or resumed, or that a scope lost what it had earned."""

    class Kind(models.TextChoices):
        """A revoked scope begins its record anew."""

        STOPPED = "stopped"
        RESUMED = "resumed"
        REVOKED = "revoked"

    kind = models.CharField(max_length=10, choices=Kind)
    # Of a revocation; blank where it is about everything. A blank counterparty is any.
    reconciliation = models.CharField(max_length=300, blank=True)
    bucket = models.CharField(max_length=60, blank=True)
    counterparty = models.CharField(max_length=300, blank=True)
    action = models.CharField(max_length=30, blank=True)
    reason = models.CharField(max_length=300)
    actor = models.ForeignKey(USER, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=["reconciliation", "bucket", "action"], name="resolutions_revoked"),
        )

    def __str__(self) -> str:
        return f"{self.kind}: {self.reason}"


class StoredLesson(models.Model):
    """What came of learning from decisions, once; the fields are those of the pipeline's Lesson."""

    kind = models.CharField(max_length=20)
    subject = models.CharField(max_length=300)
    labels = models.IntegerField(default=0)
    measure = models.CharField(max_length=200)
    held_out = models.IntegerField(default=0)
    before = models.FloatField(null=True)
    after = models.FloatField(null=True)
    used = models.BooleanField(default=False)
    why = models.TextField(blank=True)
    file = models.CharField(max_length=300, blank=True)
    earlier = models.CharField(max_length=300, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    # How many decisions there were; with no more, nothing is learnt again.
    decisions = models.IntegerField(default=0)
    at = models.DateTimeField(auto_now_add=True)
    taken_back_by = models.ForeignKey(USER, null=True, on_delete=models.SET_NULL, related_name="+")
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(fields=["kind", "subject"], name="resolutions_lesson"),)

    def __str__(self) -> str:
        return f"{self.kind} from {self.labels} decisions"

    @property
    def can_be_taken_back(self) -> bool:
        """Whether runs go by it still."""
        return self.used and self.taken_back_at is None
