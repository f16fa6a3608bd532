"""A better order from a few labels, used only where it stands the test."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import ClassVar, Self

import numpy as np

from tieout.detect.detector import FloatArray, State
from tieout.detect.labels import UNLABELLED, LabelArray
from tieout.detect.rerank.examples import USUAL, Encoding, drawn
from tieout.detect.rerank.learnt import Learnt
from tieout.detect.rerank.validation import (
    CHANCE_MAX,
    EACH_LABEL_MIN,
    LABELS_MIN,
    UNSUPERVISED,
    Validation,
    validated,
)


@dataclass(frozen=True)
class Usual:
    """Rows of the history that detectors learnt from, with what a pool has of its rows."""

    features: FloatArray
    score: FloatArray


@dataclass(frozen=True)
class Reranked:
    """The order to use.

    score: larger is odder; the unsupervised score itself, untouched, where `used` is False, else
    on a scale of its own. why: one sentence with the figures it rests on.
    """

    score: FloatArray
    used: bool
    why: str
    validation: Validation


class Reranker:
    """Learns from labels which features and detectors to believe; semi-supervised.

    A penalised logistic regression and randomised trees over features and the unsupervised score,
    with unlabelled rows as weak negatives, or rows of history where there are any, compete with the
    unsupervised score alone, and with mixtures, in repeated stratified cross-validation. What is
    not at least as good as the unsupervised score there, or as good only by chance, is not used.

    Its state holds coefficients and the trees' nodes, so that restored it gives the same scores
    with any version of scikit-learn, and without it.
    """

    name: ClassVar[str] = "reranker"
    version: ClassVar[int] = 2

    def __init__(
        self,
        names: tuple[str, ...],
        validation: Validation,
        chosen: str,
        learnt: Learnt | None,
    ) -> None:
        """Made by `fit` and `restored`."""
        self.names = names
        self.validation = validation
        self._chosen = chosen
        self._learnt = learnt

    @property
    def used(self) -> bool:
        """Whether what was learnt is used."""
        return self._learnt is not None

    @property
    def why(self) -> str:
        """One sentence that says so, with figures."""
        return _why(self.validation, self._chosen)

    @classmethod
    def fit(
        cls,
        features: FloatArray,
        names: Sequence[str],
        score: FloatArray,
        labels: LabelArray,
        *,
        usual: Usual | None = None,
        seed: int = 0,
    ) -> Self:
        """Learn from a pool of rows.

        features: n x f, any scale, NaN missing: numbers of the table, deviations from peers,
        detectors' scores. names: of its columns. score: the unsupervised one, larger odder. labels:
        1, 0, or -1 for none. usual: rows of history, which nobody labelled and most of which are
        usual. Nothing of what is given may have been derived from the labels. Raises ValueError
        when the lengths differ.
        """
        if features.shape != (len(score), len(names)) or len(score) != len(labels):
            message = "features, names, score and labels do not fit together"
            raise ValueError(message)
        if usual is not None:
            features = np.vstack([features, usual.features])
            score = np.append(score, usual.score)
            labels = np.append(labels, np.full(len(usual.score), USUAL, dtype=np.int8))
        chosen_rows = drawn(labels, seed=seed)
        pool, plain, known = features[chosen_rows], score[chosen_rows], labels[chosen_rows]
        finite = plain[np.isfinite(plain)]
        if not len(finite) or finite.min() == finite.max():
            labelled = known[(known != UNLABELLED) & (known != USUAL)]
            positives = int((labelled == 1).sum())
            empty = Validation(positives, len(labelled) - positives, 0, 0, {}, {})
            return cls(tuple(names), empty, UNSUPERVISED, None)
        encoding = Encoding.fitted(pool, plain, known)
        encoded = encoding.encoded(pool, plain)
        validation = validated(encoding, encoded, known, seed=seed)
        chosen = validation.best
        if chosen == UNSUPERVISED:
            return cls(tuple(names), validation, chosen, None)
        learnt = Learnt.fitted(encoding, encoded, known, seed=seed)
        return cls(tuple(names), validation, chosen, learnt)

    def score(self, features: FloatArray, score: FloatArray) -> Reranked:
        """The order of any rows: features in the order of `names`, and the unsupervised score."""
        if self._learnt is None:
            return Reranked(score, used=False, why=self.why, validation=self.validation)
        encoded = self._learnt.encoding.encoded(features, score)
        better = self._learnt.scores(encoded)[self._chosen]
        return Reranked(better, used=True, why=self.why, validation=self.validation)

    def state(self) -> State:
        """Validation, choice, coefficients and nodes; no pickles."""
        state: dict[str, object] = {
            "names": list(self.names),
            "validation": {
                **asdict(self.validation),
                "figures": dict(self.validation.figures),
                "wins": dict(self.validation.wins),
                "chances": dict(self.validation.chances),
            },
            "chosen": self._chosen,
        }
        if self._learnt is not None:
            state |= {f"learnt.{key}": value for key, value in self._learnt.state().items()}
        return state  # type: ignore[return-value]  # values are of the kinds that State allows

    @classmethod
    def restored(cls, state: State) -> Self:
        """The re-ranker that had this state."""
        validation: Mapping[str, object] = state["validation"]  # type: ignore[assignment]
        prefix = "learnt."
        parts = {key[len(prefix) :]: v for key, v in state.items() if key.startswith(prefix)}
        return cls(
            tuple(str(name) for name in state["names"]),  # type: ignore[union-attr]
            Validation(**validation),  # type: ignore[arg-type]
            str(state["chosen"]),
            Learnt.restored(parts) if parts else None,
        )


def _why(validation: Validation, chosen: str) -> str:
    labels = validation.positives + validation.negatives
    if not validation.folds:
        return (
            f"not used: {labels} labels, {validation.positives} of them anomalies, are too few; "
            f"{LABELS_MIN} are needed, {EACH_LABEL_MIN} of each kind"
        )
    before = validation.figures[UNSUPERVISED]
    history = f" and {validation.usual:,} of history" if validation.usual else ""
    how = (
        f"on {labels} labelled rows{history} held out "
        f"({validation.folds} folds, {validation.repeats} times)"
    )
    by_chance = [validation.chances[name] for name in validation.no_worse if validation.chances]
    if chosen == UNSUPERVISED and by_chance:
        return (
            f"not used: {how} what was learnt is no worse than the unsupervised score, but labels "
            f"without any pattern would look as good with a chance of {min(by_chance):.1%}, and "
            f"more than {CHANCE_MAX:.0%} is not believed"
        )
    if chosen == UNSUPERVISED:
        best = max(v for k, v in validation.figures.items() if k != UNSUPERVISED)
        return (
            f"not used: {how} the best learnt order has {validation.measure} {best:.3f}, the "
            f"unsupervised score {before:.3f}, and what is no better in most repeats is not used"
        )
    after = validation.figures[chosen]
    return f"used ({chosen}): {validation.measure} {after:.3f} {how}, unsupervised {before:.3f}"
