import csv
import json
from pathlib import Path

import polars as pl
import pytest

from tieout.detect.thresholds import CutPolicy
from tieout.export.scored import SCORED_COLUMNS
from tieout.model.errors import InputError
from tieout.model.table import TableRole
from tieout.pipeline.detection import DetectJob, detect
from tieout.practice.payments import generate_payments

from .conftest import PLANTED, Detector, sales

FILES = {
    "transactions_scored.csv", "transactions_scored.parquet", "thresholds.csv",
    "metrics_by_type.csv", "confusion_matrix.csv", "cases.csv", "incidents.csv", "summaries.md",
    "rejects.csv", "report.html", "run.json",
}  # fmt: skip


def scored(folder: Path) -> pl.DataFrame:
    return pl.read_parquet(folder / "transactions_scored.parquet")


def test_a_run_leaves_the_files_of_the_contract(file: Path, run: Detector) -> None:
    result = run(file)
    assert {path.name for path in result.out.iterdir()} == FILES


def test_the_scored_file_has_the_columns_of_the_input_and_then_ours(
    file: Path, run: Detector
) -> None:
    out = run(file).out
    with (out / "transactions_scored.csv").open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    assert list(rows[0]) == [*sales().columns, *SCORED_COLUMNS]
    assert [row["row"] for row in rows[:3]] == ["1", "2", "3"]
    assert rows[0]["value"] == str(sales()["value"][0])
    assert scored(out).height == len(rows) == 1_500


def test_what_was_planted_scores_highest(file: Path, run: Detector) -> None:
    found = scored(run(file, labels="checked").out)
    top = found.sort("score", descending=True).head(PLANTED)
    assert set(top["checked"]) == {"fraud"}
    assert found["is_flag"].sum() >= PLANTED
    assert all(len(reasons) for reasons in top["reasons_top3"])


def test_every_case_says_why_and_is_flagged(file: Path, run: Detector) -> None:
    result = run(file, labels="checked")
    cases = pl.read_csv(result.out / "cases.csv")
    flagged = scored(result.out).filter("is_flag")
    assert set(cases["row"]) == set(flagged["row"])
    assert cases["score"].is_sorted(descending=True)
    assert all(cases["reasons_top3"])
    assert cases["case_id"].n_unique() == cases.height
    assert result.report.flagged == cases.height


def test_labels_measure_and_do_not_teach(file: Path, run: Detector) -> None:
    with_labels = run(file, "a", labels="checked", policy=CutPolicy(threshold=0.5))
    bare = file.with_name("bare.csv")
    sales().drop("checked").write_csv(bare)
    without = run(bare, "b", policy=CutPolicy(threshold=0.5), retrain=True)
    assert scored(with_labels.out)["score"].equals(scored(without.out)["score"])
    assert with_labels.report.quality is not None
    assert with_labels.report.quality.average_precision > 0.9
    assert without.report.quality is None


def test_without_labels_the_tables_of_quality_are_empty(file: Path, run: Detector) -> None:
    bare = file.with_name("bare.csv")
    sales().drop("checked").write_csv(bare)
    out = run(bare).out
    thresholds = pl.read_csv(out / "thresholds.csv")
    assert thresholds["precision"].null_count() == thresholds.height
    assert pl.read_csv(out / "confusion_matrix.csv")["count"].sum() == 0


def test_a_threshold_a_capacity_and_a_share_cut_as_they_say(file: Path, run: Detector) -> None:
    by_score = scored(run(file, "a", policy=CutPolicy(threshold=0.6)).out)
    assert (by_score["is_ml_flag"] == (by_score["score"] >= 0.6)).all()
    by_capacity = scored(run(file, "b", policy=CutPolicy(capacity=7)).out)
    assert by_capacity["is_ml_flag"].sum() <= 7


def test_the_same_run_again_gives_the_same_tables(file: Path, run: Detector) -> None:
    one, two = run(file, "a", retrain=True), run(file, "b", retrain=True)
    assert one.manifest.outputs == two.manifest.outputs
    assert scored(one.out).equals(scored(two.out))


def test_the_workspaces_model_is_used_again_and_says_the_same(file: Path, run: Detector) -> None:
    first, second = run(file, "a"), run(file, "b")
    assert not first.manifest.options["model_reused"]
    assert second.manifest.options["model_reused"]
    assert second.manifest.options["drift"]["value"] == 0.0
    assert first.manifest.outputs == second.manifest.outputs
    assert "workspace's model of 1,500 rows" in second.report.model


def test_rows_of_another_kind_make_it_learn_anew(file: Path, run: Detector) -> None:
    run(file, "a")
    moved = file.with_name("moved.csv")
    sales(seed=2).with_columns(pl.col("quantity") * 1_000).write_csv(moved)
    second = run(moved, "b")
    assert not second.manifest.options["model_reused"]
    assert "drifted" in second.report.model
    assert "quantity" in second.report.model


def test_rows_of_the_same_kind_are_judged_by_the_model_that_is_there(
    file: Path, run: Detector
) -> None:
    run(file, "a", labels="checked")
    again = file.with_name("again.csv")
    sales(seed=2).write_csv(again)
    found = run(again, "b", labels="checked")
    assert found.manifest.options["model_reused"]
    assert set(scored(found.out).sort("score", descending=True).head(8)["checked"]) == {"fraud"}


def test_history_is_learnt_from_where_it_is_given(file: Path, run: Detector) -> None:
    current = file.with_name("current.csv")
    sales(rows=40, seed=3).write_csv(current)
    found = run(current, history=str(file), labels="checked")
    assert "learnt from 1,500 rows" in found.report.model
    assert [given.side for given in found.manifest.inputs] == ["current", "history"]
    top = scored(found.out).sort("score", descending=True).head(PLANTED)
    assert (top["checked"] == "fraud").sum() >= PLANTED - 1


def test_history_without_a_column_of_the_rows_is_refused(file: Path, run: Detector) -> None:
    history = file.with_name("history.csv")
    sales().drop("product").write_csv(history)
    with pytest.raises(InputError, match=r"history\.csv: has no column 'product'"):
        run(file, history=str(history))


def test_unreadable_rows_are_rejects_and_keep_their_numbers(file: Path, run: Detector) -> None:
    lines = file.read_text().splitlines()
    cells = lines[3].split(",")
    lines[3] = ",".join([*cells[:2], "many", *cells[3:]])
    file.write_text("\n".join(lines) + "\n")
    result = run(file)
    rejects = (result.out / "rejects.csv").read_text().splitlines()
    assert rejects[1].startswith("sales.csv,3,quantity,many,")
    assert 3 not in scored(result.out)["row"]
    assert result.manifest.conservation["current"].holds
    assert result.manifest.counts["rejected"] == 1


def test_the_manifest_tells_what_was_done(file: Path, run: Detector) -> None:
    result = run(file, labels="checked", roles={TableRole.AMOUNT: "value"}, seed=4)
    manifest = json.loads((result.out / "run.json").read_text())
    assert manifest["job"] == "detect"
    assert manifest["seed"] == 4
    assert manifest["spec"]["roles"]["amount"] == "value"
    assert manifest["spec"]["kinds"]["product"] == "category"
    assert manifest["inputs"][0]["files"][0]["sha256"] == result.report.sha256
    assert manifest["counts"]["flagged"]["total"] == result.report.flagged


def test_rules_of_a_file_flag_and_say_why(file: Path, run: Detector) -> None:
    rules = file.with_name("rules.yaml")
    rules.write_text(
        "name: house\nrules:\n- {id: cheap, title: Cheap, when: value / quantity < 0.1,\n"
        "   reason: '{value} for {quantity}'}\n"
    )
    result = run(file, rules=rules)
    found = scored(result.out).filter("is_rule_flag")
    assert found["triggered_rules"].to_list() == [["cheap"]] * found.height
    assert ((found["value"].cast(float) / found["quantity"].cast(float)) < 0.1).all()
    assert [rule.identifier for rule in result.report.rules] == ["cheap"]


@pytest.mark.parametrize("severity", ["low", "critical"])
def test_a_case_is_as_severe_as_the_gravest_rule_that_flags_it(
    file: Path, run: Detector, severity: str
) -> None:
    rules = file.with_name("rules.yaml")
    rules.write_text(
        "name: house\nrules:\n- {id: cheap, title: Cheap, when: value / quantity < 0.1,\n"
        f"   reason: '{{value}}', severity: {severity}}}\n"
        "- {id: most, title: Most, when: value > 0, reason: '{value}', severity: critical}\n"
    )
    plain = pl.read_csv(run(file, "plain").out / "cases.csv").select("row", "severity")
    cases = pl.read_csv(run(file, "ruled", rules=rules).out / "cases.csv")
    flagged = cases.filter(pl.col("triggered_rules").str.contains("cheap"))
    others = cases.filter(~pl.col("triggered_rules").fill_null("").str.contains("cheap"))
    # A rule that only warns is not heard.
    both = others.join(plain, on="row", suffix="_plain")
    assert both["severity"].equals(both["severity_plain"].alias("severity"))
    if severity == "critical":
        assert set(flagged["severity"]) == {"critical"}
    else:
        both = flagged.join(plain, on="row", suffix="_plain")
        assert both["severity"].equals(both["severity_plain"].alias("severity"))


def test_a_rule_makes_a_case_as_grave_as_itself_and_speaks_first(file: Path, run: Detector) -> None:
    rules = file.with_name("rules.yaml")
    rules.write_text(
        "name: house\nrules:\n"
        f"- {{id: third, title: Third, when: value = {sales()['value'][2]}, severity: critical,\n"
        "   reason: 'it is of {value}'}\n"
    )
    cases = pl.read_csv(run(file, rules=rules).out / "cases.csv", infer_schema_length=None)
    by_rule = cases.filter(pl.col("triggered_rules") == "third")
    assert by_rule["row"].to_list() == [3]
    assert by_rule["severity"].to_list() == ["critical"]
    assert by_rule["reasons_top3"][0].startswith("it is of ")
    grave = ["critical", "high", "medium", "low"]
    ranks = [grave.index(severity) for severity in cases["severity"]]
    assert ranks == sorted(ranks)
    for _, equals in cases.group_by("severity"):
        assert equals["score"].is_sorted(descending=True)


def test_a_rule_that_names_too_many_rows_warns_and_does_not_flag(file: Path, run: Detector) -> None:
    rules = file.with_name("rules.yaml")
    rules.write_text(
        "name: house\nrules:\n- {id: most, title: Most, when: value > 0, reason: '{value}'}\n"
    )
    result = run(file, rules=rules)
    assert scored(result.out)["is_rule_flag"].sum() == 0
    assert result.report.rules[0].warning
    assert any("most" in note for note in result.report.notes)


def test_a_rule_whose_columns_are_missing_is_told(file: Path, run: Detector) -> None:
    rules = file.with_name("rules.yaml")
    rules.write_text(
        "name: house\nrules:\n- {id: late, title: Late, when: hour < 5, reason: '{hour}'}\n"
    )
    result = run(file, rules=rules)
    assert result.report.notes == ("Not applied, as columns for them are missing: late.",)


def test_without_a_file_the_latest_data_set_is_judged(tmp_path: Path, run: Detector) -> None:
    from tieout.pipeline.data_sets import remember_data_set
    from tieout.practice.payments import generate_payments

    written = generate_payments(rows=2_000, seed=1, out=tmp_path / "practice")
    remember_data_set("payments", written.transactions, tmp_path)
    result = run(None)
    assert result.report.profile == "payments"
    assert result.manifest.counts["rows"] == 2_000


def test_without_a_file_and_a_data_set_it_says_what_to_do(run: Detector) -> None:
    with pytest.raises(InputError, match="tieout generate payments"):
        run(None)


def test_learning_without_labels_is_refused(file: Path, run: Detector) -> None:
    with pytest.raises(InputError, match="--learn needs --labels"):
        run(file, learn=True)


def test_a_failed_run_leaves_nothing(file: Path, run: Detector, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        run(file, labels="no_such_column")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["sales.csv"]


def test_the_confidence_of_payments_means_what_it_says_on_other_practice_data(
    tmp_path: Path,
) -> None:
    made = generate_payments(rows=8_000, seed=4_242, out=tmp_path / "made")
    job = DetectJob(
        file=str(made.transactions),
        profile="payments",
        labels=str(made.labels),
        workspace=tmp_path,
        out=tmp_path / "run",
    )
    result = detect(job)
    assert result.manifest.counts["quality"]["calibration_error"] < 0.006
    cases = pl.read_csv(tmp_path / "run" / "cases.csv")
    assert max(cases["confidence"].to_list()) > 0.5


@pytest.mark.parametrize("rows", [1, 40])
def test_rows_of_which_nothing_is_known_are_judged_all_the_same(
    run: Detector, tmp_path: Path, rows: int
) -> None:
    path = tmp_path / "plain.csv"
    path.write_text("a,b\n" + "".join(f"{n},{2 * n}\n" for n in range(1, rows + 1)))
    result = run(path, policy=CutPolicy(threshold=0.0) if rows > 1 else CutPolicy())
    assert scored(result.out).height == rows
    assert pl.read_csv(result.out / "cases.csv").height == (rows if rows > 1 else 0)
