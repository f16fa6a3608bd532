from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import numpy as np
import polars as pl

from tieout.detect.novelty.matrix import number_matrix, usable_columns, varying
from tieout.model.table import ColumnFacts, Kind, Table


def test_a_matrix_has_the_columns_asked_for_in_that_order(
    number_table: Callable[..., Table],
) -> None:
    table = number_table({"a": np.array([1.0, 2.0]), "b": np.array([3.0, 4.0])})
    assert number_matrix(table, ("b", "a")).tolist() == [[3.0, 1.0], [4.0, 2.0]]


def test_what_is_missing_or_infinite_is_nan(number_table: Callable[..., Table]) -> None:
    table = number_table({"a": np.array([1.0, np.nan, np.inf, -np.inf])})
    assert np.isnan(number_matrix(table, ("a",))[:, 0]).tolist() == [False, True, True, True]


def test_a_column_that_is_not_there_is_missing_throughout(
    number_table: Callable[..., Table],
) -> None:
    table = number_table({"a": np.array([1.0, 2.0])})
    values = number_matrix(table, ("gone", "a"))
    assert np.isnan(values[:, 0]).all()
    assert values[:, 1].tolist() == [1.0, 2.0]


def test_no_column_at_all_gives_a_matrix_of_no_columns(number_table: Callable[..., Table]) -> None:
    assert number_matrix(number_table({"a": np.array([1.0, 2.0])}), ()).shape == (2, 0)


def test_constant_and_empty_columns_are_not_used(number_table: Callable[..., Table]) -> None:
    table = number_table(
        {
            "amount": np.array([1.0, 5.0, 2.0]),
            "same": np.array([7.0, 7.0, np.nan]),
            "empty": np.full(3, np.nan),
        }
    )
    assert usable_columns(table) == ("amount",)


def test_only_numbers_that_name_nothing_are_used() -> None:
    frame = pl.DataFrame(
        {
            "number": [1.0, 2.0],
            "identifier": [10.0, 11.0],
            "label": ["a", "b"],
            "moment": [datetime(2024, 1, 1), datetime(2024, 1, 2)],  # noqa: DTZ001
        }
    )
    facts = (
        ColumnFacts("number", Kind.NUMBER, 2, 0),
        ColumnFacts("identifier", Kind.NUMBER, 2, 0, is_identifier=True),
        ColumnFacts("label", Kind.CATEGORY, 2, 0),
        ColumnFacts("moment", Kind.TIME, 2, 0),
    )
    assert usable_columns(Table(frame, np.array([1, 2]), facts)) == ("number",)


def test_seconds_since_the_start_are_a_clock_whatever_their_name(
    number_table: Callable[..., Table],
) -> None:
    random = np.random.default_rng(0)
    table = number_table(
        {
            "x": np.cumsum(random.exponential(size=500)),
            "amount": random.exponential(size=500),
        }
    )
    assert usable_columns(table) == ("amount",)


def test_a_table_sorted_by_amount_keeps_its_amounts(number_table: Callable[..., Table]) -> None:
    amounts = np.sort(np.exp(1.5 * np.random.default_rng(1).normal(size=500)))
    assert usable_columns(number_table({"amount": amounts})) == ("amount",)


def test_few_rows_are_never_taken_for_a_clock(number_table: Callable[..., Table]) -> None:
    assert usable_columns(number_table({"n": np.arange(50.0)})) == ("n",)


def test_a_growing_column_with_gaps_is_no_clock(number_table: Callable[..., Table]) -> None:
    values = np.arange(200.0)
    values[5] = np.nan
    assert usable_columns(number_table({"n": values})) == ("n",)


def test_a_column_varies_when_two_known_values_differ() -> None:
    nan = np.nan
    values = np.array([[1.0, 1.0, nan, nan], [2.0, 1.0, nan, 3.0], [nan, nan, nan, nan]])
    assert varying(values).tolist() == [True, False, False, False]


def test_nothing_varies_where_there_are_no_rows() -> None:
    assert varying(np.empty((0, 2))).tolist() == [False, False]


def test_facts_of_identifiers_are_heeded_when_they_change(
    number_table: Callable[..., Table],
) -> None:
    table = number_table({"a": np.array([1.0, 2.0]), "b": np.array([3.0, 4.0])})
    named = replace(table.columns[0], is_identifier=True)
    assert usable_columns(replace(table, columns=(named, table.columns[1]))) == ("b",)


def test_a_row_alone_is_what_it_is_among_others(number_table: Callable[..., Table]) -> None:
    table = number_table(
        {"a": np.array([1.0, np.nan, np.inf]), "b": np.array([0.5, -2.0, 3.0]), "c": np.zeros(3)}
    )
    table = replace(
        table,
        frame=table.frame.with_columns(
            pl.Series("b", [7, None, 9]), pl.Series("c", ["4", "5", "6"]).cast(pl.Decimal(9, 2))
        ),
    )
    together = number_matrix(table, ("a", "b", "c", "gone"))
    for place in range(3):
        alone = number_matrix(table.take(np.array([place])), ("a", "b", "c", "gone"))
        np.testing.assert_array_equal(alone[0], together[place])
