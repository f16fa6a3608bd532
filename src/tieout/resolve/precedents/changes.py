"""When people began to decide otherwise than before."""

from typing import Final

import numpy as np

from tieout.resolve.precedents.measures import WEIGHTS_AT_FIRST, Floats
from tieout.resolve.precedents.vote import (
    KINDS,
    Doubles,
    Ints,
    log_likelihood,
    nearness,
    shares_of,
)

# Nats by which two policies must explain decisions better than one, and decisions on each side.
GAIN_MIN: Final = 5.0
SIDE_MIN: Final = 4
_LOOKED_AT_MAX: Final = 200


def last_change(unlike: Floats, action: Ints, weight: Doubles, usual: Doubles) -> int:
    """The first precedent of the policy that holds now; 0 where it never changed.

    Precedents stand in the order in which they were decided. Each place is tried as a border that
    no vote crosses; the best one counts where it explains all decisions so much better that
    chance is no longer one (a likelihood ratio with a penalty for having looked everywhere).
    """
    start, count = 0, len(action)
    start = max(0, count - _LOOKED_AT_MAX)
    while True:
        found = _border(unlike, action, weight, usual, start)
        if found is None:
            return start if start > max(0, count - _LOOKED_AT_MAX) else 0
        start = found


def _border(
    unlike: Floats, action: Ints, weight: Doubles, usual: Doubles, start: int
) -> int | None:
    part = slice(start, None)
    done = action[part]
    count = len(done)
    if count < 2 * SIDE_MIN:
        return None
    near = nearness(unlike[:, part, part], np.array(WEIGHTS_AT_FIRST))
    np.fill_diagonal(near, 0.0)
    # Votes of all precedents before each place, so that a border costs a subtraction.
    before = np.zeros((count, count + 1, len(KINDS)))
    chosen = np.eye(len(KINDS))[done] * weight[part, None]
    np.cumsum(near[:, :, None] * chosen[None, :, :], axis=1, out=before[:, 1:])
    whole = _explained(before[:, -1], done, usual)
    gains = np.full(count, -np.inf)
    for border in range(SIDE_MIN, count - SIDE_MIN + 1):
        votes = before[:, border].copy()
        votes[border:] = before[border:, -1] - votes[border:]
        gains[border] = _explained(votes, done, usual) - whole
    best = int(gains.argmax())
    if gains[best] < GAIN_MIN + 0.5 * np.log(count):
        return None
    return start + best


def _explained(votes: Doubles, action: Ints, usual: Doubles) -> float:
    found = shares_of(votes, usual)
    return log_likelihood(found, action, np.ones(len(action)))
