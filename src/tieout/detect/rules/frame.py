"""The columns that conditions may name: a table's own, its roles, and its features."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tieout.detect.behaviour.features import FEATURES
from tieout.model.table import Table, TableRole

if TYPE_CHECKING:
    import polars as pl

# Roles as rules call them, beside their own names.
_ALSO = {TableRole.MERCHANT_CATEGORY: "category"}
ROLE_NAMES = frozenset([str(role) for role in TableRole] + list(_ALSO.values()))
KNOWN_ELSEWHERE = ROLE_NAMES | frozenset(FEATURES)


def names_of_roles(roles: Mapping[TableRole, str]) -> dict[str, str]:
    """The columns of roles by each name that rules call them."""
    named = {str(role): column for role, column in roles.items()}
    return named | {_ALSO[role]: column for role, column in roles.items() if role in _ALSO}


def rule_frame(table: Table, features: "pl.DataFrame | None" = None) -> "pl.DataFrame":
    """A table's columns, the same under the names of their roles, and features, row by row.

    A feature's or role's name comes before a column of that name that plays no such role. A
    journal's lines of debit and credit get a signed `amount` when there is no other.
    """
    import polars as pl

    # Conditions compare text, whichever way it is kept.
    frame = table.frame.with_columns(pl.col(pl.Categorical).cast(pl.String))
    columns = {name: frame[name] for name in frame.columns}
    for name, column in names_of_roles(table.roles).items():
        columns[name] = frame[column]
    sides = {TableRole.DEBIT, TableRole.CREDIT}
    if TableRole.AMOUNT not in table.roles and sides <= set(table.roles):
        debit, credit = (columns[str(side)].fill_null(0.0) for side in ("debit", "credit"))
        columns["amount"] = debit - credit
    if features is not None:
        columns |= {name: features[name] for name in features.columns}
    return pl.DataFrame({name: column.alias(name) for name, column in columns.items()})
