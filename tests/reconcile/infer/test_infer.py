"""Amount, sign, dates, currency and passes of an inferred spec."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.model.errors import InputError
from tieout.reconcile.infer import Choice, Inferred, SampleSide, infer_spec
from tieout.reconcile.spec import Spec
from tieout.reconcile.spec_file import load_spec, write_spec

Side = Callable[..., SampleSide]
Payments = Callable[..., list[Any]]
Shuffle = Callable[[list[Any]], list[Any]]


def infer(left: SampleSide, right: SampleSide) -> Inferred:
    """Infer a spec."""
    return infer_spec(left, right, name="left_vs_right")


def choice(found: Inferred, subject: str) -> Choice:
    """What was chosen for a subject."""
    return next(each for each in found.choices if each.subject == subject)


def ledger(side: Side, rows: list[Any], **more: list[str]) -> SampleSide:
    """A plain ledger of payments."""
    return side(
        name="ledger",
        ref=[p.reference for p in rows],
        amt=[p.amount for p in rows],
        posted=[p.on("%Y-%m-%d") for p in rows],
        **more,
    )


def kinds(spec: Spec) -> list[str]:
    """The kinds of the passes."""
    return [next(iter(rule.model_dump(exclude_none=True))) for rule in spec.passes]


def test_a_german_bank_statement_meets_an_english_ledger(
    side: Side, payments: Payments, shuffled: Shuffle
) -> None:
    ours = payments(150)
    theirs = shuffled(ours)
    bank = side(
        name="bank",
        Buchungstag=[p.on("%d.%m.%Y") for p in ours],
        Wertstellung=[p.on("%d.%m.%Y", later=1) for p in ours],
        Belegnummer=[p.reference for p in ours],
        Verwendungszweck=[f"Rechnung {p.reference} {p.party}" for p in ours],
        Soll=[p.german.lstrip("-") if p.cents < 0 else "-" for p in ours],
        Haben=[p.german if p.cents > 0 else "-" for p in ours],
        Saldo=[f"{n * 137},50" for n in range(150)],
        Währung=["EUR" for _ in ours],
    )
    book = side(
        name="ledger",
        doc_no=[str(int(p.reference)) for p in theirs],
        amt=[p.amount for p in theirs],
        ccy=["EUR" for _ in theirs],
        value_dt=[p.on("%Y-%m-%d", later=1) for p in theirs],
        customer=[p.party for p in theirs],
        account_no=["1200" for _ in theirs],
    )
    found = infer(bank, book)
    left, right = found.spec.left, found.spec.right
    assert (left.name, right.name) == ("bank", "ledger")
    assert (left.amount.debit, left.amount.credit) == ("Soll", "Haben")
    assert (left.amount.format.decimal, left.amount.format.thousands) == (",", ".")
    assert (right.amount.column, right.amount.sign) == ("amt", 1)
    assert left.amount.sign == -1
    assert (left.currency, right.currency) == ("Währung", "ccy")
    assert left.date is not None
    assert right.date is not None
    assert (left.date.column, right.date.column) == ("Wertstellung", "value_dt")
    assert left.comment == ("Verwendungszweck",)
    assert (right.party, right.account) == ("customer", "account_no")
    assert kinds(found.spec) == ["exact", "group"]
    assert found.uncertain == ()


def test_the_amount_that_agrees_is_taken_and_not_balance_or_tax(
    side: Side, payments: Payments, shuffled: Shuffle
) -> None:
    ours = payments(120)
    theirs = shuffled(ours)
    left = side(
        ref=[p.reference for p in ours],
        Balance=[f"{n * 99.5:.2f}" for n in range(120)],
        Amount=[p.amount for p in ours],
    )
    right = side(
        ref=[p.reference for p in theirs],
        net=[f"{p.cents / 119:.2f}" for p in theirs],
        tax=[f"{p.cents * 19 / 11900:.2f}" for p in theirs],
        gross=[p.amount for p in theirs],
    )
    found = infer(left, right)
    assert found.spec.left.amount.column == "Amount"
    assert found.spec.right.amount.column == "gross"
    assert choice(found, "amount").reason.startswith("108 of 108 joined rows have the same amount")


def test_opposite_bookings_turn_the_right_side_around(
    side: Side, payments: Payments, shuffled: Shuffle
) -> None:
    ours = payments(100)
    theirs = shuffled(ours)
    left = ledger(side, ours)
    right = side(ref=[p.reference for p in theirs], amount=[f"{-p.cents / 100}" for p in theirs])
    for found in (infer(left, right), infer(right, left)):
        assert (found.spec.left.amount.sign, found.spec.right.amount.sign) == (1, -1)
        assert choice(found, "sign").reason == (
            "90 of 90 joined rows that agree do so with opposite signs."
        )


def test_of_opposite_sides_the_one_with_debits_and_credits_is_turned(
    side: Side, payments: Payments
) -> None:
    ours = payments(60)
    bank = side(
        ref=[p.reference for p in ours],
        Debit=[p.amount.lstrip("-") if p.cents < 0 else "-" for p in ours],
        Credit=[p.amount if p.cents > 0 else "-" for p in ours],
    )
    found = infer(bank, ledger(side, ours))
    assert (found.spec.left.amount.sign, found.spec.right.amount.sign) == (-1, 1)
    assert choice(found, "sign").decision == "left side turned around"
    turned = infer(ledger(side, ours), bank)
    assert (turned.spec.left.amount.sign, turned.spec.right.amount.sign) == (1, -1)


def test_an_amount_with_its_direction_is_signed_by_it(
    side: Side, payments: Payments, shuffled: Shuffle
) -> None:
    ours = payments(100)
    theirs = shuffled(ours)
    left = side(
        ref=[p.reference for p in ours],
        amount=[p.amount.lstrip("-") for p in ours],
        dc=["D" if p.cents < 0 else "C" for p in ours],
    )
    found = infer(left, ledger(side, theirs))
    amount = found.spec.left.amount
    assert (amount.column, amount.direction, amount.negative) == ("amount", "dc", ("D",))
    assert found.spec.right.amount.sign == 1


def test_a_direction_that_says_nothing_new_is_left_out(side: Side, payments: Payments) -> None:
    ours = payments(100)
    signed = side(
        ref=[p.reference for p in ours],
        amount=[p.amount for p in ours],
        dc=["C" if p.cents < 0 else "D" for p in ours],
    )
    assert infer(signed, ledger(side, ours)).spec.left.amount.direction is None


def test_debits_that_carry_a_minus_are_turned(side: Side, payments: Payments) -> None:
    ours = payments(50)
    left = side(
        ref=[p.reference for p in ours],
        Debit=[p.amount if p.cents < 0 else "-" for p in ours],
        Credit=[p.amount if p.cents > 0 else "-" for p in ours],
    )
    found = infer(left, ledger(side, ours))
    assert found.spec.left.amount.debit_negative
    assert found.spec.left.amount.sign * found.spec.right.amount.sign == -1
    assert any("carry a minus" in choice.reason for choice in found.choices)


def test_too_few_rows_leave_the_sign_open(side: Side) -> None:
    left = side(ref=["A", "B"], amount=["1.00", "2.00"])
    found = infer(left, side(ref=["A", "B"], amount=["1.00", "9.00"]))
    assert found.spec.right.amount.sign == 1
    assert choice(found, "sign").uncertain


def test_amounts_with_more_decimals_than_their_currency_set_the_scale(side: Side) -> None:
    refs = [f"R{n}" for n in range(20)]
    fine = [f"{n}.1234" for n in range(20)]
    found = infer(side(ref=refs, price_amount=fine), side(ref=refs, amount=fine))
    assert found.spec.scale == 4
    assert choice(found, "scale").reason == ("40 of 40 sampled amounts have more than 2 decimals.")


@pytest.mark.parametrize(
    ("currency", "amount", "scale"),
    [("KWD", "1.125", None), ("EUR", "1.125", 3), ("JPY", "1.50", 2), ("JPY", "150.00", None)],
)
def test_the_scale_is_left_to_the_currency_where_it_fits(
    side: Side, currency: str, amount: str, scale: int | None
) -> None:
    sample = side(ref=["A", "B", "C"], amount=[amount] * 3, ccy=[currency] * 3)
    assert infer(sample, sample).spec.scale == scale


def test_dates_that_differ_by_nature_get_a_tolerance_pass(
    side: Side, payments: Payments, shuffled: Shuffle
) -> None:
    ours = [p for p in payments(300) if p.day.weekday() < 3]
    theirs = shuffled(ours)
    right = side(
        ref=[p.reference for p in theirs],
        amount=[p.amount for p in theirs],
        settled=[p.on("%Y-%m-%d", later=2 if p.number % 3 else 0) for p in theirs],
    )
    found = infer(ledger(side, ours), right)
    assert kinds(found.spec) == ["exact", "tolerance", "group"]
    window = found.spec.passes[1].tolerance
    assert window is not None
    assert window.days is not None
    assert (window.days.before, window.days.after) == (0, 2)
    assert "95 % of them within 0 business days before and 2 after" in (
        choice(found, "passes").reason
    )
    mirrored = infer(right, ledger(side, ours)).spec.passes[1].tolerance
    assert mirrored is not None
    assert mirrored.days is not None
    assert (mirrored.days.before, mirrored.days.after) == (2, 0)


def test_without_a_key_the_amount_joins_dates_that_differ_by_nature(
    side: Side, payments: Payments
) -> None:
    ours = [p for p in payments(200) if p.day.weekday() < 3]
    left = side(amount=[p.amount for p in ours], date=[p.on("%Y-%m-%d") for p in ours])
    right = side(amount=[p.amount for p in ours], date=[p.on("%Y-%m-%d", later=1) for p in ours])
    spec = infer(left, right).spec
    assert spec.left.key == ()
    assert kinds(spec) == ["exact", "tolerance"]
    near = spec.passes[1].tolerance
    assert near is not None
    assert near.on == ("amount",)
    assert near.days is not None
    assert (near.days.before, near.days.after) == (0, 1)


def test_dates_that_seldom_differ_are_exceptions(side: Side, payments: Payments) -> None:
    ours = payments(100)
    right = side(
        ref=[p.reference for p in ours],
        amount=[p.amount for p in ours],
        posted=[p.on("%Y-%m-%d", later=int(p.number % 10 == 0)) for p in ours],
    )
    assert kinds(infer(ledger(side, ours), right).spec) == ["exact", "group"]


def test_settlement_days_follow_long_lags(side: Side, payments: Payments) -> None:
    ours = payments(100)
    right = side(
        ref=[p.reference for p in ours],
        amount=[p.amount for p in ours],
        posted=[p.on("%Y-%m-%d", later=7 * int(p.number % 8 == 0)) for p in ours],
    )
    found = infer(ledger(side, ours), right)
    assert found.spec.evidence.settlement_days == 5
    assert choice(found, "settlement days").decision == "5"


def test_joined_rows_settle_which_is_day_and_which_is_month(side: Side, payments: Payments) -> None:
    ours = [p for p in payments(400) if p.day.day <= 12][:60]
    right = side(
        ref=[p.reference for p in ours],
        amount=[p.amount for p in ours],
        date=[p.on("%m/%d/%Y") for p in ours],
    )
    found = infer(ledger(side, ours), right)
    assert found.spec.right.date is not None
    assert found.spec.right.date.format.patterns == ("%m/%d/%Y",)
    assert not any(doubt.subject.startswith("date") for doubt in found.uncertain)


def test_an_order_that_nothing_settles_is_uncertain(side: Side) -> None:
    left = side(amount=["1.00", "2.00"], date=["01/02/2024", "03/04/2024"])
    right = side(amount=["7.00", "9.00"], date=["2024-01-02", "2024-01-05"])
    doubts = {doubt.subject for doubt in infer(left, right).uncertain}
    assert "date format (left)" in doubts
    assert "date format (right)" not in doubts


def test_what_one_side_lacks_is_not_compared(side: Side, payments: Payments) -> None:
    ours = payments(40)
    left = side(
        ref=[p.reference for p in ours],
        amount=[p.amount for p in ours],
        ccy=[p.currency for p in ours],
        date=[p.on("%Y-%m-%d") for p in ours],
    )
    right = side(ref=[p.reference for p in ours], amount=[p.amount for p in ours])
    found = infer(left, right)
    exact = found.spec.passes[0].exact
    assert exact is not None
    assert exact.on == ("key", "amount")
    assert {doubt.subject for doubt in found.uncertain} == {"currency", "date"}
    assert (found.spec.left.currency, found.spec.right.currency) == ("ccy", None)


def test_a_currency_in_the_name_of_the_amount_stands_for_the_column(
    side: Side, payments: Payments
) -> None:
    ours = payments(40)
    left = side(**{"ref": [p.reference for p in ours], "Betrag (EUR)": [p.amount for p in ours]})
    found = infer(left, ledger(side, ours, ccy=["EUR"] * 40))
    assert found.spec.left.currency_fixed == "EUR"
    assert found.spec.passes[0].exact is not None
    assert "currency" in found.spec.passes[0].exact.on
    other = infer(left, ledger(side, ours, ccy=["USD"] * 40))
    assert other.spec.left.currency_fixed is None


def test_a_side_without_currency_is_taken_to_be_in_the_only_one_of_the_other(
    side: Side, payments: Payments
) -> None:
    ours = payments(40)
    left = side(ref=[p.reference for p in ours], total=[p.amount for p in ours])
    found = infer(left, ledger(side, ours, ccy=["USD"] * 40))
    assert (found.spec.left.currency_fixed, found.spec.right.currency) == ("USD", "ccy")
    exact = found.spec.passes[0].exact
    assert exact is not None
    assert "currency" not in exact.on
    assert "taken to be in USD" in choice(found, "currency").reason
    assert choice(found, "currency").uncertain


def test_amounts_that_are_called_by_one_currency_are_in_it(side: Side, payments: Payments) -> None:
    ours = payments(40)
    left = side(
        **{
            "doc": [p.reference for p in ours],
            "ccy": ["EUR"] * 40,
            "amount": [f"{p.cents * 0.9 / 100:.2f}" for p in ours],
            "base amount (USD)": [p.amount for p in ours],
        }
    )
    right = side(ref=[p.reference for p in ours], amount_usd=[p.amount for p in ours])
    spec = infer(left, right).spec
    assert (spec.left.currency, spec.left.currency_fixed) == (None, "USD")
    assert spec.right.currency_fixed == "USD"
    assert spec.left.original_currency == "ccy"
    assert spec.left.original_amount is not None
    assert spec.left.original_amount.column == "amount"
    named_alike = side(ref=[p.reference for p in ours], try_all=[p.amount for p in ours])
    assert infer(named_alike, named_alike).spec.left.currency_fixed is None


def test_the_amount_before_conversion_is_kept_beside(side: Side, payments: Payments) -> None:
    ours = payments(80)
    converted = [f"{p.cents * 1.1 / 100:.2f}" for p in ours]
    left = side(
        **{
            "Reference": [p.reference for p in ours],
            "Original Amount": converted,
            "Original Currency": [p.currency for p in ours],
            "Amount": [p.amount for p in ours],
            "Currency": ["CHF"] * 80,
        }
    )
    found = infer(left, ledger(side, ours, ccy=["CHF"] * 80)).spec.left
    assert (found.amount.column, found.currency) == ("Amount", "Currency")
    assert found.original_amount is not None
    assert (found.original_amount.column, found.original_currency) == (
        "Original Amount",
        "Original Currency",
    )


def test_takings_of_a_day_are_matched_with_what_is_paid_in(side: Side) -> None:
    takings = [(day, at, 1_000 + 371 * day + 97 * at) for day in range(1, 13) for at in range(3)]
    left = side(
        booked=[f"2026-05-{day:02}" for day in range(1, 13)],
        text=["CASH DEPOSIT"] * 12,
        amount=[f"{sum(c for d, _, c in takings if d == day) / 100:.2f}" for day in range(1, 13)],
    )
    right = side(
        day=[f"2026-05-{day:02}" for day, _, _ in takings],
        till=[f"till {at}" for _, at, _ in takings],
        taken=[f"{cents / 100:.2f}" for *_, cents in takings],
    )
    found = infer(left, right)
    group = found.spec.passes[0].group
    assert group is not None
    assert group.on == ("date",)
    assert choice(found, "passes").reason.startswith("On 12 of 12 days on which one side has one")
    turned = infer(right, left)
    assert turned.spec.passes[0].group is not None
    # What a sample says of some rows of a day says nothing of its sum.
    part = SampleSide("part", right.frame, 1_000_000)
    assert infer(left, part).spec.passes[0].group is None


def test_a_side_without_an_amount_is_bad_input_that_says_what_to_write(side: Side) -> None:
    left = side(name="bank.csv", ref=["a", "b"], note=["x", "y"])
    right = side(amount=["1.00"])
    with pytest.raises(InputError) as caught:
        infer(left, right)
    assert str(caught.value) == (
        "bank.csv: no column reads as an amount (columns: ref, note); name it in a spec, e.g. "
        "`left: {amount: COLUMN}` or `left: {amount: {debit: COLUMN, credit: COLUMN}}`"
    )
    with pytest.raises(InputError, match=r"right: \{amount: COLUMN\}"):
        infer(right, left)


def test_a_side_without_rows_is_bad_input(side: Side) -> None:
    with pytest.raises(InputError, match=r"empty\.csv: no rows to infer a spec from"):
        infer(side(name="empty.csv", ref=[], amount=[]), side(amount=["1.00"]))


def mirror(spec: Spec) -> dict[str, Any]:
    """The spec as it should come out with the sides exchanged."""
    left, right = spec.left.model_dump(), spec.right.model_dump()
    signs = {left["amount"].pop("sign"), right["amount"].pop("sign")}
    return {"left": right, "right": left, "opposite": signs == {1, -1}, "passes": kinds(spec)}


def test_exchanging_the_sides_mirrors_the_spec_and_twice_is_the_same(
    side: Side, payments: Payments, shuffled: Shuffle
) -> None:
    ours = payments(150)
    left = side(
        ref=[p.reference for p in ours],
        dr=[p.amount.lstrip("-") if p.cents < 0 else "-" for p in ours],
        cr=[p.amount if p.cents > 0 else "-" for p in ours],
        booked=[p.on("%d/%m/%Y") for p in ours],
        value=[p.on("%d/%m/%Y", later=2) for p in ours],
        memo=[f"to {p.party}" for p in ours],
        cur=[p.currency for p in ours],
    )
    right = ledger(side, shuffled(ours), ccy=[p.currency for p in shuffled(ours)])
    one, other = infer(left, right), infer(right, left)
    assert mirror(one.spec) == mirror(other.spec) | {
        "left": mirror(other.spec)["right"],
        "right": mirror(other.spec)["left"],
    }
    assert infer(left, right) == one


@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["A1", "A-2", "b3", "", "0004"]),
            st.sampled_from(["1.00", "-2,50", "(3.00)", "x", "", "1,234.50"]),
            st.sampled_from(["2024-01-31", "31/01/2024", "02/03/2024", "", "soon"]),
            st.sampled_from(["EUR", "usd", "", "D", "C"]),
        ),
        max_size=12,
    ),
    names=st.permutations(["ref", "amount", "date", "currency"]),
)
@settings(max_examples=60, deadline=None)
def test_any_table_gives_a_spec_that_is_read_back_or_bad_input(
    rows: list[tuple[str, ...]], names: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    frame = pl.DataFrame(
        {
            name: pl.Series([row[at] or None for row in rows], dtype=pl.String)
            for at, name in enumerate(names)
        }
    )
    path: Path = tmp_path_factory.mktemp("specs") / "spec.yaml"
    with suppress(InputError):
        found = infer(SampleSide("one", frame, None), SampleSide("two", frame.reverse(), None))
        write_spec(found, path)
        assert load_spec(path) == found.spec
