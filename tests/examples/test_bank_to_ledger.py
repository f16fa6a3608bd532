from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tieout.model.buckets import Bucket

Example = Any
RunExample = Callable[..., Example]


@pytest.fixture(scope="module")
def example(run_example: RunExample) -> Example:
    """The example as its README runs it first."""
    return run_example("bank-to-ledger", "bank.csv", "ledger.csv")


@pytest.fixture(scope="module")
def without_spec(run_example: RunExample) -> Example:
    """The same without its spec."""
    return run_example("bank-to-ledger", "bank.csv", "ledger.csv", with_spec=False)


def test_it_finds_what_stands_in_the_readme(example: Example) -> None:
    assert set(example.found) == example.told


def test_it_shows_every_bucket_but_unknown(example: Example) -> None:
    assert {bucket for bucket, _ in example.found} == {str(b) for b in Bucket} - {"unknown"}


def test_it_finds_nineteen_breaks_and_sixteen_matches(example: Example) -> None:
    counts = example.result.manifest.counts
    assert counts["rows"] == {"left": 35, "right": 34}
    assert counts["matched"] == {"groups": 16, "rows_left": 17, "rows_right": 18}
    assert counts["breaks"]["total"] == 19


def test_every_row_is_accounted_for(example: Example) -> None:
    assert all(side.holds for side in example.result.manifest.conservation.values())


@pytest.mark.parametrize(
    ("key", "proof"),
    [
        ("PP-8812", "right 100.00 - left 96.80 = 3.20 = 0.30 + 2.9% x 100.00 (Payport)"),
        ("INV-1007", "right 75.34 - left 75.33 = 0.01, within one minor unit a line"),
        ("INV-1004", "left 540.00 = -(right -540.00)"),
        ("RUN-08", "left -400.00 - 200.00 = right -350.00 - 250.00"),
        ("INV-1009", "right 1,200.00 - left 700.00 = 500.00 still open"),
    ],
)
def test_proofs_are_equations(example: Example, key: str, proof: str) -> None:
    assert example.evidence(key) == proof


def test_the_rate_of_the_day_before_is_recognised(example: Example) -> None:
    said = example.evidence("EU-2201")
    assert "432.75 GBP / 500.00 EUR = 0.8655, the rate of 2026-01-14" in said


def test_the_invoice_paid_in_two_parts_and_the_payment_run_match(example: Example) -> None:
    kinds = {
        count.kind.value: (count.matches, count.rows_left, count.rows_right)
        for count in example.result.report.passes
        if count.pass_name.startswith("group")
    }
    assert kinds == {"one_to_many": (1, 1, 3), "many_to_one": (1, 2, 1)}


def test_without_a_spec_only_the_fee_is_not_known(example: Example, without_spec: Example) -> None:
    missed = set(example.found) - set(without_spec.found)
    assert missed == {("fee_or_tax", "PP-8812")}
    # What the rates of the spec prove, the words beside the row say.
    assert "words" in without_spec.evidence("EU-2201")
    keys = Counter(key for _, key in example.found.elements())
    assert Counter(key for _, key in without_spec.found.elements()) == keys


def test_the_same_columns_are_inferred_as_the_spec_names(
    example: Example, without_spec: Example
) -> None:
    given, inferred = (each.result.manifest.spec for each in (example, without_spec))
    for side in ("left", "right"):
        for part in ("key", "currency", "party", "comment", "original_currency"):
            assert inferred[side][part] == given[side][part]
        assert inferred[side]["date"]["column"] == given[side]["date"]["column"]
