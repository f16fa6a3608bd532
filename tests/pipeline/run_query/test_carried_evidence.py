"""The records of a break that an earlier run left open."""

from pathlib import Path

from carrying_days import breaks, days_in

from tieout.pipeline.run_query.evidence import break_evidence


def test_a_carried_record_shows_its_cells_and_where_it_came_from(tmp_path: Path) -> None:
    day = days_in(tmp_path)
    first = day(1, "INV-1 100.00 2", "INV-1 97.10 2")
    # Its file may be another one by now: what the run kept is shown.
    second = day(2, "B-1 6.00 3", "INV-1 97.10 2")
    (tmp_path / "books-1.csv").unlink()
    found = break_evidence(second.out, breaks(second)["INV-1"])
    assert found.left[0].row == 2
    assert found.left[0].origin == f"row 1 of books-1.csv by run {first.out.name}"
    assert found.left[0].cells == {
        "ref": "INV-1", "amount": "100.00", "booked": "2026-03-02", "ccy": "EUR",
    }  # fmt: skip
    assert (found.right[0].row, found.right[0].origin) == (1, "")
    assert found.notes == ()
    lines = {line.label: (line.left, line.right) for line in found.lines}
    assert lines["Key"] == ("INV-1", "INV-1")
    assert lines["Amount"] == ("100.00", "97.10")
    assert lines["Currency"] == ("EUR", "EUR")


def test_amounts_and_texts_stand_under_the_columns_that_held_them(tmp_path: Path) -> None:
    day = days_in(tmp_path)
    left = {
        "name": "books", "key": ["ref"], "date": "booked", "currency_fixed": "EUR", "party": "ccy",
        "comment": ["ref", "ccy"], "amount": {"column": "amount", "sign": -1},
    }  # fmt: skip
    day(1, "INV-1 100.00 2", "A-1 97.10 2", spec={"left": left})
    second = day(2, "B-1 6.00 3", "C-1 97.10 2", spec={"left": left})
    found = break_evidence(second.out, breaks(second)["INV-1"])
    assert found.left[0].cells == {
        "ref": "INV-1", "amount": "100.00", "booked": "2026-03-02", "ccy": "EUR",
        "ref | ccy": "INV-1 | EUR",
    }  # fmt: skip
