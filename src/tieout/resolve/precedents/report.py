"""How often proposals equal what people did, measured on decisions that came later."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tieout.resolve.kinds import ActionKind
from tieout.resolve.precedents.model import Precedent, Result
from tieout.resolve.precedents.store import HALF_LIFE_DAYS, Library
from tieout.resolve.proposals.propose import is_clear

BLOCK: Final = 25


@dataclass(frozen=True, kw_only=True)
class Held:
    """One decision and what would have been proposed before it; None where nothing."""

    decided: int
    bucket: str
    proposed: ActionKind | None
    action: ActionKind

    @property
    def agrees(self) -> bool:
        """Whether the person did what would have been proposed."""
        return self.proposed is self.action


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Over some decisions. agreed: of those with a proposal, None where there was none."""

    name: str
    decisions: int
    proposed: int
    agreed: float | None


def foretold(
    precedents: Sequence[Precedent],
    *,
    block: int = BLOCK,
    half_life_days: float = HALF_LIFE_DAYS,
) -> list[Held]:
    """What would have been proposed for each decision by those before it, block by block.

    precedents: in the order in which they were decided; of those that were rejected nobody knows
    what was right, and they are not foretold. A block is foretold by a library that ends
    before it, so no decision helps to foretell itself or an earlier one.
    """
    told: list[Held] = []
    for start in range(0, len(precedents), block):
        part = precedents[start : start + block]
        known = Library.of(precedents[:start], today=part[0].day, half_life_days=half_life_days)
        for place, each in enumerate(part, start=start):
            if each.result is Result.REJECTED:
                continue
            vote = known.vote(each.like, nearest=0)
            first = max(vote.shares, key=lambda kind: vote.shares[kind])
            told.append(
                Held(
                    decided=place,
                    bucket=each.like.bucket,
                    proposed=first if is_clear(vote) else None,
                    action=each.action,
                )
            )
    return told


def by_bucket(told: Sequence[Held]) -> list[Agreement]:
    """Agreement of each bucket, the most frequent first."""
    names = sorted({each.bucket for each in told})
    found = [agreement(name, [each for each in told if each.bucket == name]) for name in names]
    return sorted(found, key=lambda each: (-each.decisions, each.name))


def learning_curve(told: Sequence[Held], *, block: int = BLOCK) -> list[Agreement]:
    """Agreement of each block of decisions, the first first."""
    return [
        agreement(f"{start + 1} to {min(start + block, len(told))}", told[start : start + block])
        for start in range(0, len(told), block)
    ]


def agreement(name: str, told: Sequence[Held]) -> Agreement:
    """Of some decisions together."""
    with_proposal = [each for each in told if each.proposed is not None]
    agreed = sum(each.agrees for each in with_proposal)
    share = agreed / len(with_proposal) if with_proposal else None
    return Agreement(name=name, decisions=len(told), proposed=len(with_proposal), agreed=share)
