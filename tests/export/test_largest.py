import re
from collections.abc import Callable
from datetime import date

import polars as pl

from tieout.export.largest import largest_breaks
from tieout.export.run_report import RunReport

MakeBreaks = Callable[..., pl.DataFrame]
MakeReport = Callable[..., RunReport]


def words(markup: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", markup))


def test_it_shows_both_sides_the_proof_and_the_next_step(
    make_report: MakeReport, make_breaks: MakeBreaks
) -> None:
    body = largest_breaks(make_report(make_breaks({}))).body

    assert words(body).strip() == (
        "Largest breaks By absolute difference, then by amount. "
        "The largest breaks, each with its proof "
        "Key Bucket bank date ledger date Days open bank ledger Difference "
        "INV-1 Fee or tax 2026-03-02 2026-03-04 5 102.90 100.00 2.90 EUR "
        "left row 1, right row 1 "
        "Proof left 102.90 - right 100.00 = 2.90 = 0.30 + 2.6% x 100.00 99 % sure "
        "Next step Book the fee or tax to its account."
    )
    assert "<code>left 102.90" in body


def test_it_shows_dashes_for_a_side_that_is_missing(
    make_report: MakeReport, make_breaks: MakeBreaks
) -> None:
    row: dict[str, object] = {
        "amount_right": None,
        "date_right": None,
        "right_rows": [],
        "age_days": None,
    }

    shown = words(largest_breaks(make_report(make_breaks(row))).body)

    assert "2026-03-02 - - 102.90 - 2.90 EUR left row 1 Proof" in shown.replace("\N{EN DASH}", "-")


def test_it_marks_a_negative_difference_by_colour_and_sign(
    make_report: MakeReport, make_breaks: MakeBreaks
) -> None:
    body = largest_breaks(make_report(make_breaks({"difference": "-2.90"}))).body

    assert '<span class="amount negative">-2.90</span>' in body


def test_it_shows_a_few_rows_and_near_misses_and_counts_the_rest(
    make_report: MakeReport, make_breaks: MakeBreaks
) -> None:
    row = {
        "left_rows": list(range(1, 1_007)),
        "right_rows": [],
        "candidates": [f"ledger row {number}: date is late" for number in range(1, 6)],
    }

    shown = words(largest_breaks(make_report(make_breaks(row))).body)

    assert "left rows 1, 2, 3, 4, 5, 6 and 1,000 more" in shown
    assert "ledger row 3: date is late and 2 more Next step" in shown


def test_it_puts_a_resolution_of_the_run_before_the_usual_next_step(
    make_report: MakeReport, make_breaks: MakeBreaks
) -> None:
    body = largest_breaks(make_report(make_breaks({"resolution": "Book 2.90 to 6855."}))).body

    assert "Book 2.90 to 6855." in body
    assert "Book the fee or tax" not in body


def test_it_leaves_out_what_a_break_does_not_have(
    make_report: MakeReport, make_breaks: MakeBreaks
) -> None:
    row = {"key": None, "bucket": "own", "bucket_confidence": None, "evidence": ""}

    shown = words(largest_breaks(make_report(make_breaks(row))).body)

    assert "no key Own" in shown
    assert "Proof" not in shown.replace("with its proof", "")
    assert "Next step" not in shown


def test_it_rounds_confidence_down_but_not_by_what_floats_lose(
    make_report: MakeReport, make_breaks: MakeBreaks
) -> None:
    rows = ({"bucket_confidence": sure} for sure in (0.29, 0.999, 1.0, 0.0))

    body = largest_breaks(make_report(make_breaks(*rows))).body

    assert re.findall(r"(\d+) % sure", body) == ["29", "99", "100"]


def test_it_shows_fifty_and_says_where_the_others_are(
    make_report: MakeReport, make_breaks: MakeBreaks
) -> None:
    rows = ({"difference": f"{number}.00", "key": f"K{number}"} for number in range(1, 1_062))

    body = largest_breaks(make_report(make_breaks(*rows))).body

    assert body.count("<tbody>") == 50
    assert ">K1061<" in body
    assert ">K1011<" not in body
    assert '1,011 more breaks in <a href="breaks.csv">breaks.csv</a>.' in body


def test_it_says_when_currencies_take_turns(
    make_report: MakeReport, make_breaks: MakeBreaks
) -> None:
    rows = [{"currency": "EUR" if number % 2 else "USD"} for number in range(60)]

    assert "in turn" in largest_breaks(make_report(make_breaks(*rows))).body
    few = largest_breaks(make_report(make_breaks(*rows[:40]))).body
    assert "in turn" not in few
    assert "Currency by currency, by absolute difference, then by amount." in few
    one = largest_breaks(make_report(make_breaks(*rows[1:40:2]))).body
    assert ">By absolute difference, then by amount.<" in one


def test_it_writes_dates_that_machines_read(
    make_report: MakeReport, make_breaks: MakeBreaks
) -> None:
    body = largest_breaks(make_report(make_breaks({"date_left": date(2026, 1, 5)}))).body

    assert '<time datetime="2026-01-05">2026-01-05</time>' in body
