"""An analysis from a file to a run folder."""

import hashlib
import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import yaml

from tieout.export.analyze_summaries import summaries_text
from tieout.model.errors import InputError
from tieout.model.manifest import RunManifest
from tieout.pipeline.analyze import AnalyzeJob, AnalyzeResult, analyze

FILES = {
    *("breaks.parquet", "breaks.csv", "incidents.csv", "summaries.md"),
    *("run.json", "rejects.csv", "report.html", "spec.yaml"),
}
TABLES = ("breaks.parquet", "breaks.csv", "incidents.csv", "summaries.md", "rejects.csv")
START = date(2025, 1, 1)
HEADER = "As of Date,Company,Account,Currency,GL Balance,iHub Balance"
Write = Callable[..., Path]
Run = Callable[..., AnalyzeResult]


def balances(*, days: int = 40, keys: int = 12, seed: int = 1) -> list[list[str]]:
    """Daily balances of some accounts; seven in ten differ, by an amount of the account's size."""
    chance = np.random.default_rng(seed)
    rows = []
    for day in range(days):
        for key in range(keys):
            gl = 10_000 * (key + 1) + int(chance.integers(100))
            differs = chance.random() < 0.7
            gap = round(chance.normal(0, 5 * (key + 1)), 2) if differs else 0
            when = (START + timedelta(days=day)).strftime("%d-%m-%Y")
            rows.append([when, f"C{key % 3}", f"{700 + key}", "USD", f"{gl}.00", f"{gl - gap:.2f}"])
    return rows


@pytest.fixture
def save(tmp_path: Path) -> Write:
    """Writes rows below a header."""

    def carry_out(rows: list[list[str]], name: str = "found.csv", header: str = HEADER) -> Path:
        path = tmp_path / name
        path.write_text("\n".join([header, *map(",".join, rows)]) + "\n", encoding="utf-8")
        return path

    return carry_out


@pytest.fixture
def go(save: Write, tmp_path: Path) -> Run:
    """Analyzes rows; `history` are rows of a file of their own, `spec` the fields of a spec."""

    def carry_out(rows: list[list[str]], *, header: str = HEADER, **options: Any) -> AnalyzeResult:
        history, spec = options.pop("history", None), options.pop("spec", None)
        if history is not None:
            options["history"] = str(save(history, "before.csv", header))
        if spec is not None:
            options["spec"] = tmp_path / "my.yaml"
            options["spec"].write_text(yaml.safe_dump(spec), encoding="utf-8")
        out = tmp_path / options.pop("out", "out")
        return analyze(AnalyzeJob(breaks=str(save(rows, header=header)), out=out, **options))

    return carry_out


def breaks_of(result: AnalyzeResult) -> pl.DataFrame:
    """The breaks of a run."""
    return pl.read_parquet(result.out / "breaks.parquet")


def test_a_run_folder_has_all_its_files_and_nothing_else(go: Run, tmp_path: Path) -> None:
    result = go(balances())
    assert {path.name for path in result.out.iterdir()} == FILES
    assert {path.name for path in tmp_path.iterdir()} == {"found.csv", "out"}


def test_the_breaks_have_the_columns_and_types_of_the_contract(go: Run) -> None:
    schema = pl.read_parquet_schema(go(balances()).out / "breaks.parquet")
    money, texts, rows = pl.Decimal(38, 2), pl.List(pl.String), pl.List(pl.Int64)
    assert list(schema.items()) == [
        ("break_id", pl.String), ("side", pl.String), ("left_rows", rows), ("right_rows", rows),
        ("key", pl.String), ("amount_left", money), ("amount_right", money),
        ("difference", money), ("currency", pl.String), ("date_left", pl.Date),
        ("date_right", pl.Date), ("age_days", pl.Int32), ("bucket", pl.String),
        ("bucket_confidence", pl.Float64), ("evidence", pl.String), ("candidates", texts),
        ("score", pl.Float64), ("p_value", pl.Float64), ("anomalous", pl.Boolean),
        ("reasons", texts), ("incident_id", pl.String), ("severity", pl.String),
        ("resolution", pl.String), ("proposal", pl.String),
    ]  # fmt: skip


def test_the_last_day_is_judged_by_the_days_before(go: Run) -> None:
    rows = balances()
    result = go(rows)
    found = breaks_of(result)
    last = rows[-12:]
    broken = [n for n, row in enumerate(last, start=len(rows) - 11) if row[4] != row[5]]
    assert found["left_rows"].explode().to_list() == broken
    assert set(found["date_left"]) == {START + timedelta(days=39)}
    assert result.manifest.options["current_from"] == "2025-02-09"
    assert result.manifest.options["judged_by"] == "history"


def test_amounts_are_exact(go: Run) -> None:
    rows = balances()
    rows[-1] = [*rows[-1][:4], "90071992547409.93", "90071992547409.92"]
    found = breaks_of(go(rows)).row(-1, named=True)
    assert found["difference"] == Decimal("0.01")
    assert found["amount_left"] == Decimal("90071992547409.93")
    assert found["evidence"].startswith("left 90,071,992,547,409.93 - right")


def test_a_jump_is_found_and_grave(go: Run) -> None:
    rows = balances()
    rows[-5] = [*rows[-5][:4], "80000.00", "71000.00"]
    found = breaks_of(go(rows)).filter("anomalous").to_dicts()
    assert [(row["left_rows"], row["severity"]) for row in found] == [([len(rows) - 4], "critical")]
    assert found[0]["reasons"][0].startswith("Spike: 9,000.00 against")
    assert found[0]["incident_id"] is None  # It shares nothing with another.
    assert 0 < found[0]["p_value"] < 0.001


def test_conservation_accounts_for_every_row(go: Run) -> None:
    rows = balances()
    rows[3] = [*rows[3][:4], "n/a", "1.00"]
    rows[4] = ["someday", *rows[4][1:]]
    rows[5] = [*rows[5][:4], "", ""]
    rows[-1] = [*rows[-1][:4], "1.00", ""]
    result = go(rows)
    parts = result.manifest.conservation
    assert set(parts) == {"breaks", "history"}
    assert all(part.holds for part in parts.values())
    assert parts["breaks"].rows + parts["history"].rows == len(rows)
    assert (parts["breaks"].rejected, parts["history"].rejected) == (3, 0)
    lines = (result.out / "rejects.csv").read_text("utf-8").splitlines()
    assert [line.split(",")[:4] for line in lines[1:]] == [
        ["found.csv", "4", "GL Balance", "n/a"],
        ["found.csv", "5", "As of Date", "someday"],
        ["found.csv", "6", "GL Balance", ""],
    ]
    assert breaks_of(result)["side"].to_list()[-1] == "left"
    assert breaks_of(result)["bucket"].to_list()[-1] == "missing_right"


def test_the_same_file_gives_the_same_bytes(go: Run) -> None:
    rows = balances()
    rows[-5] = [*rows[-5][:4], "80000.00", "71000.00"]
    first, second = go(rows, out="one"), go(rows, out="two")
    for name in TABLES:
        assert (first.out / name).read_bytes() == (second.out / name).read_bytes(), name


def test_the_inferred_spec_gives_the_same_breaks(go: Run) -> None:
    rows = balances()
    first = go(rows, out="one")
    spec = yaml.safe_load((first.out / "spec.yaml").read_text("utf-8"))
    second = go(rows, out="two", spec=spec)
    assert breaks_of(first).equals(breaks_of(second))


def test_a_break_keeps_its_identity_when_rows_come_and_go(go: Run) -> None:
    rows = balances()
    first = breaks_of(go(rows, out="one"))
    # Other rows before them, another history: the breaks of the day are what they were.
    second = breaks_of(go([*balances(seed=9)[:12], *rows[24:]], out="two"))
    assert set(first["break_id"]) == set(second["break_id"])
    assert first["break_id"].n_unique() == first.height


def test_genuine_twins_stay_two(go: Run) -> None:
    rows = balances()
    twin = [*rows[-1][:4], "500.00", "400.00"]
    found = breaks_of(go([*rows[:-1], twin, twin]))
    twins = found.filter(pl.col("difference") == Decimal("100.00"))
    assert twins["break_id"].n_unique() == 2
    assert "duplicate" in set(twins["bucket"])


def test_history_may_be_a_file_of_its_own(go: Run) -> None:
    rows = balances()
    rows[-5] = [*rows[-5][:4], "80000.00", "71000.00"]
    result = go(rows[-12:], history=rows[:-12])
    found = breaks_of(result)
    assert found.filter("anomalous")["left_rows"].to_list() == [[8]]
    assert [part.side for part in result.manifest.inputs] == ["breaks", "history"]
    assert result.manifest.conservation["history"].rows == len(rows) - 12
    together = breaks_of(go(rows, out="together"))
    assert together["p_value"].to_list() == pytest.approx(found["p_value"].to_list())


def test_history_without_shared_columns_is_refused(save: Write, tmp_path: Path) -> None:
    other = save([["1", "2"]], "other.csv", "a,b")
    job = AnalyzeJob(breaks=str(save(balances())), history=str(other), out=tmp_path / "out")
    with pytest.raises(InputError, match="none of the columns"):
        analyze(job)


def test_the_spec_decides_what_is_judged(go: Run) -> None:
    spec = {
        "analysis": "mine",
        "key": ["Account"],
        "criteria": {"left": "GL Balance", "right": "iHub Balance"},
        "date": {"column": "As of Date", "format": {"patterns": ["%d-%m-%Y"]}},
        "current_from": "2025-02-05",
        "tolerance": {"absolute": 10},
        "scale": 2,
    }
    found = breaks_of(go(balances(), spec=spec))
    assert found["date_left"].min() == date(2025, 2, 5)
    assert found["difference"].abs().min() > Decimal(10)  # type: ignore[operator]
    assert set(found["key"]) <= {f"{700 + n}" for n in range(12)}


@pytest.mark.parametrize(
    ("tolerance", "left"),
    [
        ({"absolute": 5}, ["10.00", "100.00", "1000.00"]),
        ({"percent": 10}, ["10.00", "1000.00"]),
        ({"by_currency": {"USD": 50}}, ["100.00", "1000.00"]),
        ({"absolute": 1000}, []),
    ],
)
def test_differences_within_tolerance_are_no_breaks(
    tolerance: dict[str, Any], left: list[str], go: Run
) -> None:
    rows = [["A", "USD", "104.00", "100.00"], ["B", "USD", "50.00", "40.00"]]
    rows += [["C", "USD", "2000.00", "1900.00"], ["D", "USD", "2000.00", "1000.00"]]
    spec = {
        "key": "k",
        "currency": "ccy",
        "criteria": {"left": "l", "right": "r"},
        "tolerance": tolerance,
    }
    found = breaks_of(go(rows, header="k,ccy,l,r", spec=spec))
    assert [str(each) for each in found["difference"]] == left


def test_a_difference_alone_is_enough(go: Run) -> None:
    chance = np.random.default_rng(3)
    rows = [
        [
            f"T{n}",
            f"D{n % 3}",
            (START + timedelta(days=n // 5)).isoformat(),
            f"{chance.normal(0, 4):.1f}",
        ]
        for n in range(200)
    ]
    rows[-1][3] = "250.0"
    result = go(rows, header="trade_id,desk,recon_date,quantity_difference")
    found = breaks_of(result)
    assert found["amount_left"].null_count() == found.height
    assert found.filter("anomalous")["difference"].to_list() == [Decimal("250.00")]
    assert found["key"].to_list()[-1] == "D1 | T199"


def test_what_another_tool_calls_a_break_is_one(go: Run) -> None:
    rows = [["A", "Matched", "0"], ["B", "Price Break", "0"], ["C", "Matched", "3"]]
    rows += [[f"D{n}", "Matched", "0"] for n in range(9)]
    found = breaks_of(go(rows, header="item,match_status,difference"))
    assert found["left_rows"].explode().to_list() == [2, 3]


def test_a_day_may_be_asked_for(go: Run) -> None:
    result = go(balances(), as_of=date(2025, 1, 20))
    assert set(breaks_of(result)["date_left"]) == {date(2025, 1, 20)}
    assert result.manifest.conservation["later"].rows == 20 * 12
    assert result.manifest.options["as_of"] == "2025-01-20"


def test_ages_count_to_the_day_asked_for(go: Run) -> None:
    rows = [["A", "2025-01-01", "5"], ["B", "2025-01-01", "7"]]
    found = breaks_of(go(rows, header="k,day,difference", as_of=date(2025, 3, 2)))
    assert found["age_days"].to_list() == [60, 60]
    assert found["severity"].to_list() == ["medium", "medium"]


def test_what_agrees_all_over_has_no_breaks(go: Run) -> None:
    rows = [[*row[:5], row[4]] for row in balances()]
    result = go(rows)
    assert breaks_of(result).height == 0
    assert pl.read_csv(result.out / "incidents.csv").height == 0
    assert "None of 0 breaks is out of pattern." in (result.out / "summaries.md").read_text("utf-8")


def test_parquet_is_read_with_its_types(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "day": [START + timedelta(days=n // 4) for n in range(200)],
            "account": [f"A{n % 4}" for n in range(200)],
            "left": [Decimal(f"{100 + n % 7}.00") for n in range(200)],
            "right": [Decimal("100.00")] * 200,
        }
    )
    frame.write_parquet(tmp_path / "found.parquet")
    result = analyze(AnalyzeJob(breaks=str(tmp_path / "found.parquet"), out=tmp_path / "out"))
    assert result.manifest.options["current_from"] == "2025-02-19"
    assert breaks_of(result)["difference"].to_list()[0] == Decimal("1.00")


@pytest.mark.parametrize(
    ("job", "said"),
    [
        ({"breaks": "none.csv"}, "there is no such file"),
        ({"breaks": "found.csv", "engine": "spark://x"}, "expected spark://HOST:PORT"),
        ({"breaks": "found.csv", "temp_directory": Path("none")}, "there is no such folder"),
        ({"breaks": "words.csv"}, "words.csv: no column holds amounts"),
        ({"breaks": "found.csv", "spec": Path("wrong.yaml")}, "has no column 'Nothing'"),
        ({"breaks": "found.csv", "as_of": date(1999, 1, 1)}, "no row is dated up to 1999-01-01"),
    ],
)
def test_what_cannot_be_analyzed_is_told_in_one_line(
    job: dict[str, Any], said: str, save: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(balances())
    save([["a", "b"]], "words.csv", "name,other")
    (tmp_path / "wrong.yaml").write_text("derived: Nothing\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as error:
        analyze(AnalyzeJob(**job, out=tmp_path / "out"))
    assert said in str(error.value)
    assert not (tmp_path / "out").exists()


def test_the_manifest_tells_what_was_done(go: Run, tmp_path: Path) -> None:
    rows = balances()
    result = go(rows)
    manifest = RunManifest.model_validate_json((result.out / "run.json").read_bytes())
    digest = hashlib.sha256((tmp_path / "found.csv").read_bytes()).hexdigest()
    assert (manifest.job, manifest.seed) == ("analyze", 0)
    assert manifest.inputs[0].files[0].sha256 == digest
    assert manifest.inputs[0].rows == len(rows)
    for name, sha256 in manifest.outputs.items():
        assert hashlib.sha256((result.out / name).read_bytes()).hexdigest() == sha256
    text = json.dumps(manifest.spec, sort_keys=True)
    assert manifest.spec_sha256 == hashlib.sha256(text.encode()).hexdigest()
    counts = manifest.counts
    total = counts["breaks"]["total"]
    assert total == breaks_of(result).height
    for split in ("by_bucket", "by_category", "by_severity"):
        assert sum(counts["breaks"][split].values()) == total


def test_a_failure_upstream_is_one_incident(go: Run) -> None:
    chance = np.random.default_rng(5)
    header = "id,day,desk,counterparty,amount_left,amount_right"
    rows = []
    for day in range(40):
        for n in range(300):
            failed = day == 39 and n % 10 == 4
            if chance.random() < 0.1 or failed:
                gap = 700 + n if failed else chance.normal(0, 40)
                when = (START + timedelta(days=day)).isoformat()
                rows.append(
                    [f"B{day}-{n}", when, f"D{n % 3}", f"P{n % 10}", "9000.00", f"{9000 - gap:.2f}"]
                )
    result = go(rows, header=header)
    incidents = pl.read_csv(result.out / "incidents.csv")
    first = incidents.row(0, named=True)
    assert first["condition"] == "counterparty=P4"
    assert first["findings"] == 30
    found = breaks_of(result).filter(pl.col("incident_id") == first["incident_id"])
    assert found.height == 30
    amount = sum(abs(each) for each in found["difference"])
    assert Decimal(str(first["amount"])) == amount
    assert f"30 breaks where counterparty=P4; {amount:,.2f}" in first["headline"]


def test_odd_breaks_that_share_something_are_one_incident_and_others_in_none(go: Run) -> None:
    rows = balances(keys=60)
    last = len(rows) - 60
    for at in (*range(last, last + 20, 2), -3):
        rows[at] = [rows[at][0], "C9" if at >= 0 else rows[at][1], *rows[at][2:4], "80000.00", "61"]
    result = go(rows)
    found = breaks_of(result)
    assert found.filter(~pl.col("anomalous"))["incident_id"].null_count() > 0
    sizes = dict(found.drop_nulls("incident_id")["incident_id"].value_counts().iter_rows())
    listed = pl.read_csv(result.out / "incidents.csv")
    assert dict(listed.select("incident_id", "findings").iter_rows()) == sizes
    alone = found.filter(pl.col("left_rows").list.contains(len(rows) - 2))
    assert alone["anomalous"].item()
    assert alone["incident_id"].item() is None


def test_every_number_of_a_summary_is_in_the_data(go: Run) -> None:
    rows = balances()
    rows[-5] = [*rows[-5][:4], "80000.00", "71000.00"]
    result = go(rows)
    text = (result.out / "summaries.md").read_text("utf-8")
    assert text == summaries_text(result.report)
    row = breaks_of(result).filter("anomalous").row(0, named=True)
    for expected in (
        "C1 \\| 707 · 9,000.00 USD",
        "left 80,000.00, right 71,000.00 (row 476)",
        "on 2025-02-09",
        row["evidence"].replace("*", "\\*"),
    ):
        assert expected in text, expected


def test_values_from_the_data_are_only_text(go: Run) -> None:
    rows = balances()
    evil = "<script>alert(1)</script> [x](y) *z*"
    rows = [[row[0], evil if row[1] == "C1" else row[1], *row[2:]] for row in rows]
    rows[-5] = [*rows[-5][:4], "80000.00", "71000.00"]
    result = go(rows)
    assert "<script>alert" not in (result.out / "report.html").read_text("utf-8")
    summary = (result.out / "summaries.md").read_text("utf-8")
    assert "\\<script\\>" in summary
    assert "[x](y)" not in summary


def test_comments_name_buckets_that_no_amounts_prove(go: Run, tmp_path: Path) -> None:
    (tmp_path / "buckets.yaml").write_text(
        "- {name: netting, description: Set off against a claim., examples: [netted off]}\n"
    )
    said = ["bank charges for May", "netted off", "Rent", ""]
    rows = [[f"K{n}", "EUR", f"{100 + 7 * n}.00", text] for n, text in enumerate(said)]
    spec = {"key": "k", "currency": "ccy", "derived": "gap", "comment": "text"}
    result = go(rows, header="k,ccy,gap,text", spec=spec, workspace=tmp_path)
    found = breaks_of(result)
    assert found["bucket"].to_list() == ["fee_or_tax", "netting", "unknown", "unknown"]
    assert "bank charges" in found["evidence"][0]
    assert found["evidence"][3] == "difference 121.00; no amounts to compare"
    silent = go(rows, header="k,ccy,gap,text", spec={**spec, "words": {"use": False}}, out="b")
    assert set(breaks_of(silent)["bucket"]) == {"unknown"}


def test_breaks_that_a_run_of_ours_found_stay_the_same_breaks(tmp_path: Path) -> None:
    header = (
        "break_id,side,left_rows,right_rows,key,amount_left,amount_right,difference,currency,"
        "date_left,date_right,age_days,bucket,bucket_confidence,evidence,candidates,score,p_value,"
        "anomalous,reasons,incident_id,severity,resolution,proposal"
    )
    lines = [
        f"{'twice' if n > 22 else f'id{n}'},both,{n},{n},INV-{n},{100 + n}.00,{90 + n}.00,10.00,"
        f"EUR,2026-01-{n:02d},2026-01-{n:02d},{n},fee_or_tax,0.9,proof,,0.5,0.5,false,none,,low,,"
        for n in range(1, 25)
    ]
    (tmp_path / "breaks.csv").write_text("\n".join([header, *lines]) + "\n")
    made = analyze(AnalyzeJob(breaks=str(tmp_path / "breaks.csv"), workspace=tmp_path))
    found = pl.read_parquet(made.out / "breaks.parquet").sort(pl.col("left_rows").list.first())
    assert found["break_id"].to_list()[:22] == [f"id{n}" for n in range(1, 23)]
    # What stands twice names neither: both are what they are in this file.
    assert found["break_id"].n_unique() == 24
    assert "twice" not in found["break_id"].to_list()
