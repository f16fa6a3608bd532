"""Which column of a journal's file is what."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final

import polars as pl

from tieout.detect.roles.infer import infer_roles
from tieout.model.errors import InputError
from tieout.model.table import Kind, Table, TableRole
from tieout.sources.source import Source
from tieout.sources.typed.decide_kind import decide_reading, native_reading, reading_as
from tieout.sources.typed.expressions import kind_of_type
from tieout.sources.typed.facts import column_facts
from tieout.sources.typed.names import says_moment, says_quantity, words_of
from tieout.sources.typed.reading import Reading

_FIELD_OF_ROLE: Final[Mapping[TableRole, str]] = {
    TableRole.ENTRY: "entry",
    TableRole.TIME: "effective",
    TableRole.POSTED_AT: "posted_at",
    TableRole.ACCOUNT: "account",
    TableRole.AMOUNT: "amount",
    TableRole.DEBIT: "debit",
    TableRole.CREDIT: "credit",
    TableRole.CURRENCY: "currency",
    TableRole.DESCRIPTION: "description",
    TableRole.DOCUMENT: "document",
    TableRole.PREPARED_BY: "prepared_by",
    TableRole.APPROVED_BY: "approved_by",
    TableRole.ORIGIN: "origin",
    TableRole.COUNTERPARTY: "counterparty",
}
_ROLE_OF_FIELD: Final = {field: role for role, field in _FIELD_OF_ROLE.items()}
_LINE_WORDS: Final = ({"line"}, {"line", "no"}, {"line", "number"}, {"lineno"}, {"line", "id"})
_APPROVED: Final = frozenset({"approved", "approval", "released", "authorised", "authorized"})
_MOMENT: Final = frozenset({"at", "on", "time", "date", "timestamp"})


class Columns:
    """fields: the file's column for each of ours. readings: how each column is read."""

    def __init__(self, fields: Mapping[str, str], readings: Mapping[str, Reading]) -> None:
        self.fields = dict(fields)
        self.readings = dict(readings)


def find_columns(source: Source, sample: pl.DataFrame, given: Mapping[str, str]) -> Columns:
    """Our fields among the columns of a source, by name first and then by value.

    given: columns that a person named, by our field. Raises InputError for one that is not there.
    """
    for field, name in given.items():
        _require(source, field, name)
    readings = {name: _reading(source, name, sample[name]) for name in source.columns}
    # What a person named is what they say it is, whatever it looks like.
    readings |= {
        name: reading_as(_kind_of(field), sample[name])
        for field, name in given.items()
        if readings[name].kind is not _kind_of(field)
    }
    frame = pl.DataFrame([_typed(sample[name], readings[name]) for name in source.columns])
    table = Table(
        frame=frame,
        rows=pl.int_range(1, frame.height + 1, eager=True).to_numpy(),
        columns=tuple(column_facts(frame[name], readings[name].kind) for name in frame.columns),
    )
    named = {
        _ROLE_OF_FIELD[field]: name for field, name in given.items() if field in _ROLE_OF_FIELD
    }
    roles, _ = infer_roles(table, "journal", named)
    fields = {_FIELD_OF_ROLE[role]: name for role, name in roles.items() if role in _FIELD_OF_ROLE}
    if "debit" in fields and "credit" in fields:
        fields.pop("amount", None)
    taken = set(fields.values())
    for name in source.columns:
        words = set(words_of(name))
        if name not in taken and words in _LINE_WORDS:
            fields.setdefault("line", name)
        if name not in taken and words & _APPROVED and words & _MOMENT:
            fields.setdefault("approved_at", name)
    return Columns({**fields, **given}, readings)


def _kind_of(field: str) -> Kind:
    if field in {"amount", "debit", "credit"}:
        return Kind.NUMBER
    return Kind.TIME if field in {"effective", "posted_at", "approved_at"} else Kind.CATEGORY


def _require(source: Source, field: str, name: str) -> None:
    if name in source.columns:
        return
    near = get_close_matches(name, source.columns, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise InputError(f"{source.name}: has no column {name!r} for {field}{hint}")


def _reading(source: Source, name: str, sample: pl.Series) -> Reading:
    dtype = source.table[name].type()
    if dtype.is_string():
        reading = decide_reading(name, sample)
        kind = Kind.NUMBER if says_quantity(name) else Kind.TIME if says_moment(name) else None
        # In a small file one bad cell is a large share; where the name tells, cells without a
        # digit are what is bad, and their rows become rejects.
        digits = sample.drop_nulls().filter(sample.drop_nulls().str.contains(r"\d"))
        if reading.kind is Kind.CATEGORY and kind and 2 * len(digits) >= sample.count():
            return reading_as(kind, digits)
        return reading
    return native_reading(kind_of_type(dtype), name, sample, integer=dtype.is_integer())


def _typed(sample: pl.Series, reading: Reading) -> pl.Series:
    """A sample as its kind; only which cells are filled and of which sign matters for roles."""
    if reading.kind is Kind.NUMBER:
        bare = sample.str.replace_all(r"[^0-9.,\-]", "")
        if reading.amount.decimal == ",":
            bare = bare.str.replace_all(r"\.", "").str.replace(",", ".", literal=True)
        else:
            bare = bare.str.replace_all(",", "", literal=True)
        return bare.cast(pl.Float64, strict=False)
    if reading.kind is Kind.TIME:
        known = sample.is_not_null()
        return pl.select(
            pl.when(known).then(pl.datetime(2000, 1, 1)).alias(sample.name)
        ).to_series()
    return sample
