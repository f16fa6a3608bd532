"""Rare labels and pairs, told with their counts."""

from collections.abc import Mapping, Sequence

import numpy as np

from tieout.detect.detectors.encoding import Vocabulary
from tieout.detect.detectors.pairs import PairRarity
from tieout.detect.detectors.values import ValueRarity
from tieout.model.facts import Reason

_REASONS_MAX = 3


def row_reasons(
    row: Sequence[str | None],
    columns: Sequence[str],
    vocabularies: Sequence[Vocabulary],
    values: Sequence[ValueRarity],
    pairs: Mapping[tuple[int, int], PairRarity],
) -> tuple[Reason, ...]:
    """The labels and pairs of one row that weigh most, strongest first, at most three.

    row: its labels in the order of `columns`.
    """
    codes = [known.code(label) for known, label in zip(vocabularies, row, strict=True)]
    weighed: list[tuple[float, Reason]] = []
    for j, (code, value) in enumerate(zip(codes, values, strict=True)):
        if value.evidence[code] > 0:
            weighed.append(
                (float(value.evidence[code]), _rare(f"{columns[j]} {row[j]}", value, code))
            )
    for (a, b), pair in pairs.items():
        left, right = (np.array([codes[j]], dtype=np.int32) for j in (a, b))
        evidence = float(pair.evidence(left, right)[0])
        if evidence > 0:
            labels = f"{columns[a]} {row[a]} and {columns[b]} {row[b]}"
            weighed.append((evidence, _apart(labels, pair, codes[a], codes[b])))
    weighed.sort(key=lambda item: -item[0])
    return tuple(reason for _, reason in weighed[:_REASONS_MAX])


def _rare(label: str, value: ValueRarity, code: int) -> Reason:
    count = int(value.counts[code])
    return Reason(f"{label} is in {count:,} of {value.rows:,} rows", (count, value.rows))


def _apart(labels: str, pair: PairRarity, left: int, right: int) -> Reason:
    count = pair.count(left, right)
    total = int(pair.left_rows.sum())
    rows_left, rows_right = int(pair.left_rows[left]), int(pair.right_rows[right])
    expected = rows_left * rows_right / total
    return Reason(
        f"{labels} are together in {count:,} of {total:,} rows; they have {rows_left:,} and "
        f"{rows_right:,} rows, so that chance would put them together in {expected:,.1f}",
        (count, total, rows_left, rows_right, expected),
    )
