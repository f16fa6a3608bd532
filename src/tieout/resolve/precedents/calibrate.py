"""From a share of votes to how often such a vote was right."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tieout.resolve.precedents.vote import Doubles

ENOUGH: Final = 30
# Before enough was decided, votes are believed a little less than they say.
_UNTRIED: Final = 0.9
_PSEUDO: Final = 2.0
_BINS: Final = 10


@dataclass(frozen=True)
class Calibration:
    """Steps: shares, and how often votes of such a share were right; empty before it is known."""

    shares: tuple[float, ...] = ()
    right: tuple[float, ...] = ()

    @classmethod
    def of(cls, share: Doubles, right: Doubles, weight: Doubles) -> "Calibration":
        """Measured on votes that were left out: monotone in bins of equal number.

        Pool adjacent violators (Ayer et al. 1955); each bin begins with two votes that were right
        as often as they say.
        """
        if len(share) < ENOUGH:
            return cls()
        order = np.argsort(share, kind="stable")
        parts = np.array_split(order, min(_BINS, len(order) // 10))
        blocks = [
            _Block(
                float(weight[part].sum()) + _PSEUDO,
                float((weight[part] * right[part]).sum() + _PSEUDO * share[part].mean()),
                (float(share[part].mean()),),
            )
            for part in parts
        ]
        pairs = [(centre, block.rate) for block in _monotone(blocks) for centre in block.centres]
        return cls(tuple(each[0] for each in pairs), tuple(each[1] for each in pairs))

    def __call__(self, share: float) -> float:
        """How often a vote of this share is right, 0 to 1."""
        if not self.shares:
            return _UNTRIED * share
        return float(np.interp(share, self.shares, self.right))


@dataclass(frozen=True)
class _Block:
    weight: float
    right: float
    centres: tuple[float, ...]

    @property
    def rate(self) -> float:
        return self.right / self.weight


def _monotone(blocks: list[_Block]) -> list[_Block]:
    merged: list[_Block] = []
    for each in blocks:
        block = each
        while merged and merged[-1].rate >= block.rate:
            last = merged.pop()
            block = _Block(
                last.weight + block.weight,
                last.right + block.right,
                last.centres + block.centres,
            )
        merged.append(block)
    return merged
