"""The severity table."""

from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tieout.detect.history.severity import LEVELS, Severity, SeverityTable, severities

HISTORY = pl.DataFrame({"amount": [50.0, 100.0, 150.0, 9.0], "currency": ["EUR"] * 3 + ["JPY"]})


def severity_of(
    amount: float, *, odd: bool = False, age: int | None = 0, currency: str = "EUR", **table: Any
) -> str:
    """Of one break, where the usual one is 100 EUR."""
    found = pl.DataFrame(
        {"amount": [amount], "currency": [currency], "anomalous": [odd], "age_days": [age]},
        schema_overrides={"age_days": pl.Int32},
    )
    return str(severities(found, HISTORY, SeverityTable(**table))[0])


@pytest.mark.parametrize(
    ("amount", "in_pattern", "out_of_pattern"),
    [
        (99.0, "low", "medium"),
        (100.0, "low", "high"),
        (499.0, "low", "high"),
        (500.0, "medium", "high"),
        (2_000.0, "high", "critical"),
    ],
)
def test_it_is_read_off_by_size_and_oddness(
    amount: float, in_pattern: str, out_of_pattern: str
) -> None:
    assert severity_of(amount) == in_pattern
    assert severity_of(amount, odd=True) == out_of_pattern


def test_what_is_old_matters_one_level_more_and_never_beyond_the_worst() -> None:
    assert severity_of(10.0, age=29) == "low"
    assert severity_of(10.0, age=30) == "medium"
    assert severity_of(9_999.0, odd=True, age=300) == "critical"
    assert severity_of(10.0, age=300, old_days=None) == "low"
    assert severity_of(10.0, age=None) == "low"


def test_size_is_by_what_is_usual_in_the_currency() -> None:
    assert severity_of(100.0, currency="JPY") == "medium"
    assert severity_of(100.0, currency="CHF") == "low"


def test_limits_may_be_amounts() -> None:
    limits: dict[str, Any] = {"amounts": (Decimal(1_000), Decimal(10_000), Decimal(100_000))}
    assert severity_of(999.0, **limits) == "low"
    assert severity_of(100_000.0, currency="CHF", **limits) == "high"


def test_a_table_may_have_fewer_limits() -> None:
    table: dict[str, Any] = {
        "times_usual": (2.0,),
        "in_pattern": ("low", "medium"),
        "out_of_pattern": ("high", "critical"),
    }
    assert severity_of(150.0, **table) == "low"
    assert severity_of(200.0, odd=True, **table) == "critical"


@pytest.mark.parametrize(
    "wrong",
    [
        {"times_usual": (1.0, 5.0)},
        {"times_usual": (5.0, 1.0, 20.0)},
        {"amounts": (Decimal(1), Decimal(1), Decimal(2))},
        {"in_pattern": ("low", "low", "low", "terrible")},
        {"old_days": -1},
        {"colour": "red"},
    ],
)
def test_a_table_that_does_not_hold_together_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SeverityTable(**wrong)


@given(
    first=st.floats(0, 1e9), second=st.floats(0, 1e9), odd=st.booleans(), age=st.integers(0, 400)
)
def test_more_money_is_never_less_severe(first: float, second: float, odd: bool, age: int) -> None:
    small, large = sorted((first, second))
    ranks = [
        LEVELS.index(Severity(severity_of(amount, odd=odd, age=age))) for amount in (small, large)
    ]
    assert ranks[0] <= ranks[1]


def test_no_breaks_have_no_severity() -> None:
    found = HISTORY.clear().with_columns(anomalous=pl.lit(value=True), age_days=pl.lit(0, pl.Int32))
    assert severities(found, HISTORY).to_list() == []
