"""Thresholds that are read off the data."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tieout.detect.rules.expression import names_in, parse
from tieout.detect.rules.model import Learnt

if TYPE_CHECKING:
    import polars as pl


def param_column(
    param: "float | Learnt", frame: "pl.DataFrame", learnt_from: "pl.DataFrame", *, place: str
) -> "pl.Series":
    """A parameter's value for each row of `frame`, null where nothing could be learnt.

    Groups that `learnt_from` does not have, or has too few rows of, take the value of all rows;
    columns in `by` that are not there count as absent.
    """
    import polars as pl

    if not isinstance(param, Learnt):
        return pl.repeat(float(param), frame.height, dtype=pl.Float64, eager=True)
    value = parse(param.of, place=place).cast(pl.Float64).fill_nan(None)
    quantile = value.quantile(param.quantile, interpolation="lower")
    by = [name for name in param.by if name in frame.columns and name in learnt_from.columns]
    everyone = learnt_from.select(quantile).to_series()[0]
    if not by:
        column = pl.repeat(everyone, frame.height, dtype=pl.Float64, eager=True)
    else:
        groups = learnt_from.group_by(by).agg(
            quantile.alias("_value"), value.count().alias("_rows")
        )
        enough = groups.filter(pl.col("_rows") >= param.group_rows_min)
        joined = frame.select(by).join(
            enough, on=by, how="left", nulls_equal=True, maintain_order="left"
        )
        column = joined["_value"].fill_null(everyone)
    return column.clip(param.at_least, param.at_most)


def names_of_param(param: "float | Learnt", *, place: str) -> tuple[str, ...]:
    """The columns that a parameter reads."""
    return names_in(parse(param.of, place=place)) if isinstance(param, Learnt) else ()


def resolved(
    params: "Mapping[str, float | Learnt]",
    frame: "pl.DataFrame",
    learnt_from: "pl.DataFrame",
    *,
    place: str,
) -> "dict[str, pl.Series]":
    """Each parameter as a column of `frame`'s length."""
    return {
        name: param_column(param, frame, learnt_from, place=f"{place}: params {name}")
        for name, param in params.items()
    }
