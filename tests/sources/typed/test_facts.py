import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.model.table import Kind
from tieout.sources.typed.facts import column_facts

CELLS = st.lists(st.sampled_from([None, "a", "b", "c", "d"]), max_size=30)


@given(CELLS)
def test_it_counts_what_differs_and_what_is_missing(cells: list[str | None]) -> None:
    facts = column_facts(pl.Series("city", cells, dtype=pl.String), Kind.CATEGORY)

    assert facts.missing == sum(cell is None for cell in cells)
    assert facts.distinct == len({cell for cell in cells if cell is not None})
    assert (facts.name, facts.kind) == ("city", Kind.CATEGORY)


@pytest.mark.parametrize(("cells", "distinct"), [([1.5, 2.5, None], 1), ([None], 0), ([], 0)])
def test_of_numbers_it_says_only_whether_there_are_any(
    cells: list[float | None], distinct: int
) -> None:
    facts = column_facts(pl.Series("paid", cells, dtype=pl.Float64), Kind.NUMBER)

    assert (facts.distinct, facts.missing) == (distinct, cells.count(None))


def test_nearly_every_row_has_a_value_of_its_own_in_an_identifier() -> None:
    own = [f"T{n}" for n in range(100)]

    assert column_facts(pl.Series(own), Kind.CATEGORY).is_identifier
    assert column_facts(pl.Series(own[:92] + ["x"] * 8), Kind.CATEGORY).is_identifier
    assert not column_facts(pl.Series(own[:89] + ["x"] * 11), Kind.CATEGORY).is_identifier


def test_missing_values_do_not_keep_a_column_from_being_an_identifier() -> None:
    cells = [f"T{n}" for n in range(60)] + [None] * 200

    assert column_facts(pl.Series(cells), Kind.CATEGORY).is_identifier


def test_few_rows_and_other_kinds_are_no_identifiers() -> None:
    assert not column_facts(pl.Series([f"T{n}" for n in range(50)]), Kind.CATEGORY).is_identifier
    numbers = pl.Series([float(n) for n in range(100)])
    assert not column_facts(numbers, Kind.NUMBER).is_identifier
