import json

import numpy as np
import polars as pl
import pytest

from tieout.detect.views import groups
from tieout.detect.views.groups import Book, Keys, fits, paired, subset
from tieout.detect.views.peers import Coded

FRAME = pl.DataFrame(
    {
        "product": ["a", "b", None, "a", "b"],
        "seller": ["x", "x", "y", "y", "x"],
    }
)


def test_groups_are_numbered_in_order_of_their_first_row() -> None:
    keys = Keys.of(FRAME["product"])
    assert keys.values.to_list() == ["a", "b", None]
    assert keys.coded(FRAME["product"]).codes.tolist() == [0, 1, 2, 0, 1]


def test_a_value_never_seen_has_no_group() -> None:
    keys = Keys.of(FRAME["product"])
    assert keys.coded(pl.Series("other", ["b", "zzz", None])).codes.tolist() == [1, -1, 2]


def test_where_nothing_was_missing_a_missing_value_has_no_group() -> None:
    keys = Keys.of(FRAME["seller"])
    assert keys.coded(pl.Series([None, "y"], dtype=pl.String)).codes.tolist() == [-1, 1]


def test_pairs_are_groups_within_the_first_of_the_two() -> None:
    book = Book.of(FRAME, [("product", "seller"), ("seller",), ()])
    levels = book.levels(FRAME, [("product", "seller"), ("seller",), ()])
    wide, narrow = levels["product", "seller"]
    assert wide.codes.tolist() == [0, 1, 2, 0, 1]
    assert narrow.groups == 4
    assert narrow.codes[1] == narrow.codes[4]
    assert len(set(narrow.codes.tolist())) == 4
    assert levels[("seller",)][0].codes.tolist() == [0, 0, 1, 1, 0]
    assert levels[()] == []


def test_a_pair_never_seen_has_a_wider_group_only() -> None:
    book = Book.of(FRAME, [("product", "seller")])
    new = pl.DataFrame({"product": ["b", "a", "new"], "seller": ["y", "new", "x"]})
    wide, narrow = book.levels(new, [("product", "seller")])["product", "seller"]
    assert wide.codes.tolist() == [1, 0, -1]
    assert narrow.codes.tolist() == [-1, -1, -1]


def test_pairs_have_the_same_codes_in_search_and_in_use() -> None:
    random = np.random.default_rng(1)
    frame = pl.DataFrame(
        {name: random.integers(0, 9, 300).astype(str).tolist() for name in ("a", "b")}
    )
    book = Book.of(frame, [("a", "b")])
    wide, narrow = book.levels(frame, [("a", "b")])["a", "b"]
    second = book.columns["b"].coded(frame["b"])
    assert paired(wide, second).codes.tolist() == narrow.codes.tolist()


def test_a_book_is_restored_from_json_and_arrays() -> None:
    book = Book.of(FRAME, [("product", "seller"), ("seller",)])
    state = {
        key: value if isinstance(value, np.ndarray) else json.loads(json.dumps(value))
        for key, value in book.state().items()
    }
    again = Book.restored(state)
    new = pl.DataFrame({"product": [None, "b", "q"], "seller": ["y", "x", "x"]})
    wanted = [("product", "seller"), ("seller",)]
    for grouping, levels in book.levels(new, wanted).items():
        restored = again.levels(new, wanted)[grouping]
        assert [one.codes.tolist() for one in restored] == [one.codes.tolist() for one in levels]
        assert [one.groups for one in restored] == [one.groups for one in levels]


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (np.arange(90) // 3, True),
        (np.arange(90), False),
        (np.zeros(90, dtype=np.int64), False),
        (np.append(np.zeros(60, dtype=np.int64), np.arange(1, 31)), True),
    ],
    ids=["groups of three", "a value for each row", "one group", "some large groups"],
)
def test_groups_fit_when_enough_rows_have_company(
    codes: np.ndarray[tuple[int], np.dtype[np.int64]], expected: bool
) -> None:
    assert fits(Coded(codes, int(codes.max()) + 1)) is expected


def test_a_group_that_no_row_is_in_does_not_make_two() -> None:
    assert not fits(Coded(np.zeros(50, dtype=np.int64), 2))


def test_a_subset_keeps_the_number_of_groups() -> None:
    (part,) = subset([Coded(np.array([0, 1, 2]), 3)], np.array([2, 0]))
    assert part.codes.tolist() == [2, 0]
    assert part.groups == 3


@pytest.mark.parametrize("groups", [3, 5_000], ids=["marked", "sorted"])
def test_pairs_are_numbered_by_their_codes(groups: int) -> None:
    random = np.random.default_rng(2)
    first, second = (Coded(random.integers(0, groups, 400), groups) for _ in range(2))
    found = paired(first, second)
    distinct = sorted(set(zip(first.codes.tolist(), second.codes.tolist(), strict=True)))
    assert found.groups == len(distinct)
    expected = [distinct.index(each) for each in zip(first.codes, second.codes, strict=True)]
    assert found.codes.tolist() == expected


def test_labels_kept_once_have_the_groups_of_their_text() -> None:
    random = np.random.default_rng(4)
    labels = [("a", "b", "c", None)[place] for place in random.integers(0, 4, 200)]
    texts = pl.Series("label", labels, dtype=pl.String)
    packed = texts.cast(pl.Categorical)
    keys = Keys.of(packed)
    assert keys.values.equals(Keys.of(texts).values)
    assert keys.coded(packed).codes.tolist() == keys.coded(texts).codes.tolist()
    fewer = Keys.of(texts.filter(texts == "b"))
    assert fewer.coded(packed).codes.tolist() == fewer.coded(texts).codes.tolist()
    assert fewer.coded(packed.clear()).codes.tolist() == []


def test_pairs_have_the_same_codes_whether_listed_or_looked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    random = np.random.default_rng(4)
    frame = pl.DataFrame(
        {name: random.integers(0, 30, 400).astype(str).tolist() for name in ("a", "b")}
    )
    history = frame.head(200)
    listed = Book.of(history, [("a", "b")]).levels(frame, [("a", "b")])["a", "b"][1]
    monkeypatch.setattr(groups, "_CELLS_LISTED_MAX", 0)
    looked_for = Book.of(history, [("a", "b")]).levels(frame, [("a", "b")])["a", "b"][1]

    assert listed.codes.tolist() == looked_for.codes.tolist()
    assert (listed.codes < 0).any()
    assert listed.groups == looked_for.groups
