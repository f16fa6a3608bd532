"""Second factors: in the audit log in the transaction of their change, and sealed in the table."""

from typing import Any, Final

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models.signals import post_delete, post_save, pre_save

from tieout.server.accounts.models import User
from tieout.server.audit.services import record
from tieout.server.sealing import opened, resealed

_CODES: Final = Authenticator.Type.RECOVERY_CODES
_SECRETS: Final = ("secret", "seed")
# Who changes a factor, where it is not the person whose it is.
_ACTOR: Final = "_actor"


def listen() -> None:
    """Write down every change of a second factor, whoever makes it."""
    for signal, receiver in (
        (pre_save, _remember),
        (post_save, _saved),
        (post_delete, _deleted),
    ):
        signal.connect(
            receiver, sender=Authenticator, dispatch_uid=f"accounts.factors.{receiver.__name__}"
        )


@transaction.atomic
def reset_second_factor(user: User, *, actor: User | None) -> int:
    """Take away a person's second factor and codes, for a lost phone; how many there were."""
    found = list(Authenticator.objects.filter(user_id=user.pk))
    for factor in found:
        factor.__dict__[_ACTOR] = actor
        factor.delete()
    return len(found)


@transaction.atomic
def rotate_keys(*, actor: User | None) -> int:
    """Seal every secret of the database by the first key; how many there are. All or none.

    Raises InputError where one cannot be opened.
    """
    count = 0
    for factor in Authenticator.objects.select_for_update().order_by("pk"):
        kept = {name: factor.data[name] for name in _SECRETS if name in factor.data}
        factor.data |= {name: resealed(text) for name, text in kept.items()}
        factor.save(update_fields=["data"])
        count += len(kept)
    after = {"secrets": count}
    record(actor=actor, action="keys.rotated", target=("keys", "encryption"), after=after)
    return count


def check_keys() -> None:
    """Raises InputError where a secret of the database cannot be opened by the keys there are."""
    for data in Authenticator.objects.values_list("data", flat=True):
        for name in _SECRETS:
            opened(data.get(name, ""))


def _remember(instance: Authenticator, **_: Any) -> None:
    before = Authenticator.objects.filter(pk=instance.pk).values_list("data", flat=True).first()
    instance.__dict__["_before"] = before or {}


def _saved(
    instance: Authenticator, created: bool, update_fields: frozenset[str] | None, **_: Any
) -> None:
    if update_fields is not None and "data" not in update_fields:
        return
    is_codes = instance.type == _CODES
    before, after = instance.__dict__.pop("_before", {}), instance.data
    if created:
        _write("user.recovery_codes_made" if is_codes else "user.second_factor_added", instance)
    elif is_codes and before.get("used_mask") != after.get("used_mask"):
        left = len(instance.wrap().get_unused_codes())
        _write("user.recovery_code_used", instance, {"left": left})
    elif is_codes and before.get("viewed_at") is None and after.get("viewed_at") is not None:
        _write("user.recovery_codes_shown", instance)


def _deleted(instance: Authenticator, **_: Any) -> None:
    is_codes = instance.type == _CODES
    _write("user.recovery_codes_removed" if is_codes else "user.second_factor_removed", instance)


def _write(action: str, factor: Authenticator, after: dict[str, Any] | None = None) -> None:
    actor = factor.__dict__.get(_ACTOR, factor.user)
    with transaction.atomic():
        record(actor=actor, action=action, target=("user", factor.user_id), after=after)
