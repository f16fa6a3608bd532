"""The vote of precedents on what to do, with what usually follows as one more voter."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tieout.resolve.kinds import ActionKind
from tieout.resolve.precedents.measures import WEIGHTS_AT_FIRST, Floats

KINDS: Final = tuple(ActionKind)
# How many precedents at no distance the evidence weighs as much as.
EVIDENCE_WEIGHT: Final = 0.5
# Anybody may slip, so that no kind is ever out of the question.
SLIP: Final = 0.03
_GRID: Final = (0.0, 0.5, 2.0, 5.0, 12.0)
_ROUNDS: Final = 2
_GAIN_MIN: Final = 1.0

Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]


def nearness(unlike: Floats, weights: Doubles) -> Doubles:
    """exp of minus the weighted distance: these x others."""
    found: Doubles = np.exp(-np.tensordot(weights, unlike.astype(np.float64), axes=1))
    return found


def shares(near: Doubles, action: Ints, weight: Doubles, usual: Doubles) -> Doubles:
    """The share of each kind for each case: these x kinds, each row summing to 1.

    near: these x precedents. action, weight: of the precedents. usual: share of each kind by the
    evidence alone.
    """
    votes = np.zeros((len(near), len(KINDS)))
    for kind in np.unique(action):
        chosen = action == kind
        votes[:, kind] = near[:, chosen] @ weight[chosen]
    return shares_of(votes, usual)


def against(near: Doubles, action: Ints, weight: Doubles) -> Doubles:
    """What rejected precedents say against each kind: these x kinds, each a factor up to 1.

    One that is as near as can be halves the kind's share, and so on.
    """
    votes = np.zeros((len(near), len(KINDS)))
    for kind in np.unique(action):
        chosen = action == kind
        votes[:, kind] = near[:, chosen] @ weight[chosen]
    found: Doubles = np.power(0.5, votes)
    return found


def shares_of(votes: Doubles, usual: Doubles) -> Doubles:
    """Shares from the summed votes of precedents: these x kinds."""
    found = votes + EVIDENCE_WEIGHT * usual
    found /= found.sum(axis=1, keepdims=True)
    return (1.0 - SLIP) * found + SLIP / len(KINDS)


def left_out(
    unlike: Floats, weights: Doubles, action: Ints, weight: Doubles, usual: Doubles
) -> Doubles:
    """The shares for each precedent by all others."""
    near = nearness(unlike, weights)
    np.fill_diagonal(near, 0.0)
    return shares(near, action, weight, usual)


def log_likelihood(found: Doubles, action: Ints, weight: Doubles) -> float:
    """How well shares foretell what was done, in nats."""
    return float((weight * np.log(found[np.arange(len(action)), action])).sum())


def learnt_weights(
    unlike: Floats,
    action: Ints,
    weight: Doubles,
    usual: Doubles,
    *,
    first: Doubles | None = None,
) -> Doubles:
    """Weights of the features under which precedents foretell one another best.

    One feature after the other over a small grid; a change must gain a nat, so that few precedents
    leave the weights as they were at first. first: where to begin.
    """
    best = np.array(WEIGHTS_AT_FIRST) if first is None else first
    if len(action) < 2:
        return best

    def fit(weights: Doubles) -> float:
        found = left_out(unlike, weights, action, weight, usual)
        return log_likelihood(found, action, weight)

    reached = fit(best)
    for _ in range(_ROUNDS):
        before = reached
        for feature in range(len(best)):
            for value in _GRID:
                tried = best.copy()
                tried[feature] = value
                got = fit(tried)
                if got > reached + _GAIN_MIN:
                    best, reached = tried, got
        if reached <= before:
            break
    return best
