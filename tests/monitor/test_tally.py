"""Rows become counts by minute, cell and status."""

from collections import Counter
from itertools import product

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.monitor.cells import CellBook
from tieout.monitor.statuses import StatusBook
from tieout.monitor.tally import AMOUNT_UNIT, LATENCY_BINS, LATENCY_RATIO, Tally, fold, tally_folded

EVENTS = st.lists(
    st.tuples(
        st.integers(0, 3), st.sampled_from(["ok", "denied", "failed"]), st.sampled_from("ab"),
        st.sampled_from("xyz"), st.integers(0, 5),
    ),
    min_size=1,
    max_size=40,
)  # fmt: skip


def frame(rows: list[tuple[int, str, str, str, int]]) -> pl.DataFrame:
    schema = {
        "minute": pl.Int64, "status": pl.String, "a": pl.String, "b": pl.String, "count": pl.Int64,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def tally(rows: pl.DataFrame, cells: CellBook, statuses: StatusBook) -> Tally:
    return tally_folded(fold(rows, cells.dimensions), cells, statuses)


def counted(found: Tally, cells: CellBook, statuses: StatusBook) -> Counter[tuple[int, str, str]]:
    counter: Counter[tuple[int, str, str]] = Counter()
    for minute, cell, status, count in found.events.T.tolist():
        counter[minute, cells.words(cell), statuses.names[status]] += count
    return counter


@given(EVENTS)
def test_every_row_is_counted_once_in_every_family(
    rows: list[tuple[int, str, str, str, int]],
) -> None:
    cells, statuses = CellBook(("a", "b")), StatusBook()
    found = counted(tally(frame(rows), cells, statuses), cells, statuses)
    expected: Counter[tuple[int, str, str]] = Counter()
    for minute, status, a, b, count in rows:
        name = statuses.canonical(status)
        for words in ("", f"a={a}", f"b={b}", f"a={a} & b={b}"):
            expected[minute, words, name] += count
    assert found == expected


@given(EVENTS)
def test_minutes_come_apart_again(rows: list[tuple[int, str, str, str, int]]) -> None:
    cells, statuses = CellBook(("a", "b")), StatusBook()
    whole = tally(frame(rows), cells, statuses)
    parts = whole.by_minute()
    assert [minute for minute, _ in parts] == sorted({row[0] for row in rows})
    assert sum(part.events[3].sum() for _, part in parts) == whole.events[3].sum()
    assert all((part.events[0] == minute).all() for minute, part in parts)


def test_a_count_of_nothing_still_says_that_the_minute_was_reported() -> None:
    cells, statuses = CellBook(()), StatusBook()
    found = tally(frame([(7, "ok", "a", "x", 0)]).drop("a", "b"), cells, statuses)
    assert [minute for minute, _ in found.by_minute()] == [7]


def test_durations_fall_into_bins_of_one_tenth() -> None:
    durations = [0.0, 1.0, 100.0, 109.9, 1e9, None, float("nan"), -5.0]
    rows = pl.DataFrame(
        {"minute": [0] * 8, "status": ["ok"] * 8, "count": [1] * 8, "latency_ms": durations},
        schema_overrides={"count": pl.Int64},
    )
    found = tally(rows, CellBook(()), StatusBook()).latency
    bins = dict(zip(found[2].tolist(), found[3].tolist(), strict=True))
    hundred = int(np.log(100) / np.log(LATENCY_RATIO))
    assert bins == {0: 2, hundred: 1, hundred + 1: 1, LATENCY_BINS - 1: 1} or bins == {
        0: 2, hundred: 2, LATENCY_BINS - 1: 1,
    }  # fmt: skip
    assert sum(bins.values()) == 5


def test_amounts_are_kept_as_sums_of_whole_logs() -> None:
    amounts = [10.0, -10.0, 0.0, None, 99.0]
    rows = pl.DataFrame(
        {"minute": [0] * 5, "status": ["ok"] * 5, "count": [1] * 5, "amount": amounts},
        schema_overrides={"count": pl.Int64},
    )
    ((_, cell, count, total, squares),) = tally(rows, CellBook(()), StatusBook()).amount.T.tolist()
    logs = np.log1p([10.0, 10.0, 99.0])
    assert (cell, count) == (0, 3)
    assert total * AMOUNT_UNIT == pytest.approx(logs.sum(), abs=1e-3)
    assert squares * AMOUNT_UNIT**2 == pytest.approx((logs**2).sum(), abs=1e-3)


def test_values_are_kept_for_single_dimensions_only() -> None:
    rows = frame([(0, "ok", a, b, 1) for a, b in product("ab", "xy")]).with_columns(
        pl.lit(50.0).alias("latency_ms"), pl.lit(9.0).alias("amount")
    )
    cells = CellBook(("a", "b"))
    found = tally(rows, cells, StatusBook())
    for part in (found.latency, found.amount):
        assert {cells.depth(cell) for cell in part[1].tolist()} == {0, 1}
    assert {cells.depth(cell) for cell in found.events[1].tolist()} == {0, 1, 2}


def test_a_missing_value_and_a_missing_status_are_counted() -> None:
    rows = frame([(0, "ok", "a", "x", 1)]).with_columns(
        pl.lit(None, pl.String).alias("a"), pl.lit(None, pl.String).alias("status")
    )
    cells, statuses = CellBook(("a",), pairs=False), StatusBook()
    found = counted(tally(rows.drop("b"), cells, statuses), cells, statuses)
    assert sum(found.values()) == 2
    assert {words for _, words, _ in found} == {"", "a=(none)"}
