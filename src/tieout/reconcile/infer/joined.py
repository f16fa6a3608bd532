"""Rows of both samples that a candidate key brings together, and how often they agree."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from tieout.reconcile.infer.readings import Reading
from tieout.reconcile.infer.words import alike

ROWS_MAX = 20_000


@dataclass(frozen=True, eq=False)
class Joined:
    """Positions of rows that belong together, in the order of the key.

    left_groups, right_groups: for keys that occur several times, `at`, the position of each of
    their rows, and `group`, the number of its key; amounts are then compared as sums, and `left`
    and `right` are the positions of a key's first rows.
    """

    left: pl.Series
    right: pl.Series
    left_groups: pl.DataFrame | None = None
    right_groups: pl.DataFrame | None = None

    def __len__(self) -> int:
        return len(self.left)

    def where(self, mask: pl.Series) -> "Joined":
        """Some of the positions."""
        return Joined(self.left.filter(mask), self.right.filter(mask))

    def amounts(self, left: Reading, right: Reading) -> tuple[pl.Series, pl.Series]:
        """Amounts of the joined rows, or their sums by key."""
        return (
            _amounts(left.units, self.left, self.left_groups),
            _amounts(right.units, self.right, self.right_groups),
        )


def _amounts(units: pl.Series, positions: pl.Series, groups: pl.DataFrame | None) -> pl.Series:
    if groups is None:
        return units.gather(positions)
    rows = groups.select("group", units.gather(groups["at"]).alias("units"))
    return rows.group_by("group").agg(pl.col("units").sum()).sort("group")["units"]


NOTHING = Joined(pl.Series([], dtype=pl.UInt32), pl.Series([], dtype=pl.UInt32))


def keyed(keys: pl.Series) -> pl.DataFrame:
    """Rows of `at`, the position, and `key`, for every key that is not null."""
    return pl.DataFrame({"key": keys}).with_row_index("at").drop_nulls()


def join_on(left: pl.DataFrame, right: pl.DataFrame) -> Joined:
    """Join rows of `at` and `key` where a key occurs once on each side; at most 20,000."""
    lone = pl.col("key").is_unique()
    pairs = _pairs(left.filter(lone), right.filter(lone))
    return Joined(pairs["at"], pairs["at_right"])


def join_groups(left: pl.DataFrame, right: pl.DataFrame) -> Joined:
    """Join rows of `at` and `key` whatever the number of rows of a key."""
    firsts = [rows.unique("key", keep="first", maintain_order=True) for rows in (left, right)]
    pairs = _pairs(*firsts)
    numbers = pairs.select("key").with_row_index("group")
    groups = [rows.join(numbers, on="key").select("at", "group") for rows in (left, right)]
    return Joined(pairs["at"], pairs["at_right"], *groups)


def _pairs(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    pairs = left.join(right, on="key", how="inner", suffix="_right").sort("key")
    return pairs.gather_every(max(1, -(-pairs.height // ROWS_MAX)))


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often two readings agree on joined rows: with equal signs, and with opposite ones.

    rows: joined rows in which both sides have an amount and not both are zero. chance: the share
    that agrees when partners are exchanged.
    """

    rows: int
    same: int
    opposite: int
    chance: float

    @property
    def share(self) -> float:
        """The better of the two, as a share of the rows."""
        return max(self.same, self.opposite) / self.rows if self.rows else 0.0

    @property
    def lift(self) -> float:
        """What of it is more than chance; 0 to 1."""
        return max(0.0, self.share - self.chance) / max(0.05, 1.0 - self.chance)


def agreement(joined: Joined, left: Reading, right: Reading) -> Agreement:
    """Compare two readings on joined rows."""
    mine, theirs = joined.amounts(left, right)
    rows, same, opposite = _agreeing(mine, theirs)
    half = len(theirs) // 2
    _, by_chance, turned = _agreeing(mine, pl.concat([theirs[half:], theirs[:half]]))
    chance = max(by_chance, turned) / rows if rows and half else 0.0
    return Agreement(rows, same, opposite, min(1.0, chance))


def _agreeing(mine: pl.Series, theirs: pl.Series) -> tuple[int, int, int]:
    given = mine.is_not_null() & theirs.is_not_null() & ~((mine == 0) & (theirs == 0))
    mine, theirs = mine.filter(given), theirs.filter(given)
    return len(mine), int((mine == theirs).sum()), int((mine == -theirs).sum())


def best_pair(
    joined: Joined, left: Sequence[Reading], right: Sequence[Reading]
) -> tuple[Reading, Reading, Agreement]:
    """The readings that agree most beyond chance, names having a say between close ones."""
    tried = [(mine, theirs, agreement(joined, mine, theirs)) for mine in left for theirs in right]
    return max(tried, key=lambda each: _worth(*each))


def _worth(left: Reading, right: Reading, found: Agreement) -> float:
    names = left.name_score + right.name_score + alike(left.label, right.label)
    # Columns that are rarely filled agree by accident.
    weight = found.rows / (found.rows + 2)
    return round(found.lift * weight + 0.04 * names, 9)


def join_on_amount(left: Sequence[Reading], right: Sequence[Reading]) -> Joined:
    """Rows that are alone in their absolute amount on both sides, where there is no key."""
    best = NOTHING
    for mine in left:
        for theirs in right:
            found = join_on(keyed(_sizes(mine)), keyed(_sizes(theirs)))
            if len(found) > len(best):
                best = found
    return best


def _sizes(reading: Reading) -> pl.Series:
    sizes = reading.units.abs()
    return pl.select(pl.when(sizes != 0).then(sizes)).to_series()
