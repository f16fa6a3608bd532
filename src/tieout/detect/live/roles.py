"""A record's values by role, typed as the role needs: `behaviour.timeline.by_role` of one row."""

import datetime
from collections.abc import Mapping
from typing import Any, Final

from tieout.model.table import Kind, TableRole

_NUMBERS: Final = frozenset(
    {
        TableRole.AMOUNT,
        TableRole.DEBIT,
        TableRole.CREDIT,
        TableRole.LATITUDE,
        TableRole.LONGITUDE,
    }
)
_TIMES: Final = frozenset({TableRole.TIME, TableRole.POSTED_AT})
# What a value mostly is already.
_PLAIN: Final[Mapping[TableRole, type]] = {
    **dict.fromkeys(_NUMBERS, float),
    **dict.fromkeys(_TIMES, datetime.datetime),
}


def is_plain(kinds: Mapping[str, Kind], roles: Mapping[TableRole, str]) -> bool:
    """Whether all values of such columns are what their roles need, as they are read."""
    by_debits = TableRole.AMOUNT not in roles and {TableRole.DEBIT, TableRole.CREDIT} <= set(roles)
    return not by_debits and all(kinds[name] is _kind(role) for role, name in roles.items())


def _kind(role: TableRole) -> Kind:
    if role in _TIMES:
        return Kind.TIME
    return Kind.NUMBER if role in _NUMBERS else Kind.CATEGORY


def by_role_of(record: Mapping[str, Any], roles: Mapping[TableRole, str]) -> dict[TableRole, Any]:
    """The values of a typed record by role.

    A record of debit and credit gets a signed amount when there is no other.
    """
    found = {}
    for role, name in roles.items():
        value = record[name]
        is_typed = value is None or type(value) is _PLAIN.get(role, str)
        found[role] = value if is_typed else _typed(value, role)
    if TableRole.AMOUNT not in found and {TableRole.DEBIT, TableRole.CREDIT} <= set(found):
        found[TableRole.AMOUNT] = (found[TableRole.DEBIT] or 0.0) - (found[TableRole.CREDIT] or 0.0)
    return found


def _typed(value: Any, role: TableRole) -> Any:
    if value is None:
        return None
    if role in _TIMES:
        return value if isinstance(value, datetime.datetime) else None
    if role not in _NUMBERS:
        return str(value)
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
