"""Differences from another date's rate."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Explain = Callable[..., list[dict[str, Any]]]

_RATES = """date,currency,rate,quote
2024-03-01,EUR,1.0832,USD
2024-03-04,EUR,1.0855,USD
2024-03-05,EUR,1.0901,USD
2024-03-06,EUR,1.0899,USD
"""


@pytest.fixture
def rates(tmp_path: Path) -> str:
    path = tmp_path / "rates.csv"
    path.write_text(_RATES)
    return str(path)


def test_it_names_the_date_whose_rate_was_used(explain: Explain, rates: str) -> None:
    (found,) = explain(
        """
        side   key  amount   date        currency  original_amount  original_currency
        left   A-1  1090.10  2024-03-05  USD       1000.00          EUR
        right  A-1  1083.20  2024-03-05  USD       1000.00          EUR
        """,
        spec={"rates": rates},
    )

    assert found["bucket"] == "fx_rate"
    assert found["evidence"] == (
        "right 1,083.20 USD / 1,000.00 EUR = 1.0832, the rate of 2024-03-03; "
        "left uses 1.0901 of 2024-03-05"
    )


def test_the_left_side_can_be_the_stale_one(explain: Explain, rates: str) -> None:
    (found,) = explain(
        """
        side   key  amount    date        currency  original_amount  original_currency
        left   A-1  -1085.50  2024-03-06  USD       1000.00          EUR
        right  A-1  -1089.90  2024-03-06  USD       -                -
        """,
        spec={"rates": rates},
    )

    assert found["bucket"] == "fx_rate"
    assert found["evidence"].startswith("left 1,085.50 USD / 1,000.00 EUR = 1.0855")


@pytest.mark.parametrize("right", ["1083.90", "900.00", "-1083.20"])
def test_an_amount_that_no_rate_gives_is_no_rate_difference(
    explain: Explain, rates: str, right: str
) -> None:
    (found,) = explain(
        f"""
        side   key  amount   date        currency  original_amount  original_currency
        left   A-1  1090.10  2024-03-05  USD       1000.00          EUR
        right  A-1  {right}  2024-03-05  USD       1000.00          EUR
        """,
        spec={"rates": rates},
    )

    assert found["bucket"] != "fx_rate" or found["bucket_confidence"] < 0.96


def test_without_an_original_amount_there_is_no_rate(explain: Explain, rates: str) -> None:
    (found,) = explain(
        """
        side   key  amount   date        currency
        left   A-1  1090.10  2024-03-05  USD
        right  A-1  1083.20  2024-03-05  USD
        """,
        spec={"rates": rates},
    )

    assert found["bucket"] != "fx_rate"


def test_a_difference_that_the_own_rate_explains_is_no_stale_rate(
    explain: Explain, rates: str
) -> None:
    (found,) = explain(
        """
        side   key  amount  date        currency  original_amount  original_currency
        left   A-1  0.11    2024-03-05  USD       0.10             EUR
        right  A-1  0.12    2024-03-05  USD       0.10             EUR
        """,
        spec={"rates": rates},
    )

    assert found["bucket"] == "rounding"


def test_rates_are_learnt_from_rows_that_tied(explain: Explain) -> None:
    tied = [
        {
            "currency": "USD",
            "amount_left": amount,
            "amount_right": amount,
            "date_left": day,
            "date_right": day,
            "original_amount_left": 5_000_000,
            "original_currency_left": "EUR",
        }
        for day, amount in ((19_783, 5_416_000), (19_786, 5_427_500), (19_787, 5_450_500))
    ]

    (found,) = explain(
        """
        side   key  amount   date        currency  original_amount  original_currency
        left   A-1  1090.10  2024-03-05  USD       1000.00          EUR
        right  A-1  1083.20  2024-03-05  USD       1000.00          EUR
        """,
        tied=tied,
    )

    assert found["bucket"] == "fx_rate"
    assert "the rate of 2024-03-01" in found["evidence"]


def test_rates_of_days_that_nobody_knows_are_a_weaker_guess(explain: Explain, rates: str) -> None:
    (found,) = explain(
        """
        side   key  amount   date        currency  original_amount  original_currency
        left   A-1  1090.10  2024-03-05  USD       1000.00          EUR
        right  A-1  1087.30  2024-03-05  USD       1000.00          EUR
        """,
        spec={"rates": rates},
    )

    assert found["bucket"] == "fx_rate"
    assert "but of none that is known" in found["evidence"]
    assert found["bucket_confidence"] < 0.95


def test_two_currencies_that_agree_at_the_days_rate_are_static_data(
    explain: Explain, rates: str
) -> None:
    (found,) = explain(
        """
        side   key  amount   date        currency
        left   A-1  1000.00  2024-03-05  EUR
        right  A-1  1090.10  2024-03-05  USD
        """,
        spec={"rates": rates},
    )

    assert found["bucket"] == "static_data"
    assert found["evidence"].endswith("equal at the rate of the day")


def test_two_currencies_at_another_days_rate_are_an_fx_difference(
    explain: Explain, rates: str
) -> None:
    (found,) = explain(
        """
        side   key  amount   date        currency
        left   A-1  1000.00  2024-03-05  EUR
        right  A-1  1085.50  2024-03-05  USD
        """,
        spec={"rates": rates},
    )

    assert found["bucket"] == "fx_rate"
    assert "the rate of 2024-03-04" in found["evidence"]


def test_where_many_dates_fit_a_fee_is_likelier(explain: Explain, tmp_path: Path) -> None:
    path = tmp_path / "rates.csv"
    days = [f"2024-02-{day:02},EUR,1.{1000 + 13 * day},USD" for day in range(1, 29)]
    path.write_text("\n".join(["date,currency,rate,quote", *days]))
    table = """
        side   key  amount  date        currency  original_amount  original_currency
        left   A-1  11.36   2024-02-28  USD       10.00            EUR
        right  A-1  11.20   2024-02-28  USD       10.00            EUR
    """

    alone = explain(table, spec={"rates": str(path)})[0]
    (beside,) = explain(table, spec={"rates": str(path), "fees": [{"fixed": "0.16"}]})

    assert alone["bucket"] == "fx_rate"
    assert beside["bucket"] == "fee_or_tax"
    assert beside["bucket_confidence"] < 0.7
