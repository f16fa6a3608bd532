"""Each journal test on the smallest journal that it hits, and on one that it does not."""

from collections.abc import Callable

import polars as pl
import pytest

from tieout.close.journal.book import Book
from tieout.close.journal.run import TESTS, Outcome, run_tests, summary, with_parameters
from tieout.model.errors import InputError

Books = Callable[..., Book]
BY_ID = {test.id: test for test in TESTS}


def hit(book: Book, name: str, **parameters: object) -> list[str]:
    """Entries that a test hits."""
    tests = with_parameters({name: parameters}, TESTS)  # type: ignore[dict-item]
    (found,) = run_tests(book, [test for test in tests if test.id == name])
    assert found.applies, found.missing
    assert all(text for text in found.hits["text"])
    return [book.entries["entry"][place] for place in found.hits["place"]]


def entry(
    number: int | str, debit: str, credit: str, amount: float | str, *more: str, by: str = "ann"
) -> str:
    """Two lines of an entry; more: further cells."""
    rest = " ".join(more)
    return f"J{number} {debit} {amount} {by} {rest}\nJ{number} {credit} -{amount} {by} {rest}\n"


HEAD = "entry account amount prepared_by"


def usual(count: int, start: int = 100) -> str:
    """Sales of slightly different amounts."""
    return "".join(
        entry(start + at, "cash", "sales", f"{90 + at % 23}.{10 + at % 89}") for at in range(count)
    )


def test_there_are_at_least_25_and_each_says_what_and_why() -> None:
    assert len(TESTS) >= 25
    assert len({test.id for test in TESTS}) == len(TESTS)
    for test in TESTS:
        assert test.definition.endswith("."), test.id
        assert test.source, test.id
        named = {word for word in test.parameters if f"`{word}`" not in test.definition}
        assert named <= {"limits", "keywords"}, test.id


def test_unbalanced(book: Books) -> None:
    table = f"{HEAD}\n{entry(1, 'cash', 'sales', 5)}J2 cash 7.00 ann\nJ2 sales -6.00 ann\n"
    assert hit(book(table), "unbalanced") == ["J2"]


def test_roll_forward(book: Books, chart: Callable[[str], pl.DataFrame]) -> None:
    accounts = chart("cash asset 1.00 6.00\nsales revenue 0.00 -4.00\n")
    held = book(f"{HEAD}\n{entry(1, 'cash', 'sales', 5)}", accounts)
    (found,) = run_tests(held, [BY_ID["roll_forward"]])
    assert found.test.subject == "account"
    assert [accounts["account"][place] for place in found.hits["place"]] == ["sales"]
    assert found.share == 0.5


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (("7.10", "Acme", "D2", "2026-10-09"), ["J2"]),
        (("7.10", "Other", "D1", "2026-10-09"), ["J2"]),
        (("7.10", "Other", "D2", "2026-10-09"), []),
        (("7.11", "Acme", "D1", "2026-10-09"), []),
        (("7.10", "Acme", "D1", "2027-03-09"), []),
    ],
)
def test_duplicate(book: Books, second: tuple[str, str, str, str], expected: list[str]) -> None:
    amount, *more = second
    head = f"{HEAD} counterparty document effective"
    table = (
        f"{head}\n{entry(1, 'costs', 'payables', '7.10', 'Acme', 'D1', '2026-10-01')}"
        f"{entry(2, 'costs', 'payables', amount, *more)}"
    )
    assert hit(book(table), "duplicate") == expected


def test_a_rent_of_every_month_is_no_duplicate(book: Books) -> None:
    months = "".join(
        entry(at, "rent", "cash", "900.00", "Landlord", f"2026-{at:02}-01") for at in range(1, 8)
    )
    assert hit(book(f"{HEAD} counterparty effective\n{months}"), "duplicate") == []


def test_reversal_in_the_next_month_only(book: Books) -> None:
    head = f"{HEAD} effective"
    made = entry(1, "costs", "accrued", "50.00", "2026-10-31")
    turned = entry(2, "accrued", "costs", "50.00", "2026-11-01")
    same_month = entry(2, "accrued", "costs", "50.00", "2026-10-31")
    assert hit(book(f"{head}\n{made}{turned}"), "reversal") == ["J1"]
    assert hit(book(f"{head}\n{made}{same_month}"), "reversal") == []


def test_sequence_gap(book: Books) -> None:
    table = f"{HEAD}\n" + "".join(entry(at, "a", "b", 5) for at in (1, 2, 5))
    assert hit(book(table), "sequence_gap") == ["J5"]


def test_split_below_a_given_limit(book: Books) -> None:
    head = f"{HEAD} counterparty effective"
    parts = [entry(at, "costs", "cash", "600.00", "Acme", "2026-10-01") for at in (1, 2)]
    other_day = entry(3, "costs", "cash", "600.00", "Acme", "2026-10-08")
    found = hit(book(f"{head}\n{''.join(parts)}{other_day}"), "split", limits=(1000,))
    assert found == ["J1", "J2"]


def test_rare_account_and_unusual_pair(book: Books) -> None:
    table = f"{HEAD}\n{usual(600)}{entry(1, 'capital', 'sales', 80)}"
    assert hit(book(table), "rare_account") == ["J1"]
    assert hit(book(table), "unusual_pair") == ["J1"]


def test_revenue_debit_that_is_rare(book: Books) -> None:
    table = f"{HEAD}\n{usual(400)}{entry(1, 'sales', 'accrued', 80)}"
    assert hit(book(table), "revenue_debit") == ["J1"]


def test_cash_out_against_an_unusual_account(book: Books) -> None:
    paid = "".join(entry(200 + at, "payables", "cash", 50 + at) for at in range(150))
    table = f"{HEAD}\n{paid}{entry(1, 'capital', 'cash', 80)}"
    assert hit(book(table), "cash_credit") == ["J1"]


def test_both_sides_in_one_account(book: Books) -> None:
    assert hit(book(f"{HEAD}\n{entry(1, 'cash', 'cash', 5)}"), "same_account") == ["J1"]


def test_accounts_from_an_unusual_origin(book: Books) -> None:
    shop = "".join(entry(200 + at, "cash", "sales", 50 + at, "shop") for at in range(80))
    table = f"{HEAD} origin\n{shop}{entry(1, 'cash', 'sales', 60, 'manual')}"
    assert hit(book(table), "unusual_origin") == ["J1"]
    assert hit(book(table), "manual") == ["J1"]


def test_infrequent_poster(book: Books) -> None:
    table = f"{HEAD}\n{usual(400)}{entry(1, 'cash', 'sales', 80, by='guest')}"
    assert hit(book(table), "infrequent_poster") == ["J1"]


def test_where_everybody_is_rare_nobody_is(book: Books) -> None:
    many = "".join(entry(at, f"a{at}", f"b{at}", 80, by=f"p{at}") for at in range(400))
    for name in ("infrequent_poster", "rare_account", "unusual_pair"):
        assert hit(book(f"{HEAD}\n{many}"), name) == []


def test_self_approved_and_unapproved(book: Books) -> None:
    approved = "".join(entry(100 + at, "a", "b", 5, "bob") for at in range(40))
    table = (
        f"{HEAD} approved_by\n{approved}{entry(1, 'a', 'b', 5, 'ANN')}{entry(2, 'a', 'b', 5, '-')}"
    )
    assert hit(book(table), "self_approved") == ["J1"]
    assert hit(book(table), "unapproved") == ["J2"]


def test_where_nobody_approves_nothing_is_missing(book: Books) -> None:
    table = f"{HEAD} approved_by\n{entry(1, 'a', 'b', 5, '-')}{entry(2, 'a', 'b', 5, '-')}"
    assert hit(book(table), "unapproved") == []


def test_unusual_approver(book: Books) -> None:
    usually = "".join(entry(100 + at, "a", "b", 5, "bob") for at in range(250))
    table = f"{HEAD} approved_by\n{usually}{entry(1, 'a', 'b', 5, 'eve')}"
    assert hit(book(table), "unusual_approver") == ["J1"]


def test_fast_approval(book: Books) -> None:
    head = f"{HEAD} posted_at approved_at"
    at_once = entry(1, "a", "b", 5, "2026-10-01T10:00:00", "2026-10-01T10:00:20")
    later = entry(2, "a", "b", 5, "2026-10-01T10:00:00", "2026-10-01T11:00:00")
    assert hit(book(f"{head}\n{at_once}{later}"), "fast_approval") == ["J1"]


def test_times_of_posting(book: Books) -> None:
    head = f"{HEAD} posted_at effective"
    table = (
        f"{head}\n{entry(1, 'a', 'b', 5, '2026-10-03T10:00:00', '2026-10-03')}"
        f"{entry(2, 'a', 'b', 5, '2026-10-30T10:00:00', '2026-10-01')}"
        f"{entry(3, 'a', 'b', 5, '2026-10-01T10:00:00', '2026-10-20')}"
        f"{entry(4, 'a', 'b', 5, '2026-10-01T10:00:00', '2026-10-01')}"
        f"{entry(5, 'a', 'b', 5, '2026-10-03T10:00:00', '2026-10-03', by='sys.shop')}"
    )
    held = book(table)
    assert hit(held, "day_off") == ["J1"], "a machine knows no weekend"
    assert hit(held, "backdated") == ["J2"]
    assert hit(held, "forward_posted") == ["J3"]


def test_post_close_by_a_given_workday_and_by_the_usual_one(book: Books) -> None:
    head = f"{HEAD} posted_at effective"
    in_time = "".join(
        entry(100 + at, "a", "b", 5 + at, f"2026-11-0{2 + at % 3}T10:00:00", "2026-10-31")
        for at in range(60)
    )
    late = entry(1, "a", "b", 5, "2026-11-19T10:00:00", "2026-10-31")
    assert hit(book(f"{head}\n{in_time}{late}"), "post_close") == ["J1"]
    assert len(hit(book(f"{head}\n{in_time}{late}"), "post_close", workday=2)) == 21


def test_late_for_its_accounts(book: Books) -> None:
    head = f"{HEAD} posted_at effective"
    rows = [
        entry(100 + at, "a", "b", 5 + at, "2026-10-12T10:00:00", "2026-10-09") for at in range(90)
    ]
    late = entry(1, "a", "b", 5, "2026-10-29T10:00:00", "2026-10-09")
    assert hit(book(f"{head}\n{''.join(rows)}{late}"), "late_for_its_kind") == ["J1"]


def test_large_at_the_end_of_the_period(book: Books) -> None:
    head = f"{HEAD} effective"
    rows = "".join(entry(100 + at, "a", "b", 5 + at, "2026-10-10") for at in range(80))
    table = f"{head}\n{rows}{entry(1, 'a', 'b', 900, '2026-10-30')}"
    assert hit(book(table), "period_end") == ["J1"]


def test_odd_hour_of_a_person(book: Books) -> None:
    head = f"{HEAD} posted_at effective"
    rows = "".join(
        entry(100 + at, "a", "b", 5 + at, f"2026-10-05T{9 + at % 8:02}:00:00", "2026-10-05")
        for at in range(240)
    )
    night = entry(1, "a", "b", 5, "2026-10-05T03:10:00", "2026-10-05")
    assert hit(book(f"{head}\n{rows}{night}"), "odd_hour") == ["J1"]


def test_high_and_round_amounts(book: Books) -> None:
    table = f"{HEAD}\n{usual(60)}{entry(1, 'cash', 'sales', 40000)}"
    assert hit(book(table), "high_amount") == ["J1"]
    assert hit(book(table), "round_amount") == ["J1"]


def test_repeated_ending(book: Books) -> None:
    made_up = "".join(entry(at, "a", "b", f"{at + 10}9.37") for at in range(1, 9))
    table = f"{HEAD}\n{usual(60)}{made_up}"
    assert hit(book(table), "repeated_ending") == [f"J{at}" for at in range(1, 9)]


def approvals() -> str:
    """Up to 1,000 bob approves, from there on eve."""
    rows = []
    for at in range(80):
        amount = 520 + at * 12
        rows.append(entry(100 + at, "a", "b", amount, "eve" if amount >= 1000 else "bob"))
    return "".join(rows)


def test_a_limit_is_learnt_from_who_approves(book: Books) -> None:
    table = f"{HEAD} approved_by\n{approvals()}{entry(1, 'a', 'b', '999.00', 'bob')}"
    found = hit(book(table), "just_below_limit", margin=0.01)
    assert "J1" in found
    amounts = dict(zip(*book(table).entries.select("entry", "amount").get_columns(), strict=True))
    assert all(99_000 <= amounts[name] < 100_000 for name in found)


def test_without_a_change_of_approver_there_is_no_limit(book: Books) -> None:
    table = f"{HEAD} approved_by\n{approvals().replace('eve', 'bob')}"
    assert hit(book(table), "just_below_limit") == []


def test_benford_says_nothing_of_few_amounts(book: Books) -> None:
    assert hit(book(f"{HEAD}\n{usual(200)}"), "benford") == []


def test_benford_names_digits_that_come_far_too_often(book: Books) -> None:
    spread = "".join(
        entry(at, "a", "b", f"{10 ** (1 + 3 * at / 1500):.2f}") for at in range(1, 1500)
    )
    made_up = "".join(entry(5000 + at, "a", "b", f"47{at % 10}.{at % 90 + 10}") for at in range(90))
    found = hit(book(f"{HEAD}\n{spread}{made_up}"), "benford")
    assert {f"J{5000 + at}" for at in range(90)} <= set(found)
    assert len(found) < 150


def test_words(book: Books) -> None:
    head = f"{HEAD} description"
    rows = "".join(entry(100 + at, "a", "b", 5 + at, "Invoice_of_goods") for at in range(300))
    table = (
        f"{head}\n{rows}{entry(1, 'a', 'b', 5, '-')}{entry(2, 'a', 'b', 5, 'PLUG_to_goods')}"
        f"{entry(3, 'a', 'b', 5, 'Jubilee')}"
    )
    assert hit(book(table), "empty_description") == ["J1"]
    assert hit(book(table), "keyword") == ["J2"]
    assert hit(book(table), "unusual_words") == ["J3"]


def test_a_test_that_knows_too_little_says_what_is_missing(book: Books) -> None:
    results = run_tests(book("entry amount\nJ1 5.00\n", sides=False))
    (found,) = [each for each in results if each.test.id == "self_approved"]
    assert found.missing == ("approved_by", "prepared_by")
    assert not found.applies
    assert found.hits.is_empty()
    table = summary(results)
    assert table.height == len(TESTS)
    row = table.filter(pl.col("test") == "self_approved").row(0, named=True)
    assert (row["applies"], row["missing"], row["share"]) == (
        False, "approved_by, prepared_by", 0.0,
    )  # fmt: skip


def test_no_test_fails_on_a_journal_of_one_line_or_none(
    book: Books, lines: Callable[..., pl.DataFrame]
) -> None:
    one = book("entry account amount prepared_by approved_by posted_at\n"
               "J1 a 5.00 ann bob 2026-10-01T10:00:00\n")  # fmt: skip
    for results in (run_tests(one), run_tests(book("entry account amount\nJ1 a 0.00\n"))):
        assert all(isinstance(each, Outcome) for each in results)


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"no_such_test": {}}, "'no_such_test' is not known"),
        ({"round_amount": {"of": 3}}, "has no parameter 'of'"),
    ],
)
def test_parameters_that_no_test_has_are_refused(
    parameters: dict[str, dict[str, int]], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        with_parameters(parameters, TESTS)
