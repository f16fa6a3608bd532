import json

import numpy as np
import polars as pl
import pytest

from tieout.detect.drift import DRIFT_MAX, Outline
from tieout.model.table import ColumnFacts, Kind, Table


def table(seed: int = 1, *, rows: int = 4_000, shift: float = 0.0, labels: str = "abcd") -> Table:
    random = np.random.default_rng(seed)
    frame = pl.DataFrame(
        {
            "amount": random.normal(shift, 1.0, rows),
            "kind": random.choice(list(labels), rows),
            "id": [f"T{number}" for number in range(rows)],
        }
    )
    columns = (
        ColumnFacts("amount", Kind.NUMBER, rows, 0),
        ColumnFacts("kind", Kind.CATEGORY, len(labels), 0),
        ColumnFacts("id", Kind.CATEGORY, rows, 0, is_identifier=True),
    )
    return Table(frame=frame, rows=np.arange(1, rows + 1), columns=columns)


def test_rows_of_the_same_kind_have_not_drifted() -> None:
    found = Outline.of(table(1)).drift(table(2))
    assert {part.column for part in found} == {"amount", "kind"}
    assert max(part.index for part in found) < 0.02


def test_the_same_rows_have_not_moved_at_all() -> None:
    assert [part.index for part in Outline.of(table()).drift(table())] == [0.0, 0.0]


def test_a_shifted_number_is_named_first() -> None:
    first, second = Outline.of(table(1)).drift(table(2, shift=1.0))
    assert first.column == "amount"
    assert first.index > DRIFT_MAX > second.index


def test_labels_never_seen_are_another_population() -> None:
    first = Outline.of(table(1)).drift(table(2, labels="wxyz"))[0]
    assert first.column == "kind"
    assert first.index > 1.0


def test_the_index_is_that_of_its_definition() -> None:
    def halves(first: int, second: int) -> Table:
        labels = ["a"] * first + ["b"] * second
        facts = (ColumnFacts("kind", Kind.CATEGORY, 2, 0),)
        return Table(pl.DataFrame({"kind": labels}), np.arange(first + second), facts)

    (found,) = Outline.of(halves(50, 50)).drift(halves(80, 20))
    expected = (0.8 - 0.5) * np.log(0.8 / 0.5) + (0.2 - 0.5) * np.log(0.2 / 0.5)
    assert found.index == pytest.approx(expected)


def test_values_that_go_missing_count() -> None:
    gone = table(1)
    frame = gone.frame.with_columns(
        amount=pl.when(pl.int_range(pl.len()) % 2 == 0).then(pl.col("amount"))
    )
    found = Outline.of(table(1)).drift(Table(frame, gone.rows, gone.columns))
    assert found[0].column == "amount"
    assert found[0].index > DRIFT_MAX


def test_a_column_that_is_gone_has_moved_entirely() -> None:
    first = Outline.of(table(1)).drift(table(1).without(["kind"]))[0]
    assert (first.column, first.index) == ("kind", np.inf)


def test_empty_and_constant_columns_do_no_harm() -> None:
    frame = pl.DataFrame(
        {"none": [None, None], "one": [3.0, 3.0]}, schema_overrides={"none": pl.Float64}
    )
    facts = tuple(ColumnFacts(name, Kind.NUMBER, 1, 0) for name in frame.columns)
    rows = Table(frame, np.array([1, 2]), facts)
    assert [part.index for part in Outline.of(rows).drift(rows)] == [0.0, 0.0]


def test_saved_as_json_and_restored_it_says_the_same() -> None:
    outline = Outline.of(table(1))
    again = Outline.restored(json.loads(json.dumps(outline.state())))
    other = table(2, shift=0.3)
    assert again.drift(other) == outline.drift(other)
