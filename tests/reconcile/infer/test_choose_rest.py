"""Passes, scale and the order of day and month."""

from collections.abc import Callable

import polars as pl
import pytest

from tieout.reconcile.infer import SampleSide
from tieout.reconcile.infer.choose_rest import (
    choose_amount,
    choose_scale,
    date_choices,
    passes,
    settle_order,
)
from tieout.reconcile.infer.joined import NOTHING, Joined
from tieout.reconcile.infer.lags import Lags
from tieout.reconcile.infer.profile import Column, profile
from tieout.reconcile.infer.readings import readings
from tieout.reconcile.infer.roles import Paired

Side = Callable[..., SampleSide]
SAME_DAY = Lags(rows=100, differing=1, before=0, after=0, settlement=3)
LATER = Lags(rows=100, differing=60, before=0, after=2, settlement=3)
FEW = Lags(rows=4, differing=4, before=0, after=2, settlement=3)


def column(side: Side, *values: str, name: str = "x") -> Column:
    """One profiled column."""
    return profile(side(**{name: list(values)})).columns[0]


def in_order(rows: int) -> Joined:
    """Row n of one side belongs to row n of the other."""
    positions = pl.Series(range(rows), dtype=pl.UInt32)
    return Joined(positions, positions)


@pytest.mark.parametrize(
    ("keyed", "currency", "date", "lags", "expected"),
    [
        (True, True, True, SAME_DAY, ["exact key currency amount date", "group key currency"]),
        (True, False, False, None, ["exact key amount", "group key"]),
        (False, True, True, SAME_DAY, ["exact currency amount date"]),
        (False, False, False, None, ["exact amount"]),
        (
            True,
            True,
            True,
            LATER,
            ["exact key currency amount date", "tolerance key currency", "group key currency"],
        ),
        (False, False, True, LATER, ["exact amount date", "tolerance amount"]),
        (True, False, True, FEW, ["exact key amount date", "group key"]),
        (True, False, False, LATER, ["exact key amount", "group key"]),
    ],
)
def test_the_passes_fit_what_both_sides_have(
    *, keyed: bool, currency: bool, date: bool, lags: Lags | None, expected: list[str]
) -> None:
    found, _ = passes(keyed=keyed, currency=currency, date=date, lags=lags)
    written = []
    for rule in found:
        for kind, fields in rule.model_dump(exclude_none=True).items():
            written.append(" ".join([kind, *fields["on"]]))
    assert written == expected


@pytest.mark.parametrize(
    ("date", "lags", "reason"),
    [
        (False, None, "Dates are not compared."),
        (True, None, "No joined rows show whether dates differ by nature."),
        (
            True,
            SAME_DAY,
            "Dates differ on 1 of 100 joined rows of equal amount; such rows are exceptions.",
        ),
        (
            True,
            LATER,
            "95 % of them within 0 business days before and 2 after.",
        ),
    ],
)
def test_the_passes_say_why(*, date: bool, lags: Lags | None, reason: str) -> None:
    assert passes(keyed=True, currency=True, date=date, lags=lags)[1].reason.endswith(reason)


def test_amounts_with_the_decimals_of_their_currency_need_no_scale(side: Side) -> None:
    amounts = column(side, "1.50", "2.25")
    assert choose_scale([amounts], []) == (None, [])
    dinars = column(side, "1.125", "2.250")
    assert choose_scale([dinars], [column(side, "KWD", "BHD")]) == (None, [])


def test_finer_amounts_set_the_scale_they_need(side: Side) -> None:
    fine = column(side, "1.50", "2.12345")
    assert choose_scale([fine], [])[0] == 5
    assert choose_scale([fine], [column(side, "JPY", "JPY")])[0] == 5
    assert choose_scale([column(side, "1.5", "2")], [column(side, "JPY", "JPY")])[0] == 2


def test_noise_of_floats_does_not_set_the_scale(side: Side) -> None:
    noisy = column(side, "10.299999999999999", "20.10")
    assert choose_scale([noisy], []) == (None, [])


def test_a_rare_fine_amount_does_not_set_the_scale(side: Side) -> None:
    rare = column(side, *["1.50"] * 200, "1.505")
    assert choose_scale([rare], []) == (None, [])


def test_the_order_of_day_and_month_is_the_one_that_agrees(side: Side) -> None:
    guessed = column(side, "01/02/2024", "05/03/2024", "02/07/2024", "11/04/2024")
    known = column(side, "2024-01-02", "2024-05-03", "2024-02-07", "2024-11-04")
    assert guessed.date is not None
    assert not guessed.date.certain
    settled = settle_order(Paired(guessed, known, 4, 0), in_order(4))
    assert settled.left.date is not None
    assert settled.left.date.format.patterns == ("%m/%d/%Y",)
    assert settled.left.date.certain
    assert (settled.rows, settled.agreeing) == (4, 4)
    mirrored = settle_order(Paired(known, guessed, 4, 0), in_order(4))
    assert mirrored.right.date == settled.left.date


def test_an_order_that_rows_do_not_settle_stays_a_guess(side: Side) -> None:
    guessed = column(side, "01/02/2024", "05/03/2024")
    pair = Paired(guessed, column(side, "2023-01-02", "2023-05-03"), 2, 0)
    assert settle_order(pair, in_order(2)) is pair
    assert settle_order(pair, NOTHING) is pair


def test_a_guessed_order_is_listed_as_a_doubt(side: Side) -> None:
    guessed = column(side, "01/02/2024", name="booked")
    known = column(side, "2024-02-01", name="posted")
    found = date_choices(Paired(guessed, known, 9, 8), [])
    assert [(c.subject, c.uncertain) for c in found] == [
        ("date", False),
        ("date format (left)", True),
    ]
    assert found[0].reason == "8 of 9 joined rows have the same date."


def test_a_date_on_one_side_only_is_a_doubt_and_none_at_all_is_not(side: Side) -> None:
    alone = date_choices(None, [column(side, "2024-02-01", name="posted")])
    assert [(c.decision, c.uncertain) for c in alone] == [("posted", True)]
    assert [(c.decision, c.uncertain) for c in date_choices(None, [])] == [("none", False)]


def test_amounts_are_chosen_by_name_where_no_rows_are_joined(side: Side) -> None:
    left = readings(profile(side(balance=["1.50"], amount=["2.50"])), scale=2)
    right = readings(profile(side(amt=["2.50"])), scale=2)
    found = choose_amount(NOTHING, left, right, keyed=False)
    assert (found.left.label, found.right.label, found.sign) == ("amount", "amt", 1)
    assert found.choices[0].reason.startswith("Chosen by the names of the columns")
    assert found.choices[0].uncertain
    assert len(found.equal) == 0


def test_rows_of_equal_amount_are_told_after_the_sign_is(side: Side) -> None:
    values = [f"{n}.50" for n in range(1, 9)]
    left = readings(profile(side(amount=values)), scale=2)
    right = readings(profile(side(amount=[*(f"-{v}" for v in values[:7]), "99.00"])), scale=2)
    found = choose_amount(in_order(8), left, right, keyed=True)
    assert found.sign == -1
    assert found.equal.left.to_list() == list(range(7))
    assert [amount.sign for amount in found.amounts] == [1, -1]
    assert found.choices[1].subject == "sign"


def test_a_side_that_counts_in_cents_is_read_in_cents(side: Side) -> None:
    cents = ["1234", "50", "100000", "7", "20199"]
    whole = ["12.34", "0.50", "1000.00", "0.07", "201.99"]
    mine, theirs = profile(side(amount=cents)), profile(side(amount=whole))
    for left, right in ((mine, theirs), (theirs, mine)):
        found = choose_amount(
            in_order(5), readings(left, scale=2), readings(right, scale=2), keyed=True
        )
        unwritten = [each.amount.format.unwritten_decimals for each in (found.left, found.right)]
        assert unwritten == ([2, 0] if left is mine else [0, 2])
        assert len(found.equal) == 5
        assert "with 2 decimals that are not written" in found.choices[0].decision


def test_a_few_rows_a_hundred_times_as_large_are_no_cents(side: Side) -> None:
    left = readings(profile(side(amount=["1234", "50", "300", "7"])), scale=2)
    right = readings(profile(side(amount=["12.34", "50", "300", "7"])), scale=2)
    found = choose_amount(in_order(4), left, right, keyed=True)
    assert found.left.amount.format.unwritten_decimals == 0


def test_rows_without_a_key_are_paired_by_words_after_those_that_have_one() -> None:
    both, _ = passes(keyed=True, currency=True, date=True, lags=SAME_DAY, keyless=True)
    assert [next(iter(each.model_dump(exclude_none=True))) for each in both] == [
        "exact",
        "group",
        "keyless",
    ]


def test_without_any_key_words_take_the_place_of_equal_amounts() -> None:
    alone, choice = passes(keyed=False, currency=True, date=True, lags=LATER, keyless=True)
    assert len(alone) == 1
    assert alone[0].keyless
    assert (alone[0].keyless.days.before, alone[0].keyless.days.after) == (0, 2)
    assert "by amount, date and words" in choice.reason
