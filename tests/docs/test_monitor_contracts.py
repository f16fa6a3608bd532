"""The contracts and the guide are what a replay writes and a spec may say."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest
from pydantic import BaseModel

from tieout.cli.monitor import replay_object
from tieout.monitor import source_spec
from tieout.monitor import spec as parts
from tieout.monitor.route_spec import RouteSpec
from tieout.monitor.spec import load_monitor_spec
from tieout.monitor.spec_part import SpecPart
from tieout.pipeline.monitoring.replay import ReplayJob, ReplayResult, replay

CONTRACTS = "docs/reference/columns.md"
GUIDE = Path(__file__).parents[2] / "docs/guides/monitoring.md"
Cells = Callable[[str, str], list[str]]
Types = Callable[[str, str], dict[str, str]]


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> ReplayResult:
    """Three hours in which payments fail for twenty minutes."""
    folder = tmp_path_factory.mktemp("monitor")
    lines = ["timestamp,status,count"]
    for minute in range(180):
        at = f"2026-03-02T{minute // 60:02d}:{minute % 60:02d}"
        failed = 30 if 120 <= minute < 140 else minute % 2
        lines += [f"{at},approved,{90 + minute * 7 % 20}", f"{at},failed,{failed}"]
    (folder / "minutes.csv").write_text("\n".join(lines) + "\n")
    return replay(ReplayJob(file=str(folder / "minutes.csv"), out=folder / "run"))


def test_episodes_have_the_columns_of_the_contract(
    replayed: ReplayResult, first_cells: Cells
) -> None:
    header = (replayed.out / "episodes.csv").read_text("utf-8").splitlines()[0]
    assert header.split(",") == first_cells(CONTRACTS, "## episodes.csv")


def test_alerts_have_the_fields_of_the_contract(replayed: ReplayResult, first_cells: Cells) -> None:
    first = (replayed.out / "alerts.jsonl").read_text("utf-8").splitlines()[0]
    assert list(json.loads(first)) == first_cells(CONTRACTS, "## alerts.jsonl")


def test_windows_have_the_columns_of_the_contract(replayed: ReplayResult, types_of: Types) -> None:
    words = {
        "String": "text", "Float64": "double", "Int64": "int64", "Boolean": "boolean",
        "Datetime('us')": "timestamp", "Datetime(time_unit='us', time_zone=None)": "timestamp",
    }  # fmt: skip
    schema = pl.read_parquet_schema(replayed.out / "windows.parquet")
    found = {name: words.get(str(kind), str(kind)) for name, kind in schema.items()}
    assert found == types_of(CONTRACTS, "## windows.parquet")


def test_the_object_has_the_fields_of_the_contract(
    replayed: ReplayResult, first_cells: Cells
) -> None:
    expected = first_cells(CONTRACTS, "### `tieout monitor replay --json`")
    assert list(replay_object(replayed)) == expected


def test_the_manifest_has_the_fields_of_the_contract(replayed: ReplayResult) -> None:
    text = (GUIDE.parents[1] / "reference/columns.md").read_text("utf-8")
    section = text.split("### run.json of a replay\n")[1].split("\n## ")[0]
    rows = {
        line.split("|")[1].strip(" `"): line.split("|")[2].split("`")[1::2]
        for line in section.splitlines()
        if line.startswith("| `")
    }
    assert rows["counts"] == list(replayed.manifest.counts)
    assert rows["options"] == list(replayed.manifest.options)
    assert rows["outputs"] == list(replayed.manifest.outputs)


def settings() -> Iterator[str]:
    """Every field that a monitor's spec may hold."""
    for part in (*vars(parts).values(), *vars(source_spec).values(), RouteSpec):
        if isinstance(part, type) and issubclass(part, SpecPart) and part is not SpecPart:
            assert issubclass(part, BaseModel)
            yield from part.model_fields


def test_the_guide_names_every_setting() -> None:
    text = GUIDE.read_text("utf-8")
    assert [name for name in settings() if name not in text] == []


def test_the_guides_spec_is_one(scripts: dict[str, ModuleType], tmp_path: Path) -> None:
    shown = scripts["transcripts"].titled(GUIDE.read_text(encoding="utf-8"))
    (tmp_path / "cards.yaml").write_text(shown["cards.yaml"], encoding="utf-8")
    spec = load_monitor_spec(tmp_path / "cards.yaml")
    assert spec.metric("refunded_rate").method == "ewma"
    assert spec.severities("failed_rate").info == 5
