"""The last minutes by every combination of dimension values."""

from collections.abc import Sequence

import polars as pl
import pytest

from tieout.monitor import leaves as room
from tieout.monitor.leaves import Leaves
from tieout.monitor.statuses import StatusBook
from tieout.monitor.tally import fold


def folded(rows: Sequence[tuple[int, str, str | None, float]]) -> pl.DataFrame:
    frame = pl.DataFrame(
        [(minute, status, 1, a, amount, "EUR") for minute, status, a, amount in rows],
        schema={
            "minute": pl.Int64, "status": pl.String, "count": pl.Int64, "a": pl.String,
            "amount": pl.Float64, "__currency": pl.String,
        },
        orient="row",
    )  # fmt: skip
    return fold(frame, ("a",)).counts


def kept(*rows: tuple[int, str, str | None, float], minutes: int = 10) -> Leaves:
    found = Leaves(("a",), minutes)
    statuses = StatusBook()
    statuses.code("denied")
    found.add(folded(list(rows)), statuses)
    return found


def test_rows_are_counted_with_their_amounts_in_thousandths() -> None:
    found = kept((7, "ok", "x", 1.10), (7, "ok", "x", 2.205), (7, "denied", "y", 5.0))
    found.settle(7)
    assert found.between(7, 7).T.tolist() == [[1, 0, 0, 2, 3305], [2, 1, 0, 1, 5000]]
    assert found.money(found.between(7, 7)) == {"EUR": 8305}


def test_a_cell_holds_its_rows_and_an_unknown_one_none() -> None:
    found = kept((7, "ok", "x", 1.0), (7, "ok", None, 2.0))
    table = found.between(7, 7)
    assert found.inside(table, ("a",), ("x",))[-1].tolist() == [1000]
    assert found.inside(table, ("a",), ("(none)",))[-1].tolist() == [2000]
    assert found.inside(table, ("a",), ("z",)).shape == (5, 0)
    assert found.inside(table, (), ()).shape == (5, 2)


def test_minutes_that_are_too_old_are_let_go() -> None:
    found = kept((7, "ok", "x", 1.0), (18, "ok", "x", 1.0))
    found.settle(17)
    assert list(found.rows) == [18]
    assert found.between(7, 17).shape == (5, 0)


def test_after_a_gap_nothing_is_left_of_what_was_before() -> None:
    found = kept((7, "ok", "x", 1.0), (8, "ok", "x", 1.0), (2000, "ok", "x", 1.0))
    found.clear(8)
    assert list(found.rows) == [2000]


def test_values_beyond_the_cap_share_a_place() -> None:
    found = Leaves(("a",), 10, values_max=2)
    rows = [(7, "ok", name, 1.0) for name in ("p", "q", "r", "s")]
    found.add(folded(rows), StatusBook())
    assert found.values == [["(other)", "p", "q"]]
    assert found.between(7, 7)[0].tolist() == [1, 2, 0, 0]


def test_a_minute_of_too_many_rows_keeps_its_sums(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "LEAVES_MAX", 4)
    found = kept(*[(7, "ok", f"v{number}", 1.0) for number in range(9)], (7, "ok", "v0", 1.0))
    found.settle(7)
    table = found.between(7, 7)
    assert table.shape[1] <= 4
    assert table[-2].sum() == 10
    assert found.money(table) == {"EUR": 10_000}


def test_amounts_that_are_none_count_as_nothing() -> None:
    found = kept((7, "ok", "x", float("nan")), (7, "ok", "x", float("inf")), (7, "ok", "x", -2.0))
    assert found.money(found.between(7, 7)) == {"EUR": 2000}


def test_counts_of_the_whole_alone_are_not_kept() -> None:
    found = Leaves((), 10)
    found.add(folded([(7, "ok", "x", 1.0)]).select("minute", "status", "count"), StatusBook())
    assert (found.rows, found.bytes, found.is_useful) == ({}, 0, False)
