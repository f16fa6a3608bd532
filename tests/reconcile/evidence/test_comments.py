"""What is read from comments."""

import polars as pl

from tieout.reconcile.evidence import keys_named_in
from tieout.reconcile.evidence.comments import named_tokens


def _rows(*comments: str) -> pl.DataFrame:
    return pl.DataFrame({"row": list(range(1, len(comments) + 1)), "comment": list(comments)})


def test_it_offers_each_way_of_writing_a_key() -> None:
    keys = keys_named_in(_rows("return of (inv-0012)")).to_list()

    assert {"INV-0012", "INV0012", "INV12", "0012", "12"} <= set(keys)


def test_a_reference_may_be_two_words() -> None:
    assert "INV0012" in keys_named_in(_rows("return of inv 0012")).to_list()


def test_words_without_digits_are_no_keys() -> None:
    assert keys_named_in(_rows("return of goods", "")).to_list() == []


def test_each_key_is_named_once() -> None:
    keys = keys_named_in(_rows("A-77 B-88", "B-88")).to_list()

    assert len(keys) == len(set(keys))
    assert keys == sorted(keys)


def test_no_rows_name_no_keys() -> None:
    assert keys_named_in(_rows()).to_list() == []


def test_tokens_stay_with_their_row() -> None:
    rows = pl.DataFrame({"index": [5, 6], "comment": ["x A77", "B88 y"]})

    tokens = named_tokens(rows).select("index", "token").rows()

    assert (5, "A77") in tokens
    assert (6, "B88") in tokens
    assert not {token for index, token in tokens if index == 5 and "88" in token}
