from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.export.words import (
    amount_text,
    count_text,
    label,
    list_text,
    meaning,
    moment_text,
    money_text,
    next_step,
    percent_text,
    plain,
)
from tieout.model.buckets import Bucket


@pytest.mark.parametrize("bucket", list(Bucket))
def test_it_has_a_label_a_meaning_and_a_next_step_for_every_bucket(bucket: Bucket) -> None:
    assert label(bucket)[0].isupper()
    assert meaning(bucket).endswith(".")
    assert next_step(bucket).endswith(".")


def test_it_shows_a_bucket_that_a_workspace_made_without_words_of_ours() -> None:
    assert label("netting_agreement") == "Netting agreement"
    assert meaning("netting_agreement") == ""
    assert next_step("netting_agreement") == ""


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("1234567.8", "EUR", "1,234,567.80"),
        ("-0.05", "EUR", "-0.05"),
        ("-0.00", "EUR", "0.00"),
        ("1000.00", "JPY", "1,000"),
        ("1000.50", "JPY", "1,000.50"),
        ("1.234", "KWD", "1.234"),
        ("7", "", "7.00"),
        ("1" * 36 + ".67", "EUR", ",".join(["111"] * 12) + ".67"),
    ],
)
def test_it_writes_amounts_exactly(amount: str, currency: str, expected: str) -> None:
    assert amount_text(Decimal(amount), currency) == expected


def test_it_writes_a_dash_for_an_amount_that_is_not_there() -> None:
    assert amount_text(None, "EUR") == "\N{EN DASH}"
    assert money_text(Decimal("2.9"), "") == "2.90"


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=4), st.sampled_from(["EUR", "JPY"])
)
def test_it_loses_nothing_of_an_amount(amount: Decimal, currency: str) -> None:
    assert Decimal(amount_text(amount, currency).replace(",", "")) == amount


@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_it_says_100_percent_only_of_all_and_0_percent_only_of_nothing(
    part: int, more: int
) -> None:
    whole = part + more
    text = percent_text(part, whole)

    assert text not in {"100 %", "0 %"}
    assert (text == "below 0.01 %") == (20_000 * part < whole)
    if text not in {"below 0.01 %", "99.99 %"}:
        assert abs(Decimal(text.removesuffix(" %")) - Decimal(100 * part) / whole) <= Decimal(
            "0.005"
        )


def test_it_writes_whole_percents_without_decimals_only_at_the_ends() -> None:
    assert percent_text(5, 100) == "5.00 %"
    assert percent_text(3, 3) == "100 %"
    assert percent_text(0, 0) == "0 %"


def test_it_says_one_row_and_two_rows() -> None:
    assert count_text(1, "row") == "1 row"
    assert count_text(0, "row") == "0 rows"
    assert count_text(1_200_000, "match") == "1,200,000 matches"


def test_it_takes_control_characters_out_and_cuts_long_text() -> None:
    assert plain("a\x1b[2J\x07\x9bb") == "a�[2J��b"
    assert plain("gpj.\u202efdp\udce9") == "gpj.�fdp�"
    assert plain("x" * 300, 10) == "xxxxxxxxx…"
    assert plain("x" * 10, 10) == "xxxxxxxxxx"


@given(st.text(), st.integers(1, 50))
def test_it_never_gives_more_text_than_asked_for(text: str, characters_max: int) -> None:
    shown = plain(text, characters_max)

    assert len(shown) <= characters_max
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in shown)


def test_it_counts_what_a_long_list_leaves_out() -> None:
    assert list_text(["1", "2"], 2) == "1, 2"
    assert list_text([str(row) for row in range(1, 1_203)], 2) == "1, 2 and 1,200 more"


def test_it_writes_a_moment_to_the_minute_and_passes_on_what_is_none() -> None:
    assert moment_text("2026-03-31T18:02:11.123456+00:00") == "2026-03-31 18:02 UTC"
    assert moment_text("<yesterday>") == "<yesterday>"
