"""The table of jobs."""

from django.conf import settings
from django.db import models

ATTEMPTS_MAX = 5


class Job(models.Model):
    """One piece of work: what kind, with what arguments, how far it is and what came of it."""

    class State(models.TextChoices):
        """Queued and running jobs are open; the others have ended."""

        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    kind = models.CharField(max_length=50, db_index=True)
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    # Asked for twice under one key, a job is done once. Null where nobody gave a key.
    idempotency_key = models.CharField(max_length=200, null=True, unique=True)
    request_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    run_after = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    attempts = models.PositiveIntegerField(default=0)
    attempts_max = models.PositiveIntegerField(default=ATTEMPTS_MAX)
    # Who works on it, until when; whoever comes after the lease has ended may take it.
    lease_token = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True)
    cancel_requested = models.BooleanField(default=False)

    progress = models.FloatField(default=0)
    step = models.CharField(max_length=200, blank=True)
    result = models.JSONField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(fields=["state", "run_after"], name="jobs_due"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} ({self.state})"

    @property
    def is_open(self) -> bool:
        """Whether something may still come of it."""
        return self.state in {self.State.QUEUED, self.State.RUNNING}


class Schedule(models.Model):
    """When a kind of job is asked for by itself: at times, or for each file that arrives."""

    class Missed(models.TextChoices):
        """What becomes of times at which nothing was there to ask."""

        SKIP = "skip", "Skip them"
        ONCE = "once", "One job for all of them"
        ALL = "all", "A job for each"

    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=50)
    arguments = models.JSONField(default=dict)
    cron = models.CharField(max_length=100, blank=True)
    time_zone = models.CharField(max_length=50, default="UTC")
    watch = models.CharField(max_length=300, blank=True)
    missed = models.CharField(max_length=10, choices=Missed, default=Missed.ONCE)
    enabled = models.BooleanField(default=True)
    # Files that were there before are no arrivals.
    since = models.DateTimeField()
    next_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("name",)
        indexes = (models.Index(fields=["enabled", "next_at"], name="jobs_schedule_due"),)

    def __str__(self) -> str:
        return self.name
