"""Equal in every field."""

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tieout.engines.duckdb import DuckDBEngine
from tieout.reconcile.passes import exact
from tieout.reconcile.passes.exact import exact_pass

Run = Callable[..., Any]
Records = Callable[..., pl.DataFrame]
EXACT: dict[str, Any] = {"exact": {}}
KEYLESS = {"exact": {"on": ["currency", "amount", "date"]}}


def test_it_pairs_rows_that_are_equal_in_key_currency_amount_and_date(
    run: Run, records: Records
) -> None:
    left = records("""
        key amount date
        A   10.00  2024-01-02
        B   20.00  2024-01-02
        C   30.00  2024-01-02
    """)
    right = records("""
        key amount date
        C   30.00  2024-01-02
        A   10.00  2024-01-02
        B   20.01  2024-01-02
    """)
    found = run(left, right, EXACT)
    assert found.pairs == [(1, 2), (3, 1)]
    assert found.differences == [0, 0]
    assert (found.open_left, found.open_right) == ([2], [3])


@pytest.mark.parametrize(
    "other",
    [
        "B 10.00 EUR 2024-01-02",
        "A 10.01 EUR 2024-01-02",
        "A 10.00 USD 2024-01-02",
        "A 10.00 EUR 2024-01-03",
        "A -10.00 EUR 2024-01-02",
        "A 10.00 EUR -",
    ],
)
def test_it_does_not_pair_rows_that_differ_in_one_field(
    run: Run, records: Records, other: str
) -> None:
    header = "key amount currency date\n"
    left = records(header + "A 10.00 EUR 2024-01-02")
    assert run(left, records(header + other), EXACT).pairs == []


def test_it_compares_only_the_fields_it_is_on(run: Run, records: Records) -> None:
    left = records("key amount date\nA 10.00 2024-01-02")
    right = records("key amount date\nA 10.07 2024-03-02")
    found = run(left, right, {"exact": {"on": ["key", "currency"]}})
    assert found.pairs == [(1, 1)]
    assert found.differences == [-7]


def test_it_pairs_twins_by_occurrence(run: Run, records: Records) -> None:
    left = records("row key amount\n4 A 10.00\n7 A 10.00\n9 A 10.00")
    right = records("row key amount\n2 A 10.00\n3 A 10.00\n8 A 10.00")
    assert run(left, right, EXACT).pairs == [(4, 2), (7, 3), (9, 8)]


def test_it_leaves_the_second_of_two_against_one(run: Run, records: Records) -> None:
    left = records("key amount\nA 10.00\nA 10.00\nB 5.00")
    right = records("key amount\nA 10.00\nB 5.00\nB 5.00")
    found = run(left, right, EXACT)
    assert found.pairs == [(1, 1), (3, 2)]
    assert (found.open_left, found.open_right) == ([2], [3])


def test_it_never_pairs_rows_without_a_key(run: Run, records: Records) -> None:
    left = records("key amount\n- 10.00\nA 1.00")
    right = records("key amount\n- 10.00\nA 1.00")
    assert run(left, right, EXACT).pairs == [(2, 2)]


def test_it_takes_two_missing_dates_as_equal(run: Run, records: Records) -> None:
    left = records("key amount date\nA 10.00 -")
    assert run(left, left, EXACT).pairs == [(1, 1)]


def test_it_pairs_without_a_key_where_only_one_answer_is_possible(
    run: Run, records: Records
) -> None:
    left = records("amount date\n10.00 2024-01-02\n11.00 2024-01-02")
    right = records("amount date\n11.00 2024-01-02\n10.00 2024-01-03")
    assert run(left, right, KEYLESS).pairs == [(2, 1)]


def test_it_withholds_equal_rows_that_no_key_tells_apart(run: Run, records: Records) -> None:
    left = records("amount\n10.00\n10.00\n11.00")
    right = records("amount\n10.00\n11.00\n10.00")
    found = run(left, right, KEYLESS)
    assert found.pairs == [(3, 2)]
    assert found.withheld == [
        ([1, 2], [1, 3], "2 left and 2 right rows are equal and no key tells them apart")
    ]
    assert (found.open_left, found.open_right) == ([1, 2], [1, 3])


def test_it_withholds_two_against_one_without_a_key(run: Run, records: Records) -> None:
    left = records("amount\n10.00\n10.00")
    found = run(left, records("amount\n10.00"), KEYLESS)
    assert found.pairs == []
    assert [group[:2] for group in found.withheld] == [([1, 2], [1])]


def test_later_passes_leave_withheld_rows_alone(run: Run, records: Records) -> None:
    left = records("key amount\nA 10.00\nB 10.00")
    right = records("key amount\nA 10.00\nB 10.00")
    found = run(left, right, KEYLESS, EXACT)
    assert found.pairs == []
    assert found.open_left == [1, 2]


def test_it_tells_an_empty_side_from_a_full_one(run: Run, records: Records) -> None:
    left = records("key amount\nA 10.00")
    none = left.clear()
    assert run(left, none, EXACT).open_left == [1]
    assert run(none, left, EXACT).open_right == [1]
    assert run(none, none, EXACT).pairs == []


def test_it_does_not_confuse_fields_that_join_to_the_same_text(run: Run, records: Records) -> None:
    left = records("key account amount\nAB C 1.00")
    right = records("key account amount\nA BC 1.00")
    assert run(left, right, {"exact": {"on": ["key", "account", "amount"]}}).pairs == []


SIDES = st.lists(
    st.tuples(st.sampled_from("ABC"), st.integers(0, 1), st.integers(0, 1)), max_size=14
)


def _published(engine: DuckDBEngine, rows: list[tuple[str, int, int]]) -> Any:
    frame = pl.DataFrame(
        [(number, key, amount, "EUR", day) for number, (key, amount, day) in enumerate(rows, 1)],
        schema={
            "row": pl.Int64,
            "key": pl.String,
            "amount": pl.Int64,
            "currency": pl.String,
            "date": pl.Int32,
        },
        orient="row",
    )
    return engine.publish(frame)


def _by_hand(
    left: list[tuple[str, int, int]], right: list[tuple[str, int, int]]
) -> list[tuple[int, int]]:
    free: dict[tuple[str, int, int], list[int]] = {}
    for number, row in enumerate(right, 1):
        free.setdefault(row, []).append(number)
    return [(number, free[row].pop(0)) for number, row in enumerate(left, 1) if free.get(row)]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(left=SIDES, right=SIDES)
def test_the_crowded_route_and_the_normal_one_pair_as_a_person_would(
    engine: DuckDBEngine,
    monkeypatch: pytest.MonkeyPatch,
    left: list[tuple[str, int, int]],
    right: list[tuple[str, int, int]],
) -> None:
    on = ["key", "currency", "amount", "date"]
    expected = _by_hand(left, right)
    for crowded_from in (1, 1000):
        monkeypatch.setattr(exact, "CROWD_OCCURRENCES", crowded_from)
        outcome = exact_pass(
            _published(engine, left), _published(engine, right), on=on, engine=engine
        )
        assert outcome.pairs is not None
        pairs = engine.fetch(outcome.pairs).sort("left_row")
        assert pairs.select("left_row", "right_row").rows() == expected
        assert outcome.withheld.is_empty()


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(left=SIDES, right=SIDES)
def test_without_a_key_every_route_withholds_the_same(
    engine: DuckDBEngine,
    monkeypatch: pytest.MonkeyPatch,
    left: list[tuple[str, int, int]],
    right: list[tuple[str, int, int]],
) -> None:
    found = []
    for crowded_from, spare in ((1000, 1000), (1, 1000), (1000, 1)):
        monkeypatch.setattr(exact, "CROWD_OCCURRENCES", crowded_from)
        monkeypatch.setattr(exact, "PAIRS_SPARE", spare)
        outcome = exact_pass(
            _published(engine, left),
            _published(engine, right),
            on=["amount", "date"],
            engine=engine,
        )
        assert outcome.pairs is not None
        found.append((engine.fetch(outcome.pairs).sort("left_row").rows(), outcome.withheld.rows()))
    assert found[0] == found[1] == found[2]


def test_a_crowd_that_the_first_rows_do_not_show_is_no_flood(
    engine: DuckDBEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exact, "CROWD_SAMPLE_ROWS", 10)
    monkeypatch.setattr(exact, "PAIRS_SPARE", 100)
    side = [(f"K{number}", number, 1) for number in range(50)] + [("A", 1, 1)] * 3000
    for on, pairs in ((["key", "amount"], 3050), (["amount"], 49)):
        outcome = exact_pass(
            _published(engine, side), _published(engine, side), on=on, engine=engine
        )
        assert outcome.pairs is not None
        assert engine.fetch(outcome.pairs).height == pairs


def test_a_thousand_twins_a_side_are_paired_in_their_order(engine: DuckDBEngine) -> None:
    twins = [("A", 1, 1)] * 1000
    pairs = exact_pass(
        _published(engine, twins), _published(engine, twins), on=["key", "amount"], engine=engine
    ).pairs
    assert pairs is not None
    rows = engine.fetch(pairs).sort("left_row")
    assert rows["left_row"].to_list() == rows["right_row"].to_list() == list(range(1, 1001))
