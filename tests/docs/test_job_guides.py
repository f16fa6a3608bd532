"""The guides to rules and to analyses name every field, and their examples work."""

import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from pydantic import BaseModel

from tieout.detect.behaviour.features import FEATURES
from tieout.detect.history.judge import Category
from tieout.detect.history.severity import SeverityTable
from tieout.detect.rules.expression import FUNCTIONS
from tieout.detect.rules.load import load_rules
from tieout.detect.rules.model import Learnt, Limit, Rule, RuleFile
from tieout.model.table import TableRole
from tieout.pipeline.analyze_spec import AnalyzeSpec, StatusColumn

ROOT = Path(__file__).parents[2]
RULES = "docs/guides/rules.md"
ANALYZING = "docs/guides/analyzing.md"
Cells = Callable[[str, str], list[str]]


@pytest.fixture(scope="module")
def example(scripts: dict[str, ModuleType], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of rules that the guide shows."""
    shown = scripts["transcripts"].titled((ROOT / RULES).read_text(encoding="utf-8"))
    path: Path = tmp_path_factory.mktemp("rules") / "rules.yaml"
    path.write_text(shown["rules.yaml"], encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("heading", "part"),
    [
        ("## The file", RuleFile),
        ("## A rule", Rule),
        ("### A threshold that is learnt", Learnt),
        ("## A limit", Limit),
    ],
)
def test_a_table_of_rules_has_the_fields_of_its_part(
    heading: str, part: type[BaseModel], first_cells: Cells
) -> None:
    assert sorted(first_cells(RULES, heading)) == sorted(part.model_fields)


def test_the_example_of_rules_uses_every_field(example: Path) -> None:
    text = example.read_text(encoding="utf-8")
    parts: list[type[BaseModel]] = [RuleFile, Rule, Learnt, Limit]
    every = {name for part in parts for name in part.model_fields}
    assert [name for name in sorted(every) if not re.search(rf"\b{name}:", text)] == []


def test_the_example_of_rules_is_a_set_of_rules(example: Path) -> None:
    found = {rule.id: rule for rule in load_rules(example, "payments").rules}
    assert {"high-at-new-merchant", "amount-within-bounds", "burst"} <= set(found)
    assert found["new-country"].title == "New country, not on a trip"


def test_the_functions_of_conditions_are_those_that_exist() -> None:
    text = (ROOT / RULES).read_text(encoding="utf-8").split("the functions ")[1].split(". No")[0]
    assert set(text.split("`")[1::2]) == FUNCTIONS


def test_the_features_of_the_reference_are_those_that_exist(first_cells: Cells) -> None:
    assert first_cells("docs/reference/features.md", "# Features") == list(FEATURES)


def test_the_roles_of_the_guide_are_those_that_exist() -> None:
    text = (ROOT / "docs" / "guides" / "detecting.md").read_text(encoding="utf-8")
    listed = text.split("The roles are ")[1].split(".\n")[0]
    assert listed.split("`")[1::2] == [str(role) for role in TableRole]


@pytest.mark.parametrize(
    ("heading", "part"),
    [("## The fields of a spec", AnalyzeSpec), ("### `severity`", SeverityTable)],
)
def test_a_table_of_analyses_has_the_fields_of_its_part(
    heading: str, part: type[BaseModel], first_cells: Cells
) -> None:
    assert sorted(first_cells(ANALYZING, heading)) == sorted(part.model_fields)


def test_the_guide_to_analyses_names_the_fields_of_a_status() -> None:
    text = (ROOT / ANALYZING).read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if line.startswith("| `status`"))
    assert [name for name in StatusColumn.model_fields if f"`{name}`" not in row] == []


def test_the_categories_of_the_guide_are_those_that_exist(first_cells: Cells) -> None:
    named = first_cells(ANALYZING, "## Ways to be out of pattern")
    assert sorted([*named, "none"]) == sorted(map(str, Category))
