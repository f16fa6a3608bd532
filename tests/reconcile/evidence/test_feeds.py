"""Feeds that are late or have holes."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import polars as pl

from tieout.reconcile.evidence import explain_residue
from tieout.reconcile.records import Residue
from tieout.reconcile.spec import EvidenceSpec

Explain = Callable[..., list[dict[str, Any]]]

_FULL = "\n".join(
    f"{side} 2024-03-{day:02} 100" for side in ("left", "right") for day in range(1, 29)
)


def _missing(rows: int, *, side: str = "left", day: str = "2024-03-13") -> str:
    lines = [f"{side} K{number:04}Z {number}.77 {day}" for number in range(1, rows + 1)]
    return "side key amount date\n" + "\n".join(lines)


def _buckets(found: list[dict[str, Any]]) -> set[str]:
    return {each["bucket"] for each in found}


def test_a_day_that_the_other_feed_lacks_is_late(explain: Explain) -> None:
    days = _FULL.replace("right 2024-03-13 100", "right 2024-03-13 0")

    found = explain(_missing(80), days=days)

    assert _buckets(found) == {"late_feed"}
    assert len(found) == 80
    assert found[0]["evidence"] == (
        "left 1.77 EUR on 2024-03-13: 80 of 100 left rows of that day are missing on right, "
        "whose feed has 0 rows"
    )


def test_the_left_feed_can_be_late_as_well(explain: Explain) -> None:
    days = _FULL.replace("left 2024-03-13 100", "left 2024-03-13 20")

    found = explain(_missing(80, side="right"), days=days)

    assert _buckets(found) == {"late_feed"}


def test_a_few_misses_are_no_late_feed(explain: Explain) -> None:
    days = _FULL.replace("right 2024-03-13 100", "right 2024-03-13 0")

    assert _buckets(explain(_missing(4), days=days)) == {"missing_right"}


def test_misses_on_a_day_that_the_feed_has_are_missing(explain: Explain) -> None:
    assert _buckets(explain(_missing(80), days=_FULL)) == {"missing_right"}


def test_misses_of_less_than_half_of_the_day_are_missing(explain: Explain) -> None:
    days = _FULL.replace("right 2024-03-13 100", "right 2024-03-13 40")

    assert _buckets(explain(_missing(45), days=days)) == {"missing_right"}


def test_a_feed_that_is_always_thinner_is_not_late(explain: Explain) -> None:
    days = _FULL.replace(" 100", " 1000").replace("right", "thin")
    days = days.replace("1000", "100", 28).replace("thin", "right")
    days = "\n".join(
        line.replace("1000", "40") if line.startswith("right") else line
        for line in days.split("\n")
    )

    assert _buckets(explain(_missing(60), days=days)) == {"missing_right"}


def test_a_feed_that_ends_early_is_late(explain: Explain) -> None:
    days = "\n".join(line for line in _FULL.split("\n") if line < "right 2024-03-15")

    found = explain(_missing(3, day="2024-03-27"), days=days)

    assert _buckets(found) == {"late_feed"}
    assert "the right feed ends on 2024-03-14, 9 business days behind" in found[0]["evidence"]


def test_the_last_days_of_two_feeds_are_in_transit(explain: Explain) -> None:
    days = "\n".join(line for line in _FULL.split("\n") if line < "right 2024-03-27")

    assert _buckets(explain(_missing(3, day="2024-03-28"), days=days)) == {"timing"}


def test_a_control_total_confirms_what_is_missing(
    residue: Callable[..., Residue],
) -> None:
    days = _FULL.replace("right 2024-03-13 100", "right 2024-03-13 0")
    given = residue(_missing(5), days=days)
    counted = given.days_right.with_columns(amount=pl.lit(1_000, pl.Int64))
    late = Residue(**{**vars(given), "days_right": counted, "days_left": given.days_left})
    missing = sum(100 * number + 77 for number in range(1, 6))
    total = 28 * 1_000 + missing
    days_left = given.days_left.with_columns(rows=pl.lit(8, pl.Int64))
    late = Residue(**{**vars(late), "days_left": days_left})

    found = explain_residue(late, EvidenceSpec(control_totals={"right": Decimal(total) / 100}))

    assert set(found["bucket"]) == {"late_feed"}
    assert "they sum to the 18.85 that the control total lacks" in found["evidence"][0]
