import json

import numpy as np
import polars as pl
import pytest

from tieout.detect.views.patterns import Patterns
from tieout.detect.views.quantities import number_columns


def history(**missing: int) -> pl.DataFrame:
    """A thousand rows of sizes; so many of the first rows of a column are missing."""
    columns = {}
    for name in ("quantity", "value"):
        values = np.linspace(1.0, 9.0, 1_000)
        values[: missing.get(name, 0)] = np.nan
        columns[name] = pl.Series(values).fill_nan(None)
    return pl.DataFrame(columns)


NAMES = ["quantity", "value"]


def log_p(patterns: Patterns, frame: pl.DataFrame) -> list[float]:
    columns = number_columns(frame, NAMES)
    return [float(value) for value in patterns.log_p(columns, frame.height)]


def test_the_p_value_is_the_share_of_rows_with_a_pattern_as_rare() -> None:
    patterns = Patterns.fitted(history(value=4), NAMES)
    judged = pl.DataFrame({"quantity": [2.0, 2.0], "value": [None, 3.0]})
    rare, usual = log_p(patterns, judged)
    assert rare == pytest.approx(np.log(5 / 1_001))
    assert usual == 0.0


def test_a_pattern_never_seen_has_a_p_value_too() -> None:
    patterns = Patterns.fitted(history(value=4), NAMES)
    judged = pl.DataFrame({"quantity": [None, None], "value": [3.0, None]}).cast(pl.Float64)
    assert log_p(patterns, judged) == pytest.approx([np.log(1 / 1_001)] * 2)


def test_two_columns_missing_together_are_a_pattern_of_their_own() -> None:
    patterns = Patterns.fitted(history(quantity=30, value=4), NAMES)
    judged = pl.DataFrame(
        {"quantity": [None, None, 2.0], "value": [2.0, None, None]},
        schema=dict.fromkeys(NAMES, pl.Float64),
    )
    alone, together, never = log_p(patterns, judged)
    # 26 rows lack the quantity alone, 4 lack both, none lacks the value alone.
    assert alone == pytest.approx(np.log(31 / 1_001))
    assert together == pytest.approx(np.log(5 / 1_001))
    assert never == pytest.approx(np.log(1 / 1_001))


def test_it_says_nothing_where_values_are_commonly_missing() -> None:
    patterns = Patterns.fitted(history(value=400), NAMES)
    judged = pl.DataFrame(
        {"quantity": [2.0], "value": [None]}, schema=dict.fromkeys(NAMES, pl.Float64)
    )
    assert log_p(patterns, judged) == [0.0]
    assert patterns.watched["quantity"] == (1, 2, 3)
    assert 1 not in patterns.watched["value"]


def test_a_size_that_is_zero_or_below_is_a_pattern() -> None:
    patterns = Patterns.fitted(history(), NAMES)
    judged = pl.DataFrame({"quantity": [0.0, -1.0, 1.0], "value": [2.0, 2.0, 2.0]})
    zero, below, usual = log_p(patterns, judged)
    assert zero == below == pytest.approx(np.log(1 / 1_001))
    assert usual == 0.0


def test_signs_say_nothing_in_a_column_that_has_both() -> None:
    frame = history().with_columns(value=pl.Series(np.linspace(-5.0, 5.0, 1_000)))
    patterns = Patterns.fitted(frame, NAMES)
    judged = pl.DataFrame({"quantity": [2.0, 2.0], "value": [-4.0, 0.0]})
    assert log_p(patterns, judged) == [0.0, 0.0]
    assert patterns.watched["value"] == (1,)


def test_common_zeros_say_nothing_and_negatives_still_do() -> None:
    taxes = np.where(np.arange(1_000) % 2 == 0, 0.0, 7.0)
    patterns = Patterns.fitted(history().with_columns(value=pl.Series(taxes)), NAMES)
    judged = pl.DataFrame({"quantity": [2.0, 2.0], "value": [0.0, -7.0]})
    zero, below = log_p(patterns, judged)
    assert zero == 0.0
    assert below == pytest.approx(np.log(1 / 1_001))


def test_one_pattern_in_all_of_history_is_not_worth_a_p_value() -> None:
    assert not Patterns.fitted(history(), NAMES).tells
    assert Patterns.fitted(history(value=4), NAMES).tells


def test_it_counts_how_often_a_pattern_was_seen_and_names_it() -> None:
    patterns = Patterns.fitted(history(quantity=30, value=4), NAMES)
    judged = pl.DataFrame({"quantity": [None, 0.0], "value": [2.0, -1.0]})
    columns = number_columns(judged, NAMES)
    assert patterns.seen(columns, 2).tolist() == [26, 0]
    assert patterns.words(columns, 0) == "quantity is missing"
    assert patterns.words(columns, 1) == "quantity is zero and value is below zero"


def test_rare_patterns_are_as_rare_as_their_p_values_say() -> None:
    frame = history(quantity=40, value=12)
    found = np.exp(log_p(Patterns.fitted(frame, NAMES), frame))
    for level in (0.02, 0.05):
        assert (found <= level).mean() <= level


def test_patterns_are_restored_from_json_and_arrays() -> None:
    patterns = Patterns.fitted(history(quantity=30, value=4), NAMES)
    state = {
        key: value if isinstance(value, np.ndarray) else json.loads(json.dumps(value))
        for key, value in patterns.state().items()
    }
    again = Patterns.restored(state)
    judged = history(quantity=7, value=3)
    assert log_p(again, judged) == log_p(patterns, judged)
    assert again.watched == patterns.watched


def test_no_columns_have_one_pattern() -> None:
    patterns = Patterns.fitted(pl.DataFrame({"a": ["x", "y"]}), [])
    assert patterns.log_p({}, 2).tolist() == [0.0, 0.0]


def test_a_row_alone_has_the_p_value_that_it_has_in_company() -> None:
    patterns = Patterns.fitted(history(value=4, quantity=2), NAMES)
    frame = pl.DataFrame({"quantity": [2.0, None, 2.0, None], "value": [None, 3.0, 1.0, None]})
    assert [log_p(patterns, frame[[row]])[0] for row in range(4)] == log_p(patterns, frame)
