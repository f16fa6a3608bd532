"""Columns of a file that has types, as detectors see them, without a plan of the engine.

The values are those of `expressions`: text trimmed and null where blank, moments without a zone,
numbers null where they are not finite.
"""

from collections.abc import Mapping
from typing import Final

import polars as pl

from tieout.sources.source import Source
from tieout.sources.typed.pieces import own_labels
from tieout.sources.typed.reading import Reading

# What the engine's plans take off both ends of a text.
_WHITE_SPACE: Final = " \t\n\r\x0b\x0c"


def is_typed_already(source: Source, readings: Mapping[str, Reading]) -> bool:
    """Whether every column is read as what it is: numbers as such, text as text."""
    return all(_is_as_read(source, name, readings[name]) for name in source.columns)


def _is_as_read(source: Source, name: str, reading: Reading) -> bool:
    kind = source.table[name].type()
    if reading.way == "text":
        return bool(kind.is_string() or kind.is_integer() or kind.is_boolean())
    if reading.way == "date":
        return bool(kind.is_date() or kind.is_timestamp())
    return reading.way != "epoch" and bool(kind.is_numeric() and not kind.is_boolean())


def native_value(name: str, reading: Reading) -> pl.Expr:
    """A column as String (not trimmed yet), Datetime or Float64."""
    column = pl.col(name)
    if reading.way == "text":
        return column.cast(pl.String)
    if reading.way == "date":
        return column.cast(pl.Datetime("us"))
    number = column.cast(pl.Float64)
    return pl.when(number.is_finite()).then(number).alias(name)


def cleaned(values: pl.Series) -> pl.Series:
    """Text without white space around it, null where nothing is left.

    Of labels that are kept once only these are looked at.
    """
    if isinstance(values.dtype, pl.Categorical):
        labels = values.unique().drop_nulls().cast(pl.String)
        if labels.equals(_trimmed(labels)):
            return values
        return _trimmed(values.cast(pl.String)).cast(own_labels())
    return _trimmed(values) if values.dtype == pl.String else values


def _trimmed(texts: pl.Series) -> pl.Series:
    bare = texts.str.strip_chars(_WHITE_SPACE)
    return (
        bare.to_frame().select(pl.when(pl.col(bare.name) != "").then(pl.col(bare.name))).to_series()
    )
