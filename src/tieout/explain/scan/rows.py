"""Why some rows have an outcome, or depart from what was expected: exact at ten million rows."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tieout.explain.scan.columns import CELLS_MAX, Columns, capped_columns
from tieout.explain.scan.effects import risk_ratio
from tieout.explain.scan.families import Floats, Measures, Outcomes
from tieout.explain.scan.peel import CAUSES_MAX, Candidate, Peeled, peel
from tieout.explain.scan.result import Cause, Condition, Scan, Verdict
from tieout.explain.scan.tables import Weights
from tieout.model.special import normal_below

DEPTH: Final = 3
_NOTHING: Final = Scan(Verdict.QUIET, (), 0)


def scan_outcomes(
    codes: Sequence[NDArray[Any]],
    outcomes: NDArray[Any],
    *,
    trials: NDArray[Any] | None = None,
    depth: int = DEPTH,
    cells_max: int = CELLS_MAX,
    named_only: bool = False,
) -> Scan:
    """Find the combinations of attribute values in which outcomes are more frequent than elsewhere.

    codes: one array of whole numbers from 0 per attribute (uint8, uint16, int32, ...), a row each.
    outcomes: of each row, true/false or 0/1; with `trials`, how many of these had the outcome.
    depth: attributes in a condition, at most 3. cells_max: that are counted; rarer values of an
        attribute are left out of conditions where there would be more. named_only: combinations
        that are not named as causes are left out of the answer.

    Each combination's rate against that of all other rows, by a beta-binomial Bayes factor with
    priors over depths, attributes and values that sum to one; so data in which outcomes have no
    cause raise one with a chance of at most e**-5. The best is named, its rows are taken away, and
    so on ("peeling", as bump hunting does: Friedman and Fisher, Statistics and Computing 9, 1999).

    Raises ValueError for codes below 0, arrays of unequal length, and more outcomes than trials.
    """
    columns = capped_columns(codes, depth=depth, cells_max=cells_max)
    _require_length(columns, outcomes)
    if not columns.rows:
        return _NOTHING
    weights: Weights = [None, outcomes.astype(bool)]
    if trials is not None:
        if bool((outcomes > trials).any()):
            raise ValueError("more outcomes than trials in a row")
        weights = [trials.astype(np.float64), outcomes.astype(np.float64)]
    peeled = peel(columns, weights, Outcomes(), depth=depth, named_only=named_only)
    if len(peeled.causes) >= CAUSES_MAX:
        # So many are no causes, but the way in which cells differ.
        peeled = peel(
            columns, weights, Outcomes(), depth=depth, differing=True, named_only=named_only
        )
    return _scan(peeled, _outcome_causes(peeled, columns))


def scan_measures(
    codes: Sequence[NDArray[Any]],
    values: NDArray[Any],
    expected: NDArray[Any],
    *,
    depth: int = DEPTH,
    cells_max: int = CELLS_MAX,
) -> Scan:
    """Find the combinations in which an additive measure departs from what was expected of it.

    codes: as in `scan_outcomes`. values, expected: of each row. Their differences d enter by the
    number of rows, sum d and sum d2 of a combination: a mean of its own against the usual one, with
    a variance of its own in either case (see `families.Measures`).

    In the causes, `outcome_rate` and `expected_rate` are means of a row, `risk_ratio` is the
    ratio of value to expectation inside over the same outside.

    Raises ValueError for codes below 0 and arrays of unequal length.
    """
    columns = capped_columns(codes, depth=depth, cells_max=cells_max)
    _require_length(columns, values)
    _require_length(columns, expected)
    if not columns.rows:
        return _NOTHING
    apart = values.astype(np.float64) - expected.astype(np.float64)
    family = Measures(centre=float(np.median(apart)))
    peeled = peel(columns, [np.ones(len(apart)), apart, apart**2], family, depth=depth)
    causes = _measure_causes(peeled, columns, values.astype(np.float64), apart)
    return _scan(peeled, causes)


def _require_length(columns: Columns, values: NDArray[Any]) -> None:
    if columns.codes and len(values) != columns.rows:
        raise ValueError("the columns and the values are not of equal length")


def _scan(peeled: Peeled, causes: tuple[Cause, ...]) -> Scan:
    verdict = Verdict.NAMED if peeled.causes else Verdict.QUIET
    return Scan(verdict, causes, peeled.combinations)


def _given(columns: Columns, condition: Condition) -> Condition:
    """The condition in the codes that were given."""
    return tuple((attribute, int(columns.kept[attribute][code])) for attribute, code in condition)


def _outcome_causes(peeled: Peeled, columns: Columns) -> tuple[Cause, ...]:
    listed = (*peeled.causes, *peeled.others)
    if not listed:
        return ()
    trials, counts = np.stack([each.sums for each in listed], axis=1)
    all_trials, all_counts = peeled.totals
    ratio = risk_ratio(
        counts,
        trials,
        np.maximum(all_counts - counts, 0.0),
        np.maximum(all_trials - trials, 0.0),
        inflation=np.ones(len(listed)),
    )
    # What is usual is the rate of the rows that are in no cause.
    base = float(peeled.rest[1] / max(float(peeled.rest[0]), 1.0))
    explained = np.clip((counts - trials * base) / max(float(all_counts), 1.0), 0.0, 1.0)
    corrected = np.minimum(ratio.p_value * peeled.combinations, 1.0)
    return tuple(
        Cause(
            condition=_given(columns, each.condition),
            support=float(trials[at]),
            outcome_rate=float(counts[at] / trials[at]),
            expected_rate=base,
            risk_ratio=float(ratio.ratio[at]),
            ratio_low=float(ratio.low[at]),
            ratio_high=float(ratio.high[at]),
            p_value=float(corrected[at]),
            explained_share=float(explained[at]),
            evidence=each.evidence,
            named=at < len(peeled.causes),
        )
        for at, each in enumerate(listed)
    )


def _measure_causes(
    peeled: Peeled, columns: Columns, values: Floats, apart: Floats
) -> tuple[Cause, ...]:
    listed = (*peeled.causes, *peeled.others)
    return tuple(
        _measure_cause(each, peeled, columns, values, apart, named=at < len(peeled.causes))
        for at, each in enumerate(listed)
    )


def _measure_cause(
    each: Candidate,
    peeled: Peeled,
    columns: Columns,
    values: Floats,
    apart: Floats,
    *,
    named: bool,
) -> Cause:
    inside = np.ones(columns.rows, dtype=bool)
    for attribute, code in each.condition:
        inside &= columns.codes[attribute] == code
    rows = float(each.sums[0])
    value, expected = float(values[inside].sum()), float((values - apart)[inside].sum())
    rest_value = float(values.sum()) - value
    rest_expected = float((values - apart).sum()) - expected
    # Standard error of the sum of the departures.
    sum_error = float(np.sqrt(max(each.sums[2] - each.sums[1] ** 2 / max(rows, 1.0), 0.0)))
    error = sum_error / abs(expected) if expected else np.nan
    elsewhere = rest_value / rest_expected if rest_expected else np.nan
    ratio = value / expected / elsewhere if expected and elsewhere else np.nan
    reach = 1.96 * error / abs(elsewhere) if elsewhere else np.nan
    rest_rows = max(float(peeled.totals[0]) - rows, 1.0)
    shift = float(each.sums[1]) - rows * (float(peeled.totals[1]) - float(each.sums[1])) / rest_rows
    p_value = 2 * float(normal_below(-abs(shift) / sum_error)) if sum_error else 0.0
    whole = float(peeled.totals[1])
    return Cause(
        condition=_given(columns, each.condition),
        support=rows,
        outcome_rate=value / rows,
        expected_rate=expected / rows,
        risk_ratio=ratio,
        ratio_low=ratio - reach,
        ratio_high=ratio + reach,
        p_value=min(p_value * peeled.combinations, 1.0),
        explained_share=float(np.clip(each.sums[1] / whole, 0.0, 1.0)) if whole else 0.0,
        evidence=each.evidence,
        named=named,
    )
