"""Rows of one side as columns, and blocks of rows with their labels."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from tieout.model.buckets import CAUSES, Bucket
from tieout.practice.breaks.arrays import Floats, Ints

CLEAN = 0
CAUSE_NAMES = ("clean", *(str(cause) for cause in CAUSES))
NO_ROW = -1
_CODES: dict[Bucket, int] = {cause: index + 1 for index, cause in enumerate(CAUSES)}


def code_of(cause: Bucket) -> int:
    """Position of a cause in CAUSE_NAMES."""
    return _CODES[cause]


@dataclass(frozen=True)
class Rows:
    """Rows of one side.

    number, channel: the reference, channel being a position in PREFIXES. currency: a position
    in CURRENCIES. day: epoch day. amount, original: signed, in units of 0.01; pair: a position
    in PAIRS, -1 without an original amount. quoted: the reference number that a reversal names,
    0 for none. order: file order, the day plus a fraction.
    """

    number: Ints
    channel: Ints
    party: Ints
    currency: Ints
    account: Ints
    day: Ints
    amount: Ints
    original: Ints
    pair: Ints
    quoted: Ints
    order: Floats

    def __len__(self) -> int:
        return len(self.number)

    def take(self, index: Ints) -> "Rows":
        """The rows at some positions."""
        return Rows(**{f.name: getattr(self, f.name)[index] for f in fields(self)})

    def put(self, index: Ints, other: "Rows") -> "Rows":
        """A copy in which other rows stand at some positions."""
        columns = {f.name: getattr(self, f.name).copy() for f in fields(self)}
        for name, column in columns.items():
            column[index] = getattr(other, name)
        return Rows(**columns)

    def reordered(self, generator: np.random.Generator) -> "Rows":
        """The same rows somewhere else within their day."""
        return replace(self, order=self.day + generator.random(len(self)))

    def later(self, generator: np.random.Generator) -> "Rows":
        """The same rows, later within their day than these."""
        left_of_day = self.day + 1 - self.order
        return replace(self, order=self.order + left_of_day * generator.random(len(self)))


def join_rows(parts: Sequence[Rows]) -> Rows:
    """One after the other."""
    return Rows(
        **{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Rows)}
    )


@dataclass(frozen=True)
class Labels:
    """Pairs of positions in a block's left and right rows, NO_ROW for none, and their cause."""

    left: Ints
    right: Ints
    cause: Ints


def label_pairs(left: Ints, right: Ints, cause: int) -> Labels:
    """Both rows belong together."""
    return Labels(left, right, np.full(len(left), cause, dtype=np.int64))


def label_left(left: Ints, cause: Bucket) -> Labels:
    """Left rows without a counterpart."""
    nobody = np.full(len(left), NO_ROW, dtype=np.int64)
    return label_pairs(left, nobody, code_of(cause))


def label_right(right: Ints, cause: Bucket) -> Labels:
    """Right rows without a counterpart."""
    nobody = np.full(len(right), NO_ROW, dtype=np.int64)
    return label_pairs(nobody, right, code_of(cause))


def join_labels(parts: Sequence[Labels]) -> Labels:
    """One after the other."""
    return Labels(
        left=np.concatenate([part.left for part in parts]),
        right=np.concatenate([part.right for part in parts]),
        cause=np.concatenate([part.cause for part in parts]),
    )


@dataclass(frozen=True)
class Block:
    """Rows of both sides and what is true about them."""

    left: Rows
    right: Rows
    labels: Labels

    def mirrored(self) -> "Block":
        """The same with the sides changed; a missing row is now missing on the other side."""
        left_code, right_code = code_of(Bucket.MISSING_LEFT), code_of(Bucket.MISSING_RIGHT)
        cause = self.labels.cause.copy()
        cause[self.labels.cause == left_code] = right_code
        cause[self.labels.cause == right_code] = left_code
        labels = Labels(self.labels.right, self.labels.left, cause)
        return Block(self.right, self.left, labels)


def paired(left: Rows, right: Rows, cause: int) -> Block:
    """Left and right rows that belong together one to one."""
    index = np.arange(len(left))
    return Block(left, right, label_pairs(index, index, cause))


def join_blocks(parts: Sequence[Block]) -> Block:
    """One after the other; labels move along."""
    labels, left_rows, right_rows = [], 0, 0
    for part in parts:
        left = np.where(part.labels.left == NO_ROW, NO_ROW, part.labels.left + left_rows)
        right = np.where(part.labels.right == NO_ROW, NO_ROW, part.labels.right + right_rows)
        labels.append(Labels(left, right, part.labels.cause))
        left_rows += len(part.left)
        right_rows += len(part.right)
    return Block(
        left=join_rows([part.left for part in parts]),
        right=join_rows([part.right for part in parts]),
        labels=join_labels(labels),
    )
