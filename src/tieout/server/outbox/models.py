"""The table of deliveries."""

from django.conf import settings
from django.db import models

ATTEMPTS_MAX = 8


class Delivery(models.Model):
    """One thing to deliver by a channel: what, how far it is and what came of it."""

    class State(models.TextChoices):
        """Waiting and sending deliveries are open; dead ones wait for a person."""

        WAITING = "waiting"
        SENDING = "sending"
        DONE = "done"
        DEAD = "dead"
        DISCARDED = "discarded"

    channel = models.CharField(max_length=20)
    payload = models.JSONField()
    # The same at every attempt; the sink knows by it what it has already.
    idempotency_key = models.CharField(max_length=200, unique=True)
    # What it is about: ("proposal", "12"), ("episode", "7").
    subject_kind = models.CharField(max_length=50, blank=True)
    subject_id = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    request_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    run_after = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    attempts = models.PositiveIntegerField(default=0)
    attempts_max = models.PositiveIntegerField(default=ATTEMPTS_MAX)
    # Who sends it, until when; whoever comes after the lease has ended may take it.
    lease_token = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True)

    # How the other side calls it, and a line for people about the last attempt.
    reference = models.CharField(max_length=200, blank=True)
    detail = models.TextField(blank=True)
    # Nothing was sent, because resolve.yaml says so.
    dry_run = models.BooleanField(default=False)

    class Meta:
        ordering = ("-id",)
        verbose_name_plural = "deliveries"
        indexes = (
            models.Index(fields=["state", "run_after"], name="outbox_due"),
            models.Index(fields=["subject_kind", "subject_id"], name="outbox_subject"),
        )

    def __str__(self) -> str:
        return f"{self.channel} {self.pk} ({self.state})"

    @property
    def is_open(self) -> bool:
        """Whether it may still be delivered by itself."""
        return self.state in {self.State.WAITING, self.State.SENDING}
