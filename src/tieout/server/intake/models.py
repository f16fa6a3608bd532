"""Tables of what comes in through the API."""

from django.conf import settings
from django.db import models

USER = settings.AUTH_USER_MODEL


class LiveFinding(models.Model):
    """A transaction that was scored in memory and flagged. Ids grow in the order of commits."""

    # Which request it came with, and its place there: written twice, it is there once.
    event = models.CharField(max_length=32)
    place = models.PositiveIntegerField()
    at = models.DateTimeField()
    way = models.CharField(max_length=10)
    actor = models.CharField(max_length=150, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    model = models.CharField(max_length=300)
    profile = models.CharField(max_length=20)
    record = models.JSONField()
    score = models.FloatField()
    p_value = models.FloatField()
    is_ml_flag = models.BooleanField()
    is_rule_flag = models.BooleanField()
    triggered_rules = models.JSONField(default=list)
    reasons_top3 = models.JSONField(default=list)

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=["event", "place"], name="intake_once"),)

    def __str__(self) -> str:
        return f"finding {self.pk} of {self.event}"


class SpoolMark(models.Model):
    """How far a spool file has been taken over; moved in the transaction of what it held."""

    segment = models.CharField(max_length=64, primary_key=True)
    offset = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.segment} to {self.offset}"


class Upload(models.Model):
    """A file that was sent to be judged. It lies under its content's name in the workspace."""

    name = models.CharField(max_length=300)
    path = models.CharField(max_length=1000)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(USER, null=True, on_delete=models.SET_NULL, related_name="+")
    job = models.OneToOneField("jobs.Job", on_delete=models.PROTECT, related_name="upload")

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.name} ({self.sha256[:12]})"


class KeptAnswer(models.Model):
    """What a write was answered with under a caller's idempotency key."""

    user = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    # Method, path and body: the same key for something else is a mistake.
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "key"], name="intake_key_once"),)

    def __str__(self) -> str:
        return f"{self.key}: {self.status}"
