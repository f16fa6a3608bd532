"""What the report and the terminal tell of open items of an earlier run."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from tieout.export.carried import carried_section, carried_sentence
from tieout.export.report import report_page
from tieout.export.run_report import CarriedFacts, CarriedItem, CarriedSide, RunReport, SideFacts
from tieout.export.verdict import conservation, sentences

MakeReport = Callable[..., RunReport]
NONE = CarriedSide(0, 0, 0, 0, 0)
CHEQUE = CarriedItem(
    side="left",
    row=12,
    key="CHQ-1 <b>",
    amount=Decimal("1200.50"),
    currency="EUR",
    date=date(2026, 3, 2),
    match_id="M12",
    origin="run-0, row 7 of bank.csv",
)
FACTS = CarriedFacts("run-0", CarriedSide(5, 1, 1, 1, 2), NONE, (CHEQUE,))


def test_a_line_says_what_became_of_all_of_them() -> None:
    assert carried_sentence(FACTS) == (
        "Carried forward from run-0: 1 cleared, 1 still open, 1 in the files again, "
        "2 closed by people."
    )
    plain = CarriedFacts("run-0", CarriedSide(3, 1, 2, 0, 0), NONE)
    assert carried_sentence(plain) == "Carried forward from run-0: 1 cleared, 2 still open."
    assert "no earlier run" in carried_sentence(CarriedFacts("", NONE, NONE))


def test_a_section_names_what_was_cleared_and_where_it_was_read(make_report: MakeReport) -> None:
    body = carried_section(make_report(), FACTS).body
    assert "CHQ-1 &lt;b&gt;" in body
    assert "run-0, row 7 of bank.csv" in body
    assert "M12, left row 12" in body
    assert "All items that were cleared" in body
    many = CarriedFacts("run-0", CarriedSide(9, 9, 0, 0, 0), NONE, (CHEQUE,))
    assert "The first 1 of 9 items that were cleared" in carried_section(make_report(), many).body


def test_carried_rows_are_part_of_the_proof(make_report: MakeReport) -> None:
    left = SideFacts("bank", "bank.csv", "9f2c", 10, 11, 1, 0, 2)
    report = make_report(left=left, carried=FACTS)
    tied, _, proof = sentences(report)
    assert tied == "11 of 12 bank rows and 9 of 9 ledger rows tie out."
    assert proof == "Nothing lost: bank 10 + 2 carried = 11 + 1 + 0; ledger 9 = 9 + 0 + 0."
    assert "and each carried one is in exactly one match" in conservation(report).body
    assert 'data-label="Carried">2<' in conservation(report).body


def test_a_report_without_any_does_not_speak_of_it(make_report: MakeReport) -> None:
    assert 'id="carried"' not in report_page(make_report())
    assert 'id="carried"' in report_page(make_report(carried=FACTS))
