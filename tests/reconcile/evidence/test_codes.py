"""Currencies, criteria and accounts."""

from collections.abc import Callable
from typing import Any

Explain = Callable[..., list[dict[str, Any]]]


def _tied(rows: int, **values: Any) -> list[dict[str, Any]]:
    return [{"currency": "EUR", "amount_left": 1, "amount_right": 1, **values} for _ in range(rows)]


def test_equal_numbers_in_two_currencies_are_static_data(explain: Explain) -> None:
    (found,) = explain("""
        side   key  amount  date        currency
        left   A-1  100.00  2024-03-05  EUR
        right  A-1  100.00  2024-03-05  USD
    """)

    assert found["bucket"] == "static_data"
    assert found["evidence"] == (
        "left 100.00 EUR against right 100.00 USD: equal numbers in two currencies"
    )


def test_other_numbers_in_two_currencies_stay_unknown(explain: Explain) -> None:
    (found,) = explain("""
        side   key  amount  date        currency
        left   A-1  100.00  2024-03-05  EUR
        right  A-1  108.00  2024-03-05  USD
    """)

    assert found["bucket"] == "unknown"
    assert "no rate explains it" in found["evidence"]


def test_a_criterion_that_differs_is_static_data(explain: Explain) -> None:
    (found,) = explain("""
        side   key  amount  date        criteria_product
        left   A-1  100.00  2024-03-05  GOLD
        right  A-1  100.00  2024-03-05  SILVER
    """)

    assert found["bucket"] == "static_data"
    assert "product differs (left GOLD, right SILVER)" in found["evidence"]


def test_a_code_outweighs_a_date_that_differs_as_well(explain: Explain) -> None:
    (found,) = explain("""
        side   key  amount  date        criteria_product
        left   A-1  100.00  2024-03-05  GOLD
        right  A-1  100.00  2024-03-06  SILVER
    """)

    assert found["bucket"] == "static_data"
    assert "1 business day apart" in found["evidence"]


def test_case_and_mapping_make_codes_equal(explain: Explain) -> None:
    found = explain(
        """
        side   key  amount  date        criteria_product
        left   A-1  100.00  2024-03-05  gold
        right  A-1  100.00  2024-03-06  GOLD
        left   A-2  100.00  2024-03-05  AU
        right  A-2  100.00  2024-03-06  GOLD
        left   A-3  100.00  2024-03-05  AG
        right  A-3  100.00  2024-03-06  GOLD
        """,
        spec={"mappings": {"product": {"AU": "GOLD"}}},
    )

    assert [each["bucket"] for each in found] == ["timing", "timing", "static_data"]


def test_an_account_that_differs_is_a_wrong_reference(explain: Explain) -> None:
    found = explain("""
        side   key  amount  date        account
        left   A-1  100.00  2024-03-05  1200
        right  A-1  100.00  2024-03-05  1300
        left   A-2  70.00   2024-03-05  1300
        right  A-2  70.00   2024-03-06  1300
        left   A-3  71.00   2024-03-05  1200
        right  A-3  71.00   2024-03-06  1200
    """)

    assert [each["bucket"] for each in found] == ["wrong_reference", "timing", "timing"]
    assert "account differs (left 1200, right 1300)" in found[0]["evidence"]


def test_accounts_of_two_charts_are_not_compared(explain: Explain) -> None:
    (found,) = explain("""
        side   key  amount  date        account
        left   A-1  100.00  2024-03-05  DE-17
        right  A-1  100.00  2024-03-06  1300
    """)

    assert found["bucket"] == "timing"


def test_tied_rows_show_which_account_stands_for_which(explain: Explain) -> None:
    found = explain(
        """
        side   key  amount  date        account
        left   A-1  100.00  2024-03-05  DE-17
        right  A-1  100.00  2024-03-06  1300
        left   A-2  100.00  2024-03-05  DE-17
        right  A-2  100.00  2024-03-06  1400
        """,
        tied=_tied(5, account_left="DE-17", account_right="1300")
        + _tied(5, account_left="DE-18", account_right="1400"),
    )

    assert [each["bucket"] for each in found] == ["timing", "wrong_reference"]


def test_a_criterion_named_account_is_a_wrong_reference(explain: Explain) -> None:
    (found,) = explain("""
        side   key  amount  date        criteria_account
        left   A-1  100.00  2024-03-05  X
        right  A-1  100.00  2024-03-05  Y
    """)

    assert found["bucket"] == "wrong_reference"
