"""Groups in which a pass found more than one equally good answer."""

import numpy as np
import polars as pl

from tieout.model.buckets import Bucket
from tieout.reconcile.evidence.wording import rows_text
from tieout.reconcile.evidence.work import SIDES, Ints, Work

CONFIDENCE = 0.9


def explain_ambiguous(work: Work) -> None:
    """Add one break for each group; groups that share a row are one."""
    groups = work.residue.ambiguous
    if groups.is_empty():
        return
    members = pl.concat(_members(work, groups, side) for side in SIDES)
    if members.is_empty():
        return
    whole = _connected(members, groups.height)
    reasons = (
        groups.select("reason").with_row_index("group").with_columns(pl.col("group").cast(pl.Int64))
    )
    rows = members.with_columns(pl.Series("whole", whole[members["group"].to_numpy()]))
    rows = rows.join(reasons, on="group", how="left", maintain_order="left")
    found = rows.group_by("whole", maintain_order=True).agg(
        *(
            pl.col("index").filter(pl.col("side") == side).unique().sort().alias(side)
            for side in SIDES
        ),
        *(
            pl.col("row").filter(pl.col("side") == side).unique().sort().alias(f"rows_{side}")
            for side in SIDES
        ),
        pl.col("reason").unique().sort().str.join("; "),
    )
    work.add_groups(
        found.with_columns(
            pl.Series("evidence", [_said(row) for row in found.iter_rows(named=True)]),
            bucket=pl.lit(str(Bucket.AMBIGUOUS)),
            confidence=pl.lit(CONFIDENCE),
        )
    )


def _members(work: Work, groups: pl.DataFrame, side: str) -> pl.DataFrame:
    listed = groups.select(pl.col(f"{side}_rows").alias("row")).with_row_index("group")
    rows = work.rows["left" if side == "left" else "right"].select("row", "index")
    return (
        listed.explode("row")
        .drop_nulls()
        .join(rows, on="row", maintain_order="left")
        .select(pl.col("group").cast(pl.Int64), "row", "index", side=pl.lit(side))
    )


def _connected(members: pl.DataFrame, groups: int) -> Ints:
    """For each group the number of the group that it is joined to by common rows."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    rows = members.select(pl.struct("side", "index").rank("dense")).to_series().to_numpy() - 1
    shape = (groups, int(rows.max()) + 1)
    incidence = coo_matrix((np.ones(len(rows)), (members["group"].to_numpy(), rows)), shape)
    _, whole = connected_components(incidence @ incidence.T, directed=False)
    labels: Ints = whole.astype(np.int64)
    return labels


def _said(row: dict[str, list[int]]) -> str:
    sides = [f"{side} {rows_text(row[f'rows_{side}'])}" for side in SIDES if row[f"rows_{side}"]]
    return f"{row['reason']}: {' and '.join(sides)} are equally good for each other"
