"""Rare labels and pairs, told with their counts."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tieout.detect.detectors.encoding import CodeArray
from tieout.detect.detectors.pairs import PairRarity
from tieout.detect.detectors.values import ValueRarity
from tieout.model.facts import Reason

_REASONS_MAX = 3
Labels = Sequence[str | None]


def rows_reasons(
    labels: Sequence[Labels],
    columns: Sequence[str],
    codes: Sequence[CodeArray],
    values: Sequence[ValueRarity],
    pairs: Mapping[tuple[int, int], PairRarity],
) -> list[tuple[Reason, ...]]:
    """The labels and pairs of each row that weigh most, strongest first, at most three.

    labels: of each row, in the order of `columns`. codes: of each column, by row.
    """
    weighed = [value.evidence[code] for value, code in zip(values, codes, strict=True)]
    weighed += [pair.evidence(codes[a], codes[b]) for (a, b), pair in pairs.items()]
    if not weighed or not labels:
        return [() for _ in labels]
    table = np.column_stack(weighed)
    # Of equal ones labels come before pairs, in the order of columns.
    strongest = np.argsort(-table, axis=1, kind="stable")[:, :_REASONS_MAX]
    strongest[np.take_along_axis(table, strongest, axis=1) <= 0] = -1
    said: list[list[Reason | None]] = [[None] * strongest.shape[1] for _ in labels]
    # A column or pair at a time, so that counts of all its rows are looked up at once.
    for channel in np.unique(strongest[strongest >= 0]).tolist():
        rows, ranks = np.nonzero(strongest == channel)
        told = [labels[row] for row in rows.tolist()]
        if channel < len(values):
            reasons = _rare(columns, channel, told, values[channel], codes[channel][rows])
        else:
            (a, b), pair = list(pairs.items())[channel - len(values)]
            reasons = _apart(columns, (a, b), told, pair, (codes[a][rows], codes[b][rows]))
        for row, rank, reason in zip(rows.tolist(), ranks.tolist(), reasons, strict=True):
            said[row][rank] = reason
    return [tuple(reason for reason in reasons if reason is not None) for reasons in said]


def _rare(
    columns: Sequence[str],
    column: int,
    labels: Sequence[Labels],
    value: ValueRarity,
    codes: CodeArray,
) -> Iterator[Reason]:
    for row, count in zip(labels, value.counts[codes].tolist(), strict=True):
        text = f"{columns[column]} {row[column]} is in {count:,} of {value.rows:,} rows"
        yield Reason(text, (count, value.rows))


def _apart(
    columns: Sequence[str],
    places: tuple[int, int],
    labels: Sequence[Labels],
    pair: PairRarity,
    codes: tuple[NDArray[np.int32], NDArray[np.int32]],
) -> Iterator[Reason]:
    a, b = places
    total = pair.total
    counts = (pair.rows_with(*codes), pair.left_rows[codes[0]], pair.right_rows[codes[1]])
    for row, count, left, right in zip(labels, *(each.tolist() for each in counts), strict=True):
        expected = left * right / total
        text = (
            f"{columns[a]} {row[a]} and {columns[b]} {row[b]} are together in {count:,} of "
            f"{total:,} rows; they have {left:,} and {right:,} rows, so that chance would put "
            f"them together in {expected:,.1f}"
        )
        yield Reason(text, (count, total, left, right, expected))
