"""What is remembered of runs, and what people did with what the runs found."""

import uuid

from django.conf import settings
from django.db import models

USER = settings.AUTH_USER_MODEL
RANKS = {"critical": 0, "high": 1, "medium": 2, "low": 3}


class Run(models.Model):
    """A run folder that was registered. Its tables stay in the folder."""

    run_id = models.CharField(max_length=100, unique=True)
    job = models.CharField(max_length=20)
    name = models.CharField(max_length=300)
    # Relative to the workspace where it lies inside.
    folder = models.CharField(max_length=1000)
    created_at = models.DateTimeField(db_index=True)
    registered_at = models.DateTimeField(auto_now_add=True)
    registered_by = models.ForeignKey(USER, null=True, on_delete=models.SET_NULL, related_name="+")
    rows = models.BigIntegerField(default=0)
    found = models.BigIntegerField(default=0)
    indexed = models.BigIntegerField(default=0)
    left_out = models.BigIntegerField(default=0)
    seconds = models.FloatField(default=0)
    counts = models.JSONField(default=dict)
    conservation = models.JSONField(default=dict)

    class Meta:
        ordering = ("-created_at", "-id")

    def __str__(self) -> str:
        return self.run_id


class Case(models.Model):
    """What a person works on. The identity says what it is, whichever run found it."""

    class Kind(models.TextChoices):
        """Where the case comes from."""

        INCIDENT = "incident"
        BREAK = "break"
        TRANSACTION = "transaction"
        ALERT = "alert"
        OTHER = "other"

    class Status(models.TextChoices):
        """Open ones are new, open (somebody works on it) and waiting."""

        NEW = "new"
        OPEN = "open"
        WAITING = "waiting"
        RESOLVED = "resolved"

    kind = models.CharField(max_length=20, choices=Kind)
    identity = models.CharField(max_length=120)
    # The reconciliation, file or monitor that it belongs to.
    source = models.CharField(max_length=300, blank=True)
    title = models.CharField(max_length=300)
    summary = models.TextField(blank=True)
    key = models.CharField(max_length=300, blank=True)
    # `bucket` is what counts; `bucket_found` is what the run said.
    bucket = models.CharField(max_length=60, blank=True)
    bucket_found = models.CharField(max_length=60, blank=True)
    bucket_corrected = models.BooleanField(default=False)
    severity = models.CharField(max_length=10, default="medium")
    severity_rank = models.SmallIntegerField(default=2)
    score = models.FloatField(null=True)
    amount_minor = models.BigIntegerField(null=True)
    difference_minor = models.BigIntegerField(null=True)
    scale = models.SmallIntegerField(default=2)
    currency = models.CharField(max_length=12, blank=True)
    happened_on = models.DateField(null=True)
    # The day that the run counts ages from; none where that is today.
    as_of = models.DateField(null=True)
    findings = models.IntegerField(default=1)
    details = models.JSONField(default=dict)

    status = models.CharField(max_length=10, choices=Status, default=Status.NEW)
    assignee = models.ForeignKey(USER, null=True, on_delete=models.SET_NULL, related_name="cases")
    verdict = models.CharField(max_length=20, blank=True)
    # "escalated" or "review": a senior has to look, whatever the status.
    asks = models.CharField(max_length=10, blank=True)
    waiting_until = models.DateField(null=True)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()
    revision = models.IntegerField(default=1)
    first_run = models.ForeignKey(Run, null=True, on_delete=models.SET_NULL, related_name="+")
    latest_run = models.ForeignKey(Run, null=True, on_delete=models.SET_NULL, related_name="cases")

    class Meta:
        ordering = ("severity_rank", "-score", "id")
        constraints = (models.UniqueConstraint(fields=["kind", "identity"], name="cases_once"),)
        indexes = (
            models.Index(fields=["status", "severity_rank", "-score", "id"], name="cases_worst"),
            models.Index(fields=["status", "due_at"], name="cases_due"),
            models.Index(fields=["assignee", "status"], name="cases_mine"),
            models.Index(fields=["updated_at"], name="cases_changed"),
            models.Index(fields=["bucket", "status"], name="cases_bucket"),
        )

    def __str__(self) -> str:
        return f"Case {self.pk}: {self.title}"

    @property
    def is_open(self) -> bool:
        """Whether anything is left to do."""
        return self.status != self.Status.RESOLVED


class Incident(models.Model):
    """Findings of one cause, as the latest run that had it told them."""

    identity = models.CharField(max_length=120, unique=True)
    case = models.OneToOneField(Case, null=True, on_delete=models.SET_NULL)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="incidents")
    headline = models.CharField(max_length=500)
    bucket = models.CharField(max_length=60, blank=True)
    severity = models.CharField(max_length=10)
    findings = models.IntegerField(default=0)
    facts = models.JSONField(default=dict)

    class Meta:
        ordering = ("-run__created_at", "id")

    def __str__(self) -> str:
        return self.headline


class Finding(models.Model):
    """That a run found something; the whole of it stands in the run's table."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="findings")
    identity = models.CharField(max_length=120)
    place = models.BigIntegerField(null=True)
    bucket = models.CharField(max_length=60, blank=True)
    severity = models.CharField(max_length=10)
    score = models.FloatField(null=True)
    amount_minor = models.BigIntegerField(null=True)
    scale = models.SmallIntegerField(default=2)
    currency = models.CharField(max_length=12, blank=True)
    incident_id = models.CharField(max_length=120, blank=True)
    case = models.ForeignKey(Case, null=True, on_delete=models.SET_NULL, related_name="found")

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=["run", "identity"], name="cases_finding_once"),
        )
        indexes = (models.Index(fields=["incident_id"], name="cases_finding_incident"),)

    def __str__(self) -> str:
        return f"{self.identity} in {self.run_id}"


class Decision(models.Model):
    """What a person said about a case. `before` is what undoing it brings back."""

    class Verdict(models.TextChoices):
        """The five answers there are."""

        VALID = "valid", "Valid"
        FALSE_POSITIVE = "false_positive", "False positive"
        TIMING = "timing", "Timing"
        RESOLVED = "resolved", "Resolved"
        ESCALATE = "escalate", "Escalate"

    class State(models.TextChoices):
        """A proposed decision waits for a second pair of eyes."""

        FINAL = "final"
        PROPOSED = "proposed"
        RETURNED = "returned"
        UNDONE = "undone"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="decisions")
    # Decisions made in one go are undone in one go.
    batch = models.UUIDField(default=uuid.uuid4, db_index=True)
    verdict = models.CharField(max_length=20, choices=Verdict)
    state = models.CharField(max_length=10, choices=State, default=State.FINAL)
    bucket = models.CharField(max_length=60, blank=True)
    note = models.TextField(blank=True)
    waiting_until = models.DateField(null=True)
    actor = models.ForeignKey(USER, null=True, on_delete=models.SET_NULL, related_name="decisions")
    at = models.DateTimeField()
    reviewed_by = models.ForeignKey(USER, null=True, on_delete=models.SET_NULL, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    before = models.JSONField(default=dict)

    class Meta:
        ordering = ("-at", "-id")

    def __str__(self) -> str:
        return f"{self.verdict} on case {self.case_id}"


class Comment(models.Model):
    """What somebody wrote on a case."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(USER, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    text = models.TextField()

    class Meta:
        ordering = ("at", "id")

    def __str__(self) -> str:
        return self.text[:80]


class Attachment(models.Model):
    """A file on a case. It lies in the workspace under a name of ours, never of theirs."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="attachments")
    author = models.ForeignKey(USER, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)
    bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    stored = models.CharField(max_length=100, unique=True)

    class Meta:
        ordering = ("at", "id")

    def __str__(self) -> str:
        return self.name


class SavedView(models.Model):
    """Filters of the queue under a name."""

    owner = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="views")
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=1000)
    shared = models.BooleanField(default=False)

    class Meta:
        ordering = ("name", "id")
        constraints = (models.UniqueConstraint(fields=["owner", "name"], name="cases_view_once"),)

    def __str__(self) -> str:
        return self.name
