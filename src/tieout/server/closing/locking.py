"""A locked period takes nothing more, whoever comes at the moment at which it is locked."""

from tieout.model.errors import InputError
from tieout.server.closing.models import Period


def require_open(period_id: int) -> None:
    """Keep a period open until the transaction ends. Raises InputError for a locked one."""
    period = Period.objects.select_for_update().get(pk=period_id)
    if period.is_locked:
        raise InputError(f"period {period.name} is locked")


def hold_periods() -> None:
    """Let no period be locked or opened until the transaction ends."""
    list(Period.objects.select_for_update().order_by("pk").values_list("pk"))
