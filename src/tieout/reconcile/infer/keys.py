"""Which columns identify a record on both sides."""

from collections.abc import Sequence
from dataclasses import dataclass

from tieout.reconcile.infer.profile import Column, Kind, Profile
from tieout.reconcile.infer.readings import is_identifier
from tieout.reconcile.infer.samples import Samples, Steps, key_columns
from tieout.reconcile.infer.words import alike, word_set

_COMMON_MIN = 2
_LENGTH_ROWS = 2_000
# From what changes a reference least to what changes it most.
_LADDER: tuple[Steps, ...] = (
    (),
    ("strip", "upper"),
    ("strip", "upper", "space", "punctuation"),
    ("strip", "upper", "space", "punctuation", "leading_zeros"),
    ("digits",),
    ("digits", "leading_zeros"),
)
_KEY_CONCEPTS = word_set("reference document transaction invoice order identity number")
_OTHER_CONCEPTS = word_set(
    "party person words account type status direction amount balance value date code"
)


@dataclass(frozen=True, eq=False)
class KeyPair:
    """A column of each side that may hold the same references.

    common: references found on both sides, of those sampled; found_left, found_right: sampled
    references of the side. coverage: share of the smaller side's references that are found,
    relative to what the samples let expect.
    """

    left: Column
    right: Column
    steps: Steps
    common: int
    found_left: int
    found_right: int
    coverage: float

    @property
    def distinct(self) -> float:
        """How well the values identify a row: near 1 where they do on either side."""
        shares = sorted((self.left.distinct_share, self.right.distinct_share))
        return float(shares[1] * shares[0] ** 0.25)

    @property
    def score(self) -> float:
        """How good a key it is before rows are compared."""
        filled = min(self.left.filled_share, self.right.filled_share) ** 0.5
        worth = self.coverage * self.distinct * filled * _plainness(self.left, self.right)
        return float(worth * (1.0 + _names(self.left, self.right)))


def key_pairs(left: Profile, right: Profile, samples: Samples) -> list[KeyPair]:
    """Every pair of columns that share values, the best key first."""
    lefts, rights = key_columns(left), key_columns(right)
    expected = max(left.side.share, right.side.share)
    found = []
    for mine in lefts:
        for theirs in rights:
            pair = _pair(mine, theirs, samples, expected)
            if pair:
                found.append(pair)
    return sorted(
        found, key=lambda p: (-p.score, p.left.position + p.right.position, p.left.position)
    )


def _pair(left: Column, right: Column, samples: Samples, expected: float) -> KeyPair | None:
    """The pair under the least normalisation that finds nearly as much as any."""
    if _too_unlike(left.length, right.length) and _too_unlike(
        _significant(left), _significant(right)
    ):
        return None
    tried: list[KeyPair] = []
    for steps in _LADDER:
        if "digits" in steps and min(left.length, right.length) < 4:
            continue
        mine, theirs = samples.values(left, steps), samples.values(right, steps)
        if steps and not _apart(samples, (left, right), steps):
            continue
        common = int(mine.is_in(theirs.implode()).sum()) if len(mine) and len(theirs) else 0
        smaller = max(1, min(len(mine), len(theirs)))
        coverage = min(1.0, common / smaller / expected)
        tried.append(KeyPair(left, right, steps, common, len(mine), len(theirs), coverage))
        if common == smaller:
            break
    written = [pair for pair in tried if "digits" not in pair.steps]
    numbers = [pair for pair in tried if "digits" in pair.steps]
    # Other letters are another reference, unless digits alone find much more.
    if numbers and max(p.common for p in numbers) > 1.1 * max(p.common for p in written):
        written = numbers
    best = max(pair.common for pair in written)
    if best < min(_COMMON_MIN, left.distinct, right.distinct):
        return None
    return next(pair for pair in written if pair.common >= 0.99 * best)


def _too_unlike(first: float, second: float) -> bool:
    """Whether texts of these mean lengths can hardly be the same references."""
    return max(first, second) > 4 * max(1.0, min(first, second))


def _significant(column: Column) -> float:
    """The mean length without the zeros that some systems fill numbers up with."""
    if not column.whole:
        return column.length
    bare = column.values.drop_nulls().head(_LENGTH_ROWS).str.strip_chars_start("0")
    return sum(map(len, bare)) / max(1, len(bare))


def _apart(samples: Samples, columns: Sequence[Column], steps: Steps) -> bool:
    """Whether the copies still tell apart what the values tell apart."""
    return all(
        len(samples.values(column, steps)) >= 0.98 * len(samples.values(column, ()))
        for column in columns
    )


def _fit(concepts: frozenset[str]) -> float:
    if concepts & {"sequence"}:
        return -0.4
    if concepts & _KEY_CONCEPTS and not concepts & _OTHER_CONCEPTS:
        return 0.15
    return -0.2 if concepts & _OTHER_CONCEPTS else 0.0


def _names(left: Column, right: Column) -> float:
    fit = _fit(left.concepts) + _fit(right.concepts)
    return 0.2 * alike(left.name, right.name) + fit


def _plainness(*columns: Column) -> float:
    """Sentences may contain a reference, but are none; plain numbers may be amounts."""
    worth = 1.0
    for column in columns:
        if column.length > 25 and column.blanks > 0.08:
            worth *= 0.6
        if column.kind is Kind.AMOUNT and not is_identifier(column):
            worth *= 0.8
    return worth
