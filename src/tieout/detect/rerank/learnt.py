"""The order learnt from labels: a line and trees, mixed with the unsupervised score."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from scipy.special import expit

from tieout.detect.detector import FloatArray
from tieout.detect.labels import UNLABELLED, LabelArray
from tieout.detect.rerank.examples import USUAL, Encoding, Examples
from tieout.detect.rerank.linear import Linear
from tieout.detect.rerank.trees import Trees

# The share of what is learnt, the rest being the unsupervised score; least learnt first.
SHARES: Final[Mapping[str, float]] = {"guided": 1 / 3, "mixed": 2 / 3, "learnt": 1.0}
_ROUNDS: Final = 3


@dataclass(frozen=True)
class Learnt:
    """Three scores on one scale: the line's, the trees' and the unsupervised one.

    centre, spread: mean and standard deviation of the three over the pool.
    """

    encoding: Encoding
    linear: Linear
    trees: Trees
    centre: FloatArray
    spread: FloatArray

    @classmethod
    def fitted(
        cls, encoding: Encoding, encoded: FloatArray, labels: LabelArray, *, seed: int
    ) -> Self:
        """From encoded rows and their labels: anomalies, and normal rows or rows of history."""
        examples = _examples(encoded, labels)
        linear, trees = Linear.fitted(examples), Trees.fitted(examples, seed=seed)
        parts = _parts(encoded, linear, trees)
        spread = parts.std(axis=0)
        return cls(encoding, linear, trees, parts.mean(axis=0), np.where(spread > 0, spread, 1.0))

    def scores(self, encoded: FloatArray) -> dict[str, FloatArray]:
        """A score of each row by each of the `SHARES`."""
        linear, trees, plain = (
            (_parts(encoded, self.linear, self.trees) - self.centre) / self.spread
        ).T
        learnt = (linear + trees) / 2.0
        return {name: share * learnt + (1.0 - share) * plain for name, share in SHARES.items()}

    def state(self) -> dict[str, object]:
        """What `restored` needs: arrays and numbers."""
        margins = self.encoding.margins.state()
        return {
            "varies": self.encoding.varies,
            "lowest": self.encoding.lowest,
            "centre": self.centre,
            "spread": self.spread,
            **{f"margins.{key}": value for key, value in margins.items()},
            **{f"linear.{key}": value for key, value in self.linear.state().items()},
            **{f"trees.{key}": value for key, value in self.trees.state().items()},
        }

    @classmethod
    def restored(cls, state: Mapping[str, object]) -> Self:
        """From what `state` gave."""
        from tieout.detect.novelty.margins import Margins

        varies = np.asarray(state["varies"], dtype=np.bool_)
        margins = Margins.restored(_part(state, "margins."))
        return cls(
            Encoding(varies, margins, float(str(state["lowest"]))),
            Linear.restored(_part(state, "linear.")),
            Trees.restored(_part(state, "trees.")),
            np.asarray(state["centre"], dtype=np.float64),
            np.asarray(state["spread"], dtype=np.float64),
        )


def _examples(encoded: FloatArray, labels: LabelArray) -> Examples:
    """What to learn from, with what unlabelled rows are taken for where history can tell.

    Without history they are weak negatives. With it there are negatives enough, and unlabelled rows
    would only teach that the anomalies among them are none: a line learnt without them says how
    probable it is that each is one, then one learnt with that, three times (semi-supervised
    learning by expectation and maximisation; Nigam and others, Machine Learning 39, 2000).
    """
    if not (labels == USUAL).any():
        return Examples.of(encoded, labels)
    known = labels != UNLABELLED
    examples = Examples.of(encoded[known], labels[known])
    for _ in range(_ROUNDS):
        suspected = expit(Linear.fitted(examples).log_odds(encoded))
        examples = Examples.of(encoded, labels, suspected)
    return examples


def _parts(encoded: FloatArray, linear: Linear, trees: Trees) -> FloatArray:
    return np.column_stack([linear.log_odds(encoded), trees.log_odds(encoded), encoded[:, -1]])


def _part(state: Mapping[str, object], prefix: str) -> dict[str, object]:
    return {key[len(prefix) :]: v for key, v in state.items() if key.startswith(prefix)}
