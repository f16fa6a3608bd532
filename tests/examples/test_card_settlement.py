from collections.abc import Callable
from typing import Any

import pytest

Example = Any
RunExample = Callable[..., Example]


@pytest.fixture(scope="module")
def example(run_example: RunExample) -> Example:
    """The example as its README runs it first."""
    return run_example("card-settlement", "processor.csv", "settlement.csv")


def test_it_finds_what_stands_in_the_readme(example: Example) -> None:
    assert set(example.found) == example.told


def test_it_finds_ten_breaks_and_four_matches(example: Example) -> None:
    counts = example.result.manifest.counts
    assert counts["rows"] == {"left": 23, "right": 12}
    assert counts["matched"] == {"groups": 4, "rows_left": 9, "rows_right": 4}
    assert counts["breaks"]["total"] == 10


def test_every_row_is_accounted_for(example: Example) -> None:
    assert all(side.holds for side in example.result.manifest.conservation.values())


def test_payouts_are_the_sums_of_their_charges_and_refunds(example: Example) -> None:
    kinds = {
        (count.pass_name, count.kind.value): (count.matches, count.rows_left)
        for count in example.result.report.passes
        if count.matches
    }
    assert kinds == {("exact", "one_to_one"): (2, 2), ("group", "many_to_one"): (2, 7)}


@pytest.mark.parametrize(
    ("key", "proof"),
    [
        (
            "PO-504",
            "left 400.55 (sum of 3 rows) - right 396.54 = 4.01 = 1% x 400.55 (express payout)",
        ),
        (
            "PO-505",
            "right 75.73 - left 75.72 (sum of 2 rows) = 0.01, within one minor unit a line",
        ),
        ("PO-511", "left 301.22 (sum of 2 rows) - right 271.10 = 30.12 still open"),
        ("PO-508", "left 97.36 EUR against right 97.36 USD: equal numbers in two currencies"),
    ],
)
def test_proofs_are_equations(example: Example, key: str, proof: str) -> None:
    assert example.evidence(key) == proof


def test_charges_of_the_last_day_are_still_on_their_way(example: Example) -> None:
    assert example.found["timing", "PO-512"] == 1
    assert example.found["missing_right", "PO-507"] == 1
