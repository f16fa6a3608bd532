"""Which field of a record is which column of a model, however the sender calls it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import polars as pl

from tieout.detect.roles import infer_roles
from tieout.detect.roles.infer import Profile
from tieout.model.table import ColumnFacts, Kind, Table, TableRole
from tieout.pipeline.scoring.cells import TYPES, Scalar
from tieout.sources.cells import Kind as Look
from tieout.sources.cells import kind_of
from tieout.sources.typed.names import says_code, says_label, says_moment, says_quantity

_SEEN_MAX: Final = 1_024


@dataclass(frozen=True)
class Naming:
    """columns: the column of each field that has one. ignored: fields that have none."""

    columns: Mapping[str, str]
    ignored: tuple[str, ...]


@lru_cache(maxsize=_SEEN_MAX)
def plain_name(name: str) -> str:
    """A name without case and marks between its words.

    >>> plain_name("Transaction-ID"), plain_name("transaction_id")
    ('transactionid', 'transactionid')
    """
    return re.sub(r"[^a-z0-9]", "", name.lower())


def name_fields(
    record: Mapping[str, Scalar],
    *,
    columns: Iterable[str],
    roles: Mapping[TableRole, str],
    profile: Profile,
) -> Naming:
    """Fields to columns: by name, by name without case and marks, then by role.

    A field called otherwise takes the column of its role, as a column of a file would be given
    that role, unless another field has that column already.
    """
    known = list(columns)
    found = {name: name for name in known if name in record}
    if len(found) < len(record):
        by_plain = {plain_name(name): name for name in reversed(known)}
        for name in record:
            column = by_plain.get(plain_name(name))
            if name not in found and column is not None and column not in found.values():
                found[name] = column
        taken = set(found.values())
        left = tuple(
            (name, _looks(name, record[name])) for name in record if name and name not in found
        )
        by_role = _roles_of(left, profile) if left else {}
        for role, name in by_role.items():
            if role in roles and roles[role] not in taken:
                found[name] = roles[role]
    return Naming(found, tuple(name for name in record if name not in found))


@lru_cache(maxsize=_SEEN_MAX)
def _roles_of(fields: tuple[tuple[str, Kind], ...], profile: Profile) -> Mapping[TableRole, str]:
    """Roles by name and kind alone: one value proves nothing more."""
    facts = tuple(ColumnFacts(name, kind, 1, 0) for name, kind in fields)
    frame = pl.DataFrame([pl.Series(name, [None], dtype=TYPES[kind]) for name, kind in fields])
    return infer_roles(Table(frame, np.array([1]), facts), profile)[0]


def _looks(name: str, value: Scalar) -> Kind:
    """What a column of such values would be."""
    if isinstance(value, bool) or value is None:
        return Kind.CATEGORY
    is_number = isinstance(value, int | float)
    if not is_number and kind_of(str(value)) is not Look.TYPED:
        return Kind.CATEGORY
    if says_quantity(name):
        return Kind.NUMBER
    if says_moment(name):
        return Kind.TIME
    if says_label(name) or says_code(name):
        return Kind.CATEGORY
    return Kind.NUMBER if is_number else Kind.TIME
