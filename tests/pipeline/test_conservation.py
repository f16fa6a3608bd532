"""Each run proves that every row went to one place."""

from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.engines.duckdb import DuckDBEngine
from tieout.model.errors import ConservationError
from tieout.pipeline.conservation import RowSums, prove_conservation
from tieout.reconcile.breaks import finish_breaks
from tieout.reconcile.passes.outcome import GROUP_SCHEMA, PassOutcome


class Staged(NamedTuple):
    """What staging answers with, as far as the proof needs it."""

    table: Any
    rows: int
    rejected: int


class Read(NamedTuple):
    """A side that was read."""

    staged: Staged
    carried: pl.DataFrame | None = None

    @property
    def rows_carried(self) -> int:
        """How many rows an earlier run left open."""
        return 0 if self.carried is None else self.carried.height


def prove(
    engine: DuckDBEngine,
    *,
    typed: list[int],
    pairs: list[int],
    groups: list[list[int]],
    breaks: list[list[int]],
    rejected: int = 0,
    rows: int | None = None,
) -> Any:
    """Prove the left side from plain lists of row numbers."""
    table = engine.publish(pl.DataFrame({"row": typed}, schema={"row": pl.Int64}))
    read = Read(Staged(table, len(typed) + rejected if rows is None else rows, rejected))
    paired = engine.publish(pl.DataFrame({"left_row": pairs}, schema={"left_row": pl.Int64}))
    grouped = pl.DataFrame(
        [("one_to_many", each, [], 0, "EUR") for each in groups], schema=GROUP_SCHEMA, orient="row"
    )
    outcomes = [PassOutcome("exact", pairs=paired), PassOutcome("group", groups=grouped)]
    broken = pl.DataFrame({"left_rows": breaks}, schema={"left_rows": pl.List(pl.Int64)})
    read_as_input: Any = read
    return prove_conservation("left", read_as_input, outcomes, broken, engine)


def test_every_row_in_one_place_is_proof(engine: DuckDBEngine) -> None:
    account = prove(
        engine, typed=[1, 2, 3, 5, 6], pairs=[1], groups=[[2, 3]], breaks=[[5], [6]], rejected=1
    )
    assert account.holds
    assert (account.rows, account.matched, account.in_breaks, account.rejected) == (6, 3, 2, 1)


def test_no_rows_at_all_are_in_their_place_too(engine: DuckDBEngine) -> None:
    assert prove(engine, typed=[], pairs=[], groups=[], breaks=[]).rows == 0


@pytest.mark.parametrize(
    ("pairs", "groups", "breaks"),
    [
        ([1], [[2, 3]], [[4]]),  # 5 is lost.
        ([1, 5], [[2, 3]], [[4], [5]]),  # 5 is doubled.
        ([1, 1], [[2, 3]], [[4]]),  # 1 is doubled and 5 lost: the count alone would not show it.
        ([1], [[2, 2]], [[4], [6]]),  # Neither would count and sum.
        ([1], [[2, 3], [4, 5]], [[4]]),
        ([], [], []),
    ],
)
def test_a_lost_or_doubled_row_is_never_believed(
    engine: DuckDBEngine, pairs: list[int], groups: list[list[int]], breaks: list[list[int]]
) -> None:
    with pytest.raises(ConservationError, match="left: 5 rows read, 0 rejected"):
        prove(engine, typed=[1, 2, 3, 4, 5], pairs=pairs, groups=groups, breaks=breaks)


def test_rejects_must_add_up_to_what_was_read(engine: DuckDBEngine) -> None:
    with pytest.raises(ConservationError, match="7 rows read, 1 rejected"):
        prove(engine, typed=[1], pairs=[1], groups=[], breaks=[], rejected=1, rows=7)


def test_row_numbers_may_be_large(engine: DuckDBEngine) -> None:
    rows = [2_000_000_000, 3_000_000_000]
    assert prove(engine, typed=rows, pairs=rows[:1], groups=[], breaks=[rows[1:]]).holds


@settings(max_examples=15, deadline=None)
@given(
    rows=st.lists(st.integers(1, 60), unique=True, min_size=2, max_size=12),
    swap=st.tuples(st.integers(0, 11), st.integers(1, 70)),
)
def test_one_row_in_place_of_another_is_seen(
    engine: DuckDBEngine, rows: list[int], swap: tuple[int, int]
) -> None:
    where, other = swap[0] % len(rows), swap[1]
    if rows[where] == other:
        other += 1
    wrong = [*rows[:where], other, *rows[where + 1 :]]
    assert prove(engine, typed=rows, pairs=rows, groups=[], breaks=[]).holds
    with pytest.raises(ConservationError):
        prove(engine, typed=rows, pairs=wrong, groups=[], breaks=[])


def test_sums_add_up() -> None:
    assert RowSums(1, 2, 4) + RowSums(2, 7, 25) == RowSums(3, 9, 29)


def test_a_run_that_loses_a_row_writes_nothing(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "tieout.pipeline.reconcile.finish_breaks", lambda *a, **k: finish_breaks(*a, **k).head(1)
    )
    table = "ref amount ccy booked\n{0}1 1.00 EUR 2024-01-02\n{0}2 2.00 EUR 2024-01-02"
    with pytest.raises(ConservationError):
        run(table.format("A"), table.format("B"))
    assert not (tmp_path / "out").exists()
