"""What people do with episodes: acknowledge, silence, and end a silence."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from tieout.model.errors import InputError
from tieout.server.accounts.models import User
from tieout.server.alerts.models import Episode, Monitor, Silence
from tieout.server.audit.services import record

HOURS_MAX: Final = 24 * 30


@transaction.atomic
def acknowledge(episode_pk: int, *, actor: User, hours: float, note: str = "") -> Episode:
    """Somebody has it: its alerts are held back until then.

    Raises InputError for a time that is none, and for an episode that is over.
    """
    episode = Episode.objects.select_for_update().get(pk=episode_pk)
    if not episode.is_open:
        raise InputError("this episode is over")
    before = _moment(episode.acknowledged_until)
    episode.acknowledged_until = _until(hours)
    episode.acknowledged_by, episode.note = actor, note[:500]
    episode.save(update_fields=["acknowledged_until", "acknowledged_by", "note"])
    record(
        actor=actor,
        action="episode.acknowledged",
        target=("episode", episode.pk),
        before={"until": before},
        after={"until": _moment(episode.acknowledged_until), "note": episode.note},
    )
    return episode


@transaction.atomic
def silence(
    monitor: Monitor,
    *,
    actor: User,
    hours: float,
    reason: str,
    metric: str = "",
    dimensions: str = "",
) -> Silence:
    """No alerts of a metric and its dimensions for some hours.

    Raises InputError without a reason, and for a time that is none.
    """
    if not reason.strip():
        raise InputError("a silence needs a reason")
    made = Silence.objects.create(
        monitor=monitor,
        metric=metric,
        dimensions=dimensions,
        starts_at=timezone.now(),
        until=_until(hours),
        reason=reason.strip()[:500],
        author=actor,
    )
    after = {
        "monitor": monitor.name,
        "metric": metric,
        "dimensions": dimensions,
        "until": _moment(made.until),
        "reason": made.reason,
    }
    record(actor=actor, action="silence.made", target=("silence", made.pk), after=after)
    return made


@transaction.atomic
def end_silence(silence_pk: int, *, actor: User) -> Silence:
    """Let alerts through again."""
    made = Silence.objects.select_for_update().get(pk=silence_pk)
    now = timezone.now()
    if made.until > now:
        before = _moment(made.until)
        made.until = now
        made.save(update_fields=["until"])
        record(
            actor=actor,
            action="silence.ended",
            target=("silence", made.pk),
            before={"until": before},
            after={"until": _moment(now)},
        )
    return made


def _until(hours: float) -> datetime:
    if not 0 < hours <= HOURS_MAX:
        raise InputError(f"{hours:g} hours: expected more than 0 and at most {HOURS_MAX}")
    return timezone.now() + timedelta(hours=hours)


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
