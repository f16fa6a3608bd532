"""Findings roll up to the entities they are about."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from tieout.detect.behaviour.timeline import by_role, decimals, whole
from tieout.model.table import Table, TableRole

if TYPE_CHECKING:
    import polars as pl

ENTITIES: Final = (
    TableRole.CUSTOMER,
    TableRole.CARD,
    TableRole.MERCHANT,
    TableRole.ACCOUNT,
    TableRole.COUNTERPARTY,
    TableRole.DEVICE,
)
HALF_LIFE_DAYS: Final = 30.0
REASONS_MAX: Final = 3
_DAY_US: Final = 86_400_000_000


@dataclass(frozen=True)
class EntityFindings:
    """Findings about rows of a table.

    indices: positions of rows, each once. scores: how sure each finding is, 0 to 1. typologies:
    for each finding the kinds of abuse it may be part of. reasons: for each its sentences, the
    most telling first.
    """

    indices: NDArray[np.int64]
    scores: NDArray[np.float64]
    typologies: Sequence[Sequence[str]] = field(default_factory=list)
    reasons: Sequence[Sequence[str]] = field(default_factory=list)


def entity_risk(
    table: Table,
    findings: EntityFindings,
    *,
    half_life_days: float = HALF_LIFE_DAYS,
    as_of: datetime | None = None,
) -> "pl.DataFrame":
    """The risk of each customer, card, merchant, account, counterparty and device with a finding.

    risk = 1 - 2^-s, where s is the sum of the scores of an entity's findings, less what its number
    of rows explains at the rate of findings in the whole table, and at least 0: each sure and
    fresh finding beyond what its volume explains halves what is left to 1. A merchant of 100,000
    rows is not risky for having 500 findings where one row in 200 has one. Findings and rows both
    weigh half as much for each half-life that they lie before `as_of` (the latest time in the
    table if None; what is later counts as of then). Rows without a time weigh 1.

    Columns: entity_type, entity, risk (0 to 1), findings (count), amount (sum of the absolute
    amounts of its findings, null without amounts or in several currencies), currency, first_seen
    and last_seen (of its findings), typologies, reasons (lists; up to three different reasons, the
    surest and freshest first). Riskiest first, ties by amount, type and name. Raises ValueError
    for a half-life that is not above 0.
    """
    import polars as pl

    if not half_life_days > 0.0:
        raise ValueError(f"half_life_days is {half_life_days}; expected more than 0")
    rows = _rows(table, half_life_days, as_of)
    types = [role for role in ENTITIES if role in table.roles]
    if not types:
        nobody = rows.with_columns(pl.lit(None, dtype=pl.String).alias("customer"))
        rows, types = nobody, [TableRole.CUSTOMER]
    found = _found(rows, findings)
    parts = [_of_type(str(role), rows, found) for role in types]
    return pl.concat(parts).sort(
        ["risk", "amount", "entity_type", "entity"],
        descending=[True, True, False, False],
        nulls_last=True,
    )


def _rows(table: Table, half_life_days: float, as_of: datetime | None) -> "pl.DataFrame":
    """Each row's entities, amount in minor units, and weight by age."""
    import polars as pl

    frame = by_role(table, tuple(table.roles))
    if "amount" in frame.columns:
        values = frame["amount"].to_numpy()
        places = decimals(values)
        minor = pl.Series(np.abs(whole(values, places))).set(frame["amount"].is_null(), None)
        frame = frame.with_columns(minor.alias("_minor"), pl.lit(10.0**places).alias("_scale"))
    else:
        none = pl.lit(None, dtype=pl.Int64)
        frame = frame.with_columns(none.alias("_minor"), pl.lit(1.0).alias("_scale"))
    if "time" not in frame.columns:
        frame = frame.with_columns(pl.lit(None, dtype=pl.Datetime("us")).alias("time"))
    if "currency" not in frame.columns:
        frame = frame.with_columns(pl.lit(None, dtype=pl.String).alias("currency"))
    latest = pl.lit(as_of, dtype=pl.Datetime("us")) if as_of else pl.col("time").max()
    days = (latest - pl.col("time")).dt.total_microseconds() / _DAY_US
    weight = 2.0 ** (-days.clip(lower_bound=0.0) / half_life_days)
    return frame.with_columns(weight.fill_null(1.0).alias("_weight"))


def _found(rows: "pl.DataFrame", findings: EntityFindings) -> "pl.DataFrame":
    """The rows that have a finding, with its weighted score, typologies and reasons."""
    import polars as pl

    count = len(findings.indices)
    lists = pl.List(pl.String)
    typologies = [list(each) for each in findings.typologies] or [[] for _ in range(count)]
    reasons = [list(each) for each in findings.reasons] or [[] for _ in range(count)]
    columns = [
        pl.Series("_score", np.clip(findings.scores, 0.0, 1.0), dtype=pl.Float64),
        pl.Series("_typologies", typologies, dtype=lists),
        pl.Series("_reasons", reasons, dtype=lists),
    ]
    chosen = rows[findings.indices.tolist()] if count else rows.clear()
    return (
        chosen.with_columns(columns)
        .with_columns(pl.col("_score").fill_nan(0.0))
        .with_columns((pl.col("_score") * pl.col("_weight")).alias("_evidence"))
    )


def _of_type(entity_type: str, rows: "pl.DataFrame", found: "pl.DataFrame") -> "pl.DataFrame":
    """The riskiest entities of one type."""
    import polars as pl

    weight = float(rows["_weight"].sum())
    rate = float(found["_evidence"].sum()) / weight if weight > 0.0 else 0.0
    # Threads add up in the order in which they end: sums would differ in their last bits.
    volume = rows.group_by(entity_type).agg(pl.col("_weight").sort().sum().alias("_volume"))
    alike = pl.col("currency").n_unique() == 1
    grouped = (
        found.filter(pl.col(entity_type).is_not_null())
        .sort("_evidence", descending=True, maintain_order=True)
        .group_by(entity_type, maintain_order=True)
        .agg(
            pl.col("_evidence").sum(),
            pl.len().cast(pl.Int64).alias("findings"),
            pl.when(alike & pl.col("_minor").is_not_null().any())
            .then(pl.col("_minor").sum() / pl.col("_scale").first())
            .alias("amount"),
            pl.when(alike).then(pl.col("currency").first()).alias("currency"),
            pl.col("time").min().alias("first_seen"),
            pl.col("time").max().alias("last_seen"),
            pl.col("_typologies").explode().drop_nulls().unique(maintain_order=True).sort(),
            pl.col("_reasons").explode().drop_nulls().unique(maintain_order=True).head(REASONS_MAX),
        )
        .join(volume, on=entity_type, how="left", maintain_order="left")
    )
    surplus = (pl.col("_evidence") - rate * pl.col("_volume")).clip(lower_bound=0.0)
    return grouped.select(
        pl.lit(entity_type).alias("entity_type"),
        pl.col(entity_type).alias("entity"),
        (1.0 - 2.0 ** (-surplus)).alias("risk"),
        "findings",
        "amount",
        "currency",
        "first_seen",
        "last_seen",
        pl.col("_typologies").alias("typologies"),
        pl.col("_reasons").alias("reasons"),
    )
