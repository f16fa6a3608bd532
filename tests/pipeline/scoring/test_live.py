"""The models of a workspace, loaded and loaded again."""

import json
from pathlib import Path

import polars as pl
import pytest

from tieout.model.errors import InputError
from tieout.pipeline.detection import DetectJob, detect
from tieout.pipeline.scoring.cuts import read_cuts, set_cut
from tieout.pipeline.scoring.live import NoModelError, ScoringModels
from tieout.pipeline.scoring.records import Record

SALE: Record = {"product": "p3", "quantity": 100, "value": 120.0}


def workspace_of(sales_file: Path, folder: Path) -> Path:
    file = folder / "sales.csv"
    file.write_bytes(sales_file.read_bytes())
    detect(DetectJob(file=str(file), workspace=folder))
    return folder


def test_nothing_can_judge_before_the_models_are_loaded(tmp_path: Path) -> None:
    models = ScoringModels(tmp_path, with_practice=False)
    assert not models.is_loaded
    with pytest.raises(NoModelError, match="being loaded"):
        models.choose(["amount"])


def test_a_workspace_without_data_says_what_to_do(tmp_path: Path) -> None:
    models = ScoringModels(tmp_path, with_practice=False)
    assert models.refresh()
    with pytest.raises(NoModelError, match="run `tieout detect FILE` in it, or upload"):
        models.choose(["amount"])


def test_a_workspace_without_data_learns_from_practice_payments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tieout.pipeline.scoring.learn._PRACTICE_ROWS", 1_000)
    models = ScoringModels(tmp_path)
    models.refresh()
    (model,) = models.models
    assert model.practice
    assert model.profile == "payments"
    assert model.rows == 1_000
    assert model.score([{"amount": 12.0, "customer_id": "C0000001"}]).scored


def test_the_run_of_a_workspace_is_what_judges(sales_file: Path, tmp_path: Path) -> None:
    models = ScoringModels(workspace_of(sales_file, tmp_path), with_practice=False)
    models.refresh()
    chosen = models.choose(SALE)
    assert chosen.name == "sales.csv"
    assert chosen.rows == 1_000
    assert chosen.score([SALE]).scored[0].is_flag


def test_the_model_that_knows_most_of_the_fields_is_chosen(
    sales_file: Path, payments_workspace: Path, tmp_path: Path
) -> None:
    workspace_of(sales_file, tmp_path)
    payments = payments_workspace / "data" / "transactions.csv"
    detect(DetectJob(file=str(payments), profile="payments", workspace=tmp_path))
    models = ScoringModels(tmp_path)
    models.refresh()
    assert len(models.models) == 2
    assert models.choose(SALE).profile == "generic"
    assert models.choose(["Transaction-ID", "amount", "MCC"]).profile == "payments"
    assert models.choose(SALE, "payments").profile == "payments"
    with pytest.raises(NoModelError, match="no model of profile journal"):
        models.choose(SALE, "journal")


def test_models_are_loaded_again_only_when_files_change(sales_file: Path, tmp_path: Path) -> None:
    models = ScoringModels(workspace_of(sales_file, tmp_path), with_practice=False)
    assert models.refresh()
    first = models.models[0]
    assert not models.refresh()
    detect(DetectJob(file=str(tmp_path / "sales.csv"), workspace=tmp_path, retrain=True, seed=0))
    assert models.refresh()
    assert models.models[0] is not first
    assert not models.refresh()


def test_a_run_that_learnt_from_history_changes_no_model(sales_file: Path, tmp_path: Path) -> None:
    models = ScoringModels(workspace_of(sales_file, tmp_path), with_practice=False)
    models.refresh()
    judge = models.models[0].judge
    upload = tmp_path / "upload.csv"
    upload.write_text("seller,product,quantity,value\nanna,p1,10,20\nben,p2,4,60\n")
    history = str(tmp_path / "sales.csv")
    detect(DetectJob(file=str(upload), history=history, workspace=tmp_path))
    models.refresh()
    assert models.models[0].judge is judge
    assert models.models[0].name == "sales.csv"


def test_a_few_rows_step_behind_an_older_run_of_many(sales_file: Path, tmp_path: Path) -> None:
    workspace_of(sales_file, tmp_path)
    few = tmp_path / "few.csv"
    pl.read_csv(sales_file).head(60).write_csv(few)
    detect(DetectJob(file=str(few), workspace=tmp_path, retrain=True))
    models = ScoringModels(tmp_path, with_practice=False)
    models.refresh()
    assert [model.name for model in models.models] == ["sales.csv"]


@pytest.mark.parametrize("columns", ["product,value", "product,quantity,value,note"])
def test_a_tiny_file_does_not_take_over_what_it_knows_some_fields_of(
    sales_file: Path, tmp_path: Path, columns: str
) -> None:
    workspace = workspace_of(sales_file, tmp_path)
    file = tmp_path / "tiny.csv"
    file.write_text(f"{columns}\n" + ",".join("1" for _ in columns.split(",")) + "\n")
    detect(DetectJob(file=str(file), workspace=workspace, profile="generic"))
    models = ScoringModels(workspace, with_practice=False)
    models.refresh()
    assert {each.name for each in models.models} == {"sales.csv", "tiny.csv"}
    for fields in (SALE, {"product": "p3"}, {**SALE, "note": "x"}):
        assert models.choose(fields).name == "sales.csv"


def test_a_run_whose_file_is_gone_is_passed_over(sales_file: Path, tmp_path: Path) -> None:
    workspace_of(sales_file, tmp_path)
    (tmp_path / "sales.csv").unlink()
    models = ScoringModels(tmp_path, with_practice=False)
    models.refresh()
    assert models.models == ()


def test_a_broken_manifest_is_passed_over(sales_file: Path, tmp_path: Path) -> None:
    workspace_of(sales_file, tmp_path)
    broken = tmp_path / "runs" / "99990101T000000Z-detect"
    broken.mkdir()
    (broken / "run.json").write_text("{")
    models = ScoringModels(tmp_path, with_practice=False)
    models.refresh()
    assert len(models.models) == 1


def test_a_cut_that_was_set_is_used_and_can_be_taken_back(sales_file: Path, tmp_path: Path) -> None:
    models = ScoringModels(workspace_of(sales_file, tmp_path), with_practice=False)
    models.refresh()
    own, judge = models.models[0].threshold, models.models[0].judge
    assert set_cut(tmp_path, "generic", 0.875) is None
    models.refresh()
    assert models.models[0].threshold == 0.875
    assert models.models[0].judge is judge
    assert set_cut(tmp_path, "generic", None) == 0.875
    models.refresh()
    assert models.models[0].threshold == own


def test_a_cut_is_a_score(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected a score from 0 to 1"):
        set_cut(tmp_path, "generic", 1.5)
    assert read_cuts(tmp_path) == {}


def test_a_broken_file_of_cuts_sets_none(tmp_path: Path) -> None:
    (tmp_path / ".tieout").mkdir()
    (tmp_path / ".tieout" / "cuts.json").write_text(json.dumps(["generic"]))
    assert read_cuts(tmp_path) == {}
