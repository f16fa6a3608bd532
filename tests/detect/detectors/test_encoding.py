from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.detect.detectors.encoding import Vocabulary, require, vocabularies
from tieout.model.table import Table


def test_labels_are_coded_by_their_order() -> None:
    vocabulary = Vocabulary(("a", "b", "c"))
    codes = vocabulary.encode(pl.Series(["c", "a", "b"]))
    assert codes.tolist() == [2, 0, 1]


def test_unseen_and_missing_labels_have_codes_of_their_own() -> None:
    vocabulary = Vocabulary(("a", "b"))
    codes = vocabulary.encode(pl.Series(["z", None, "a"]))
    assert codes.tolist() == [vocabulary.unseen, vocabulary.missing, 0]
    assert vocabulary.size == 4


@given(st.lists(st.sampled_from(["a", "b", "zz", "", None]), max_size=12))
def test_many_rows_are_coded_as_few_are(labels: list[str | None]) -> None:
    vocabulary = Vocabulary(("", "a", "b"))
    few = vocabulary.encode(pl.Series(labels, dtype=pl.String))
    many = vocabulary.encode(pl.Series(labels * 300, dtype=pl.String))
    assert many.tolist() == few.tolist() * 300


def test_one_label_is_coded_as_in_a_column() -> None:
    vocabulary = Vocabulary(("a", "b"))
    assert [vocabulary.code(label) for label in ("b", "z", None)] == [1, 2, 3]


def test_a_vocabulary_holds_the_labels_of_history_once(make_table: Callable[..., Table]) -> None:
    table = make_table({"kind": ["b", "a", None, "b"]})
    assert vocabularies(table, ["kind"])[0].labels == ("a", "b")


def test_numbers_can_be_groups_too() -> None:
    table = Table(pl.DataFrame({"store": [3, 1, 3]}), np.arange(1, 4), ())
    vocabulary = vocabularies(table, ["store"])[0]
    assert vocabulary.labels == ("1", "3")
    assert vocabulary.encode(table.frame["store"]).tolist() == [1, 0, 1]


def test_a_missing_column_is_named(make_table: Callable[..., Table]) -> None:
    with pytest.raises(ValueError, match="columns are missing: account, desk"):
        require(make_table({"kind": ["a"]}), ["account", "kind", "desk"])


def test_labels_kept_once_have_the_codes_of_their_text() -> None:
    texts = pl.Series("label", ["b", None, "x", "a"] * 100)
    vocabulary = Vocabulary(("a", "b"))
    codes = vocabulary.encode(texts.cast(pl.Categorical))
    assert codes.dtype == np.int32
    assert codes.tolist() == vocabulary.encode(texts).tolist() == [1, 3, 2, 0] * 100
    assert (
        vocabulary.encode(pl.Series("label", [None] * 300, dtype=pl.Categorical)).tolist()
        == [vocabulary.missing] * 300
    )
