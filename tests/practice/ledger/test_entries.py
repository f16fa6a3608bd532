from datetime import date

from tieout.practice.ledger.entries import KINDS, NORMAL, Entry, Posting, two_lines


def test_two_lines_cancel_each_other() -> None:
    assert two_lines(1000, 4000, 250) == ((1000, 250), (4000, -250))


def test_an_entry_s_amount_is_the_sum_of_its_debits() -> None:
    posting = Posting(date(2024, 1, 2), 0, "a", "b", "manual")
    lines = ((6000, 700), (6200, 50), (1000, -750))
    assert Entry(posting, posting.day, lines, "Wages", "D").amount_minor == 750


def test_thirteen_kinds_have_names_of_their_own() -> None:
    assert len(set(KINDS)) == len(KINDS) == 13
    assert NORMAL not in KINDS
