"""Rows that say no currency, beside others that do."""

from collections.abc import Callable
from typing import Any

import pytest

from tieout.reconcile.evidence.currencies import with_known_currencies
from tieout.reconcile.records import Residue

Explain = Callable[..., list[dict[str, Any]]]


@pytest.mark.parametrize(
    ("right", "bucket"),
    [
        ("right A 10.00 - 2024-03-05", "timing"),
        ("right A -10.00 - 2024-03-04", "sign_flip"),
        ("right A 10.01 - 2024-03-04", "rounding"),
        ("right A 10.00 USD 2024-03-04", "static_data"),
    ],
)
def test_a_row_that_says_no_currency_differs_in_none(
    explain: Explain, right: str, bucket: str
) -> None:
    (found,) = explain(f"""
        side key amount currency date
        left A 10.00 EUR 2024-03-04
        {right}
    """)
    assert (found["bucket"], found["currency"]) == (bucket, "EUR")
    assert " : " not in found["evidence"]


def test_it_stays_blank_where_the_other_side_has_none_or_two_of_the_key(
    residue: Callable[..., Residue],
) -> None:
    found = with_known_currencies(
        residue("""
            side key amount currency
            left A 1.00 EUR
            left B 1.00 EUR
            kin_left B 2.00 USD
            left - 1.00 EUR
            right A 3.00 -
            right B 3.00 -
            right C 3.00 -
            right - 3.00 -
            kin_right A 1.00 -
            right D 3.00 GBP
        """)
    )
    assert found.right["currency"].to_list() == ["EUR", "", "", "", "GBP"]
    assert found.kin_right["currency"].to_list() == ["EUR"]
    assert found.left["currency"].to_list() == ["EUR"] * 3
