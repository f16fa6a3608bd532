"""Rows of one side that add up to nothing are one match."""

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from tieout.model.errors import InputError
from tieout.reconcile.spec import NettingPass

from .conftest import Found, spec_of

Run = Callable[..., Found]
Records = Callable[[str], pl.DataFrame]
EXACT = {"exact": {"on": ["key", "amount"]}}


def netting(**rule: Any) -> dict[str, Any]:
    return {"netting": {"on": ["key"], **rule}}


def test_a_booking_and_what_took_it_back_cancel_each_other(run: Run, records: Records) -> None:
    left = records("key amount\nA 10.00\nB 5.00\nA -10.00\nC 7.00")
    right = records("key amount\nB 5.00\nD -3.00\nD 1.00\nD 2.00")
    found = run(left, right, EXACT, netting())
    assert found.pairs == [(2, 1)]
    assert found.groups == [("netting", [1, 3], [], 0), ("netting", [], [2, 3, 4], 0)]
    assert (found.open_left, found.open_right) == ([4], [])


def test_a_key_that_the_other_side_has_too_is_left_alone(run: Run, records: Records) -> None:
    left = records("key amount\nA 10.00\nA -10.00")
    found = run(left, records("key amount\nA 3.00"), netting())
    assert (found.groups, found.open_left, found.open_right) == ([], [1, 2], [1])


def test_what_an_earlier_pass_took_is_open_no_more(run: Run, records: Records) -> None:
    left = records("key amount\nA 10.00\nA 4.00\nA -4.00")
    found = run(left, records("key amount\nA 10.00"), EXACT, netting())
    assert found.groups == [("netting", [2, 3], [], 0)]


@pytest.mark.parametrize(
    "rows",
    ["A 10.00\nA -9.99", "A 10.00", "A 0.00\nA 0.00", "A 10.00\nB -10.00", "A 1\nA 2\nA -1"],
    ids=["almost", "alone", "nothing at all", "two keys", "one too many"],
)
def test_rows_that_do_not_cancel_stay_open(run: Run, records: Records, rows: str) -> None:
    found = run(records(f"key amount\n{rows}"), records("key amount\nZ 1"), netting())
    assert found.groups == []


def test_currencies_do_not_cancel_each_other_unless_they_may(run: Run, records: Records) -> None:
    left = records("key amount currency\nA 10.00 EUR\nA -10.00 USD")
    none = records("key amount\nZ 1")
    assert run(left, none, netting(on=["key", "currency"])).groups == []
    assert len(run(left, none, netting()).groups) == 1


def test_only_the_sides_that_are_named_are_looked_at(run: Run, records: Records) -> None:
    left = records("key amount\nA 1.00\nA -1.00")
    right = records("key amount\nB 1.00\nB -1.00")
    assert run(left, right, netting(sides=["left"])).groups == [("netting", [1, 2], [], 0)]
    assert run(left, right, netting(sides=["right"])).groups == [("netting", [], [1, 2], 0)]


def test_days_and_size_are_limits(run: Run, records: Records) -> None:
    left = records(
        "key amount date\nA 1.00 2026-01-01\nA -1.00 2026-01-09\n"
        "B 1.00 2026-01-01\nB 1.00 2026-01-01\nB -2.00 2026-01-02"
    )
    none = records("key amount\nZ 1")
    assert [group[1] for group in run(left, none, netting(days_max=8)).groups] == [
        [1, 2],
        [3, 4, 5],
    ]
    assert [group[1] for group in run(left, none, netting(days_max=7)).groups] == [[3, 4, 5]]
    assert [group[1] for group in run(left, none, netting(size_max=2)).groups] == [[1, 2]]


def test_rows_without_a_key_never_cancel_each_other(run: Run, records: Records) -> None:
    left = records("key amount\n- 10.00\n- -10.00").with_columns(key=pl.lit(""))
    assert run(left, records("key amount\nZ 1"), netting()).groups == []


def test_a_column_that_nobody_knows_is_refused(run: Run, records: Records) -> None:
    left = records("key amount\nA 1.00")
    with pytest.raises(InputError, match="a pass is `on` 'shop'"):
        run(left, left, netting(on=["shop"]))


def test_it_is_asked_for_by_name_and_looks_at_both_sides() -> None:
    assert spec_of([{"netting": {}}]).passes[0].netting == NettingPass()
    assert NettingPass().sides == ("left", "right")
