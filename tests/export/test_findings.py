import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import polars as pl

from tieout.export import findings
from tieout.export.breakdown import by_age, by_time
from tieout.export.run_report import CurrencyTotal, RunReport, SideFacts

MakeBreaks = Callable[..., pl.DataFrame]
MakeReport = Callable[..., RunReport]


def cells(markup: str) -> list[list[str]]:
    """Words of each table row, the heading row first."""
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", markup)
    found = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in rows]
    return [[re.sub(r"<[^>]+>", "", cell) for cell in row] for row in found]


def test_it_splits_the_difference_of_totals_into_breaks_and_elsewhere(
    make_report: MakeReport, make_breaks: MakeBreaks
) -> None:
    total = CurrencyTotal("EUR", Decimal("1000.00"), Decimal("1010.05"), Decimal("900.00"))
    report = make_report(make_breaks({"difference": "-10.00"}), totals=(total,))

    body = findings.totals(report).body

    assert cells(body) == [
        ["Currency", "bank", "ledger", "Difference", "In breaks", "Elsewhere", "Matched"],
        ["EUR", "1,000.00", "1,010.05", "-10.05", "-10.00", "-0.05", "900.00"],
    ]
    assert body.count('class="amount negative"') == 3


def test_it_keeps_each_currency_in_its_row(make_report: MakeReport) -> None:
    totals = (
        CurrencyTotal("EUR", Decimal("1.00"), Decimal("2.00"), Decimal(0)),
        CurrencyTotal("JPY", Decimal("100.00"), Decimal("100.00"), Decimal("100.00")),
    )

    rows = cells(findings.totals(make_report(totals=totals)).body)

    assert [row[1] for row in rows[1:]] == ["1.00", "100"]
    assert len(rows) == 3


def test_it_says_that_no_amounts_were_read(make_report: MakeReport) -> None:
    assert "No amounts were read." in findings.totals(make_report()).body


def test_it_shows_count_share_amounts_meaning_and_next_step_of_a_bucket(
    make_report: MakeReport, make_breaks: MakeBreaks
) -> None:
    report = make_report(
        make_breaks(
            {"bucket": "fee_or_tax", "difference": "2.90"},
            {"bucket": "fee_or_tax", "difference": "-3.10", "amount_left": 96},
            {"bucket": "timing", "difference": "0", "currency": "USD"},
        )
    )

    assert cells(findings.buckets(report).body)[1:] == [
        [
            "Fee or taxThe difference is a fee or a tax.",
            "2",
            "66.67 %",
            "202.90 EUR",
            "6.00 EUR",
            "Book the fee or tax to its account.",
        ],
        [
            "TimingThe same money on both sides, on different days.",
            "1",
            "33.33 %",
            "100.00 USD",
            "0.00 USD",
            "Carry forward until the counterpart is due.",
        ],
    ]


def test_it_counts_the_currencies_that_a_bucket_has_no_lines_for(
    make_report: MakeReport, make_breaks: MakeBreaks
) -> None:
    rows = ({"currency": currency} for currency in ("AUD", "CHF", "EUR", "GBP", "SEK", "USD"))

    body = findings.buckets(make_report(make_breaks(*rows))).body

    assert "2.90 GBP2.90" not in body
    assert "and 2 more currencies" in body


def test_it_shows_a_bucket_of_a_workspace(make_report: MakeReport, make_breaks: MakeBreaks) -> None:
    body = findings.buckets(make_report(make_breaks({"bucket": "netting_agreement"}))).body

    assert "Netting agreement" in body


def test_it_ages_breaks_in_a_chart_that_speaks_and_a_table(make_breaks: MakeBreaks) -> None:
    breaks = make_breaks({"age_days": 1}, {"age_days": 45}, {"age_days": 46}, {"age_days": None})

    body = findings.ageing(by_age(breaks)).body

    assert (
        'aria-label="Breaks by days open. 0-1 days: 1; 2-7 days: 0; 8-30 days: 0; '
        '31-90 days: 2; over 90 days: 0; no date: 1."'
    ) in body
    assert cells(body)[4] == ["31-90 days", "2", "205.80 EUR", "5.80 EUR"]
    assert cells(body)[2][2:] == ["\N{EN DASH}", "\N{EN DASH}"]


def test_it_says_that_breaks_have_no_age(make_breaks: MakeBreaks) -> None:
    body = findings.ageing(by_age(make_breaks({"age_days": None}))).body

    assert "No break has an age, as none has a date." in body
    assert "<svg" not in body


def test_it_shows_breaks_by_day_with_the_busiest(make_breaks: MakeBreaks) -> None:
    days = (date(2026, 3, 2), date(2026, 3, 4), date(2026, 3, 4), None)

    body = findings.timeline(
        by_time(make_breaks(*({"date_left": day, "date_right": None} for day in days)))
    ).body

    assert (
        'aria-label="Breaks by day from 2026-03-02 to 2026-03-04; most on 2026-03-04: 2."' in body
    )
    assert cells(body) == [["Day", "Breaks"], ["2026-03-04", "2"], ["2026-03-02", "1"]]
    assert "1 break without a date." in body


def test_it_says_how_many_breaks_are_dated_far_away(make_breaks: MakeBreaks) -> None:
    days = (date(2026, 3, 2), date(2026, 3, 4), date(9999, 12, 31))

    body = findings.timeline(by_time(make_breaks(*({"date_left": day} for day in days)))).body

    assert "1 break dated more than 30 years away from most others." in body


def test_it_says_that_breaks_have_no_dates(make_breaks: MakeBreaks) -> None:
    undated = make_breaks({"date_left": None, "date_right": None})
    apart = make_breaks({"date_left": date(206, 1, 1)}, {"date_left": date(9999, 1, 1)})

    assert "No break has a date." in findings.timeline(by_time(undated)).body
    assert "The dates lie too far apart to show." in findings.timeline(by_time(apart)).body


def test_it_tells_a_clean_run_from_one_with_rejects(make_report: MakeReport) -> None:
    rejected = SideFacts("bank", "bank.csv", "9f2c", 10, 9, 0, 1)

    assert "Everything ties out." in findings.no_breaks(make_report()).body
    assert (
        "Every row that could be read ties out."
        in findings.no_breaks(make_report(left=rejected)).body
    )
