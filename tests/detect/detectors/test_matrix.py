from collections.abc import Callable
from datetime import datetime

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.detect.detectors.encoding import Vocabulary
from tieout.detect.detectors.matrix import (
    NO_MOMENT,
    group_codes,
    moments,
    number_column,
    number_matrix,
    number_names,
    sample_rows,
)
from tieout.model.table import ColumnFacts, Kind, Table


def test_all_numbers_are_taken_but_identifiers() -> None:
    frame = pl.DataFrame({"number": [1.0, 2.0], "amount": [5.0, 6.0], "kind": ["a", "b"]})
    facts = (
        ColumnFacts("number", Kind.NUMBER, 2, 0, is_identifier=True),
        ColumnFacts("amount", Kind.NUMBER, 2, 0),
        ColumnFacts("kind", Kind.CATEGORY, 2, 0),
    )
    table = Table(frame, np.array([1, 2]), facts)
    assert number_names(table, None) == ("amount",)
    assert number_names(table, ["number"]) == ("number",)


def test_chosen_columns_have_to_be_there(make_table: Callable[..., Table]) -> None:
    with pytest.raises(ValueError, match="columns are missing: price"):
        number_names(make_table({"amount": [1.0]}), ["price"])


def test_columns_stand_in_the_order_asked_for(make_table: Callable[..., Table]) -> None:
    table = make_table({"a": [1.0, 2.0], "b": [3.0, 4.0]})
    assert number_matrix(table, ["b", "a"]).tolist() == [[3.0, 1.0], [4.0, 2.0]]
    assert number_matrix(table, []).shape == (2, 0)


def test_what_is_not_finite_is_missing(make_table: Callable[..., Table]) -> None:
    table = make_table({"a": [1.0, np.inf, -np.inf, np.nan, None]})
    assert np.isnan(number_column(table, "a")).tolist() == [False, True, True, True, True]


def test_moments_are_microseconds_since_1970(make_table: Callable[..., Table]) -> None:
    when = [datetime.fromisoformat("1970-01-02T00:00:01"), None]
    found = moments(make_table({"when": when}), "when")
    assert found.tolist() == [86_401_000_000, NO_MOMENT]


def test_dates_are_moments_at_midnight() -> None:
    frame = pl.DataFrame({"when": pl.Series(["1970-01-03"]).str.to_date()})
    table = Table(frame, np.array([1]), (ColumnFacts("when", Kind.TIME, 1, 0),))
    assert moments(table, "when").tolist() == [2 * 86_400_000_000]


def test_without_a_grouping_column_all_rows_are_one_group(
    make_table: Callable[..., Table],
) -> None:
    table = make_table({"kind": ["a", None, "z"]})
    assert group_codes(table, None, Vocabulary(("",))).tolist() == [0, 0, 0]
    assert group_codes(table, "kind", Vocabulary(("a",))).tolist() == [0, 2, 1]


@given(st.integers(0, 500), st.integers(1, 200), st.integers(0, 9))
def test_samples_are_distinct_rows_in_order(rows: int, most: int, seed: int) -> None:
    sample = sample_rows(rows, most, seed)
    assert len(sample) == min(rows, most)
    assert (np.diff(sample) > 0).all()
    assert set(sample.tolist()) <= set(range(rows))
    assert sample.tolist() == sample_rows(rows, most, seed).tolist()
