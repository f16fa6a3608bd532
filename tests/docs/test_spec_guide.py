"""The guide to specs names every field, and its example is a spec."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import get_args

import pytest
from pydantic import BaseModel

from tieout.model.formats import AmountFormat, DateFormat
from tieout.reconcile.spec import (
    AmountColumns,
    AmountTolerance,
    AssistantUse,
    DateColumn,
    DayWindow,
    EvidenceSpec,
    ExactPass,
    FeeSchedule,
    GroupPass,
    HistorySpec,
    KeylessPass,
    NettingPass,
    Normaliser,
    PassSpec,
    SideSpec,
    Spec,
    SpecModel,
    TolerancePass,
    WordsSpec,
)
from tieout.reconcile.spec_file import load_spec

ROOT = Path(__file__).parents[2]
GUIDE = "docs/guides/spec.md"
PARTS: list[type[BaseModel]] = [
    AmountColumns, AmountFormat, AmountTolerance, AssistantUse, DateColumn, DateFormat, DayWindow,
    EvidenceSpec, ExactPass, FeeSchedule, GroupPass, HistorySpec, KeylessPass, NettingPass,
    PassSpec, SideSpec, Spec, TolerancePass, WordsSpec,
]  # fmt: skip


@pytest.fixture(scope="module")
def example(scripts: dict[str, ModuleType], tmp_path_factory: pytest.TempPathFactory) -> Spec:
    """The spec that the guide shows."""
    shown = scripts["transcripts"].titled((ROOT / GUIDE).read_text(encoding="utf-8"))
    path = tmp_path_factory.mktemp("guide") / "payments.yaml"
    path.write_text(shown["payments.yaml"], encoding="utf-8")
    return load_spec(path)


def collect(part: object, seen: set[str]) -> None:
    """Collect the fields that a spec sets, down to its leaves."""
    if isinstance(part, SpecModel | AmountFormat | DateFormat):
        for name in part.model_fields_set:
            seen.add(f"{type(part).__name__}.{name}")
            collect(getattr(part, name), seen)
    elif isinstance(part, tuple):
        for each in part:
            collect(each, seen)


def test_the_example_uses_every_field(example: Spec) -> None:
    seen: set[str] = set()
    collect(example, seen)
    every = {f"{part.__name__}.{name}" for part in PARTS for name in part.model_fields}
    assert every - seen == set()


def test_the_guide_explains_every_field() -> None:
    text = (ROOT / GUIDE).read_text(encoding="utf-8").split("## At the top")[1]
    every = {name for part in PARTS for name in part.model_fields}
    assert [name for name in sorted(every) if f"`{name}`" not in text] == []


@pytest.mark.parametrize(
    ("heading", "part"),
    [
        ("## At the top", Spec),
        ("## A side: `left` and `right`", SideSpec),
        ("### `amount`", AmountColumns),
        ("### `date`", DateColumn),
        ("## `evidence`", EvidenceSpec),
        ("## `words`", WordsSpec),
    ],
)
def test_a_table_has_the_fields_of_its_part(
    heading: str, part: type[SpecModel], first_cells: Callable[[str, str], list[str]]
) -> None:
    assert sorted(first_cells(GUIDE, heading)) == sorted(part.model_fields)


def test_the_passes_table_has_the_fields_of_all_passes(
    first_cells: Callable[[str, str], list[str]],
) -> None:
    parts = (ExactPass, TolerancePass, GroupPass, KeylessPass, NettingPass)
    fields = {name for part in parts for name in part.model_fields}
    assert sorted(first_cells(GUIDE, "## `passes`")) == sorted(fields)


def test_the_steps_are_those_that_exist(first_cells: Callable[[str, str], list[str]]) -> None:
    assert first_cells(GUIDE, "## `normalise`") == list(get_args(Normaliser))


def test_the_example_keeps_words_that_yaml_takes_for_truth_values(example: Spec) -> None:
    assert example.passes[0].exact is not None
    assert example.passes[0].exact.on == ("key", "currency", "amount", "date")
