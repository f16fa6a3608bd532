"""What a live monitor keeps, in the database: one transaction for each batch."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from tieout.monitor.alerts import AlertKind, Told
from tieout.monitor.episodes import Episode as Watched
from tieout.monitor.episodes import Severity, State
from tieout.monitor.flags import Silence as Quiet
from tieout.monitor.journal import Entry as Step
from tieout.monitor.money import of_amounts
from tieout.monitor.spec import MonitorSpec
from tieout.pipeline.monitoring.store import (
    Judged,
    Kept,
    LostLeaseError,
    People,
    ToldSoFar,
    is_new,
)
from tieout.server.alerts import telling
from tieout.server.alerts.models import Alert, Entry, Episode, JudgedMinute, Monitor, Silence
from tieout.server.alerts.moments import minute_of
from tieout.server.alerts.shown import current_of, minute_metrics

LEASE_SECONDS: Final = 15.0


class DatabaseStore:
    """The store of one stream; `holder` is the name of this process in the lease."""

    def __init__(
        self, spec: MonitorSpec, *, holder: str, lease_seconds: float = LEASE_SECONDS
    ) -> None:
        self.spec, self.holder, self.lease = spec, holder, timedelta(seconds=lease_seconds)
        written = spec.model_dump(mode="json")
        row, _ = Monitor.objects.update_or_create(name=spec.monitor, defaults={"spec": written})
        self.monitor_id = row.pk

    def kept(self) -> Kept:
        """What there is."""
        row = Monitor.objects.get(pk=self.monitor_id)
        snapshot = None if row.snapshot is None else bytes(row.snapshot)
        positions = dict(row.positions.values_list("partition", "position"))
        return Kept(row.judged, snapshot, row.snapshot_at, positions)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One transaction, in which nobody else writes to this stream."""
        with transaction.atomic():
            Monitor.objects.select_for_update().only("pk").get(pk=self.monitor_id)
            yield

    def is_away(self, error: Exception) -> bool:
        """Locked, restarted or out of reach; the next transaction connects anew."""
        is_away = isinstance(error, OperationalError | InterfaceError)
        if is_away and not connection.in_atomic_block:
            connection.close()
        return is_away

    def add(self, entry: Step) -> bool:
        """Append to the journal and move the partition on."""
        row = Monitor.objects.only("last_entry").get(pk=self.monitor_id)
        if entry.clock is None:
            before = row.positions.filter(partition=entry.partition).first()
            if not is_new(entry, None if before is None else before.position):
                return False
            row.positions.update_or_create(
                partition=entry.partition, defaults={"position": entry.position}
            )
        number = row.last_entry + 1
        Entry.objects.create(
            monitor_id=self.monitor_id,
            number=number,
            partition=entry.partition,
            position=entry.position,
            data=entry.data,
            clock=entry.clock,
        )
        Monitor.objects.filter(pk=self.monitor_id).update(last_entry=number)
        return True

    def entries(self, after: int) -> list[tuple[int, Step]]:
        """The journal behind an entry."""
        rows = Entry.objects.filter(monitor_id=self.monitor_id, number__gt=after)
        return [
            (row.number, Step(row.partition, row.position, bytes(row.data), row.clock))
            for row in rows
        ]

    def leads(self) -> bool:
        """Take the lease where it is free or one's own."""
        row = Monitor.objects.only("leader", "leader_until").get(pk=self.monitor_id)
        now = timezone.now()
        taken = row.leader_until is not None and row.leader_until > now
        if taken and row.leader != self.holder:
            return False
        Monitor.objects.filter(pk=self.monitor_id).update(
            leader=self.holder, leader_until=now + self.lease
        )
        return True

    def resign(self) -> None:
        """Give the lease back, so that the next one need not wait for its end."""
        Monitor.objects.filter(pk=self.monitor_id, leader=self.holder).update(
            leader="", leader_until=None
        )

    def people(self) -> People:
        """Silences and acknowledgements that have not run out long ago."""
        rows = Silence.objects.filter(monitor_id=self.monitor_id)
        silences = tuple(
            Quiet(
                row.metric or None,
                row.dimensions or None,
                minute_of(row.starts_at),
                minute_of(row.until),
                row.reason,
            )
            for row in rows
        )
        taken = Episode.objects.filter(
            monitor_id=self.monitor_id, acknowledged_until__isnull=False
        ).exclude(state="resolved")
        until = taken.values_list("episode_id", "acknowledged_until")
        return People(silences, {name: minute_of(moment) for name, moment in until if moment})

    def told(self) -> ToldSoFar:
        """The alerts so far."""
        rows = Alert.objects.filter(monitor_id=self.monitor_id).order_by("minute", "id")
        ids: set[str] = set()
        episodes: dict[str, Told] = {}
        wanted = ("alert_id", "kind", "severity", "minute", "episode__episode_id")
        for alert_id, kind, severity, minute, episode in rows.values_list(*wanted):
            ids.add(alert_id)
            before = episodes.get(episode, Told())
            episodes[episode] = before.after(AlertKind(kind), Severity(severity), minute)
        return ToldSoFar(ids, episodes)

    def open_episodes(self) -> list[Watched]:
        """Those that are not over; as they last were, as of the last minute that was judged."""
        minutes = JudgedMinute.objects.filter(monitor_id=self.monitor_id)
        last = minutes.order_by("-minute").values_list("minute", flat=True).first()
        rows = Episode.objects.filter(monitor_id=self.monitor_id).exclude(state="resolved")
        return [_watched(row, last) for row in rows]

    def keep(self, judged: Judged) -> None:
        """Keep episodes, alerts, minutes, deliveries and cases."""
        row = Monitor.objects.get(pk=self.monitor_id)
        if row.judged != judged.before:
            raise LostLeaseError
        changed: dict[str, Any] = {"judged": judged.after, "updated_at": timezone.now()}
        if judged.minutes:
            changed["current"] = current_of(judged.minutes[-1], judged.monitor)
            telling.keep_episodes(row, judged)
            self._keep_minutes(judged)
            for sent in judged.alerts:
                telling.tell(row, sent, self.spec)
        Monitor.objects.filter(pk=self.monitor_id).update(**changed)

    def save(self, at: int, snapshot: bytes) -> None:
        """Keep a snapshot, forget the journal up to it, and minutes that are too old."""
        Monitor.objects.filter(pk=self.monitor_id).update(snapshot=snapshot, snapshot_at=at)
        Entry.objects.filter(monitor_id=self.monitor_id, number__lte=at).delete()
        minutes = JudgedMinute.objects.filter(monitor_id=self.monitor_id)
        last = minutes.order_by("-minute").values_list("minute", flat=True).first()
        if last is not None:
            minutes.filter(minute__lt=last - self.spec.live.keep_days * 1440).delete()

    def _keep_minutes(self, judged: Judged) -> None:
        rows = [
            JudgedMinute(
                monitor_id=self.monitor_id, minute=each.minute, metrics=minute_metrics(each)
            )
            for each in judged.minutes
        ]
        JudgedMinute.objects.bulk_create(rows, ignore_conflicts=True)


def _watched(row: Episode, last_minute: int | None) -> Watched:
    detected = minute_of(row.detected_at)
    return Watched(
        episode_id=row.episode_id,
        metric=row.metric,
        dimensions=row.dimensions,
        state=State(row.state),
        severity=Severity(row.severity),
        started=minute_of(row.started_at),
        detected=detected,
        last_breach=max(detected, last_minute or detected),
        breached_minutes=row.breached_minutes,
        quiet_minutes=0,
        value=row.value,
        baseline=row.baseline,
        n=row.n,
        p_value=row.p_value,
        excess=row.excess,
        window_minutes=row.window_minutes,
        cause=row.root_cause,
        money=of_amounts(row.money_at_risk),
    )
