from collections.abc import Callable
from decimal import Decimal

import polars as pl

from tieout.export.breakdown import Worth, by_age
from tieout.export.run_report import RunReport, SideFacts
from tieout.export.verdict import (
    cards,
    conservation,
    equation,
    headline,
    sentences,
    tone,
    worth_text,
)

MakeBreaks = Callable[..., pl.DataFrame]
MakeReport = Callable[..., RunReport]


def test_it_says_that_everything_ties_out(make_report: MakeReport) -> None:
    report = make_report()

    assert sentences(report) == (
        "Everything ties out: all 10 bank rows and 9 ledger rows.",
        "No breaks.",
        "Nothing lost: bank 10 = 10 + 0 + 0; ledger 9 = 9 + 0 + 0.",
    )
    assert tone(report) == "good"


def test_it_says_what_is_broken_and_proves_that_nothing_is_lost(
    make_report: MakeReport, make_breaks: MakeBreaks
) -> None:
    report = make_report(
        make_breaks({"difference": "-1200.50"}, {"difference": "45.17"}),
        left=SideFacts("bank", "bank.csv", "9f2c", 10_000, 9_812, 176, 12),
        right=SideFacts("ledger", "gl.csv", "41be", 9_803, 9_671, 132, 0),
    )

    assert sentences(report) == (
        "9,812 of 10,000 bank rows and 9,671 of 9,803 ledger rows tie out.",
        "2 breaks worth 1,245.67 EUR; 12 rows could not be read.",
        "Nothing lost: bank 10,000 = 9,812 + 176 + 12; ledger 9,803 = 9,671 + 132 + 0.",
    )
    assert tone(report) == "open"


def test_it_warns_when_rows_do_not_add_up(make_report: MakeReport) -> None:
    report = make_report(left=SideFacts("bank", "bank.csv", "9f2c", 10, 8, 1, 0))

    assert sentences(report)[2] == (
        "Do not use this run, its rows do not add up: bank 10 ≠ 8 + 1 + 0."
    )
    assert tone(report) == "bad"
    assert 'class="verdict bad"' in headline(report)
    assert "no: 10 ≠ 8 + 1 + 0" in conservation(report).body


def test_it_says_that_there_was_nothing_to_compare(make_report: MakeReport) -> None:
    report = make_report(
        left=SideFacts("bank", "bank.csv", "9f2c", 0, 0, 0, 0),
        right=SideFacts("ledger", "gl.csv", "41be", 0, 0, 0, 0),
    )

    assert sentences(report)[0] == "There was nothing to compare: both sides are empty."
    assert "0 %" in cards(report, by_age(report.breaks))


def test_it_does_not_call_a_run_with_rejects_good(make_report: MakeReport) -> None:
    report = make_report(left=SideFacts("bank", "bank.csv", "9f2c", 10, 9, 0, 1))

    assert sentences(report)[:2] == (
        "9 of 10 bank rows and 9 of 9 ledger rows tie out.",
        "No breaks; 1 row could not be read.",
    )
    assert tone(report) == "open"


def test_it_says_that_breaks_differ_in_no_amount(
    make_report: MakeReport, make_breaks: MakeBreaks
) -> None:
    report = make_report(make_breaks({"difference": "0", "bucket": "timing"}))

    assert sentences(report)[1] == "1 break, none with a difference in amount."


def test_it_names_three_currencies_and_counts_the_others() -> None:
    def parts(*currencies: str) -> list[Worth]:
        one = Decimal("1.00")
        return [Worth(currency, 1, one, one, one) for currency in currencies]

    assert worth_text(parts("EUR")) == "1.00 EUR"
    assert worth_text(parts("EUR", "USD", "GBP")) == "1.00 EUR, 1.00 USD and 1.00 GBP"
    assert worth_text(parts(*"ABCD")) == "1.00 A, 1.00 B, 1.00 C and 1 more currency"
    assert worth_text(parts(*"ABCDE")) == "1.00 A, 1.00 B, 1.00 C and 2 more currencies"


def test_it_shows_the_share_of_rows_and_the_old_breaks_on_cards(
    make_report: MakeReport, make_breaks: MakeBreaks
) -> None:
    report = make_report(
        make_breaks({"age_days": 31}, {"age_days": 400}, {"age_days": 30}),
        left=SideFacts("bank", "bank.csv", "9f2c", 3_000_000, 2_999_999, 1, 0),
    )

    found = cards(report, by_age(report.breaks))

    assert "99.99 %" in found
    assert "3,000,008 of 3,000,009 on both sides" in found
    assert "2 open for more than 30 days" in found


def test_it_cuts_a_long_name_of_a_side_in_a_sentence(make_report: MakeReport) -> None:
    side = SideFacts("b" * 300, "bank.csv", "9f2c", 1, 0, 1, 0)

    assert len(sentences(make_report(left=side))[0]) < 100


def test_it_writes_one_row_in_the_singular(make_report: MakeReport) -> None:
    side = SideFacts("bank", "bank.csv", "9f2c", 1, 1, 0, 0)

    assert sentences(make_report(left=side))[0] == (
        "Everything ties out: all 1 bank row and 9 ledger rows."
    )
    assert equation(side) == "1 = 1 + 0 + 0"
