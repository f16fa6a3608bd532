"""What the values of a column say for or against a role."""

from typing import Final

import polars as pl

from tieout.detect.roles.countries import COUNTRY_CODES, STATES
from tieout.model.table import Kind, Table, TableRole
from tieout.sources.currencies import CURRENCY_CODES

SAMPLE_ROWS: Final = 20_000
_DEGREES: Final = {TableRole.LATITUDE: 90.0, TableRole.LONGITUDE: 180.0}
_CODES_SHARE_MIN: Final = 0.98
_BOTH_SHARE_MAX: Final = 0.05


def sample_of(table: Table, name: str) -> pl.Series:
    """Values of a column from all over it, nulls left out."""
    step = max(1, table.height // SAMPLE_ROWS)
    values = table.frame[name].gather_every(step).drop_nulls()
    return values.cast(pl.String) if isinstance(values.dtype, pl.Categorical) else values


def out_of_range(table: Table, role: TableRole, name: str) -> bool:
    """Whether values rule a column out: degrees beyond the globe, or nothing there at all."""
    facts = next(column for column in table.columns if column.name == name)
    if facts.distinct == 0:
        return True
    if role in _DEGREES:
        return bool((table.frame[name].abs() > _DEGREES[role]).any())
    return False


def says_by_value(table: Table, role: TableRole, name: str) -> str:
    """Why the values alone suggest a role, or ""."""
    facts = next(column for column in table.columns if column.name == name)
    if facts.kind is not Kind.CATEGORY or facts.distinct == 0:
        return ""
    if role is TableRole.CURRENCY:
        values = sample_of(table, name)
        if _share_in(values, CURRENCY_CODES) >= _CODES_SHARE_MIN:
            return f"its values are currency codes such as {values[0]}"
    if role is TableRole.COUNTRY and facts.distinct > 2:
        values = sample_of(table, name)
        is_country = _share_in(values, COUNTRY_CODES) >= _CODES_SHARE_MIN
        if is_country and _share_in(values, STATES) < _CODES_SHARE_MIN:
            return f"its values are country codes such as {values[0]}"
    return ""


def both_filled_share(table: Table, debit: str, credit: str) -> float:
    """Share of rows in which neither of two columns is zero or missing."""
    filled = table.frame.select(
        both=(pl.col(debit).fill_null(0.0) != 0.0) & (pl.col(credit).fill_null(0.0) != 0.0)
    )["both"]
    return float(filled.sum()) / max(1, len(filled))


def takes_turns(table: Table, debit: str, credit: str) -> bool:
    """Whether rows have either a debit or a credit, as lines of a journal do."""
    return both_filled_share(table, debit, credit) <= _BOTH_SHARE_MAX


def _share_in(values: pl.Series, codes: frozenset[str]) -> float:
    if values.is_empty():
        return 0.0
    return float(values.is_in(sorted(codes)).sum()) / len(values)
