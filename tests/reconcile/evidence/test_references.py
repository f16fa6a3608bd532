"""Mistyped and missing references."""

from collections.abc import Callable
from typing import Any

import pytest

Explain = Callable[..., list[dict[str, Any]]]


def _buckets(found: list[dict[str, Any]]) -> list[str]:
    return [each["bucket"] for each in found]


def test_swapped_digits_in_a_key_are_one_edit(explain: Explain) -> None:
    (found,) = explain("""
        side   key     amount  date
        left   INV-12  345.00  2024-03-05
        right  INV-21  345.00  2024-03-05
    """)

    assert found["bucket"] == "wrong_reference"
    assert found["side"] == "both"
    assert found["evidence"] == (
        "left 345.00 EUR with key INV-12 = right with key INV-21; "
        "keys differ by 1 edit; both on 2024-03-05"
    )


@pytest.mark.parametrize(
    ("key", "bucket"),
    [
        ("INV-1234", "wrong_reference"),  # one digit more
        ("INV-124", "wrong_reference"),  # a digit changed
        ("INX-129", "wrong_reference"),  # two edits
        ("CRD-923", "missing_right"),
        ("INV-456", "missing_right"),
    ],
)
def test_keys_may_differ_by_two_edits(explain: Explain, key: str, bucket: str) -> None:
    found = explain(f"""
        side   key      amount  date
        left   INV-123  345.00  2024-03-05
        right  {key}    345.00  2024-03-05
    """)

    assert found[0]["bucket"] == bucket


@pytest.mark.parametrize(
    ("amount", "currency", "date"),
    [
        ("345.01", "EUR", "2024-03-05"),
        ("345.00", "USD", "2024-03-05"),
        ("345.00", "EUR", "2024-03-25"),
        ("-345.00", "EUR", "2024-03-05"),
    ],
)
def test_all_but_the_key_must_agree(
    explain: Explain, amount: str, currency: str, date: str
) -> None:
    found = explain(f"""
        side   key     amount    date        currency
        left   INV-12  345.00    2024-03-05  EUR
        right  INV-21  {amount}  {date}      {currency}
    """)

    assert _buckets(found) == ["missing_right", "missing_left"]


def test_a_day_between_them_lowers_the_confidence(explain: Explain) -> None:
    table = """
        side   key     amount  date
        left   INV-12  345.00  2024-03-05
        right  INV-21  345.00  {}
    """

    same, later = explain(table.format("2024-03-05"))[0], explain(table.format("2024-03-06"))[0]

    assert same["bucket"] == later["bucket"] == "wrong_reference"
    assert later["bucket_confidence"] < same["bucket_confidence"]


@pytest.mark.parametrize(
    ("party", "bucket"),
    [
        ("ACME-LTD.", "wrong_reference"),
        ("Acme,Limited", "wrong_reference"),
        ("-", "wrong_reference"),
        ("Zenith-Shipping", "missing_right"),
    ],
)
def test_parties_must_agree_where_both_are_named(explain: Explain, party: str, bucket: str) -> None:
    found = explain(f"""
        side   key     amount  date        party
        left   INV-12  345.00  2024-03-05  Acme-Ltd
        right  INV-21  345.00  2024-03-05  {party}
    """)

    assert found[0]["bucket"] == bucket


def test_the_nearest_key_wins(explain: Explain) -> None:
    found = explain("""
        side   key       amount  date
        left   INV-1234  345.00  2024-03-05
        right  INV-1243  345.00  2024-03-05
        right  INV-1266  345.00  2024-03-05
    """)

    assert [(each["bucket"], each["right_rows"]) for each in found] == [
        ("wrong_reference", [1]),
        ("missing_left", [2]),
    ]


def test_what_the_nearest_leaves_goes_to_the_next(explain: Explain) -> None:
    found = explain("""
        side   key       amount  date
        left   INV-1234  345.00  2024-03-05
        left   INV-1235  345.00  2024-03-05
        right  INV-1243  345.00  2024-03-05
        right  INV-1255  345.00  2024-03-05
    """)

    assert [(each["left_rows"], each["right_rows"]) for each in found] == [([1], [1]), ([2], [2])]


def test_equally_near_keys_are_ambiguous(explain: Explain) -> None:
    (found,) = explain("""
        side   key       amount  date
        left   INV-1234  345.00  2024-03-05
        right  INV-1235  345.00  2024-03-05
        right  INV-1236  345.00  2024-03-05
    """)

    assert found["bucket"] == "ambiguous"
    assert (found["left_rows"], found["right_rows"]) == ([1], [1, 2])
    assert "left row 1 and right rows 1, 2 agree in amount (345.00)" in found["evidence"]


def test_an_absent_key_needs_the_party(explain: Explain) -> None:
    table = """
        side   key     amount  date        party
        left   INV-12  345.00  2024-03-05  ACME
        right  -       345.00  2024-03-05  {}
    """

    assert _buckets(explain(table.format("Acme"))) == ["wrong_reference"]
    assert _buckets(explain(table.format("-"))) == ["missing_right", "missing_left"]


def test_an_absent_key_needs_the_day(explain: Explain) -> None:
    found = explain("""
        side   key     amount  date        party
        left   INV-12  345.00  2024-03-05  ACME
        right  -       345.00  2024-03-06  ACME
    """)

    assert _buckets(found) == ["missing_right", "missing_left"]


def test_a_price_that_everybody_pays_is_searched_by_day(explain: Explain) -> None:
    lines = [f"left A{number:03}XYZ 9.99 2024-{1 + number % 12:02}-05" for number in range(60)]
    lines += [f"right {number:03}BQW 9.99 2024-{1 + number % 12:02}-05" for number in range(60)]
    lines += ["left REF-555 9.99 2024-06-18", "right REF-556 9.99 2024-06-18"]

    found = explain("side key amount date\n" + "\n".join(lines))

    assert [each["left_rows"] for each in found if each["bucket"] == "wrong_reference"] == [[61]]
