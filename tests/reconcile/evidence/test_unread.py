"""Rows whose counterpart could not be read."""

from collections.abc import Callable
from dataclasses import replace

import polars as pl
import pytest

from tieout.reconcile.evidence import explain_residue
from tieout.reconcile.records import Residue
from tieout.reconcile.spec import EvidenceSpec

TABLE = """
    side key amount currency date
    left A 10.00 EUR 2024-03-04
    left A 10.00 EUR 2024-03-05
    left B 20.00 EUR -
    left - 30.00 EUR 2024-03-04
    kin_right A 10.00 EUR 2024-03-04
"""


@pytest.fixture
def breaks(residue: Callable[..., Residue]) -> pl.DataFrame:
    """The breaks of TABLE beside rejects with two of its keys, one of them often."""
    unread = pl.DataFrame({"row": [9, 3, 3, 4, 5, 6, 7], "key": ["B", "A", "A", "A", "A", "A", ""]})
    return explain_residue(replace(residue(TABLE), unread_right=unread), EvidenceSpec())


def test_rows_of_their_keys_are_neither_missing_nor_duplicates(breaks: pl.DataFrame) -> None:
    assert breaks.select("key", "bucket").rows() == [
        ("A", "unknown"),
        ("A", "unknown"),
        ("B", "unknown"),
        ("", "missing_right"),
    ]


def test_the_rejected_rows_are_named(breaks: pl.DataFrame) -> None:
    assert breaks["evidence"][1] == (
        "left 10.00 EUR on 2024-03-05; 4 right rows (3, 4, 5) have its key and could not be read: "
        "see rejects.csv"
    )
    assert breaks["evidence"][2] == (
        "left 20.00 EUR; right row 9 has its key and could not be read: see rejects.csv"
    )


def test_it_is_the_same_from_the_other_side(residue: Callable[..., Residue]) -> None:
    turned = residue("side key amount\nright A 1.00")
    unread = pl.DataFrame({"row": [2], "key": ["A"]})
    found = explain_residue(replace(turned, unread_left=unread), EvidenceSpec())
    assert found["evidence"].to_list() == [
        "right 1.00 EUR; left row 2 has its key and could not be read: see rejects.csv"
    ]
