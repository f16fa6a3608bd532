"""Several rows under one key."""

from collections.abc import Callable
from typing import Any

import pytest

Explain = Callable[..., list[dict[str, Any]]]


def _rows(found: list[dict[str, Any]]) -> list[tuple[str, list[int], list[int]]]:
    return [(each["bucket"], each["left_rows"], each["right_rows"]) for each in found]


def test_parts_that_sum_to_one_row_are_one_break(explain: Explain) -> None:
    (found,) = explain("""
        side   key  amount  date
        left   A-1  60.00   2024-03-05
        right  A-1  10.00   2024-03-05
        right  A-1  20.00   2024-03-05
        right  A-1  30.00   2024-03-06
    """)

    assert found["bucket"] == "split_or_aggregate"
    assert found["evidence"] == "left 60.00 = right 10.00 + 20.00 + 30.00"
    assert found["right_rows"] == [1, 2, 3]
    assert (found["amount_left"], found["amount_right"]) == (6_000, 6_000)


def test_many_left_rows_may_be_one_right_row(explain: Explain) -> None:
    (found,) = explain("""
        side   key  amount  date
        left   A-1  10.00   2024-03-05
        left   A-1  50.00   2024-03-05
        right  A-1  60.00   2024-03-05
    """)

    assert _rows([found]) == [("split_or_aggregate", [1, 2], [1])]
    assert found["evidence"] == "right 60.00 = left 10.00 + 50.00"


def test_a_line_beside_the_parts_goes_on_alone(explain: Explain) -> None:
    found = explain("""
        side   key  amount  date
        left   A-1  60.00   2024-03-05
        right  A-1  13.37   2024-03-05
        right  A-1  46.63   2024-03-05
        right  A-1  77.77   2024-03-05
    """)

    assert _rows(found) == [("split_or_aggregate", [1], [1, 2]), ("missing_left", [], [3])]


def test_two_sums_in_one_group_are_two_breaks(explain: Explain) -> None:
    found = explain("""
        side   key  amount  date
        left   A-1  61.01   2024-03-05
        left   A-1  92.07   2024-03-05
        right  A-1  41.00   2024-03-05
        right  A-1  20.01   2024-03-05
        right  A-1  90.05   2024-03-05
        right  A-1   2.02   2024-03-05
    """)

    assert _rows(found) == [
        ("split_or_aggregate", [1], [1, 2]),
        ("split_or_aggregate", [2], [3, 4]),
    ]


def test_equal_sums_of_several_rows_a_side_are_one_break(explain: Explain) -> None:
    (found,) = explain("""
        side   key  amount  date
        left   A-1  61.00   2024-03-05
        left   A-1  39.00   2024-03-05
        right  A-1  55.50   2024-03-05
        right  A-1  44.50   2024-03-05
    """)

    assert _rows([found]) == [("split_or_aggregate", [1, 2], [1, 2])]
    assert found["evidence"] == "left 39.00 + 61.00 = right 44.50 + 55.50"


def test_several_answers_lower_the_confidence(explain: Explain) -> None:
    table = """
        side   key  amount  date
        left   A-1  60.00   2024-03-05
        right  A-1  10.00   2024-03-05
        right  A-1  50.00   2024-03-05
    """
    more = """
        right  A-1  15.00   2024-03-05
        right  A-1  45.00   2024-03-05
    """

    certain, doubtful = explain(table)[0], explain(table + more)[0]

    assert certain["bucket"] == doubtful["bucket"] == "split_or_aggregate"
    assert doubtful["bucket_confidence"] < 0.6 < certain["bucket_confidence"]
    assert "2 such subsets" in doubtful["evidence"]


def test_equal_amounts_pair_off_before_anything_else(explain: Explain) -> None:
    found = explain("""
        side   key  amount  date
        left   A-1  60.00   2024-03-05
        left   A-1  40.00   2024-03-05
        right  A-1  60.00   2024-03-06
        right  A-1  15.00   2024-03-05
        right  A-1  25.00   2024-03-05
    """)

    assert _rows(found) == [("timing", [1], [1]), ("split_or_aggregate", [2], [2, 3])]


def test_twins_pair_with_their_nearest_dates(explain: Explain) -> None:
    found = explain("""
        side   key  amount  date
        left   A-1  60.00   2024-03-05
        left   A-1  60.00   2024-03-19
        right  A-1  60.00   2024-03-20
        right  A-1  60.00   2024-03-06
    """)

    assert _rows(found) == [("timing", [1], [2]), ("timing", [2], [1])]


def test_sums_within_a_minor_unit_a_line_are_rounding(explain: Explain) -> None:
    (found,) = explain("""
        side   key  amount  date
        left   A-1  100.00  2024-03-05
        right  A-1  33.34   2024-03-05
        right  A-1  33.34   2024-03-05
        right  A-1  33.34   2024-03-05
    """)

    assert _rows([found]) == [("rounding", [1], [1, 2, 3])]
    assert found["evidence"] == (
        "right 100.02 (sum of 3 rows) - left 100.00 = 0.02, within one minor unit a line"
    )


def test_sums_that_are_further_off_are_no_rounding(explain: Explain) -> None:
    found = explain("""
        side   key  amount  date
        left   A-1  100.00  2024-03-05
        right  A-1  33.36   2024-03-05
        right  A-1  33.36   2024-03-05
        right  A-1  33.36   2024-03-05
    """)

    assert all(each["bucket"] != "rounding" for each in found)


def test_payments_in_parts_are_one_partial_payment(explain: Explain) -> None:
    (found,) = explain("""
        side   key  amount  date
        left   A-1  30.01   2024-03-05
        left   A-1  20.02   2024-03-06
        right  A-1  98.07   2024-03-05
    """)

    assert _rows([found]) == [("partial_payment", [1, 2], [1])]
    assert found["evidence"] == "right 98.07 - left 50.03 (sum of 2 rows) = 48.04 still open"


def test_a_payment_larger_than_each_of_the_invoices_is_one_partial_payment(
    explain: Explain,
) -> None:
    (found,) = explain("""
        side   key  amount  date
        left   A-1  80.03   2024-03-05
        right  A-1  60.00   2024-03-05
        right  A-1  40.01   2024-03-05
    """)

    assert _rows([found]) == [("partial_payment", [1], [1, 2])]


def test_a_fee_on_the_sum_is_a_fee(explain: Explain) -> None:
    (found,) = explain(
        """
        side   key  amount  date
        left   A-1  97.10   2024-03-05
        right  A-1  60.00   2024-03-05
        right  A-1  40.00   2024-03-05
        """,
        spec={"fees": [{"percent": "2.9"}]},
    )

    assert _rows([found]) == [("fee_or_tax", [1], [1, 2])]
    assert found["evidence"] == ("right 100.00 (sum of 2 rows) - left 97.10 = 2.90 = 2.9% x 100.00")


def test_a_proven_pair_is_taken_out_of_a_group(explain: Explain) -> None:
    found = explain("""
        side   key  amount  date
        left   A-1  71.30   2024-03-05
        left   A-1  512.11  2024-03-05
        right  A-1  -71.30  2024-03-05
        right  A-1  512.12  2024-03-05
    """)

    assert _rows(found) == [("sign_flip", [1], [1]), ("rounding", [2], [2])]


def test_the_rest_pairs_by_nearest_amount(explain: Explain) -> None:
    found = explain("""
        side   key  amount  date
        left   A-1  100.00  2024-03-05
        left   A-1  207.00  2024-03-05
        right  A-1  180.07  2024-03-05
        right  A-1  91.03   2024-03-05
        right  A-1  3.11    2024-03-05
    """)

    assert [(each["left_rows"], each["right_rows"]) for each in found] == [
        ([1], [2]),
        ([2], [1]),
        ([], [3]),
    ]


def test_a_common_key_is_not_searched_for_sums(explain: Explain) -> None:
    lines = [f"left BATCH {number}.13 2024-03-05" for number in range(1, 41)]
    lines += [f"right BATCH {number}.57 2024-03-05" for number in range(1, 41)]

    found = explain("side key amount date\n" + "\n".join(lines))

    assert len(found) == 80
    assert {each["bucket"] for each in found} == {"missing_left", "missing_right"}


@pytest.mark.parametrize("size", [10, 14, 18])
def test_a_hidden_sum_is_found_in_larger_groups(explain: Explain, size: int) -> None:
    amounts = [f"{3 ** (number % 9) * 7 + number * 1013}.{number:02}" for number in range(size)]
    lines = [f"right A-1 {amount} 2024-03-05" for amount in amounts]
    whole = sum(round(float(amount) * 100) for amount in amounts[2:5])
    lines.append(f"left A-1 {whole / 100:.2f} 2024-03-05")

    found = explain("side key amount date\n" + "\n".join(lines))

    assert found[0]["bucket"] == "split_or_aggregate"
    assert found[0]["right_rows"] == [3, 4, 5]


@pytest.mark.parametrize("lines", [3, 70])
def test_a_total_near_the_sum_of_its_lines_is_one_break(explain: Explain, lines: int) -> None:
    table = [f"left PO-7 {50 + number}.13 2024-03-05" for number in range(lines)]
    short = sum(50 + number for number in range(lines)) + 0.13 * lines - 15
    table += [f"right PO-7 {short:.2f} 2024-03-06"]

    (found,) = explain("side key amount date\n" + "\n".join(table))

    assert (len(found["left_rows"]), found["right_rows"]) == (lines, [1])
    assert found["difference"] == 1500
    assert f"(sum of {lines} rows) - right {short:,.2f} = 15.00" in found["evidence"]
    assert found["candidates"] == []


@pytest.mark.parametrize("total", ["99.00", "-108.00"])
def test_a_total_nearer_to_one_line_or_of_another_sign_is_no_sum(
    explain: Explain, total: str
) -> None:
    found = explain(f"""
        side   key  amount  date
        left   A-1  100.13  2024-03-05
        left   A-1  4.13    2024-03-05
        left   A-1  3.13    2024-03-05
        right  A-1  {total}  2024-03-05
    """)

    assert max(len(each["left_rows"]) for each in found) == 1
