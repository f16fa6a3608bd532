"""One row against several of its key that sum exactly to it."""

import numpy as np
import polars as pl

from tieout.model.buckets import Bucket
from tieout.model.money import format_amount, minor_unit
from tieout.reconcile.evidence.groups import OpenRows, whole_groups
from tieout.reconcile.evidence.subsets import SubsetHit, subset_hits
from tieout.reconcile.evidence.work import OTHER, SIDES, SideName, Work

_ROUNDS_MAX = 12
_STRENGTH = 0.96
_PARTS_SHOWN_MAX = 12

Group = dict[SideName, list[int]]


def split_groups(work: Work, rows: OpenRows) -> None:
    """Add a break for each row that 2 to 8 rows of the other side sum to; the fewest rows first."""
    amounts = {side: work.rows[side]["amount"].to_numpy() for side in SIDES}
    for _ in range(_ROUNDS_MAX):
        groups = whole_groups(rows)
        best: dict[int, tuple[tuple[int, ...], SideName, SubsetHit]] = {}
        for side in SIDES:
            for number, hit in _hits(work, groups, side):
                target = int(amounts[side][groups[side][number][hit.target]])
                order = (len(hit.parts), -abs(target), target, hit.target, *hit.parts)
                if number not in best or order < best[number][0]:
                    best[number] = (order, side, hit)
        if not best:
            return
        found = [
            _break(work, groups.row(number, named=True), side, hit)
            for number, (_, side, hit) in sorted(best.items())
        ]
        _add(work, rows, found)


def take_equal_sums(work: Work, rows: OpenRows) -> None:
    """Add a break for each group of several rows a side whose sums are equal."""
    groups = whole_groups(rows)
    equal = pl.col("amounts_left").list.sum() == pl.col("amounts_right").list.sum()
    found = []
    for row in groups.filter(equal).iter_rows(named=True):
        said = [f"{side} {_sum_text(row[f'amounts_{side}'], work.scale)}" for side in SIDES]
        found.append(_found(row["left"], row["right"], " = ".join(said), _STRENGTH))
    _add(work, rows, found)


def _hits(work: Work, groups: pl.DataFrame, side: SideName) -> list[tuple[int, SubsetHit]]:
    """Hits of rows of `side` by parts of the other, with the number of their group."""
    other = OTHER[side]
    shapes = groups.with_row_index("number").with_columns(
        targets=pl.col(side).list.len(), parts=pl.col(other).list.len()
    )
    currency = work.rows["left"]["currency"]
    hits = []
    for _, part in shapes.group_by("targets", "parts", maintain_order=True):
        numbers = part["number"].to_list()
        codes = currency.gather(part["left"].list.first()).to_list()
        unit = np.array([minor_unit(code, work.scale) for code in codes], np.int64)
        shape = (part.height, -1)
        wanted = part[f"amounts_{side}"].explode().to_numpy().reshape(shape)
        pools = part[f"amounts_{other}"].explode().to_numpy().reshape(shape)
        hits += [(numbers[hit.group], hit) for hit in subset_hits(wanted, pools, unit=unit)]
    return hits


def _break(work: Work, group: dict[str, list[int]], side: SideName, hit: SubsetHit) -> "Found":
    other = OTHER[side]
    one = group[f"amounts_{side}"][hit.target]
    parts = [group[f"amounts_{other}"][part] for part in hit.parts]
    said = f"{side} {format_amount(one, work.scale)} = {other} {_sum_text(parts, work.scale)}"
    if hit.answers > 1:
        said += f"; {hit.answers} such subsets"
    indexes = {side: [group[side][hit.target]], other: [group[other][at] for at in hit.parts]}
    confidence = _STRENGTH / (hit.answers + hit.chance)
    return _found(indexes["left"], indexes["right"], said, confidence)


Found = dict[str, object]


def _found(left: list[int], right: list[int], evidence: str, confidence: float) -> Found:
    return {
        "left": left,
        "right": right,
        "bucket": str(Bucket.SPLIT_OR_AGGREGATE),
        "confidence": round(confidence, 4),
        "evidence": evidence,
    }


def _add(work: Work, rows: OpenRows, found: list[Found]) -> None:
    if found:
        frame = pl.DataFrame(found, schema_overrides={side: pl.List(pl.Int64) for side in SIDES})
        work.add_groups(frame)
        rows.take_lists(frame)


def _sum_text(amounts: list[int], scale: int) -> str:
    shown = [format_amount(amount, scale) for amount in amounts[:_PARTS_SHOWN_MAX]]
    text = " + ".join(shown).replace("+ -", "- ")
    if len(amounts) > len(shown):
        text += f" + {len(amounts) - len(shown)} more = {format_amount(sum(amounts), scale)}"
    return text
