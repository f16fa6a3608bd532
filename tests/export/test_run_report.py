from collections.abc import Callable
from decimal import Decimal

from tieout.export.run_report import CurrencyTotal, PassCount, RunReport, SideFacts
from tieout.model.facts import MatchKind


def test_it_says_that_a_side_is_conserved_when_every_row_is_somewhere() -> None:
    side = SideFacts("bank", "bank.csv", "9f2c", 10, 7, 2, 1)

    assert side.rows_accounted == 10
    assert side.is_conserved


def test_it_says_that_a_side_is_not_conserved_when_a_row_is_counted_twice() -> None:
    side = SideFacts("bank", "bank.csv", "9f2c", 10, 8, 2, 1)

    assert side.rows_accounted == 11
    assert not side.is_conserved


def test_it_takes_the_difference_of_a_currency_as_left_minus_right() -> None:
    total = CurrencyTotal("EUR", Decimal("10.10"), Decimal("12.35"), Decimal("9.00"))

    assert total.difference == Decimal("-2.25")


def test_it_counts_matches_and_rejected_rows_of_all_parts(
    make_report: Callable[..., RunReport],
) -> None:
    report = make_report(
        left=SideFacts("bank", "bank.csv", "9f2c", 10, 8, 0, 2),
        right=SideFacts("ledger", "gl.csv", "41be", 9, 8, 0, 1),
        passes=(
            PassCount("exact", MatchKind.ONE_TO_ONE, 5, 5, 5),
            PassCount("group", MatchKind.ONE_TO_MANY, 1, 1, 3),
        ),
    )

    assert report.matches == 6
    assert report.rows_rejected == 3
