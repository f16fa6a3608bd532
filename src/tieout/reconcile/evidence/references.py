"""One row a side that agree in all but their key: a mistyped or missing reference."""

import numpy as np
import polars as pl

from tieout.model.buckets import Bucket
from tieout.model.figures import money_text
from tieout.reconcile.evidence.wording import days_text, rows_text, with_code
from tieout.reconcile.evidence.work import SIDES, Flags, Ints, Work

DISTANCE_MAX = 2
PARTY_SIMILARITY_MIN = 80.0
# One key is absent: as far off as a key can be.
_ABSENT = 9
_BLOCK_PAIRS_MAX = 2_000
_AMBIGUOUS_ROWS_MAX = 8
_ROUNDS_MAX = 4
_NO_DATE_GAP = 0


def explain_references(work: Work) -> None:
    """Add a break for each pair, and an `ambiguous` one where several are equally good.

    Amount and currency are equal, dates equal or within the settlement lag, parties agree where
    both are named, keys are at most two edits apart (a swap of neighbours is one; optimal string
    alignment) or one is absent and the parties are equal.
    """
    edges = _edges(work)
    for _ in range(_ROUNDS_MAX):
        for side in SIDES:
            edges = edges.filter(pl.Series(work.free[side][edges[f"index_{side}"].to_numpy()]))
        if edges.is_empty():
            return
        best = _both_best(edges)
        alone = (pl.len().over("index_left") == 1) & (pl.len().over("index_right") == 1)
        sole = best.filter(alone)
        work.add_pairs(_worded(sole, work))
        groups = _tied_groups(best.filter(~alone))
        if groups:
            _add_ambiguous(work, groups)
        if sole.is_empty():
            return


def _edges(work: Work) -> pl.DataFrame:
    names = ["index", "amount", "currency", "date", "ordinal"]
    left, right = (work.rest(side).select(names) for side in SIDES)
    gap = (pl.col("ordinal") - pl.col("ordinal_right")).abs()
    near = gap.is_null() | (gap <= work.spec.settlement_days)
    # A week more than the lag: weekends, and a holiday or two.
    blocked = _blocked(left, right, days=2 * work.spec.settlement_days + 7)
    both = blocked.with_columns(gap=gap.fill_null(_NO_DATE_GAP)).filter(near)
    both = both.sort("index", "index_right")
    texts = [
        work.rows[side][both[index].to_numpy()].select(
            pl.col("key").alias(f"key{suffix}"), pl.col("party").alias(f"party{suffix}")
        )
        for side, index, suffix in zip(SIDES, ("index", "index_right"), ("", "_right"), strict=True)
    ]
    both = pl.concat([both, *texts], how="horizontal")
    absent = (pl.col("key") == "") | (pl.col("key_right") == "")
    same_party = (
        pl.col("party").str.to_uppercase() == pl.col("party_right").str.to_uppercase()
    ) & (pl.col("party") != "")
    both = both.with_columns(absent=absent).filter(
        (~pl.col("absent") | (same_party & (pl.col("date") == pl.col("date_right"))))
        & (pl.col("key") != pl.col("key_right"))
    )
    distance = np.where(both["absent"].to_numpy(), _ABSENT, _distances(both))
    near = (distance <= DISTANCE_MAX) | both["absent"].to_numpy()
    near &= _parties_agree(both)
    return both.select(
        pl.col("index").alias("index_left"),
        pl.col("index_right"),
        pl.Series("distance", distance, dtype=pl.Int64),
        "gap",
        days=(pl.col("date") - pl.col("date_right")).abs().cast(pl.Int64).fill_null(0),
    ).filter(pl.Series(near, dtype=pl.Boolean))


def _blocked(left: pl.DataFrame, right: pl.DataFrame, *, days: int) -> pl.DataFrame:
    """Pairs of equal amount and currency that are at most some `days` apart.

    Dates fall into spans so long that a pair is in the same one or in neighbours. Where a block
    has too many pairs, only those of equal date are looked at, and none if those are too many.
    """
    block = ["amount", "currency", "span"]
    span = pl.col("date") // (days + 1)
    dated = left["date"].null_count() + right["date"].null_count() == 0
    left = left.with_columns(span=span if dated else pl.lit(0))
    spans = pl.concat_list([span - 1, span, span + 1]) if dated else pl.concat_list(pl.lit(0))
    right = right.with_columns(span=spans).explode("span")
    size = pl.col("len").cast(pl.Int64) * pl.col("len_right")
    sizes = _sizes(left, right, block)
    sparse = left.join(sizes.filter(size <= _BLOCK_PAIRS_MAX), on=block, how="semi")
    pairs = [sparse.join(right, on=block, suffix="_right")]
    dense = left.join(sizes.filter(size > _BLOCK_PAIRS_MAX), on=block, how="semi")
    if not dense.is_empty():
        same_day = [*block, "date"]
        usable = _sizes(dense, right, same_day).filter(size <= _BLOCK_PAIRS_MAX)
        again = right.with_columns(date_right=pl.col("date"))
        found = dense.join(usable, on=same_day, how="semi")
        pairs.append(found.join(again, on=same_day, suffix="_right"))
    columns = ["index", "index_right", "date", "date_right", "ordinal", "ordinal_right"]
    return pl.concat(part.select(columns) for part in pairs)


def _sizes(left: pl.DataFrame, right: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    return left.group_by(by).len().join(right.group_by(by).len(), on=by)


def _distances(both: pl.DataFrame) -> Ints:
    """Edits between the keys; those that replace all of a short key are out of reach."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    if both.is_empty():
        return np.zeros(0, np.int64)
    left, right = both["key"].to_list(), both["key_right"].to_list()
    distance = process.cpdist(
        left, right, scorer=OSA.distance, score_cutoff=DISTANCE_MAX, dtype=np.int64
    )
    longest = both.select(
        pl.max_horizontal(pl.col("key").str.len_chars(), pl.col("key_right").str.len_chars())
    ).to_series()
    return np.where(distance < longest.to_numpy(), distance, DISTANCE_MAX + 1)


def _parties_agree(both: pl.DataFrame) -> Flags:
    from rapidfuzz import fuzz, process, utils

    agree = ((both["party"] == "") | (both["party_right"] == "")).to_numpy().copy()
    rows = np.flatnonzero(~agree)
    if len(rows):
        left, right = both["party"][rows].to_list(), both["party_right"][rows].to_list()
        likeness = process.cpdist(
            left, right, scorer=fuzz.token_sort_ratio, processor=utils.default_process
        )
        agree[rows] = likeness >= PARTY_SIMILARITY_MIN
    return agree


def _both_best(edges: pl.DataFrame) -> pl.DataFrame:
    """Pairs than which neither row has a better one."""
    cost = pl.col("distance") * 10_000 + pl.col("days")
    costed = edges.with_columns(cost=cost)
    return costed.filter(
        (pl.col("cost") == pl.col("cost").min().over("index_left"))
        & (pl.col("cost") == pl.col("cost").min().over("index_right"))
    )


def _tied_groups(edges: pl.DataFrame) -> list[tuple[list[int], list[int]]]:
    """Rows that are joined by equally good pairs, where they are few enough to look at."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    if edges.is_empty():
        return []
    lefts, at_left = np.unique(edges["index_left"].to_numpy(), return_inverse=True)
    rights, at_right = np.unique(edges["index_right"].to_numpy(), return_inverse=True)
    size = len(lefts) + len(rights)
    links = coo_matrix((np.ones(len(at_left)), (at_left, len(lefts) + at_right)), (size, size))
    _, label = connected_components(links, directed=False)
    groups: dict[int, tuple[list[int], list[int]]] = {}
    for position, index in enumerate(lefts):
        groups.setdefault(int(label[position]), ([], []))[0].append(int(index))
    for position, index in enumerate(rights):
        groups[int(label[len(lefts) + position])][1].append(int(index))
    return [each for each in groups.values() if len(each[0]) + len(each[1]) <= _AMBIGUOUS_ROWS_MAX]


def _add_ambiguous(work: Work, groups: list[tuple[list[int], list[int]]]) -> None:
    rows = {side: work.rows[side]["row"].to_numpy() for side in SIDES}
    amount = work.rows["left"]["amount"].gather([left[0] for left, _ in groups])
    said = [
        f"left {rows_text(sorted(rows['left'][left].tolist()))} and "
        f"right {rows_text(sorted(rows['right'][right].tolist()))} agree in amount ({shown}) and "
        "date and are equally near in their keys"
        for (left, right), shown in zip(groups, money_text(amount, work.scale), strict=True)
    ]
    work.add_groups(
        pl.DataFrame(
            {
                "left": [left for left, _ in groups],
                "right": [right for _, right in groups],
                "evidence": said,
            },
            schema_overrides={"left": pl.List(pl.Int64), "right": pl.List(pl.Int64)},
        ).with_columns(bucket=pl.lit(str(Bucket.AMBIGUOUS)), confidence=pl.lit(0.8))
    )


def _worded(sole: pl.DataFrame, work: Work) -> pl.DataFrame:
    left = work.rows["left"][sole["index_left"].to_numpy()]
    right = work.rows["right"][sole["index_right"].to_numpy()]
    shown = money_text(left["amount"], work.scale)
    edits = (
        pl.when(pl.col("distance") == 1)
        .then(pl.lit("1 edit"))
        .otherwise(pl.format("{} edits", "distance"))
    )
    how = (
        pl.when(pl.col("distance") == _ABSENT)
        .then(pl.lit("one key is absent, amount, party and date agree"))
        .otherwise(pl.format("keys differ by {}", edits))
    )
    dates = (
        pl.when(pl.col("days") > 0)
        .then(pl.format("; {} days apart", "days"))
        .when(pl.lit(left["date"].is_not_null() & right["date"].is_not_null()))
        .then(pl.format("; both on {}", left.select(days_text("date")).to_series()))
        .otherwise(pl.lit(""))
    )
    confidence = (
        pl.when(pl.col("distance") == _ABSENT)
        .then(0.7)
        .when(pl.col("days") > 0)
        .then(0.75)
        .when(pl.col("distance") == 1)
        .then(0.94)
        .otherwise(0.88)
    )
    return sole.select(
        "index_left",
        "index_right",
        pl.format(
            "left {} with key {} = right with key {}; {}{}",
            with_code(shown, left["currency"]),
            left["key_text"],
            right["key_text"],
            how,
            dates,
        ).alias("evidence"),
        confidence.alias("confidence"),
        bucket=pl.lit(str(Bucket.WRONG_REFERENCE)),
    )
