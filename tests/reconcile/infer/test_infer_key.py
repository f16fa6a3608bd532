"""The key that a spec is inferred with."""

from collections.abc import Callable
from typing import Any

import pytest

from tieout.reconcile.infer import Choice, Inferred, SampleSide, infer_spec

Side = Callable[..., SampleSide]
Payments = Callable[..., list[Any]]
Shuffle = Callable[[list[Any]], list[Any]]


def infer(left: SampleSide, right: SampleSide) -> Inferred:
    """Infer a spec."""
    return infer_spec(left, right, name="left_vs_right")


def choice(found: Inferred, subject: str) -> Choice:
    """What was chosen for a subject."""
    return next(each for each in found.choices if each.subject == subject)


def test_a_reference_on_both_sides_is_the_key(side: Side) -> None:
    left = side(
        """
        Reference | Amount | Date
        A1        | 10.00  | 2024-01-01
        A2        | 20.00  | 2024-01-02
        A3        | -5.00  | 2024-01-03
        """
    )
    right = side(
        """
        doc_no | amt   | posted
        A1     | 10.00 | 2024-01-01
        A2     | 20.00 | 2024-01-02
        A4     | 7.00  | 2024-01-03
        """
    )
    found = infer(left, right)
    assert found.spec.left.key == ("Reference",)
    assert found.spec.right.key == ("doc_no",)
    assert choice(found, "key").reason.startswith(
        "2 of 3 sampled values of left 'Reference' are in right 'doc_no'"
    )


def test_a_reference_beats_row_numbers_that_coincide(
    side: Side, payments: Payments, shuffled: Shuffle
) -> None:
    ours = payments(200)
    theirs = shuffled(ours)
    left = side(
        id=[str(n + 1) for n in range(len(ours))],
        payment=[p.reference for p in ours],
        amount=[p.amount for p in ours],
    )
    right = side(
        id=[str(n + 1) for n in range(len(theirs))],
        ref=[p.reference for p in theirs],
        amount=[p.amount for p in theirs],
    )
    found = infer(left, right)
    assert (found.spec.left.key, found.spec.right.key) == (("payment",), ("ref",))
    assert "amounts agree on 100% of 180 joined rows" in choice(found, "key").reason


def test_row_numbers_that_coincide_by_chance_are_no_key(
    side: Side, payments: Payments, shuffled: Shuffle
) -> None:
    ours = payments(200)
    theirs = shuffled(ours)
    left = side(id=[str(n) for n in range(200)], amount=[p.amount for p in ours])
    right = side(id=[str(n) for n in range(180)], amount=[p.amount for p in theirs])
    found = infer(left, right)
    assert found.spec.left.key == ()
    assert choice(found, "key").uncertain
    assert "180 values in common by accident" in choice(found, "key").reason


def test_row_numbers_that_mean_the_same_row_are_a_key(side: Side, payments: Payments) -> None:
    ours = payments(100)
    sample = side(id=[str(n) for n in range(100)], amount=[p.amount for p in ours])
    assert infer(sample, sample).spec.left.key == ("id",)


@pytest.mark.parametrize(
    ("written", "steps"),
    [
        (lambda ref: f"inv {ref}", ("strip", "upper", "space", "punctuation")),
        (lambda ref: f"INV-{ref}".lower(), ("strip", "upper")),
        (lambda ref: f"P{ref}", ("digits",)),
    ],
)
def test_normalising_is_written_into_the_spec(
    side: Side, payments: Payments, written: Callable[[str], str], steps: tuple[str, ...]
) -> None:
    ours = payments(60)
    amounts = [p.amount for p in ours]
    left = side(ref=[f"INV-{p.reference}" for p in ours], amount=amounts)
    right = side(doc=[written(p.reference) for p in ours], amount=amounts)
    found = infer(left, right)
    assert found.spec.normalise == {"ref": steps}
    assert choice(found, "normalise").uncertain is (steps == ("digits",))


def test_ids_that_lost_their_leading_zeros_are_found(side: Side, payments: Payments) -> None:
    ours = payments(60)
    amounts = [p.amount for p in ours]
    left = side(Beleg=[p.reference for p in ours], Betrag=amounts)
    right = side(doc_no=[str(int(p.reference)) for p in ours], amount=amounts)
    found = infer(left, right)
    assert found.spec.left.key == ("Beleg",)
    assert "leading_zeros" in found.spec.normalise["Beleg"]


def test_daily_balances_get_a_key_of_several_columns(side: Side) -> None:
    rows = [(c, a, day) for c in "ABCDEF" for a in range(8) for day in range(1, 8)]
    columns = {
        "As of Date": [f"0{day}-03-2024" for _, _, day in rows],
        "Company": [f"Company {c}" for c, _, _ in rows],
        "Account": [str(700 + a) for _, a, _ in rows],
        "Currency": ["EUR" if c < "D" else "USD" for c, _, _ in rows],
        "Kind": ["loans" if a < 4 else "cards" for _, a, _ in rows],
    }
    amounts = [str(1000 * n + 500) for n in range(len(rows))]
    changed = [str(int(a) + 100 * (n % 3 == 0)) for n, a in enumerate(amounts)]
    found = infer(
        side(**columns, **{"GL Balance": amounts}), side(**columns, **{"iHub Balance": changed})
    )
    spec = found.spec
    assert spec.left.key == spec.right.key == ("Company", "Account")
    assert spec.date_in_key
    assert (spec.left.amount.column, spec.right.amount.column) == ("GL Balance", "iHub Balance")
    assert (spec.left.currency, spec.left.date and spec.left.date.column) == (
        "Currency",
        "As of Date",
    )
    assert not choice(found, "key").uncertain


def test_one_to_many_is_keyed_by_what_the_many_share(side: Side, payments: Payments) -> None:
    parts = payments(300)
    batches: dict[int, int] = {}
    for part in parts:
        batches[part.number // 5] = batches.get(part.number // 5, 0) + part.cents
    left = side(
        payout=[f"po_{n}" for n in batches], amount=[f"{c / 100:.2f}" for c in batches.values()]
    )
    right = side(
        charge=[p.reference for p in parts],
        batch=[f"po_{p.number // 5}" for p in parts],
        gross=[f"{p.cents * 1.03 / 100:.2f}" for p in parts],
        net=[p.amount for p in parts],
    )
    found = infer(left, right)
    assert (found.spec.left.key, found.spec.right.key) == (("payout",), ("batch",))
    assert found.spec.right.amount.column == "net"
    assert "60 joined keys, summed" in choice(found, "key").reason


def test_invoices_with_several_rows_on_both_sides_are_keyed_by_the_invoice(
    side: Side, payments: Payments
) -> None:
    rows = payments(240)
    amounts = [p.amount for p in rows]
    invoices = [f"I{p.number // 3:04d}" for p in rows]
    found = infer(side(invoice=invoices, amount=amounts), side(inv=invoices, amount=amounts))
    assert found.spec.left.key == ("invoice",)


def test_a_category_on_both_sides_is_no_key(side: Side) -> None:
    left = side(
        """
        Type | Amount | Date
        card | 10.00  | 2024-01-01
        card | 20.00  | 2024-01-02
        sepa | -5.00  | 2024-01-03
        sepa | 1.00   | 2024-01-03
        """
    )
    right = side(
        """
        kind | amt   | posted
        sepa | 10.00 | 2024-01-01
        card | 20.00 | 2024-01-02
        card | 7.00  | 2024-01-03
        sepa | 3.00  | 2024-01-04
        """
    )
    assert infer(left, right).spec.left.key == ()


def test_without_a_key_rows_are_matched_by_amount_and_date_and_it_says_so(
    side: Side, payments: Payments, shuffled: Shuffle
) -> None:
    ours = payments(120)
    theirs = shuffled(ours)
    left = side(
        Date=[p.on("%d.%m.%Y") for p in ours],
        Label=[f"payment {n * 7919}" for n in range(120)],
        Amount=[p.amount for p in ours],
    )
    right = side(
        posted=[p.on("%Y-%m-%d") for p in theirs],
        text=[f"invoice {p.reference}" for p in theirs],
        amount=[p.amount for p in theirs],
    )
    found = infer(left, right)
    assert found.spec.left.key == found.spec.right.key == ()
    assert [next(iter(p.model_dump(exclude_none=True))) for p in found.spec.passes] == ["keyless"]
    assert [c.subject for c in found.uncertain] == ["key"]
    assert "rows are matched by amount and date." in choice(found, "key").reason


def test_samples_from_different_places_of_large_files_still_show_the_key(
    side: Side, payments: Payments
) -> None:
    rows = payments(4_000)
    left = side(
        ref=[f"TX{p.number:07d}" for p in rows[:2_200]],
        amount=[p.amount for p in rows[:2_200]],
        rows=4_000,
    )
    right = side(
        doc=[f"tx{p.number:07d}" for p in rows[1_900:]],
        amount=[p.amount for p in rows[1_900:]],
        rows=40_000,
    )
    found = infer(left, right)
    assert (found.spec.left.key, found.spec.right.key) == (("ref",), ("doc",))
    assert "300 of 2,100 sampled values of right 'doc'" in choice(found, "key").reason


def test_columns_without_names_are_found_by_their_values(
    side: Side, payments: Payments, shuffled: Shuffle
) -> None:
    ours = payments(100)
    theirs = shuffled(ours)
    left = side(
        column_1=[p.reference for p in ours],
        column_2=[p.amount for p in ours],
        column_3=[p.on("%Y%m%d") for p in ours],
        column_4=[p.currency for p in ours],
    )
    right = side(
        column_1=[p.on("%Y-%m-%d") for p in theirs],
        column_2=[p.currency for p in theirs],
        column_3=[p.amount for p in theirs],
        column_4=[p.reference for p in theirs],
        column_5=[f"{n * 1.37:.2f}" for n in range(len(theirs))],
    )
    spec = infer(left, right).spec
    assert (spec.left.key, spec.right.key) == (("column_1",), ("column_4",))
    assert (spec.left.amount.column, spec.right.amount.column) == ("column_2", "column_3")
    assert (spec.left.currency, spec.right.currency) == ("column_4", "column_2")
    assert spec.right.date is not None
    assert spec.right.date.column == "column_1"
