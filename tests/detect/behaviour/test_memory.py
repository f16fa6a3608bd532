"""Rows that a detector remembers."""

from collections.abc import Callable

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from tieout.detect.behaviour.memory import remembered, restored, saved, without_shared
from tieout.model.table import Table, TableRole

MakeTable = Callable[..., Table]


def test_columns_are_named_by_their_role(table: MakeTable) -> None:
    made = table(time=["2025-01-01T10:00"], customer=["a"], description=["lunch"])
    renamed = Table(
        made.frame.rename({"customer": "Kunde"}),
        made.rows,
        made.columns,
        {**made.roles, TableRole.CUSTOMER: "Kunde"},
    )
    kept = remembered(renamed)
    # What behaviour does not rest on is not kept.
    assert kept.frame.columns == ["time", "customer"]
    assert kept.roles == {TableRole.TIME: "time", TableRole.CUSTOMER: "customer"}


texts = st.none() | st.text(alphabet="aé漢😀 ;", min_size=1, max_size=4)


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            texts,
            texts,
            st.none() | st.floats(-1e9, 1e9),
            st.sampled_from([None, "2025-01-01T10:00:00.000001", "1969-12-31T23:59"]),
        ),
        max_size=12,
    )
)
def test_what_is_saved_is_restored(
    table: MakeTable, rows: list[tuple[str | None, str | None, float | None, str | None]]
) -> None:
    made = remembered(
        table(
            id=[row[0] for row in rows],
            customer=[row[1] for row in rows],
            amount=[row[2] for row in rows],
            time=[row[3] for row in rows],
        )
    )
    state = saved(made)
    assert all(isinstance(value, list | np.ndarray) for value in state.values())
    again = restored(state)
    assert_frame_equal(again.frame, made.frame)
    assert again.roles == made.roles


def test_rows_judged_now_are_not_their_own_past(table: MakeTable) -> None:
    history = remembered(
        table(time=["2025-01-01T10:00"] * 3, customer=["a", "b", "b"], amount=[1.0, 2.0, None])
    )
    current = table(time=["2025-01-01T10:00"] * 2, customer=["a", "b"], amount=[1.0, None])
    left = without_shared(history, current)
    assert left.frame["amount"].to_list() == [2.0]


def test_a_number_of_its_own_tells_equal_rows_apart(table: MakeTable) -> None:
    history = remembered(table(id=["1", "2"], time=["2025-01-01T10:00"] * 2, amount=[1.0, 1.0]))
    current = table(id=["2"], time=["2025-01-01T10:00"], amount=[1.0])
    assert without_shared(history, current).frame["id"].to_list() == ["1"]


def test_only_roles_that_both_have_are_compared(table: MakeTable) -> None:
    history = remembered(table(time=["2025-01-01T10:00"], customer=["a"], city=["Oslo"]))
    current = table(time=["2025-01-01T10:00"], customer=["a"])
    assert without_shared(history, current).height == 0
    assert history.frame.schema["time"] == pl.Datetime("us")
