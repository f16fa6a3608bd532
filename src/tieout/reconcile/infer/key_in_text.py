"""References of one side that stand somewhere in a text of the other."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from tieout.reconcile.infer.model import Choice, SampleSide
from tieout.reconcile.infer.profile import Column, Kind, Profile, profile
from tieout.reconcile.infer.samples import key_columns

_VALUES_MAX = 2_000
_SHAPE_SHARE_MIN = 0.9
# So many letters that are always the same, and digits, make a number in a text no accident.
_TELLING_MIN = 5
# A text that names a reference in fewer rows is better left to amounts and dates.
_FOUND_MIN = 0.7
_DISTINCT_MIN = 0.5
_COMMON_MIN = 3


@dataclass(frozen=True)
class KeyInText:
    """A column in whose texts a pattern finds references of the other side.

    at: 0 for the left side, 1 for the right one. common: references that are found there.
    """

    at: int
    column: str
    pattern: str
    common: int
    references: int

    @property
    def patterns(self) -> tuple[str | None, str | None]:
        """The pattern by side."""
        return (self.pattern, None) if self.at == 0 else (None, self.pattern)

    def applied(self, sides: tuple[Profile, Profile]) -> tuple[Profile, Profile]:
        """Both sides, with what the pattern finds in the place of the texts."""
        side = sides[self.at].side
        found = side.frame.with_columns(_extracted(side.frame[self.column], self.pattern))
        read = profile(SampleSide(side.name, found, side.rows))
        return (read, sides[1]) if self.at == 0 else (sides[0], read)

    @property
    def choice(self) -> Choice:
        """Why."""
        return Choice(
            "key in a text",
            f"{self.column}: {self.pattern}",
            f"{self.common:,} of {self.references:,} sampled references of the other side stand in "
            "it.",
            round(0.5 + 0.4 * self.common / self.references, 2),
        )


def key_in_text(left: Profile, right: Profile) -> KeyInText | None:
    """The column that most references of the other side stand in; None where few do."""
    found = [
        each
        for at, texts, keys in ((0, left, right), (1, right, left))
        for each in _of_side(at, texts, key_columns(keys))
    ]
    return max(found, key=lambda each: each.common, default=None)


def _of_side(at: int, texts: Profile, keys: Sequence[Column]) -> list[KeyInText]:
    found = []
    for key in keys:
        pattern = reference_pattern(key.values)
        if pattern is None:
            continue
        references = _bare(key.values)
        for text in texts.of_kind(Kind.TEXT):
            read = _extracted(text.values, pattern)
            named = _bare(read)
            # Lines may share a reference, if each is of one text: a payout and what it pays.
            shares = key.distinct_share, len(named) / max(1, read.count())
            if max(shares) < _DISTINCT_MIN:
                continue
            common = int(named.is_in(references.implode()).sum())
            smaller = min(text.filled, len(references))
            if common >= max(_COMMON_MIN, _FOUND_MIN * smaller):
                found.append(KeyInText(at, text.name, pattern, common, len(references)))
    return found


def reference_pattern(values: pl.Series) -> str | None:
    """What references of one shape look like, whatever separates their parts; None for no shape.

    >>> reference_pattern(pl.Series(["RE-00017", "RE-12345"]))
    '(?i)\\\\bRE[^A-Za-z0-9]{0,2}[0-9]{5}\\\\b'
    """
    texts = values.drop_nulls().unique().sort().head(_VALUES_MAX).to_list()
    runs = [re.findall("[A-Za-z]+|[0-9]+|[^A-Za-z0-9]+", text) for text in texts]
    shapes = Counter(tuple(map(_kind, parts)) for parts in runs)
    if not shapes:
        return None
    shape, count = shapes.most_common(1)[0]
    if count < _SHAPE_SHARE_MIN * len(texts) or "digits" not in shape:
        return None
    alike = [parts for parts in runs if tuple(map(_kind, parts)) == shape]
    pieces, telling = [], 0
    for at, kind in enumerate(shape):
        piece, worth = _piece(kind, [parts[at] for parts in alike])
        pieces.append(piece)
        telling += worth
    return rf"(?i)\b{''.join(pieces)}\b" if telling >= _TELLING_MIN else None


def _kind(run: str) -> str:
    return "digits" if run.isdigit() else "letters" if run.isalpha() else "marks"


def _piece(kind: str, runs: Sequence[str]) -> tuple[str, int]:
    """The pattern of one part of a reference, and how much it tells."""
    if kind == "marks":
        return "[^A-Za-z0-9]{0,2}", 0
    shortest, longest = min(map(len, runs)), max(map(len, runs))
    times = f"{{{shortest}}}" if shortest == longest else f"{{{shortest},{longest}}}"
    if kind == "digits":
        return f"[0-9]{times}", shortest
    same = len({run.upper() for run in runs}) == 1
    return (runs[0].upper(), shortest) if same else (f"[A-Za-z]{times}", 0)


def _extracted(texts: pl.Series, pattern: str) -> pl.Series:
    return texts.str.extract(f"({pattern})", 1)


def _bare(references: pl.Series) -> pl.Series:
    """Different references, without what separates their parts."""
    bare = references.str.to_uppercase().str.replace_all("[^A-Z0-9]", "").drop_nulls().unique()
    return bare.filter(bare != "")
