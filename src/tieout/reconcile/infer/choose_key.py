"""The key: candidates by overlap, decided by whether the rows that they join agree."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from tieout.reconcile.infer.composite import (
    UNIQUE_MIN,
    Beside,
    Composite,
    composite_key,
    joined_text,
    key_text,
)
from tieout.reconcile.infer.joined import (
    ROWS_MAX,
    Joined,
    best_pair,
    join_groups,
    join_on,
    join_on_amount,
    keyed,
)
from tieout.reconcile.infer.keys import KeyPair, key_pairs
from tieout.reconcile.infer.model import Choice
from tieout.reconcile.infer.profile import Profile
from tieout.reconcile.infer.readings import Reading
from tieout.reconcile.infer.samples import Samples
from tieout.reconcile.spec import Normaliser

_TRIED_MAX = 6
_ROWS_MIN = 5
_DISTINCT_MIN = 0.2
_IDENTIFIES_MIN = 0.8
_COVERAGE_MIN = 0.1
_COMMON_ENOUGH = 100
_FILLED_MIN = 0.99


@dataclass(frozen=True)
class KeyChoice:
    """The key columns of both sides (none when there is no key) and the rows they join.

    patterns: what finds the key within the texts of its column, by side.
    """

    pairs: tuple[KeyPair, ...]
    joined: Joined
    choices: tuple[Choice, ...]
    needs_date: bool = False
    patterns: tuple[str | None, str | None] = (None, None)

    @property
    def leaves_blanks(self) -> bool:
        """Whether rows that nobody gave a key are more than a stray few."""
        return any(
            column.filled_share < _FILLED_MIN
            for pair in self.pairs
            for column in (pair.left, pair.right)
        )

    @property
    def normalise(self) -> dict[str, tuple[Normaliser, ...]]:
        """Steps by left column."""
        return {pair.left.name: pair.steps for pair in self.pairs if pair.steps}


@dataclass(frozen=True)
class _Tried:
    pair: KeyPair
    joined: Joined
    lift: float
    share: float
    worth: float


def choose_key(
    left: Profile,
    right: Profile,
    readings: tuple[Sequence[Reading], Sequence[Reading]],
    beside: Beside,
) -> KeyChoice:
    """The single key that joins rows which agree; else a composite one; else none."""
    samples = Samples(left, right)
    pairs = key_pairs(left, right, samples)
    usable = [pair for pair in pairs if _usable(pair)][:_TRIED_MAX]
    tried = [_try(pair, readings, beside, samples) for pair in usable]
    accidents = [each.pair for each in tried if _by_accident(each, beside)]
    pairs = [pair for pair in pairs if pair not in accidents]
    tried = [each for each in tried if _identifies(each) and each.pair not in accidents]
    best = max(tried, key=lambda each: each.worth, default=None)
    if best and (best.pair.distinct >= 0.5 or _joins_most(best, samples, (left, right))):
        return _single(best)
    whole = composite_key(left, right, pairs, beside)
    if whole and whole.common >= _COVERAGE_MIN * whole.rows:
        return _composite(whole, beside)
    return _single(best) if best else _none(readings, pairs, accidents)


def _usable(pair: KeyPair) -> bool:
    found = pair.coverage >= _COVERAGE_MIN or pair.common >= _COMMON_ENOUGH
    return found and pair.distinct >= _DISTINCT_MIN


def _joins_most(tried: _Tried, samples: Samples, sides: tuple[Profile, Profile]) -> bool:
    """Whether most rows have a partner of their own, or the sums of most keys agree."""
    if tried.joined.left_groups is not None:
        return tried.lift >= 0.3
    smaller = min(side.height for side in sides) / max(1, samples.modulus)
    return len(tried.joined) >= 0.3 * min(smaller, ROWS_MAX)


def _try(
    pair: KeyPair,
    readings: tuple[Sequence[Reading], Sequence[Reading]],
    beside: Beside,
    samples: Samples,
) -> _Tried:
    lefts, rights = samples.rows(pair.left, pair.steps), samples.rows(pair.right, pair.steps)
    joined = join_on(lefts, rights)
    if len(joined) < 0.3 * pair.common:
        joined = join_groups(lefts, rights)
    found = best_pair(joined, *readings)[2]
    known = found.rows >= _ROWS_MIN
    lift = found.lift if known else 0.4
    worth = pair.score * (0.25 + 0.75 * max(lift, 0.5 * _beside_lift(joined, beside)))
    return _Tried(pair, joined, found.lift if known else 0.0, found.share, worth)


def _beside_lift(joined: Joined, beside: Beside) -> float:
    """Beyond chance, how often what stands beside the key agrees; the best of its columns."""
    best = 0.0
    for left, right in zip(beside.left, beside.right, strict=True):
        if not len(joined):
            break
        mine, theirs = left.gather(joined.left), right.gather(joined.right)
        half = len(theirs) // 2
        share = int((mine == theirs).sum()) / len(joined)
        chance = int((mine == pl.concat([theirs[half:], theirs[:half]])).sum()) / len(joined)
        best = max(best, (share - chance) / max(0.05, 1.0 - chance))
    return best


def _identifies(tried: _Tried) -> bool:
    """Values that repeat on both sides may be categories, unless the rows they join agree."""
    shares = tried.pair.left.distinct_share, tried.pair.right.distinct_share
    return max(shares) >= _IDENTIFIES_MIN or tried.lift >= 0.3


def _by_accident(tried: _Tried, beside: Beside) -> bool:
    """Running numbers coincide on any two sides: then neither amounts nor dates agree."""
    numbers = tried.pair.left.whole or tried.pair.right.whole or "digits" in tried.pair.steps
    if not numbers or len(tried.joined) < 4 * _ROWS_MIN:
        return False
    return tried.lift < 0.05 and _beside_lift(tried.joined, beside) < 0.05


def _single(tried: _Tried) -> KeyChoice:
    pair = tried.pair
    smaller = min(pair.found_left, pair.found_right)
    sampled = f"{pair.common:,} of {smaller:,} sampled values of"
    if pair.found_left <= pair.found_right:
        found = f"{sampled} left {pair.left.name!r} are in right {pair.right.name!r}"
    else:
        found = f"{sampled} right {pair.right.name!r} are in left {pair.left.name!r}"
    agreed = ""
    if len(tried.joined) >= _ROWS_MIN:
        what = "keys, summed" if tried.joined.left_groups is not None else "rows"
        agreed = f"; amounts agree on {tried.share:.0%} of {len(tried.joined):,} joined {what}"
    weak = max(tried.lift, 0.6 if len(tried.joined) < _ROWS_MIN else 0.0)
    confidence = min(0.99, 0.35 + 0.4 * weak + 0.25 * min(1.0, pair.coverage))
    choices = [
        Choice(
            "key",
            f"{pair.left.name} = {pair.right.name}",
            found + agreed + ".",
            round(confidence, 2),
            confidence < 0.6,
        )
    ]
    if pair.steps:
        choices.append(_normalise_choice(pair))
    return KeyChoice((pair,), tried.joined, tuple(choices))


def _normalise_choice(pair: KeyPair) -> Choice:
    digits = "digits" in pair.steps
    return Choice(
        "normalise",
        f"{pair.left.name}: {', '.join(pair.steps)}",
        f"Both sides write {pair.left.name!r} differently; copies made alike by these steps "
        f"are found {pair.common:,} times, fewer without.",
        0.6 if digits else 0.9,
        digits,
    )


def _composite(whole: Composite, beside: Beside) -> KeyChoice:
    pairs, unique = whole.pairs, whole.unique
    common, rows = whole.common, whole.rows
    lefts = [key_text(pair.left, pair) for pair in pairs] + list(beside.left)
    rights = [key_text(pair.right, pair) for pair in pairs] + list(beside.right)
    joined = join_on(keyed(joined_text(lefts)), keyed(joined_text(rights)))
    names = " + ".join(f"{pair.left.name} = {pair.right.name}" for pair in pairs)
    with_what = f" with {' and '.join(beside.names)}" if beside.names else ""
    choice = Choice(
        "key",
        names,
        f"No single column identifies a row; these{with_what} tell {unique:.1%} of the sampled "
        f"rows apart, and {common:,} of {rows:,} combinations are on both sides.",
        round(min(0.95, unique) * (0.5 + 0.5 * common / max(1, rows)), 2),
        common < 0.5 * rows or unique < UNIQUE_MIN,
    )
    normalised = [_normalise_choice(pair) for pair in pairs if pair.steps]
    if whole.needs_date:
        reason = "Without the date most rows repeat: each day of a record is one of its own."
        normalised.append(Choice("date in key", "yes", reason, 0.9))
    return KeyChoice(pairs, joined, (choice, *normalised), whole.needs_date)


def _none(
    readings: tuple[Sequence[Reading], Sequence[Reading]],
    pairs: Sequence[KeyPair],
    accidents: Sequence[KeyPair],
) -> KeyChoice:
    reason = "No columns share values that identify a row; rows are matched by amount and date."
    for pair in accidents[:1]:
        reason += (
            f" Left {pair.left.name!r} and right {pair.right.name!r} have {pair.common:,} values "
            "in common by accident: the rows that they join agree neither in amount nor in date."
        )
    for pair in pairs[:1]:
        reason += (
            f" Nearest: {pair.common:,} values of left {pair.left.name!r} are in right "
            f"{pair.right.name!r}."
        )
    choice = Choice("key", "none", reason, 0.5, uncertain=True)
    return KeyChoice((), join_on_amount(*readings), (choice,))
