"""Why a row is unlike the usual ones, in sentences whose numbers can be worked out again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from tieout.detect.detector import FloatArray
from tieout.detect.novelty.model import NoveltyModel
from tieout.model.facts import Reason

COLUMNS_MAX: Final = 3
SIGMA_MIN: Final = 3.0
_SHARE_MIN: Final = 0.05
_MAD_TO_SIGMA: Final = 1.4826
_MOST: Final = 0.99


@dataclass(frozen=True)
class Usual:
    """What the sentences compare with: per column of the history learnt from, and over its rows.

    median, sigma (1.4826 x median absolute deviation), low and high (smallest and largest);
    most_within: 99 % of the reference rows have another one at most this far away.
    """

    columns: tuple[str, ...]
    median: FloatArray
    sigma: FloatArray
    low: FloatArray
    high: FloatArray
    most_within: float

    @classmethod
    def of(cls, columns: tuple[str, ...], values: FloatArray, model: NoveltyModel) -> Self:
        """From the rows learnt from (rows x columns; NaN is missing) and the model of them."""
        median = np.nanmedian(values, axis=0)
        sigma = _MAD_TO_SIGMA * np.nanmedian(np.abs(values - median), axis=0)
        nearest = model.judged(model.usual).distance[:, 0]
        low, high = np.nanmin(values, axis=0), np.nanmax(values, axis=0)
        return cls(columns, median, sigma, low, high, float(np.quantile(nearest, _MOST)))

    def state(self) -> dict[str, FloatArray | float]:
        """What `restored` needs beside the columns."""
        return {
            "median": self.median,
            "sigma": self.sigma,
            "low": self.low,
            "high": self.high,
            "most_within": self.most_within,
        }

    @classmethod
    def restored(cls, columns: tuple[str, ...], state: Mapping[str, object]) -> Self:
        """From what `state` gave."""
        median, sigma, low, high = (
            np.asarray(state[key], dtype=np.float64) for key in ("median", "sigma", "low", "high")
        )
        return cls(columns, median, sigma, low, high, float(str(state["most_within"])))


def reasons_of(values: FloatArray, model: NoveltyModel, usual: Usual) -> list[tuple[Reason, ...]]:
    """Sentences for each row, strongest first; none for a row without numbers.

    A column's part is what it adds to the squared distance between the row and the middle of its
    nearest usual rows, in whitened coordinates, in which each column keeps a coordinate.
    """
    found = model.judged(values)
    middle = model.density.reference[:, found.position].mean(axis=2).T
    parts = (model.coordinates(values) - middle) ** 2
    result: list[tuple[Reason, ...]] = []
    for row, part, near, distance in zip(
        values, parts, found.position, found.distance, strict=True
    ):
        if np.isnan(row).all():
            result.append(())
            continue
        sentences = _columns(row, part, model.usual[near], usual)
        result.append((*sentences, _distance(float(distance[0]), usual)))
    return result


def _columns(row: FloatArray, part: FloatArray, near: FloatArray, usual: Usual) -> list[Reason]:
    sentences: list[Reason] = []
    for column in np.argsort(-part, kind="stable"):
        if len(sentences) == COLUMNS_MAX or part[column] < _SHARE_MIN * part.sum():
            break
        if np.isnan(row[column]):
            continue
        sentence = _column(float(row[column]), int(column), near[:, column], usual)
        if sentence is not None:
            sentences.append(sentence)
    return sentences


def _column(value: float, column: int, near: FloatArray, usual: Usual) -> Reason | None:
    """Far out by itself, never seen, or odd only beside the row's other values; None otherwise."""
    name = usual.columns[column]
    median, sigma = float(usual.median[column]), float(usual.sigma[column])
    low, high = float(usual.low[column]), float(usual.high[column])
    if sigma > 0.0 and abs(value - median) >= SIGMA_MIN * sigma:
        far, side = abs(value - median) / sigma, "above" if value > median else "below"
        text = f"{name} {shown(value)} is {far:,.1f} robust sigma {side} the usual {shown(median)}"
        return Reason(text, (value, far, median))
    if not low <= value <= high:
        text = f"{name} {shown(value)} is outside all of history, {shown(low)} to {shown(high)}"
        return Reason(text, (value, low, high))
    least, most = float(near.min()), float(near.max())
    if least <= value <= most:
        return None
    span = shown(least) if least == most else f"{shown(least)} to {shown(most)}"
    text = f"{name} {shown(value)}, where the {len(near)} usual rows most like it have {span}"
    return Reason(text, (value, float(len(near)), least, most))


def _distance(nearest: float, usual: Usual) -> Reason:
    text = (
        f"nearest usual row is {nearest:.1f} away, "
        f"99 % of them have one within {usual.most_within:.1f}"
    )
    return Reason(text, (nearest, usual.most_within))


def shown(value: float) -> str:
    """A number for a sentence: thousands apart, two decimals, more for small ones."""
    size = abs(value)
    if size >= 0.1 or value == 0.0:
        return f"{value:,.2f}"
    return f"{value:.3g}"
