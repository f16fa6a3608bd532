"""Weights of agreement, learnt without labels.

Fellegi and Sunter 1969 ("A theory for record linkage"): the odds of a pair are the product, over
compared fields, of how often true pairs agree at this level to how often others do. How often true
pairs do is learnt by expectation maximisation (Winkler 1988). Each row has one partner at most, and
some have none: the share that has one is learnt too. How easily amounts agree by chance is measured
by how often each occurs (Newcombe 1959).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_ROUNDS = 40
_PRIOR_ROWS = 4.0
_PARTNERED = 0.8

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Field:
    """A compared field: the level of each pair from 0, the best; chance and prior by level.

    unknown: the level that says nothing, -1 for none.
    """

    levels: Integers
    chance: Floats
    prior: Floats
    unknown: int = -1


@dataclass(frozen=True)
class Weighed:
    """odds: of each pair against chance. probability: that it is the one pair of both its rows."""

    odds: Floats
    probability: Floats
    partnered: float


def weigh(
    left: Integers, right: Integers, fields: list[Field], expected: Floats, rows: int
) -> Weighed:
    """Learn weights from candidate pairs, and judge the pairs by them.

    left, right: places of the rows from 0. expected: candidates that each pair's rows would have
    by chance. rows: of the side with fewer, those without a candidate too.
    """
    shares = [field.prior / field.prior.sum() for field in fields]
    partnered = _PARTNERED
    odds = probability = np.ones(len(left))
    for _ in range(_ROUNDS):
        odds = 1.0 / expected
        for field, share in zip(fields, shares, strict=True):
            odds = odds * _ratios(share, field)[field.levels]
        probability = np.minimum(
            _posterior(left, odds, partnered), _posterior(right, odds, partnered)
        )
        shares = [
            _share(field, prior, probability) for field, prior in zip(fields, shares, strict=True)
        ]
        found = float(probability.sum())
        partnered = min(0.99, max(0.05, (found + _PARTNERED * 2) / (max(rows, found) + 2)))
    return Weighed(odds, probability, partnered)


def _ratios(share: Floats, field: Field) -> Floats:
    """Of true pairs to others; a worse level never counts for more than a better one."""
    ratios = share / np.maximum(field.chance, 1e-9)
    known = [at for at in range(len(ratios)) if at != field.unknown]
    ratios[known] = np.minimum.accumulate(ratios[known])
    if field.unknown >= 0:
        ratios[field.unknown] = 1.0
    return ratios


def _share(field: Field, _: Floats, probability: Floats) -> Floats:
    prior = field.prior / field.prior.sum() * _PRIOR_ROWS
    counted = np.bincount(field.levels, weights=probability, minlength=len(prior)) + prior
    if field.unknown >= 0:
        counted[field.unknown] = 0.0
    return np.asarray(counted / counted.sum())


def _posterior(rows: Integers, odds: Floats, partnered: float) -> Floats:
    """That a pair is true, among the other pairs of its row and having no partner."""
    weighted = partnered * odds
    total = np.bincount(rows, weights=weighted)[rows]
    return np.asarray(weighted / (1.0 - partnered + total))
