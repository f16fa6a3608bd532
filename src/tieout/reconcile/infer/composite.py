"""Keys of several columns, for records that no single column identifies."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from tieout.reconcile.infer.keys import KeyPair
from tieout.reconcile.infer.profile import Column, Profile
from tieout.reconcile.infer.words import alike
from tieout.reconcile.normalise import normalise_series

ROWS_MAX = 50_000
UNIQUE_MIN = 0.95
# With less than that, a key still narrows down what amount and date alone leave open.
_UNIQUE_GAIN = 0.2
COVERAGE_MIN = 0.5


@dataclass(frozen=True)
class Beside:
    """What a record has besides its key: columns of both sides that are compared anyway."""

    left: tuple[pl.Series, ...]
    right: tuple[pl.Series, ...]
    names: tuple[str, ...]

    def and_also(self, name: str, left: pl.Series, right: pl.Series) -> "Beside":
        """With one more column of each side."""
        return Beside((*self.left, left), (*self.right, right), (*self.names, name))


@dataclass(frozen=True)
class Composite:
    """Column pairs that identify a record together, and how well.

    unique: share of rows that the key and what is beside it make unique, on the worse side;
    common, rows: distinct ones of the smaller side found on the other, and their number.
    needs_date: without the date most rows would not be told apart, as in daily balances.
    """

    pairs: tuple[KeyPair, ...]
    unique: float
    common: int
    rows: int
    needs_date: bool = False


def partners(pairs: Sequence[KeyPair]) -> list[KeyPair]:
    """Each column with the one it most likely stands for; a column is used once."""
    ranked = sorted(
        (pair for pair in pairs if pair.coverage >= COVERAGE_MIN),
        key=lambda p: (
            -round(alike(p.left.name, p.right.name) + p.coverage, 6),
            p.left.position + p.right.position,
        ),
    )
    taken: set[int] = set()
    found = []
    for pair in ranked:
        if id(pair.left) not in taken and id(pair.right) not in taken:
            taken |= {id(pair.left), id(pair.right)}
            found.append(pair)
    return found


def composite_key(
    left: Profile, right: Profile, pairs: Sequence[KeyPair], beside: Beside
) -> Composite | None:
    """The fewest column pairs that, with what is beside them, make rows unique on both sides.

    Greedy: the pair that tells most rows apart first; then those that are not needed leave.
    """
    choices = partners(pairs)
    if not choices:
        return None
    rows = _Rows(left, right, choices, beside)
    chosen: list[KeyPair] = []
    alone = unique = rows.unique(chosen)
    while len(chosen) < len(choices) and unique < 0.999:
        rest = [pair for pair in choices if pair not in chosen]
        gains = [(rows.unique([*chosen, pair]), pair) for pair in rest]
        best, pair = max(gains, key=lambda gain: (gain[0], gain[1].coverage))
        if best <= unique + 0.002:
            break
        chosen.append(pair)
        unique = best
    for pair in list(chosen):
        fewer = [other for other in chosen if other is not pair]
        if fewer and rows.unique(fewer) >= unique - 0.001:
            chosen = fewer
    if not chosen or unique < min(UNIQUE_MIN, max(0.5, alone + _UNIQUE_GAIN)):
        return None
    chosen.sort(key=lambda p: (p.left.position + p.right.position, p.left.position))
    common, smaller = rows.common(chosen)
    if unique < UNIQUE_MIN and common < 0.8 * smaller:
        return None
    undated = rows.unique(chosen, without="date")
    needs_date = unique >= UNIQUE_MIN and undated < 0.5 * unique
    return Composite(tuple(chosen), unique, common, smaller, needs_date)


def joined_text(columns: Sequence[pl.Series]) -> pl.Series:
    """Several columns as one text, null where all are."""
    frame = pl.DataFrame({str(at): column for at, column in enumerate(columns)})
    parts = [pl.col(name).cast(pl.String).fill_null("") for name in frame.columns]
    given = pl.any_horizontal(pl.col(name).is_not_null() for name in frame.columns)
    whole = pl.concat_str(parts, separator="\x1f")
    return frame.select(pl.when(given).then(whole).alias("key"))["key"]


def key_text(column: Column, pair: KeyPair) -> pl.Series:
    """A key column as it is compared."""
    copies = normalise_series(column.values, pair.steps)
    return pl.select(pl.when(copies != "").then(copies).alias("key")).to_series()


class _Rows:
    """Key columns as numbers that mean the same on both sides."""

    def __init__(
        self, left: Profile, right: Profile, pairs: Sequence[KeyPair], beside: Beside
    ) -> None:
        self._codes: dict[int, tuple[pl.Series, pl.Series]] = {}
        for pair in pairs:
            self._codes[id(pair)] = _codes(key_text(pair.left, pair), key_text(pair.right, pair))
        self._beside = {
            name: _codes(*both)
            for name, *both in zip(beside.names, beside.left, beside.right, strict=True)
        }
        self._heights = (left.height, right.height)

    def unique(self, pairs: Sequence[KeyPair], *, without: str = "") -> float:
        """Share of rows told apart, on the side that is worse; `without` leaves one out."""
        shares = []
        for side in (0, 1):
            height = min(ROWS_MAX, self._heights[side])
            whole = self._whole(pairs, side, without=without).head(height)
            shares.append(whole.n_unique() / max(1, height))
        return min(shares)

    def common(self, pairs: Sequence[KeyPair]) -> tuple[int, int]:
        """Distinct keys found on both sides, and those of the smaller side."""
        mine, theirs = self._whole(pairs, 0).unique(), self._whole(pairs, 1).unique()
        both = mine.height + theirs.height - pl.concat([mine, theirs]).n_unique()
        return both, min(mine.height, theirs.height)

    def _whole(self, pairs: Sequence[KeyPair], side: int, *, without: str = "") -> pl.DataFrame:
        codes = [self._codes[id(pair)][side] for pair in pairs]
        codes += [each[side] for name, each in self._beside.items() if name != without]
        if not codes:
            return pl.DataFrame({"0": pl.zeros(self._heights[side], eager=True)})
        return pl.DataFrame({str(at): code for at, code in enumerate(codes)})


def _codes(left: pl.Series, right: pl.Series) -> tuple[pl.Series, pl.Series]:
    both = pl.concat([left.cast(pl.String).alias("v"), right.cast(pl.String).alias("v")])
    codes = both.cast(pl.Categorical).to_physical().cast(pl.Int64).fill_null(-1)
    return codes.head(len(left)), codes.tail(len(right))
