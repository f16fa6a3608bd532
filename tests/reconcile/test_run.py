"""The passes in order, each on what the ones before left over."""

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tieout.engines.duckdb import DuckDBEngine
from tieout.model.errors import InputError
from tieout.reconcile.run import Tied, Unmatched, run_passes
from tieout.reconcile.spec import Spec

Records = Callable[..., pl.DataFrame]
Run = Callable[..., Tied]


@pytest.fixture(scope="module")
def run(engine: DuckDBEngine) -> Run:
    """Runs passes on two frames; `side` adds to the spec of both sides."""

    def carry_out(
        left: pl.DataFrame,
        right: pl.DataFrame,
        *passes: dict[str, Any],
        side: dict[str, Any] | None = None,
        **more: Any,
    ) -> Tied:
        both = {"name": "side", "key": ["key"], "amount": "amount", "date": "date", **(side or {})}
        spec = Spec.model_validate({"left": both, "right": both, "passes": list(passes)})
        tables = engine.publish(left), engine.publish(right)
        return run_passes(*tables, spec, scale=2, engine=engine, **more)

    return carry_out


def rows(engine: DuckDBEngine, table: Any, *columns: str) -> list[Any]:
    """Some columns of a table, sorted."""
    return sorted(engine.fetch(table.select(*columns)).rows())


def test_each_pass_works_on_what_is_left(engine: DuckDBEngine, run: Run, records: Records) -> None:
    left = records("key amount\nA 10.00\nB 20.00\nC 30.00\nD 40.00")
    right = records("key amount\nA 10.00\nB 20.01\nC 10.00\nC 20.00\nE 1.00")
    tied = run(
        left,
        right,
        {"exact": {"on": ["key", "amount"]}},
        {"tolerance": {"amount": {"absolute": "0.01"}, "days": None}},
        {"group": {}},
    )
    assert [outcome.name for outcome in tied.outcomes] == ["exact", "tolerance", "group"]
    found = [
        rows(engine, o.pairs, "left_row", "right_row") if o.pairs is not None else None
        for o in tied.outcomes
    ]
    assert found == [[(1, 1)], [(2, 2)], None]
    assert tied.outcomes[2].groups["right_rows"].to_list() == [[3, 4]]
    assert rows(engine, tied.left, "row") == [(4,)]
    assert rows(engine, tied.right, "row") == [(5,)]


def test_passes_of_one_kind_are_told_apart_by_their_place(
    engine: DuckDBEngine, run: Run, records: Records
) -> None:
    left = records("key amount\nA 10.00")
    tied = run(left, left, {"exact": {}}, {"group": {}}, {"exact": {"on": ["key"]}})
    assert [outcome.name for outcome in tied.outcomes] == ["exact_1", "group", "exact_3"]


def test_the_first_pass_that_fits_takes_the_row(
    engine: DuckDBEngine, run: Run, records: Records
) -> None:
    left = records("key amount\nA 10.00")
    right = records("key amount\nA 10.00\nA 10.00")
    tied = run(left, right, {"exact": {}}, {"exact": {"on": ["key"]}})
    assert rows(engine, tied.right, "row") == [(2,)]
    assert tied.outcomes[1].pairs is not None
    assert rows(engine, tied.outcomes[1].pairs, "left_row") == []


def test_no_row_is_taken_twice(engine: DuckDBEngine, run: Run, records: Records) -> None:
    left = records("key amount\n" + "\n".join(f"K{n % 4} {n % 3}.00" for n in range(30)))
    right = records("key amount\n" + "\n".join(f"K{n % 5} {n % 2}.00" for n in range(30)))
    tied = run(
        left,
        right,
        {"exact": {}},
        {"tolerance": {"amount": {"absolute": "1"}, "days": None}},
        {"group": {"amount": {"absolute": "50"}}},
    )
    for side, table in (("left", tied.left), ("right", tied.right)):
        taken = [row for (row,) in rows(engine, table, "row")]
        for outcome in tied.outcomes:
            if outcome.pairs is not None:
                taken += [row for (row,) in rows(engine, outcome.pairs, f"{side}_row")]
            taken += outcome.groups[f"{side}_rows"].explode().drop_nulls().to_list()
        assert sorted(taken) == list(range(1, 31))


def test_withheld_rows_are_left_over_with_their_reason(
    engine: DuckDBEngine, run: Run, records: Records
) -> None:
    left = records("key amount\nA 10.00\nA 10.00")
    right = records("key amount\nB 10.00")
    tied = run(left, right, {"exact": {"on": ["amount"]}}, {"tolerance": {"on": ["amount"]}})
    assert tied.withheld.select("left_rows", "right_rows").rows() == [([1, 2], [1])]
    assert rows(engine, tied.left, "row") == [(1,), (2,)]


def test_a_window_of_days_means_nothing_where_no_side_has_dates(
    engine: DuckDBEngine, run: Run, records: Records
) -> None:
    left = records("key amount\nA 10.00\nB 3.00")
    right = records("key amount\nA 10.01\nB 1.00\nB 2.00")
    tolerance = {"tolerance": {"amount": {"absolute": "0.01"}}}
    group = {"group": {"days": {"after": 1}}}
    tied = run(left, right, tolerance, group, side={"date": None})
    assert rows(engine, tied.left, "row") == []


def test_a_part_of_the_key_that_is_blank_identifies_nothing(
    engine: DuckDBEngine, run: Run, records: Records
) -> None:
    left = records("key key_0 key_1 amount\n|7 - 7 10.00\nA|8 A 8 3.00")
    right = records("key key_0 key_1 amount\n|9 - 9 10.00\nA|9 A 9 1.00\nA|9 A 9 2.00")
    side = {"key": ["ref", "line"]}
    for rule in (
        {"exact": {"on": ["ref", "amount"]}},
        {"tolerance": {"on": ["ref"], "days": None}},
        {"group": {"on": ["ref"]}},
    ):
        tied = run(left, right, rule, side=side)
        assert (1,) in rows(engine, tied.left, "row")
    assert rows(engine, tied.left, "row") == [(1,)]


def test_a_calendar_that_is_not_known_is_refused(run: Run, records: Records) -> None:
    left = records("key amount date\nA 10.00 2024-01-02")
    with pytest.raises(InputError, match="calendar 'XX' is not known"):
        run(left, left, {"tolerance": {"calendar": "XX", "days": {"after": 1}}})


def test_each_pass_is_announced(run: Run, records: Records) -> None:
    said: list[str] = []
    left = records("key amount\nA 10.00")
    run(left, left, {"exact": {}}, {"group": {}}, progress=said.append)
    assert said == ["pass 1 (exact)", "pass 2 (group)"]


def unmatched(engine: DuckDBEngine, count: int) -> Unmatched:
    """Rows 1 to `count`, none of them taken."""
    frame = pl.DataFrame({"row": range(1, count + 1)}, schema={"row": pl.Int64})
    return Unmatched(engine.publish(frame), count)


def test_few_taken_rows_are_looked_past_and_many_make_a_table(engine: DuckDBEngine) -> None:
    side = unmatched(engine, 10)
    first = side.kept
    side.without([pl.Series([3, 4])], engine)
    assert side.kept is first
    assert [row for (row,) in rows(engine, side.rows, "row")] == [1, 2, 5, 6, 7, 8, 9, 10]

    side.without([pl.Series([1, 2]), pl.Series([10])], engine)
    assert side.kept is side.rows
    assert [row for (row,) in rows(engine, side.rows, "row")] == [5, 6, 7, 8, 9]

    side.without([pl.Series([9])], engine)
    side.without([], engine)
    assert [row for (row,) in rows(engine, side.rows, "row")] == [5, 6, 7, 8]


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(takings=st.lists(st.lists(st.integers(1, 12), min_size=1, max_size=5), max_size=5))
def test_rows_are_unmatched_until_they_are_taken(
    engine: DuckDBEngine, takings: list[list[int]]
) -> None:
    side, gone = unmatched(engine, 12), set[int]()
    for taking in takings:
        side.without([pl.Series(sorted(set(taking) - gone), dtype=pl.Int64)], engine)
        gone |= set(taking)
    left = sorted(set(range(1, 13)) - gone)
    assert [row for (row,) in rows(engine, side.rows, "row")] == left
