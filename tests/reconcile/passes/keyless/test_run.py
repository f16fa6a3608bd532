"""Pairs without a key."""

from collections.abc import Callable
from typing import Any

import polars as pl

from ..conftest import Found

Run = Callable[..., Found]
Records = Callable[[str], pl.DataFrame]
NAMES = ("alpha", "bravo", "carbon", "delta", "echo", "fjord", "gamma", "hotel")


def keyless(**rule: Any) -> dict[str, Any]:
    return {"keyless": {"on": [], **rule}}


def side(*rows: str) -> str:
    """Rows of amount, date and comment, without a key."""
    return "key amount date comment\n" + "\n".join(f"- {row}" for row in rows)


def test_words_tell_apart_what_has_the_same_amount(run: Run, records: Records) -> None:
    left = records(side(*(f"10.00 2026-01-05 trf_{name}_{at}" for at, name in enumerate(NAMES))))
    right = records(side(*(f"10.00 2026-01-06 {name}" for name in reversed(NAMES))))
    found = run(left, right, keyless())
    assert [(kind, left, right) for kind, left, right, _ in found.groups] == [
        ("one_to_one", [at], [9 - at]) for at in range(1, 9)
    ]


def test_equal_candidates_are_withheld(run: Run, records: Records) -> None:
    left = records(
        side("10.00 2026-01-05 alpha", "70.00 2026-01-05 bravo", "71.00 2026-01-05 carbon")
    )
    right = records(
        side(
            "10.00 2026-01-05 alpha_one",
            "10.00 2026-01-05 alpha_two",
            "70.00 2026-01-05 bravo",
            "71.00 2026-01-05 carbon",
        )
    )
    found = run(left, right, keyless())
    assert [group[1:3] for group in found.groups] == [([2], [3]), ([3], [4])]
    assert found.open_left == [1]


def test_of_rows_that_are_alike_as_many_pair_as_the_other_side_has(
    run: Run, records: Records
) -> None:
    left = records(
        side("10.00 2026-01-05 alpha", "70.00 2026-01-05 bravo", "71.00 2026-01-05 carbon")
    )
    right = records(
        side(
            "10.00 2026-01-05 alpha",
            "10.00 2026-01-05 alpha",
            "70.00 2026-01-05 bravo",
            "71.00 2026-01-05 carbon",
        )
    )
    found = run(left, right, keyless())
    assert [group[1:3] for group in found.groups] == [([1], [1]), ([2], [3]), ([3], [4])]
    assert (found.open_left, found.open_right) == ([], [2])


def test_equal_rows_without_words_may_be_different_things(run: Run, records: Records) -> None:
    left = records(side("10.00 2026-01-05 -", "70.00 2026-01-05 bravo", "71.00 2026-01-05 carbon"))
    right = records(
        side(
            "10.00 2026-01-05 -",
            "10.00 2026-01-05 -",
            "70.00 2026-01-05 bravo",
            "71.00 2026-01-05 carbon",
        )
    )
    found = run(left, right, keyless())
    assert found.open_left == [1]


def test_rows_that_both_have_a_key_are_left_alone(run: Run, records: Records) -> None:
    left = records("key amount date comment\nA1 10.00 2026-01-05 alpha\n- 20.00 2026-01-05 bravo")
    right = records("key amount date comment\nA2 10.00 2026-01-05 alpha\nA3 20.00 2026-01-05 bravo")
    found = run(left, right, keyless())
    assert [group[1:3] for group in found.groups] == [([2], [2])]


def test_amounts_and_dates_beyond_their_limits_are_no_candidates(
    run: Run, records: Records
) -> None:
    left = records(side("10.00 2026-01-05 alpha", "20.00 2026-01-05 bravo"))
    right = records(side("10.01 2026-01-05 alpha", "20.00 2026-02-20 bravo"))
    assert run(left, right, keyless()).groups == []
    near = run(left, right, keyless(amount={"absolute": "0.01"}))
    assert [(group[1:3], group[3]) for group in near.groups] == [(([1], [1]), -1)]


def test_an_amount_that_a_crowd_has_is_left_open(run: Run, records: Records) -> None:
    crowd = records(side(*["5.00 2026-01-05 same"] * 101, "7.00 2026-01-05 alpha"))
    found = run(crowd, crowd, keyless())
    assert [group[1:3] for group in found.groups] == [([102], [102])]


def test_what_is_less_likely_than_asked_stays_unmatched(run: Run, records: Records) -> None:
    names = [f"10.00 2026-01-{5 + at:02d} {name}" for at, name in enumerate(NAMES)]
    left, right = records(side(*names)), records(side(*(row[:-2] + "zz" for row in names)))
    sure = run(left, right, keyless(confidence_min=1.0))
    assert sure.groups == []
