"""All precedents of a workspace, ready to be asked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import numpy as np

from tieout.resolve.kinds import ActionKind
from tieout.resolve.precedents.calibrate import Calibration
from tieout.resolve.precedents.changes import last_change
from tieout.resolve.precedents.measures import Measured
from tieout.resolve.precedents.model import Likeness, Precedent, Result
from tieout.resolve.precedents.vote import (
    KINDS,
    Doubles,
    Ints,
    against,
    learnt_weights,
    left_out,
    nearness,
    shares,
)
from tieout.resolve.proposals.rules import usual

HALF_LIFE_DAYS: Final = 180.0
# What weights are learnt from; of a bucket that has more, the latest.
LEARNT_FROM_MAX: Final = 200
_NUMBER: Final = {kind: number for number, kind in enumerate(KINDS)}


@dataclass(frozen=True, kw_only=True)
class Refused:
    """What people did not want: cases, kinds and weights."""

    measured: Measured
    action: Ints
    weight: Doubles


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """The precedents of one reconciliation and bucket that hold now, oldest first.

    since: how many were set aside because people have decided otherwise since. refused: those
    that people rejected, which vote against what was proposed.
    """

    precedents: tuple[Precedent, ...]
    measured: Measured
    action: Ints
    weight: Doubles
    weights: Doubles
    since: int
    refused: "Refused"


@dataclass(frozen=True, kw_only=True)
class Near:
    """A precedent and how near it is, 0 to 1."""

    precedent: Precedent
    nearness: float


@dataclass(frozen=True, kw_only=True)
class Vote:
    """What precedents and evidence say of a case.

    shares: of each kind. confidence: how often a vote like that of the first kind was right.
    """

    shares: dict[ActionKind, float]
    confidence: float
    nearest: tuple[Near, ...]
    precedents: int
    changed: int


@dataclass(frozen=True)
class Library:
    """Precedents by reconciliation and bucket, with what was learnt of them."""

    shelves: dict[tuple[str, str], Shelf] = field(default_factory=dict)
    calibration: Calibration = field(default_factory=Calibration)

    @classmethod
    def of(
        cls,
        precedents: Iterable[Precedent],
        *,
        today: date,
        half_life_days: float = HALF_LIFE_DAYS,
    ) -> "Library":
        """Arrange precedents, oldest first, and learn from them. What was withdrawn is left out."""
        sorted_out: dict[tuple[str, str], list[Precedent]] = {}
        for each in precedents:
            if each.counts or each.result is Result.REJECTED:
                where = each.like.reconciliation, each.like.bucket
                sorted_out.setdefault(where, []).append(each)
        shelves = {
            where: _shelf(found, today, half_life_days) for where, found in sorted_out.items()
        }
        return cls(shelves, _calibration(shelves))

    def vote(self, case: Likeness, *, nearest: int = 5) -> Vote:
        """Ask the precedents of the case's reconciliation and bucket; exact nearest neighbours."""
        prior = usual_shares(case.bucket)
        shelf = self.shelves.get((case.reconciliation, case.bucket))
        if shelf is None:
            found = shares(np.zeros((1, 0)), np.zeros(0, np.int64), np.zeros(0), prior)[0]
            return self._told(found, (), 0, 0)
        unlike = Measured.of([case]).unlike(shelf.measured)
        near = nearness(unlike, shelf.weights)
        found = shares(near, shelf.action, shelf.weight, prior)[0]
        refused = nearness(Measured.of([case]).unlike(shelf.refused.measured), shelf.weights)
        found = found * against(refused, shelf.refused.action, shelf.refused.weight)[0]
        found /= found.sum()
        order = np.argsort(-near[0] * shelf.weight, kind="stable")[:nearest]
        shown = tuple(
            Near(precedent=shelf.precedents[row], nearness=float(near[0, row])) for row in order
        )
        return self._told(found, shown, len(shelf.precedents), shelf.since)

    def _told(self, found: Doubles, shown: tuple[Near, ...], count: int, since: int) -> Vote:
        return Vote(
            shares={kind: float(share) for kind, share in zip(KINDS, found, strict=True)},
            confidence=self.calibration(float(found.max())),
            nearest=shown,
            precedents=count,
            changed=since,
        )


def usual_shares(bucket: str) -> Doubles:
    """What usually follows from a bucket, in the order of KINDS."""
    known = usual(bucket)
    return np.array([known[kind] for kind in KINDS])


def _arrays(
    found: Sequence[Precedent], today: date, half_life_days: float
) -> tuple[Measured, Ints, Doubles]:
    """What cases are like, what was done, and how much each counts."""
    action = np.array([_NUMBER[each.action] for each in found], np.int64)
    ages = np.array([max((today - each.day).days, 0) for each in found], np.float64)
    weight = np.power(0.5, ages / half_life_days)
    return Measured.of([each.like for each in found]), action, weight


def _shelf(whole: Sequence[Precedent], today: date, half_life_days: float) -> Shelf:
    found = [each for each in whole if each.counts]
    measured, action, weight = _arrays(found, today, half_life_days)
    prior = usual_shares(whole[0].like.bucket)
    first = max(0, len(found) - LEARNT_FROM_MAX)
    recent = np.arange(first, len(found))
    part = measured.taken(recent)
    unlike = part.unlike(part)
    since = last_change(unlike, action[recent], weight[recent], prior)
    start = first + since if since else 0
    held = np.arange(start, len(found))
    # What told cases apart under the policy before still does, as a rule; what is done differs.
    first_weights = None
    for part_of in (slice(None, since), slice(since, None)) if since else (slice(None),):
        first_weights = weights = learnt_weights(
            unlike[:, part_of, part_of],
            action[recent][part_of],
            weight[recent][part_of],
            prior,
            first=first_weights,
        )
    # What was refused under a policy before says nothing of the one that holds now.
    first_day = found[start].day if since and start < len(found) else None
    refused = [
        each
        for each in whole
        if each.result is Result.REJECTED and (first_day is None or each.day >= first_day)
    ]
    against_it = _arrays(refused, today, half_life_days)
    return Shelf(
        refused=Refused(measured=against_it[0], action=against_it[1], weight=against_it[2]),
        precedents=tuple(found[start:]),
        measured=measured.taken(held),
        action=action[held],
        weight=weight[held],
        weights=weights,
        since=start,
    )


def _calibration(shelves: dict[tuple[str, str], Shelf]) -> Calibration:
    parts: list[tuple[Doubles, Doubles, Doubles]] = []
    for (_, bucket), shelf in sorted(shelves.items()):
        rows = np.arange(max(0, len(shelf.action) - LEARNT_FROM_MAX), len(shelf.action))
        part, action, weight = shelf.measured.taken(rows), shelf.action[rows], shelf.weight[rows]
        found = left_out(part.unlike(part), shelf.weights, action, weight, usual_shares(bucket))
        parts.append((found.max(axis=1), (found.argmax(axis=1) == action).astype(float), weight))
    if not parts:
        return Calibration()
    share, right, weight = (np.concatenate(each) for each in zip(*parts, strict=True))
    return Calibration.of(share, right, weight)
