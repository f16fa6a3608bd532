"""The tables of live monitors."""

from django.conf import settings
from django.db import models


class Monitor(models.Model):
    """One stream that is followed: how far it was judged, and by whom."""

    name = models.CharField(max_length=100, unique=True)
    spec = models.JSONField(default=dict)
    # Numbers of the last entry of the journal, and of the last one that was judged.
    last_entry = models.BigIntegerField(default=0)
    judged = models.BigIntegerField(default=0)
    snapshot = models.BinaryField(null=True)
    snapshot_at = models.BigIntegerField(default=0)
    # Who judges, until when; whoever comes after the lease has ended may take it.
    leader = models.CharField(max_length=64, blank=True)
    leader_until = models.DateTimeField(null=True)
    # The last minute, as `GET /monitor` shows it.
    current = models.JSONField(default=dict)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Entry(models.Model):
    """A step of a stream's journal: a batch as counts, or a move of the clock."""

    monitor = models.ForeignKey(Monitor, on_delete=models.CASCADE, related_name="entries")
    number = models.BigIntegerField()
    partition = models.CharField(max_length=200, blank=True)
    position = models.JSONField(default=dict)
    data = models.BinaryField()
    clock = models.BigIntegerField(null=True)

    class Meta:
        ordering = ("number",)
        verbose_name_plural = "entries"
        constraints = (
            models.UniqueConstraint(fields=["monitor", "number"], name="alerts_entry_known"),
        )

    def __str__(self) -> str:
        return f"{self.number} of {self.partition or 'the clock'}"


class Position(models.Model):
    """Where a partition of a stream stands, as its source understands it."""

    monitor = models.ForeignKey(Monitor, on_delete=models.CASCADE, related_name="positions")
    partition = models.CharField(max_length=200)
    position = models.JSONField()
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["monitor", "partition"], name="alerts_position_known"),
        )

    def __str__(self) -> str:
        return self.partition


class JudgedMinute(models.Model):
    """What a minute said of the whole: each metric's value, limit, usual value and events."""

    monitor = models.ForeignKey(Monitor, on_delete=models.CASCADE, related_name="minutes")
    minute = models.BigIntegerField()
    metrics = models.JSONField()

    class Meta:
        ordering = ("minute",)
        constraints = (
            models.UniqueConstraint(fields=["monitor", "minute"], name="alerts_minute_known"),
        )

    def __str__(self) -> str:
        return str(self.minute)


class Episode(models.Model):
    """One run of a metric out of limits, and who has taken it."""

    monitor = models.ForeignKey(Monitor, on_delete=models.CASCADE, related_name="episodes")
    episode_id = models.CharField(max_length=32)
    incident_id = models.CharField(max_length=32, db_index=True)
    metric = models.CharField(max_length=100)
    dimensions = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=12)
    severity = models.CharField(max_length=10, blank=True)
    started_at = models.DateTimeField()
    detected_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    value = models.FloatField()
    baseline = models.FloatField()
    n = models.BigIntegerField()
    p_value = models.FloatField()
    excess = models.FloatField()
    breached_minutes = models.IntegerField()
    window_minutes = models.IntegerField()
    # The combination of values that explains it, and amounts at risk by currency.
    root_cause = models.CharField(max_length=500, blank=True)
    money_at_risk = models.JSONField(default=dict)
    acknowledged_until = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("-detected_at", "id")
        constraints = (
            models.UniqueConstraint(fields=["monitor", "episode_id"], name="alerts_episode_known"),
        )
        indexes = (models.Index(fields=["monitor", "state"], name="alerts_open"),)

    def __str__(self) -> str:
        return f"{self.metric} {self.dimensions}".strip()

    @property
    def is_open(self) -> bool:
        """Whether it has not been resolved."""
        return self.state != "resolved"


class Alert(models.Model):
    """What was told of an episode, once."""

    monitor = models.ForeignKey(Monitor, on_delete=models.CASCADE, related_name="alerts")
    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="alerts")
    alert_id = models.CharField(max_length=32)
    kind = models.CharField(max_length=10)
    severity = models.CharField(max_length=10, blank=True)
    minute = models.BigIntegerField()
    at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
    payload = models.JSONField()

    class Meta:
        ordering = ("-minute", "-id")
        constraints = (
            models.UniqueConstraint(fields=["monitor", "alert_id"], name="alerts_alert_known"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.severity}".strip()


class Silence(models.Model):
    """No alerts of a metric and its dimensions for a time; empty ones fit any."""

    monitor = models.ForeignKey(Monitor, on_delete=models.CASCADE, related_name="silences")
    metric = models.CharField(max_length=100, blank=True)
    dimensions = models.CharField(max_length=500, blank=True)
    starts_at = models.DateTimeField()
    until = models.DateTimeField()
    reason = models.CharField(max_length=500)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ("-until",)

    def __str__(self) -> str:
        return self.reason
