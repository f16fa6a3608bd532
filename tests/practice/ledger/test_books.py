from datetime import date

from tieout.practice.ledger import chart
from tieout.practice.ledger.books import Books
from tieout.practice.ledger.entries import Entry, Posting, two_lines

MONDAY, TUESDAY = date(2024, 5, 6), date(2024, 5, 7)


def entry(day: date, second: int = 0, effective: date | None = None, amount: int = 100) -> Entry:
    lines = two_lines(chart.OPERATING, chart.CASH, amount)
    posting = Posting(day, second, "a", "b", "manual")
    return Entry(posting, effective or day, lines, f"at {second}", "D")


def test_entries_wait_for_their_day() -> None:
    books = Books({chart.CASH: 1_000})
    books.enter(entry(TUESDAY))
    assert books.post(MONDAY) == []
    assert books.balances[chart.CASH] == 1_000
    assert len(books.post(TUESDAY)) == 1
    assert books.balances[chart.CASH] == 900
    assert books.post(TUESDAY) == [], "only once"


def test_a_day_is_posted_in_the_order_of_its_hours() -> None:
    books = Books({})
    for second in (500, 100, 300):
        books.enter(entry(MONDAY, second))
    assert [each.posting.second for each in books.post(MONDAY)] == [100, 300, 500]


def test_opening_balances_stay_as_they_were() -> None:
    books = Books({chart.CASH: 1_000})
    books.enter(entry(MONDAY))
    books.post(MONDAY)
    assert books.opening[chart.CASH] == 1_000
    assert len(books.opening) == 19


def test_results_are_kept_by_the_year_in_which_they_count() -> None:
    books = Books({})
    books.enter(entry(date(2025, 1, 3), effective=date(2024, 12, 31), amount=70))
    books.enter(entry(date(2025, 1, 3), amount=30))
    books.post(date(2025, 1, 3))
    assert books.results(2024)[chart.OPERATING] == 70
    assert books.results(2025)[chart.OPERATING] == 30
    assert chart.CASH not in books.results(2024)


def test_after_the_last_month_only_what_belongs_to_it_is_posted() -> None:
    books, day = Books({}), date(2026, 1, 5)
    books.enter(entry(day, effective=date(2025, 12, 31)))
    books.enter(entry(day, effective=day))
    assert [each.effective for each in books.post(day)] == [date(2025, 12, 31)]
