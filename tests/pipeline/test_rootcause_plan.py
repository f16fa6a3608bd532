"""Which columns a root-cause run reads."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tieout.engines.duckdb import DuckDBEngine
from tieout.model.errors import InputError
from tieout.model.table import Kind
from tieout.pipeline.rootcause_plan import Plan, Wanted, make_plan
from tieout.sources.open import open_source

Planned = Callable[..., Plan]

COLUMNS = ("id", "booked", "channel", "acquirer", "amount", "failed", "always")


@pytest.fixture
def planned(tmp_path: Path) -> Planned:
    """Plans for a file of payments, or for one with other columns."""

    def make(text: str | None = None, **wanted: object) -> Plan:
        path = tmp_path / "payments.csv"
        path.write_text(text or payments(), encoding="utf-8")
        with DuckDBEngine() as engine:
            source = open_source(str(path), engine=engine, workdir=tmp_path)
            return make_plan(source, Wanted(**wanted))  # type: ignore[arg-type]

    return make


def payments() -> str:
    lines = [",".join(COLUMNS)]
    for row in range(120):
        day = f"2026-01-{1 + row % 28:02d}"
        channel, acquirer = ("web", "app", "pos")[row % 3], f"A{row % 4}"
        lines.append(
            f"T{row:06d},{day},{channel},{acquirer},{row * 1.5 + 3:.2f},{int(row % 9 == 0)},x"
        )
    return "\n".join(lines) + "\n"


CELLS = (
    "min,value,cnt,cdn\n"
    + "\n".join(
        f"{1_566_656_000 + 60 * m},{m % 3},{100 + m},{c}" for m in range(30) for c in (1, 2)
    )
    + "\n"
)


def test_an_outcome_is_explained_by_all_columns_that_group(planned: Planned) -> None:
    plan = planned(outcome="failed")
    assert (plan.question, plan.outcome, plan.time) == ("outcome", "failed", None)
    assert plan.attributes == ("channel", "acquirer")


def test_identifiers_constants_and_moments_group_nothing(planned: Planned) -> None:
    plan = planned(outcome="failed")
    assert not {"id", "always", "booked"} & set(plan.attributes)


def test_a_flag_is_taken_for_the_outcome_and_said(planned: Planned) -> None:
    plan = planned()
    assert plan.outcome == "failed"
    note = next(note for note in plan.notes if note.subject == "outcome")
    assert (note.decision, note.certain) == ("failed", False)


def test_a_value_and_its_total_are_a_rate(planned: Planned) -> None:
    plan = planned(CELLS, value="value", total="cnt", time="min")
    assert (plan.question, plan.value, plan.total, plan.time) == ("rate", "value", "cnt", "min")
    assert plan.attributes == ("cdn",)
    assert plan.time_kind is Kind.NUMBER


def test_value_total_and_time_are_inferred_by_name_and_content(planned: Planned) -> None:
    plan = planned(CELLS)
    assert (plan.value, plan.total, plan.time) == ("value", "cnt", "min")
    assert {note.subject for note in plan.notes} == {"value", "total", "time", "attributes"}


def test_a_value_and_its_expectation_are_a_measure(planned: Planned) -> None:
    text = "a,value,expected\n" + "\n".join(f"{r % 3},{r},{r + 1}" for r in range(40)) + "\n"
    plan = planned(text)
    assert (plan.question, plan.value, plan.expected) == ("measure", "value", "expected")
    assert plan.time is None


def test_a_value_alone_is_a_measure_against_its_past(planned: Planned) -> None:
    plan = planned(value="amount", time="booked", attributes=("channel",))
    assert (plan.question, plan.total, plan.expected) == ("measure", None, None)
    assert plan.time_kind is Kind.TIME


def test_attributes_stay_text_and_numbers_are_read_as_numbers(planned: Planned) -> None:
    plan = planned(CELLS, value="value", total="cnt", time="min")
    assert plan.kinds == {
        "cdn": Kind.CATEGORY,
        "value": Kind.NUMBER,
        "cnt": Kind.NUMBER,
        "min": Kind.NUMBER,
    }


def test_quantities_among_the_attributes_are_known(planned: Planned) -> None:
    plan = planned(outcome="failed", attributes=("channel", "amount"))
    assert plan.numeric == frozenset({"amount"})


def test_an_attribute_that_the_file_has_not_got_is_left_out_and_said(planned: Planned) -> None:
    plan = planned(outcome="failed", attributes=("channel", "isp"))
    assert plan.attributes == ("channel",)
    assert "without isp" in [note.decision for note in plan.notes]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"outcome": "faild"}, "did you mean 'failed'?"),
        ({"outcome": "failed", "attributes": ("chanel",)}, "did you mean 'channel'?"),
        ({"outcome": "failed", "attributes": ("nothing",)}, "has no column 'nothing'"),
        ({"outcome": "failed", "attributes": ()}, "--attributes: names no column"),
        ({"outcome": "failed", "attributes": ("failed",)}, "is in use already"),
        ({"outcome": "failed", "value": "amount"}, "--outcome stands alone"),
        ({"value": "amount", "total": "id", "expected": "id"}, "give one"),
        ({"value": "amount", "total": "nothing"}, "--total: payments.csv has no column"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    planned: Planned, wanted: dict[str, object], said: str
) -> None:
    with pytest.raises(InputError, match=re.escape(said)) as refused:
        planned(**wanted)
    assert "\n" not in str(refused.value)


def test_a_file_that_says_nothing_of_outcomes_is_refused(planned: Planned) -> None:
    text = "a,b\n" + "\n".join(f"{r % 3},{r % 4}" for r in range(40)) + "\n"
    with pytest.raises(InputError, match="what is to be explained"):
        planned(text)


def test_a_value_with_nothing_to_compare_is_refused(planned: Planned) -> None:
    text = "a,value\n" + "\n".join(f"{r % 3},{r}" for r in range(40)) + "\n"
    with pytest.raises(InputError, match="something to compare with"):
        planned(text)


def test_a_moment_without_a_column_of_moments_is_refused(planned: Planned) -> None:
    text = "a,failed\n" + "\n".join(f"{r % 3},{r % 2}" for r in range(40)) + "\n"
    with pytest.raises(InputError, match="0 look like one"):
        planned(text, outcome="failed", needs_time=True)


def test_a_file_without_groups_is_refused(planned: Planned) -> None:
    text = "id,failed\n" + "\n".join(f"T{r:05d},{r % 2}" for r in range(90)) + "\n"
    with pytest.raises(InputError, match="no column groups its rows"):
        planned(text, outcome="failed")
