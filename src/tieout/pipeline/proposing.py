"""The column `proposal` of a run's breaks: what would be done about each, by its evidence."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import polars as pl

from tieout.pipeline.workspace import find_workspace
from tieout.resolve.config import ResolveSpec, workspace_resolve_spec
from tieout.resolve.facts import facts_of_break
from tieout.resolve.precedents.store import Vote
from tieout.resolve.proposals.propose import proposed_text

# Of a run with more, those with most at risk; nobody reads a proposal for each of a million.
PROPOSED_MAX: Final = 2_000
_FIRST_DAY: Final = date(1970, 1, 1)
_ORDER: Final = "_place"


def resolve_spec_of(workspace: Path | None, given: Mapping[str, Any] | None) -> ResolveSpec:
    """The workspace's resolve.yaml, or what an earlier run kept of it. Raises InputError."""
    if given is not None:
        return ResolveSpec.model_validate(given)
    return workspace_resolve_spec(find_workspace(workspace))


def kept_of(spec: ResolveSpec) -> dict[str, Any]:
    """What a run's manifest keeps, so that it can be repeated; there is no secret in it."""
    return spec.model_dump(mode="json", exclude_defaults=True)


def with_proposals(
    breaks: pl.DataFrame,
    spec: ResolveSpec,
    *,
    reconciliation: str,
    as_of: date | None,
    parties: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """The breaks with `proposal`, null where nothing is proposed.

    breaks: the contract's columns. parties: break_id, counterparty, key_left, key_right, where
    they are known. What people decided before plays no part: a run can be repeated to the same
    bytes. The console's proposals know of it.
    """
    if breaks.is_empty():
        return breaks
    at_risk = pl.coalesce(pl.col("difference").abs(), "amount_left", "amount_right").abs()
    order = (
        breaks.select(at_risk.fill_null(0).alias("at_risk"))
        .with_row_index(_ORDER)
        .sort("at_risk", _ORDER, descending=[True, False])
        .head(PROPOSED_MAX)[_ORDER]
    )
    chosen = breaks[order].with_columns(order)
    if parties is not None:
        chosen = chosen.join(parties, on="break_id", how="left", maintain_order="left")
    known = ("counterparty", "key_left", "key_right")
    told: list[str | None] = []
    votes: dict[str, Vote] = {}
    for row in chosen.iter_rows(named=True):
        more = {name: row.get(name) or "" for name in known}
        facts = facts_of_break(
            row, reconciliation=reconciliation, as_of=as_of or _FIRST_DAY, **more
        )
        told.append(proposed_text(facts, spec, votes) or None)
    texts = chosen.select(_ORDER).with_columns(pl.Series("proposal", told, dtype=pl.String))
    placed = breaks.drop("proposal").with_row_index(_ORDER)
    joined = placed.join(texts, on=_ORDER, how="left", maintain_order="left")
    return joined.select(breaks.columns)


def parties_of(breaks: pl.DataFrame, left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    """Counterparty and keys of breaks by their first rows. left, right: unmatched records."""
    found = breaks.select(
        "break_id",
        pl.col("left_rows").list.first().alias("left"),
        pl.col("right_rows").list.first().alias("right"),
    )
    for name, records in (("left", left), ("right", right)):
        known = records.select(
            pl.col("row").alias(name),
            pl.col("key_text").alias(f"key_{name}"),
            pl.col("party").replace("", None).alias(f"party_{name}"),
        )
        found = found.join(known, on=name, how="left", maintain_order="left")
    return found.select(
        "break_id",
        pl.coalesce("party_left", "party_right").alias("counterparty"),
        "key_left",
        "key_right",
    )
