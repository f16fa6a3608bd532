"""Fee and tax schedules, given and found."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.model.errors import InputError
from tieout.reconcile.evidence.fees import Schedule, first_fit
from tieout.reconcile.spec import FeeSchedule

Explain = Callable[..., list[dict[str, Any]]]
ONE = np.array([1])


def _one(value: int) -> np.ndarray:
    return np.array([value], np.int64)


def _fits(schedule: Schedule, difference: int, gross: int, unit: int = 1) -> bool:
    return bool(schedule.fits(_one(difference), _one(gross), unit=_one(unit))[0])


def test_a_schedule_of_the_gross_amount() -> None:
    schedule = Schedule(30, 29_000, "gross")

    assert _fits(schedule, 320, 10_000)
    assert not _fits(schedule, 319, 10_000)
    assert not _fits(schedule, -320, 10_000)


def test_a_schedule_of_the_net_amount() -> None:
    assert _fits(Schedule(0, 190_000, "net"), 1_900, 11_900)
    assert not _fits(Schedule(0, 190_000, "gross"), 1_900, 11_900)


def test_a_tie_may_be_rounded_either_way() -> None:
    schedule = Schedule(0, 10_000, "gross")  # 1 % of 150 is 1.5

    assert [_fits(schedule, fee, 150) for fee in (0, 1, 2, 3)] == [False, True, True, False]


def test_other_fractions_round_one_way_only() -> None:
    schedule = Schedule(0, 10_000, "gross")

    assert [_fits(schedule, fee, 149) for fee in (1, 2)] == [True, False]
    assert [_fits(schedule, fee, 151) for fee in (1, 2)] == [False, True]


def test_a_fee_is_rounded_to_the_currencys_minor_unit() -> None:
    # 2.9 % of 1,234 yen at two decimals.
    assert _fits(Schedule(0, 29_000, "gross"), 3_600, 123_400, unit=100)
    assert not _fits(Schedule(0, 29_000, "gross"), 3_579, 123_400, unit=100)


def test_the_first_schedule_that_fits_is_named() -> None:
    schedules = [Schedule(30, 0, "gross"), Schedule(0, 29_000, "gross")]

    found = first_fit(
        schedules, np.array([30, 290, 7]), np.array([500, 10_000, 900]), unit=np.ones(3, np.int64)
    )

    assert found.tolist() == [0, 1, -1]


@pytest.mark.parametrize(
    ("schedule", "text"),
    [
        (Schedule(30, 29_000, "gross"), "0.30 + 2.9% x 100.00"),
        (Schedule(0, 190_000, "net", "VAT"), "19% x 100.00 (VAT)"),
        (Schedule(2_500, 0, "gross"), "flat fee of 25.00"),
        (Schedule(2_500, 0, "gross", "wire"), "flat fee of 25.00 (wire)"),
        (Schedule(0, 3_500, "gross"), "0.35% x 100.00"),
    ],
)
def test_it_is_written_as_an_equation(schedule: Schedule, text: str) -> None:
    assert schedule.text("100.00", 2) == text


def test_the_spec_gives_major_units_and_percent() -> None:
    given_fee = FeeSchedule(fixed=Decimal("0.30"), percent=Decimal("2.9"), name="card")

    assert Schedule.from_spec(given_fee, 2) == Schedule(30, 29_000, "gross", "card")


@pytest.mark.parametrize("fee", [{"fixed": "0.305"}, {"percent": "0.00001"}])
def test_a_fee_finer_than_amounts_is_refused(fee: dict[str, str]) -> None:
    with pytest.raises(InputError, match="expected at most 2 decimals in fixed and 4 in percent"):
        Schedule.from_spec(FeeSchedule.model_validate(fee), 2)


@given(
    fixed=st.integers(min_value=0, max_value=10_000),
    percent=st.integers(min_value=0, max_value=300_000),
    gross=st.integers(min_value=1, max_value=10**16),
)
def test_fees_are_exact_however_large_the_amount(fixed: int, percent: int, gross: int) -> None:
    up, down = Schedule(fixed, percent, "gross").amount(_one(gross), ONE)

    twice = 2 * (fixed * 1_000_000 + percent * gross)
    assert int(up[0]) == (twice + 1_000_000) // 2_000_000
    assert 0 <= int(up[0]) - int(down[0]) <= 1


def test_a_fee_of_the_spec_explains_a_difference(explain: Explain) -> None:
    (found,) = explain(
        """
        side   key  amount  date
        left   A-1  102.90  2024-03-05
        right  A-1  100.00  2024-03-05
        """,
        spec={"fees": [{"fixed": "0.30", "percent": "2.6", "of": "net"}]},
    )

    assert found["bucket"] == "fee_or_tax"
    assert found["evidence"] == "left 102.90 - right 100.00 = 2.90 = 0.30 + 2.6% x 100.00"


def test_a_fee_on_money_out_is_one_too(explain: Explain) -> None:
    (found,) = explain(
        """
        side   key  amount   date
        left   A-1  -97.10   2024-03-05
        right  A-1  -100.00  2024-03-05
        """,
        spec={"fees": [{"percent": "2.9"}]},
    )

    assert found["bucket"] == "fee_or_tax"
    assert found["evidence"] == "right -100.00 - left -97.10 = -2.90 = -(2.9% x 100.00)"


def test_a_cent_beside_the_fee_is_no_fee(explain: Explain) -> None:
    (found,) = explain(
        """
        side   key  amount  date
        left   A-1  97.08   2024-03-05
        right  A-1  100.00  2024-03-05
        """,
        spec={"fees": [{"percent": "2.9"}]},
    )

    assert found["bucket"] == "partial_payment"


def test_a_fee_as_a_line_of_its_own(explain: Explain) -> None:
    found = explain(
        """
        side       key  amount  date        comment
        kin_left   A-1  100.00  2024-03-05  -
        kin_right  A-1  100.00  2024-03-05  -
        left       A-1  -2.90   2024-03-05  -
        left       B-1  -7.00   2024-03-05  account fee March
        left       C-1  -7.00   2024-03-05  coffee
        left       D-1  -7.00   2024-03-05  Gebühren
        """,
        spec={"fees": [{"percent": "2.9"}]},
    )

    assert [each["bucket"] for each in found] == [
        "fee_or_tax",
        "fee_or_tax",
        "missing_right",
        "fee_or_tax",
    ]
    assert found[0]["evidence"] == "left 2.90 = 2.9% x 100.00, of the matched row of this key"
    assert found[1]["evidence"] == "the comment says fee"
    assert found[1]["bucket_confidence"] < found[0]["bucket_confidence"]


def test_words_and_schedule_together_are_surest(explain: Explain) -> None:
    (found,) = explain(
        """
        side       key  amount  date        comment
        kin_left   A-1  100.00  2024-03-05  -
        left       A-1  -2.90   2024-03-05  card fee
        """,
        spec={"fees": [{"percent": "2.9"}]},
    )

    assert found["bucket_confidence"] == 0.95
    assert found["evidence"].endswith("; the comment says fee")


def test_it_learns_a_schedule_from_the_differences(explain: Explain) -> None:
    gross = [1_234, 5_077, 12_345, 777, 9_901, 31_415, 27_183, 4_449]
    lines = ["side key amount date"]
    for number, amount in enumerate(gross):
        fee = 30 + (amount * 29 + 500) // 1_000
        lines.append(f"left K{number}X {(amount - fee) / 100:.2f} 2024-03-05")
        lines.append(f"right K{number}X {amount / 100:.2f} 2024-03-05")

    found = explain("\n".join(lines))

    assert {each["bucket"] for each in found} == {"fee_or_tax"}
    assert found[0]["evidence"] == "right 12.34 - left 11.68 = 0.66 = 0.30 + 2.9% x 12.34"


def test_half_a_yen_is_no_fee(explain: Explain) -> None:
    (found,) = explain(
        """
        side   key  amount   date        currency
        left   A-1  4299.00  2024-03-05  JPY
        right  A-1  4306.00  2024-03-05  JPY
        """,
        spec={"fees": [{"fixed": "7.50"}]},
    )

    assert found["bucket"] == "unknown"


def test_differences_that_go_either_way_are_no_fee(explain: Explain) -> None:
    lines = ["side key amount date"]
    for number in range(10):
        amount, sign = 1_234 + 977 * number, 1 if number % 2 else -1
        other = amount + sign * (amount * 29 + 500) // 1_000
        # Money out turns the sign of what is larger, so both readings of "one way" are mixed.
        turn = "-" if number % 4 < 2 else ""
        lines.append(f"left K{number}X {turn}{amount / 100:.2f} 2024-03-05")
        lines.append(f"right K{number}X {turn}{other / 100:.2f} 2024-03-05")

    found = explain("\n".join(lines))

    assert "fee_or_tax" not in {each["bucket"] for each in found}


def test_a_word_that_usual_rows_say_is_no_sign_of_a_fee(explain: Explain) -> None:
    table = """
        side  key  amount  date        comment
        left  A-1  88.00   2024-03-05  Management fee
        left  A-2  3.50    2024-03-05  stamp tax
    """
    usual = ["management FEE"] * 3 + ["rent"] * 17

    found = {each["key"]: each for each in explain(table, usual_left=usual)}

    assert found["A-1"]["bucket"] == "missing_right"
    assert found["A-2"]["evidence"] == "the comment says tax"


def test_words_of_the_other_side_say_nothing_of_what_is_usual_here(explain: Explain) -> None:
    (found,) = explain(
        """
        side  key  amount  date        comment
        left  A-1  88.00   2024-03-05  Management fee
        """,
        usual_right=["fee"] * 20,
    )

    assert found["bucket"] == "fee_or_tax"
