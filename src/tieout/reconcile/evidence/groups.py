"""Keys with several open rows: which of them belong together."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from tieout.reconcile.evidence.pairing import mutual_best
from tieout.reconcile.evidence.work import OTHER, SIDES, Flags, Ints, SideName, Work

# Larger groups are no group of one record but rows of a common key; they are not searched.
CANDIDATES_MAX = 400
GROUP_ROWS_MAX = 60
# A total near the sum of its lines is one record, however many they are.
_LINES_MAX = 1_000_000
_COLUMNS = ("index", "key", "currency", "amount", "date", "ordinal")


@dataclass
class OpenRows:
    """Rows with a key that are in no break yet, as this step sees it. open: flags by index."""

    work: Work
    open: dict[SideName, Flags]

    @classmethod
    def of(cls, work: Work) -> "OpenRows":
        """Every free row that has a key."""
        keyed = {side: (work.rows[side]["key"] != "").to_numpy() for side in SIDES}
        return cls(work, {side: work.free[side] & keyed[side] for side in SIDES})

    def shared(self, *by: str) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Open rows whose `by` columns occur on both sides."""
        rows = {
            side: self.work.rows[side].select(_COLUMNS).filter(pl.Series(self.open[side]))
            for side in SIDES
        }
        left, right = (
            rows[side].join(rows[OTHER[side]], on=by, how="semi", maintain_order="left")
            for side in SIDES
        )
        return left, right

    def take(self, left: Ints, right: Ints) -> None:
        """These rows are spoken for."""
        self.open["left"][left] = False
        self.open["right"][right] = False

    def take_lists(self, groups: pl.DataFrame) -> None:
        """The same for lists of indexes in the columns left and right."""
        self.take(*(groups[side].explode().drop_nulls().to_numpy() for side in SIDES))

    def take_best(
        self, candidates: pl.DataFrame, *, strength: pl.Series | None = None
    ) -> pl.DataFrame:
        """Take candidate pairs one to one: strongest, then nearest in amount, then in date."""
        still = pl.Series(self.open["left"][candidates["index_left"].to_numpy()])
        still &= pl.Series(self.open["right"][candidates["index_right"].to_numpy()])
        first = strength if strength is not None else pl.repeat(0, candidates.height, eager=True)
        rows, first = candidates.filter(still), first.filter(still)
        left, right = rows["index_left"].to_numpy(), rows["index_right"].to_numpy()
        other_currency = (rows["currency_left"] != rows["currency_right"]).cast(pl.Int64)
        chosen = mutual_best(
            left,
            right,
            first.to_numpy(),
            other_currency.to_numpy(),
            np.abs(rows["amount_left"].to_numpy() - rows["amount_right"].to_numpy()),
            _gap(rows),
        )
        self.take(left[chosen], right[chosen])
        return rows.filter(pl.Series(chosen, dtype=pl.Boolean))


def sole_pairs(rows: OpenRows) -> tuple[Ints, Ints]:
    """Keys with one open row a side: taken, whatever the difference."""
    left, right = (side.filter(pl.len().over("key") == 1) for side in rows.shared("key"))
    both = left.select("key", "index").join(
        right.select("key", "index"), on="key", suffix="_right", maintain_order="left"
    )
    return _taken(rows, both)


def equal_pairs(rows: OpenRows) -> tuple[Ints, Ints]:
    """Equal key, currency and amount: taken one to one, nearest dates first."""
    same = ["key", "currency", "amount"]
    days = [*same, "date", "twin"]
    left, right = (
        side.with_columns(twin=pl.cum_count("index").over([*same, "date"]))
        for side in rows.shared(*same)
    )
    dated = left.join(right, on=days, nulls_equal=True, suffix="_right", maintain_order="left")
    first = _taken(rows, dated)
    left, right = (
        side.with_columns(twin=pl.cum_count("index").over(same), rows=pl.len().over(same))
        for side in rows.shared(*same)
    )
    both = left.join(right, on=same, suffix="_right", maintain_order="left")
    many = pl.col("rows").cast(pl.Int64) * pl.col("rows_right") > CANDIDATES_MAX
    both = both.filter(~many | (pl.col("twin") == pl.col("twin_right")))
    gap = (pl.col("date") - pl.col("date_right")).abs().cast(pl.Int64).fill_null(1 << 20)
    chosen = mutual_best(
        both["index"].to_numpy(),
        both["index_right"].to_numpy(),
        both.select(gap).to_series().to_numpy(),
    )
    second = _taken(rows, both.filter(pl.Series(chosen, dtype=pl.Boolean)))
    return np.concatenate([first[0], second[0]]), np.concatenate([first[1], second[1]])


def whole_groups(rows: OpenRows, *, lines_max: int = GROUP_ROWS_MAX) -> pl.DataFrame:
    """All open rows of a key and currency, not one to one: left, right (lists of indexes).

    lines_max: of both sides together; keys with more are left out.
    """
    left, right = (
        side.group_by("key", "currency", maintain_order=True).agg("index", "amount")
        for side in rows.shared("key", "currency")
    )
    both = left.join(right, on=["key", "currency"], suffix="_right", maintain_order="left")
    lines = pl.col("index").list.len() + pl.col("index_right").list.len()
    return both.filter(lines.is_between(3, lines_max)).select(
        pl.col("index").alias("left"),
        pl.col("index_right").alias("right"),
        pl.col("amount").alias("amounts_left"),
        pl.col("amount_right").alias("amounts_right"),
    )


def part_payments(rows: OpenRows) -> pl.DataFrame:
    """Groups of one row against several of its sign that may be parts of it, or it of them."""
    groups = whole_groups(rows)
    kept = pl.lit(value=False)
    for side in SIDES:
        one = pl.col(f"amounts_{side}").list.first()
        parts = pl.col(f"amounts_{OTHER[side]}")
        alone = pl.col(side).list.len() == 1
        one_sign = (parts.list.min().sign() == one.sign()) & (parts.list.max().sign() == one.sign())
        largest = pl.max_horizontal(parts.list.max().abs(), parts.list.min().abs())
        kept |= alone & one_sign & (largest < one.abs())
    return groups.filter(kept)


def near_sums(rows: OpenRows) -> pl.DataFrame:
    """Groups of one row against several of its sign that it is nearly the sum of.

    Their sum must be nearer to it by half than any of them alone is.
    """
    groups = whole_groups(rows, lines_max=_LINES_MAX)
    kept = pl.lit(value=False)
    for side in SIDES:
        one = pl.col(f"amounts_{side}").list.first()
        parts = pl.col(f"amounts_{OTHER[side]}")
        one_sign = (parts.list.min().sign() == one.sign()) & (parts.list.max().sign() == one.sign())
        # With one sign, the part that is nearest to the row is the one nearest in size.
        nearest = pl.max_horizontal(parts.list.max().abs(), parts.list.min().abs())
        apart = (parts.list.sum() - one).abs()
        kept |= (pl.col(side).list.len() == 1) & one_sign & (2 * apart < one.abs() - nearest)
    return groups.filter(kept)


def nearest_pairs(rows: OpenRows) -> tuple[Ints, Ints]:
    """Every pair of open rows within keys that are small enough to compare all with all."""
    left, right = (
        side.with_columns(rows=pl.len().over("key").cast(pl.Int64)) for side in rows.shared("key")
    )
    sizes = right.select("key", "rows").unique()
    fits = left.join(sizes, on="key", suffix="_right", maintain_order="left").filter(
        pl.col("rows") * pl.col("rows_right") <= CANDIDATES_MAX
    )
    both = fits.join(right, on="key", suffix="_other", maintain_order="left_right")
    return both["index"].to_numpy(), both["index_other"].to_numpy()


def _taken(rows: OpenRows, both: pl.DataFrame) -> tuple[Ints, Ints]:
    left, right = both["index"].to_numpy(), both["index_right"].to_numpy()
    rows.take(left, right)
    return left, right


def _gap(rows: pl.DataFrame) -> Ints:
    gap = (rows["date_left"] - rows["date_right"]).abs().cast(pl.Int64).fill_null(1 << 20)
    return gap.to_numpy()
