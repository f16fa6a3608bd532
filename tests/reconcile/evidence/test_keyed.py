"""One row against one under the same key."""

from collections.abc import Callable
from typing import Any

import pytest

Explain = Callable[..., list[dict[str, Any]]]


def test_it_calls_equal_amounts_within_the_lag_timing(explain: Explain) -> None:
    (found,) = explain("""
        side   key  amount  date
        left   A-1  100.00  2024-03-05
        right  A-1  100.00  2024-03-07
    """)

    assert found["bucket"] == "timing"
    assert found["evidence"] == (
        "left 100.00 = right 100.00; left 2024-03-05, right 2024-03-07: "
        "2 business days apart, settlement lag 3"
    )
    assert found["side"] == "both"
    assert (found["amount_left"], found["amount_right"], found["difference"]) == (10_000, 10_000, 0)


def test_it_counts_the_lag_in_business_days(explain: Explain) -> None:
    (found,) = explain("""
        side   key  amount  date
        left   A-1  100.00  2024-03-07
        right  A-1  100.00  2024-03-12
    """)

    assert found["bucket"] == "timing"


def test_holidays_of_the_calendar_do_not_count(explain: Explain) -> None:
    table = """
        side   key  amount  date
        left   A-1  100.00  2024-05-02
        right  A-1  100.00  2024-05-08
    """

    assert explain(table)[0]["bucket"] == "unknown"
    assert explain(table, spec={"calendar": "GB"})[0]["bucket"] == "timing"


def test_beyond_the_lag_it_says_by_how_many_days(explain: Explain) -> None:
    (found,) = explain("""
        side   key  amount  date
        left   A-1  100.00  2024-03-04
        right  A-1  100.00  2024-03-15
    """)

    assert found["bucket"] == "unknown"
    assert found["bucket_confidence"] < 0.5
    assert "9 business days apart, 6 beyond the settlement lag of 3" in found["evidence"]


def test_over_a_month_end_timing_is_cut_off(explain: Explain) -> None:
    (found,) = explain("""
        side   key  amount  date
        left   A-1  100.00  2024-03-29
        right  A-1  100.00  2024-04-02
    """)

    assert found["bucket"] == "cut_off"
    assert "straddle the month end" in found["evidence"]


@pytest.mark.parametrize(("period", "bucket"), [("quarter", "timing"), ("month", "cut_off")])
def test_the_period_is_the_one_of_the_spec(explain: Explain, period: str, bucket: str) -> None:
    (found,) = explain(
        """
        side   key  amount  date
        left   A-1  100.00  2024-01-31
        right  A-1  100.00  2024-02-01
        """,
        spec={"period_end": period},
    )

    assert found["bucket"] == bucket


def test_far_over_a_month_end_is_no_cut_off(explain: Explain) -> None:
    (found,) = explain("""
        side   key  amount  date
        left   A-1  100.00  2024-03-11
        right  A-1  100.00  2024-04-12
    """)

    assert found["bucket"] == "unknown"


@pytest.mark.parametrize(("time", "bucket"), [("17:30", "cut_off"), ("16:59", "timing")])
def test_after_the_cut_off_hour_the_next_day_is_cut_off(
    explain: Explain, time: str, bucket: str
) -> None:
    (found,) = explain(
        f"""
        side   key  amount  date        time
        left   A-1  100.00  2024-03-05  {time}
        right  A-1  100.00  2024-03-06  -
        """,
        spec={"cut_off_hour": 17},
    )

    assert found["bucket"] == bucket


@pytest.mark.parametrize(
    ("left", "right", "bucket"),
    [
        ("100.00", "-100.00", "sign_flip"),
        ("100.00", "100.01", "rounding"),
        ("100.00", "99.99", "rounding"),
        ("100.00", "99.98", "unknown"),
        ("1234.00", "1324.00", "transposition"),
        ("1234.00", "123.40", "transposition"),
        ("1234.00", "500.00", "partial_payment"),
        ("100.00", "-40.00", "unknown"),
        ("0.00", "40.00", "unknown"),
        ("-500.00", "-200.00", "partial_payment"),
    ],
)
def test_it_names_the_form_of_a_difference(
    explain: Explain, left: str, right: str, bucket: str
) -> None:
    (found,) = explain(f"""
        side   key  amount   date
        left   A-1  {left}   2024-03-05
        right  A-1  {right}  2024-03-05
    """)

    assert found["bucket"] == bucket


@pytest.mark.parametrize(
    ("left", "right", "equation"),
    [
        ("100.00", "-100.00", "left 100.00 = -(right -100.00)"),
        ("99.99", "100.00", "right 100.00 - left 99.99 = 0.01, within one minor unit a line"),
        ("1000.00", "100.00", "left 1,000.00 = 10 x right 100.00"),
        ("12.00", "1200.00", "right 1,200.00 = 100 x left 12.00"),
        ("500.00", "1234.00", "right 1,234.00 - left 500.00 = 734.00 still open"),
        (
            "1243.00",
            "1234.00",
            (
                "left 1,243.00 - right 1,234.00 = 9.00, divisible by 9: "
                "digits 3 and 4 from the right swapped"
            ),
        ),
    ],
)
def test_its_equation_can_be_checked(
    explain: Explain, left: str, right: str, equation: str
) -> None:
    (found,) = explain(f"""
        side   key  amount   date
        left   A-1  {left}   2024-03-05
        right  A-1  {right}  2024-03-05
    """)

    assert found["evidence"] == equation


def test_a_minor_unit_is_that_of_the_currency(explain: Explain) -> None:
    table = """
        side   key  amount   date        currency
        left   A-1  5000.00  2024-03-05  JPY
        right  A-1  5001.00  2024-03-05  JPY
        left   B-1  5000.00  2024-03-05  EUR
        right  B-1  5001.00  2024-03-05  EUR
    """

    assert [found["bucket"] for found in explain(table)] == ["rounding", "unknown"]


def test_amounts_that_were_swapped_between_keys_stay_two_breaks(explain: Explain) -> None:
    found = explain("""
        side   key  amount  date
        left   A-1  731.00  2024-03-05
        left   A-2  500.00  2024-03-05
        right  A-1  500.00  2024-03-05
        right  A-2  731.00  2024-03-05
    """)

    assert [(each["left_rows"], each["right_rows"]) for each in found] == [([1], [1]), ([2], [2])]


def test_confidence_is_shared_by_all_forms_that_fit(explain: Explain) -> None:
    # 0.01 is a rounding difference, and the fee that the spec gives.
    table = """
        side   key  amount  date
        left   A-1  100.00  2024-03-05
        right  A-1  100.01  2024-03-05
    """

    alone = explain(table)[0]
    (shared,) = explain(table, spec={"fees": [{"fixed": "0.01"}]})

    assert alone["bucket"] == shared["bucket"] == "rounding"
    assert shared["bucket_confidence"] < 0.6 < alone["bucket_confidence"]


def test_records_that_agree_in_all_we_know_are_unknown(explain: Explain) -> None:
    (found,) = explain("""
        side   key  amount  date
        left   A-1  100.00  2024-03-05
        right  A-1  100.00  2024-03-05
    """)

    assert found["bucket"] == "unknown"
    assert found["evidence"] == "left 100.00 = right 100.00; both on 2024-03-05"


def test_rows_without_dates_are_compared_by_amount(explain: Explain) -> None:
    found = explain("""
        side   key  amount  date
        left   A-1  100.00  -
        right  A-1  100.01  -
        left   A-2  7.00    -
    """)

    assert [each["bucket"] for each in found] == ["rounding", "missing_right"]


def test_keys_are_shown_as_the_left_file_has_them(explain: Explain) -> None:
    (found,) = explain("""
        side   key  key_text  amount  date
        left   A1   a-1       100.00  2024-03-05
        right  A1   A.1       100.00  2024-03-06
    """)

    assert found["key"] == "a-1"
