"""How much a break matters: a table that anybody can read and change."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, model_validator


class Severity(StrEnum):
    """From what can wait to what cannot."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


LEVELS = tuple(Severity)


class SeverityTable(BaseModel):
    """Severity by size (columns), by oddness (rows) and by age (one level up when old).

    The smallest size has no lower limit, so that each row has one level more than there are
    limits.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    times_usual: Annotated[
        tuple[float, ...],
        Field(description="Limits of size, in multiples of the usual break of the currency."),
    ] = (1.0, 5.0, 20.0)
    amounts: Annotated[
        tuple[Decimal, ...] | None,
        Field(description="Limits of size as amounts; they take the place of times_usual."),
    ] = None
    in_pattern: tuple[Severity, ...] = (
        Severity.LOW,
        Severity.LOW,
        Severity.MEDIUM,
        Severity.HIGH,
    )
    out_of_pattern: tuple[Severity, ...] = (
        Severity.MEDIUM,
        Severity.HIGH,
        Severity.HIGH,
        Severity.CRITICAL,
    )
    old_days: Annotated[
        int | None, Field(ge=0, description="From this age on, one level more; null for never.")
    ] = 30

    @model_validator(mode="after")
    def _as_many_levels(self) -> "SeverityTable":
        given = self.times_usual if self.amounts is None else self.amounts
        limits = [Decimal(limit) for limit in given]
        if limits != sorted(set(limits)):
            raise ValueError("limits of size must rise")
        for name in ("in_pattern", "out_of_pattern"):
            if len(getattr(self, name)) != len(limits) + 1:
                raise ValueError(f"{name} needs {len(limits) + 1} levels, one more than limits")
        return self


def severities(
    found: pl.DataFrame, history: pl.DataFrame, table: SeverityTable | None = None
) -> pl.Series:
    """The severity of each break.

    found: amount (absolute difference in major units), currency, anomalous, age_days.
    history: amount and currency of breaks that say what is usual: the median of their currency.
    """
    table = table or SeverityTable()
    usual = history.group_by("currency").agg(pl.col("amount").median().alias("usual"))
    sized = found.join(usual, on="currency", how="left", maintain_order="left")
    if table.amounts is None:
        size = pl.col("amount") / pl.when(pl.col("usual") > 0).then(pl.col("usual"))
        limits = [pl.lit(limit) for limit in table.times_usual]
    else:
        size = pl.col("amount")
        limits = [pl.lit(float(limit)) for limit in table.amounts]
    column = pl.sum_horizontal((size.fill_null(0.0) >= limit).cast(pl.Int64) for limit in limits)
    ranks = {
        name: [LEVELS.index(level) for level in getattr(table, name)]
        for name in ("in_pattern", "out_of_pattern")
    }
    places = list(range(len(limits) + 1))
    by_row = [
        column.replace_strict(places, ranks[name], return_dtype=pl.Int64)
        for name in ("out_of_pattern", "in_pattern")
    ]
    rank: pl.Expr = pl.when("anomalous").then(by_row[0]).otherwise(by_row[1])
    if table.old_days is not None:
        rank += (pl.col("age_days").fill_null(0) >= table.old_days).cast(pl.Int64)
    names = [str(level) for level in LEVELS]
    last = len(names) - 1
    return sized.select(
        rank.clip(0, last)
        .replace_strict(list(range(last + 1)), names, return_dtype=pl.String)
        .alias("severity")
    ).to_series()
