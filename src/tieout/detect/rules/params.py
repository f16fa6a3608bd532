"""Thresholds that are read off the data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tieout.detect.rules.expression import names_in, parse
from tieout.detect.rules.model import Learnt

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Threshold:
    """What was learnt of one parameter. groups: by the values of the columns in `by`."""

    everyone: float | None
    by: tuple[str, ...] = ()
    groups: Mapping[tuple[Any, ...], float | None] = field(default_factory=dict)
    at_least: float | None = None
    at_most: float | None = None

    def of(self, row: "Mapping[str, Any]") -> float | None:
        """The parameter's value for one row; None where nothing could be learnt."""
        value = self.everyone
        if self.by:
            own = self.groups.get(tuple(row.get(name) for name in self.by))
            value = self.everyone if own is None else own
        if value is None:
            return None
        value = value if self.at_least is None else max(value, self.at_least)
        return value if self.at_most is None else min(value, self.at_most)


def learnt_threshold(
    param: "float | Learnt", learnt_from: "pl.DataFrame", *, place: str
) -> Threshold:
    """A parameter as `param_column` has it, for rows that come one by one."""
    import polars as pl

    if not isinstance(param, Learnt):
        return Threshold(float(param))
    value = parse(param.of, place=place).cast(pl.Float64).fill_nan(None)
    quantile = value.quantile(param.quantile, interpolation="lower")
    everyone = learnt_from.select(quantile).to_series()[0]
    by = tuple(name for name in param.by if name in learnt_from.columns)
    groups: dict[tuple[Any, ...], float | None] = {}
    if by:
        enough = _groups(param, learnt_from, by, place=place)
        groups = {tuple(key): own for *key, own in enough.select(*by, "_value").iter_rows()}
    return Threshold(everyone, by, groups, param.at_least, param.at_most)


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
        joined = frame.select(by).join(
            _groups(param, learnt_from, by, place=place),
            on=by,
            how="left",
            nulls_equal=True,
            maintain_order="left",
        )
        column = joined["_value"].fill_null(everyone)
    return column.clip(param.at_least, param.at_most)


def _groups(
    param: Learnt, learnt_from: "pl.DataFrame", by: Sequence[str], *, place: str
) -> "pl.DataFrame":
    """The quantile of each group that has rows enough, as `_value`."""
    import polars as pl

    value = parse(param.of, place=place).cast(pl.Float64).fill_nan(None)
    quantile = value.quantile(param.quantile, interpolation="lower")
    groups = learnt_from.group_by(by).agg(quantile.alias("_value"), value.count().alias("_rows"))
    return groups.filter(pl.col("_rows") >= param.group_rows_min)


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
