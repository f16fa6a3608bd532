"""Rare labels and pairs, told with their counts."""

from collections.abc import Mapping, Sequence

import numpy as np

from tieout.detect.detectors.encoding import CodeArray
from tieout.detect.detectors.pairs import PairRarity
from tieout.detect.detectors.values import ValueRarity
from tieout.model.facts import Reason

_REASONS_MAX = 3


def rows_reasons(
    labels: Sequence[Sequence[str | None]],
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
    which = list(pairs.items())

    def told(row: int, channel: int) -> Reason:
        said = labels[row]
        if channel < len(values):
            name = f"{columns[channel]} {said[channel]}"
            return _rare(name, values[channel], int(codes[channel][row]))
        (a, b), pair = which[channel - len(values)]
        names = f"{columns[a]} {said[a]} and {columns[b]} {said[b]}"
        return _apart(names, pair, int(codes[a][row]), int(codes[b][row]))

    return [
        tuple(told(row, channel) for channel in places if table[row, channel] > 0)
        for row, places in enumerate(strongest.tolist())
    ]


def _rare(label: str, value: ValueRarity, code: int) -> Reason:
    count = int(value.counts[code])
    return Reason(f"{label} is in {count:,} of {value.rows:,} rows", (count, value.rows))


def _apart(labels: str, pair: PairRarity, left: int, right: int) -> Reason:
    count = pair.count(left, right)
    total = pair.total
    rows_left, rows_right = int(pair.left_rows[left]), int(pair.right_rows[right])
    expected = rows_left * rows_right / total
    return Reason(
        f"{labels} are together in {count:,} of {total:,} rows; they have {rows_left:,} and "
        f"{rows_right:,} rows, so that chance would put them together in {expected:,.1f}",
        (count, total, rows_left, rows_right, expected),
    )
