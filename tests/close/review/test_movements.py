"""Movements that are unlike those before."""

from collections.abc import Callable, Sequence

import numpy as np
import polars as pl
import pytest

from tieout.close.journal.book import Book
from tieout.close.review.months import Months, months
from tieout.close.review.movements import MovementOptions, judge_movements, lines_behind
from tieout.close.tasks.dates import Period

Books = Callable[..., Book]
LAST = Period(2026, 10)


def ledger(book: Books, values: Sequence[float], account: str = "costs") -> Months:
    """An account with a movement in each of the months that end with LAST."""
    first = LAST.later(1 - len(values))
    rows = "".join(
        f"J{at} {account} {value:.2f} {first.later(at).first_day}\n"
        f"J{at} payables {-value:.2f} {first.later(at).first_day}\n"
        for at, value in enumerate(values)
    )
    return months(book(f"entry account amount effective\n{rows}"))


def row(found: pl.DataFrame, account: str = "costs") -> dict[str, object]:
    return found.filter(pl.col("account") == account).row(0, named=True)


@pytest.mark.parametrize("before", [5, 8, 12])
def test_a_jump_is_flagged_even_where_few_months_are_before_it(book: Books, before: int) -> None:
    usual = [100.0 + 3 * (-1) ** at for at in range(before)]
    found = row(judge_movements(ledger(book, [*usual, 200.0]), LAST))
    assert found["flagged"]
    assert found["months"] == before
    assert "sigma above the 100." in str(found["reason"])


def test_the_judged_month_and_later_ones_are_not_in_the_baseline(book: Books) -> None:
    usual = [100.0 + 3 * (-1) ** at for at in range(8)]
    whole = ledger(book, [*usual, 200.0, 900.0])
    alone = ledger(book, [*usual, 200.0])
    early = row(judge_movements(whole, LAST.before))
    late = row(judge_movements(alone, LAST))
    assert early["sigma"] == late["sigma"]
    assert early["usual"] == 10_000.0


def test_a_usual_month_is_not_flagged(book: Books) -> None:
    usual = [100.0 + 3 * (-1) ** at for at in range(12)]
    assert not row(judge_movements(ledger(book, [*usual, 102.0]), LAST))["flagged"]


def test_too_few_months_say_nothing(book: Books) -> None:
    found = row(judge_movements(ledger(book, [100.0, 101.0, 900.0]), LAST))
    assert found["sigma"] is None
    assert not found["flagged"]
    assert "2 months before it are too few" in str(found["reason"])


def test_an_account_that_never_moved_and_moves_is_flagged(book: Books) -> None:
    found = row(judge_movements(ledger(book, [0.0] * 8 + [5.0]), LAST))
    assert found["flagged"]


def test_the_limit_is_what_was_asked_for(book: Books) -> None:
    usual = [100.0 + 10 * (-1) ** at for at in range(12)]
    held = ledger(book, [*usual, 122.0])
    sigma = float(str(row(judge_movements(held, LAST))["sigma"]))
    for limit, flagged in ((sigma + 0.01, False), (sigma - 0.01, True)):
        options = MovementOptions(sigma=limit)
        assert row(judge_movements(held, LAST, options))["flagged"] is flagged


def test_noise_is_flagged_about_as_often_as_two_and_a_half_sigma_says(book: Books) -> None:
    generator = np.random.default_rng(5)
    flags = []
    for account in range(40):
        values = 1000 + 100 * generator.standard_normal(25)
        held = ledger(book, values.round(2).tolist(), f"account{account}")
        flags += [
            row(judge_movements(held, LAST.later(-back)), f"account{account}")["flagged"]
            for back in range(6)
        ]
    assert sum(map(bool, flags)) / len(flags) < 0.035, "1.2 % are expected"


def test_the_forest_stands_beside_where_there_is_enough_to_learn_from(book: Books) -> None:
    generator = np.random.default_rng(8)
    first = LAST.later(-23)
    rows = []
    for account in range(6):
        for at in range(24):
            value = 5000.0 if (account, at) == (3, 23) else 500 + 20 * generator.standard_normal()
            day, name = first.later(at).first_day, f"J{account}x{at}"
            rows.append(f"{name} a{account} {value:.2f} {day}\n")
            rows.append(f"{name} other {-value:.2f} {day}\n")
    held = months(book(f"entry account amount effective\n{''.join(rows)}"))
    found = judge_movements(held, LAST)
    oddness = dict(found.select("account", "forest_p").iter_rows())
    assert row(found, "other")["by_forest"], "what the odd movement stands against"
    assert oddness["a3"] < 0.03 < min(oddness[f"a{account}"] for account in (0, 1, 2, 4, 5))
    assert row(found, "a3")["flagged"]


def test_each_movement_is_followed_to_its_entries_and_rows(book: Books) -> None:
    held = ledger(book, [100.0, 250.0])
    found = lines_behind(held, "costs", LAST)
    assert found.select("entry", "row", "amount").rows() == [("J1", 3, 25_000)]


def test_months_count_balances_on_from_the_opening_and_leave_closing_entries_out(
    book: Books, chart: Callable[[str], pl.DataFrame]
) -> None:
    accounts = chart(
        "cash asset 10.00 -\nsales revenue 0.00 -\nrent expense 0.00 -\npay expense 0.00 -\n"
        "earnings equity -10.00 -\n"
    )
    held = months(
        book(
            "entry account amount effective\n"
            "J1 cash 60.00 2026-11-03\nJ1 sales -100.00 2026-11-03\n"
            "J1 rent 30.00 2026-11-03\nJ1 pay 10.00 2026-11-03\n"
            "J2 sales 100.00 2026-12-31\nJ2 rent -30.00 2026-12-31\nJ2 pay -10.00 2026-12-31\n"
            "J2 earnings -60.00 2026-12-31\n",
            accounts,
        )
    )
    last = held.of(Period(2026, 12)).select("account", "movement", "balance")
    december = {name: (moved, balance) for name, moved, balance in last.iter_rows()}
    assert december["sales"] == (0, 0)
    assert december["earnings"][1] == -7_000
    assert december["cash"] == (0, 7_000)
