"""The root-cause job: a file in, a run folder out."""

import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from tieout.model.errors import InputError
from tieout.pipeline.rootcause import RootCauseJob, RootCauseResult, job_of, root_cause

COLUMNS = [
    *("rank", "condition", "support", "outcome_rate", "risk_ratio", "p_value", "explained_share"),
]
Explain = Callable[..., RootCauseResult]


@pytest.fixture
def explain(tmp_path: Path) -> Explain:
    """Runs a job on a file of this text."""

    def run(text: str, **options: Any) -> RootCauseResult:
        path = tmp_path / "data.csv"
        path.write_text(text, encoding="utf-8")
        return root_cause(RootCauseJob(file=str(path), out=tmp_path / "run", **options))

    return run


def cells(*, strike: tuple[str, str] | None = ("7", "500"), times: int = 1) -> str:
    """Counts by minute of two attributes; the eleventh minute may have an incident."""
    random = np.random.default_rng(1)
    lines = ["min,cdn,bitrate,value,cnt"]
    for minute in range(11):
        for cdn in ("1", "3", "7"):
            for bitrate in ("500", "2000", "-1"):
                trials = int(random.integers(300, 900))
                now = minute == 10
                rate = 0.4 if now and (cdn, bitrate) == strike else 0.02
                count = min(random.binomial(trials, rate) * (times if now else 1), trials)
                lines.append(f"{1_566_656_000 + 60 * minute},{cdn},{bitrate},{count},{trials}")
    return "\n".join(lines) + "\n"


def payments(rows: int = 4_000) -> str:
    """Payments of twenty days; those of the app by A2 fail, and many between 3 and 4."""
    random = np.random.default_rng(2)
    lines = ["id,ts,channel,acquirer,amount,failed"]
    for row in range(rows):
        moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=int(28_800 * row / rows))
        channel = ("web", "app", "pos")[random.integers(3)]
        acquirer = f"A{random.integers(4)}"
        rate = 0.4 if (channel, acquirer) == ("app", "A2") or moment.hour == 3 else 0.03
        amount = random.lognormal(3, 1)
        failed = random.random() < rate
        when = f"{moment:%Y-%m-%d %H:%M:%S}"
        lines.append(f"T{row:06},{when},{channel},{acquirer},{amount:.2f},{failed}".lower())
    return "\n".join(lines) + "\n"


def conditions(result: RootCauseResult) -> list[str]:
    return result.report.causes.filter("named")["condition"].to_list()


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_cause_of_a_rise_is_named_as_the_file_writes_it(explain: Explain) -> None:
    result = explain(cells(), value="value", total="cnt", time="min")
    assert conditions(result) == ["cdn=7 & bitrate=500"]
    assert result.report.verdict == "named"
    assert result.report.why.startswith("cdn=7 & bitrate=500 explains")


def test_a_run_folder_has_its_files_and_the_columns_of_the_contract(
    explain: Explain, tmp_path: Path
) -> None:
    result = explain(cells(), value="value", total="cnt", time="min")
    assert sorted(path.name for path in result.out.iterdir()) == [
        *("causes.csv", "rejects.csv", "report.html", "run.json"),
    ]
    rows = rows_of(tmp_path / "run" / "causes.csv")
    assert list(rows[0])[: len(COLUMNS)] == COLUMNS
    assert (rows[0]["rank"], rows[0]["condition"], rows[0]["named"]) == (
        *("1", "cdn=7 & bitrate=500", "true"),
    )
    assert rows[1]["named"] == "false"
    assert [int(row["rank"]) for row in rows] == list(range(1, len(rows) + 1))
    assert float(rows[0]["outcome_rate"]) > 0.3
    assert rows[0]["support"].isdigit()


def test_a_quiet_moment_names_nothing_and_still_ranks(explain: Explain) -> None:
    result = explain(cells(strike=None), value="value", total="cnt", time="min")
    assert conditions(result) == []
    assert result.manifest.counts["abstained"] is True
    assert result.report.verdict == "quiet"
    assert result.report.causes.height == result.report.combinations
    assert "nothing beyond what noise explains" in result.report.why


def test_a_surge_of_everything_is_everywhere(explain: Explain) -> None:
    result = explain(cells(strike=None, times=4), value="value", total="cnt", time="min")
    assert conditions(result) == []
    assert result.report.verdict == "everywhere"
    assert "all has risen alike" in result.report.why


def test_a_minute_before_can_be_asked_about(explain: Explain) -> None:
    result = explain(cells(), value="value", total="cnt", time="min", at="1566656300")
    assert result.report.at == "1566656300"
    assert result.report.compared == 5
    assert conditions(result) == []


def test_value_total_time_and_moment_are_inferred_and_said(explain: Explain) -> None:
    result = explain(cells())
    assert conditions(result) == ["cdn=7 & bitrate=500"]
    unsure = {choice.subject for choice in result.report.choices if not choice.is_certain}
    assert unsure == {"value", "total", "time", "attributes", "at"}


def test_a_guessed_order_of_day_and_month_is_told(explain: Explain) -> None:
    rows = [
        f"07/12/2025 01:{minute:02} PM,{name},{50 if minute == 14 and name == 'a' else 3},200"
        for minute in range(15)
        for name in ("a", "b", "c")
    ]
    result = explain("\n".join(["when,name,bad,all", *rows]) + "\n", value="bad", total="all")
    assert conditions(result) == ["name=a"]
    told = [each for each in result.report.choices if each.subject == "dates of when"]
    assert [each.is_certain for each in told] == [False]


def test_a_rate_that_is_usually_high_is_explained_by_what_is_missing(explain: Explain) -> None:
    lines = [line.split(",") for line in cells().splitlines()]
    approved = [[*line[:3], str(int(line[4]) - int(line[3])), line[4]] for line in lines[1:]]
    text = "\n".join(",".join(line) for line in [lines[0], *approved]) + "\n"
    result = explain(text, value="value", total="cnt", time="min")
    assert conditions(result) == ["cdn=7 & bitrate=500"]
    assert "cnt less value" in [choice.value for choice in result.report.choices]
    risen = explain(text, value="value", total="cnt", time="min", direction="rise")
    assert conditions(risen) == []


def test_outcomes_are_explained_by_attributes_and_by_the_clock(explain: Explain) -> None:
    result = explain(payments(), outcome="failed", time="ts", attributes=("channel", "acquirer"))
    assert set(conditions(result)) == {"channel=app & acquirer=a2", "ts hour=03"}
    assert any("ts hour" in choice.value for choice in result.report.choices)


def test_where_most_rows_have_the_outcome_what_lacks_it_is_explained(explain: Explain) -> None:
    lines = payments().splitlines()
    worked = [line.replace("false", "yes").replace("true", "no") for line in lines[1:]]
    text = "\n".join([lines[0].replace("failed", "ok"), *worked]) + "\n"
    result = explain(text, outcome="ok", attributes=("channel", "acquirer"))
    assert conditions(result) == ["channel=app & acquirer=a2"]
    told = [each for each in result.report.choices if each.subject == "outcome"]
    assert [(each.value, each.is_certain) for each in told] == [("rows that are not ok", False)]
    asked = explain(text, outcome="ok", attributes=("channel", "acquirer"), direction="rise")
    assert conditions(asked) != conditions(result)


def test_outcomes_need_no_time(explain: Explain) -> None:
    result = explain(payments(), outcome="failed", attributes=("channel", "acquirer"))
    assert conditions(result) == ["channel=app & acquirer=a2"]
    assert result.report.at is None


def test_outcomes_of_one_day_are_compared_with_the_days_before(explain: Explain) -> None:
    lines = payments(8_000).splitlines()
    for place, line in enumerate(lines):
        cells_of = line.split(",")
        if cells_of[1].startswith("2026-01-20") and cells_of[2] == "web":
            cells_of[5] = "true" if place % 2 else "false"
            lines[place] = ",".join(cells_of)
    result = explain(
        "\n".join(lines) + "\n",
        outcome="failed",
        time="ts",
        at="2026-01-20",
        attributes=("channel", "acquirer"),
    )
    assert conditions(result) == ["channel=web"]
    assert result.report.compared == 19


def test_quantities_are_binned_and_that_is_said(explain: Explain) -> None:
    result = explain(payments(), outcome="failed", attributes=("channel", "amount"))
    assert "10 ranges" in [choice.value for choice in result.report.choices]
    assert any(".." in each for each in result.report.causes["condition"].to_list())


def test_a_measure_is_compared_with_its_expectation(explain: Explain) -> None:
    random = np.random.default_rng(3)
    lines = ["shop,product,expected,value"]
    for _ in range(3_000):
        shop, product = int(random.integers(4)), int(random.integers(5))
        expected = random.lognormal(4, 0.3)
        times = 0.5 if (shop, product) == (2, 3) else 1.0
        lines.append(f"S{shop},P{product},{expected:.2f},{expected * times + random.normal():.2f}")
    result = explain("\n".join(lines) + "\n", value="value", expected="expected")
    assert conditions(result) == ["shop=S2 & product=P3"]
    assert result.report.causes["risk_ratio"][0] == pytest.approx(0.5, abs=0.02)


def test_a_measure_is_compared_with_what_it_was_before(explain: Explain) -> None:
    random = np.random.default_rng(4)
    lines = ["day,shop,product,sales"]
    for day in range(1, 11):
        for shop in range(6):
            for product in range(8):
                fell = day == 10 and shop == 4
                sales = random.normal(1_000, 10) * (0.4 if fell else 1.0)
                lines.append(f"2026-03-{day:02},S{shop},P{product},{sales:.2f}")
    result = explain("\n".join(lines) + "\n", value="sales", time="day")
    assert conditions(result) == ["shop=S4"]
    assert result.report.at == "2026-03-10 00:00:00"


def test_rows_that_cannot_be_used_are_rejects_and_all_rows_are_accounted_for(
    explain: Explain, tmp_path: Path
) -> None:
    text = cells() + "1566656600,1,500,9,5\n1566656600,1,500,,5\n1566656600,1,500,-2,5\n"
    result = explain(text + "x,1,500,1,5\n", value="value", total="cnt", time="min")
    rejects = rows_of(tmp_path / "run" / "rejects.csv")
    assert [(row["row"], row["column"], row["expected"]) for row in rejects[:3]] == [
        ("100", "value", "at most cnt"),
        ("101", "value", "a number"),
        ("102", "value", "a count of at least 0"),
    ]
    assert rejects[3]["column"] == "min"
    account = result.manifest.conservation["file"]
    assert account.holds
    assert (account.rows, account.rejected) == (103, 4)
    assert conditions(result) == ["cdn=7 & bitrate=500"]


def test_outcomes_that_are_neither_true_nor_false_are_rejects(explain: Explain) -> None:
    text = payments() + "t9,2026-01-02 00:00:00,web,a1,1.00,maybe\n"
    result = explain(text, outcome="failed", attributes=("channel", "acquirer"))
    assert [(r.column, r.value) for r in result.report.rejects] == [("failed", "maybe")]


def test_a_file_of_rejects_alone_is_refused(explain: Explain, tmp_path: Path) -> None:
    text = "a,failed\n" + "\n".join(f"{row % 3},perhaps" for row in range(30)) + "\n"
    with pytest.raises(InputError, match="none of its rows can be used; row 1, column 'failed'"):
        explain(text, outcome="failed")
    assert not (tmp_path / "run").exists()


def test_columns_that_play_no_part_cannot_spoil_a_row(explain: Explain) -> None:
    text = cells().replace("value,cnt", "value,cnt,remark", 1)
    lines = text.splitlines()
    noted = [
        lines[0],
        *(
            f"{line},{place if place % 50 else 'n/a!'}"
            for place, line in enumerate(lines[1:], start=1)
        ),
    ]
    result = explain(
        "\n".join(noted) + "\n",
        value="value",
        total="cnt",
        time="min",
        attributes=("cdn", "bitrate"),
    )
    assert result.report.rejected == 0


def test_the_same_input_gives_the_same_bytes_whatever_its_order(
    explain: Explain, tmp_path: Path
) -> None:
    options = {"value": "value", "total": "cnt", "time": "min"}
    first = (explain(cells(), **options).out / "causes.csv").read_bytes()
    lines = cells().splitlines()
    shuffled = [lines[0], *sorted(lines[1:], key=lambda line: line[::-1])]
    second = (explain("\n".join(shuffled) + "\n", **options).out / "causes.csv").read_bytes()
    assert first == second


def test_the_manifest_says_what_was_settled(explain: Explain, tmp_path: Path) -> None:
    explain(cells())
    manifest = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))
    assert manifest["job"] == "rootcause"
    assert manifest["spec"]["value"] == "value"
    assert manifest["spec"]["attributes"] == ["cdn", "bitrate"]
    assert manifest["inputs"][0]["files"][0]["sha256"]
    assert manifest["counts"]["named"] == ["cdn=7 & bitrate=500"]
    assert set(manifest["outputs"]) == {"causes.csv", "rejects.csv"}
    assert {"read", "scan", "write", "total"} <= set(manifest["seconds"])


def test_a_run_is_repeated_from_its_manifest_to_the_same_bytes(
    explain: Explain, tmp_path: Path
) -> None:
    first = explain(cells())
    second = root_cause(job_of(first.manifest, out=tmp_path / "again"))
    assert second.manifest.spec == first.manifest.spec
    for name in ("causes.csv", "rejects.csv"):
        assert (second.out / name).read_bytes() == (first.out / name).read_bytes()


def test_a_typed_file_is_read_too(tmp_path: Path) -> None:
    frame = pl.read_csv(cells().encode()).with_columns(pl.col("cdn").cast(pl.Int64))
    frame.write_parquet(tmp_path / "data.parquet")
    result = root_cause(
        RootCauseJob(
            file=str(tmp_path / "data.parquet"),
            value="value",
            total="cnt",
            time="min",
            out=tmp_path / "run",
        )
    )
    assert conditions(result) == ["cdn=7 & bitrate=500"]


def test_too_many_different_cells_are_put_together_and_said(
    explain: Explain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tieout.pipeline.rootcause_scan._LEAVES_MAX", 30)
    random = np.random.default_rng(5)
    lines = ["min,host,cdn,value,cnt"]
    for minute in range(8):
        for host in range(40):
            for cdn in range(3):
                trials = 2_000 if host < 4 else 20
                rate = 0.3 if minute == 7 and (host, cdn) == (1, 2) else 0.02
                count = random.binomial(trials, rate)
                lines.append(f"{minute},H{host:02},C{cdn},{count},{trials}")
    result = explain("\n".join(lines) + "\n", value="value", total="cnt", time="min")
    assert "cells" in [choice.subject for choice in result.report.choices]
    assert result.report.verdict == "named"


def test_a_folder_for_temporary_files_must_exist(explain: Explain, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such folder"):
        explain(cells(), temp_directory=tmp_path / "nowhere")


def months(*, days: int = 20) -> str:
    """Revenue of ten cells by day in two months; in the second, shop S3 sells less."""
    random = np.random.default_rng(4)
    lines = ["day,month,shop,app,revenue"]
    for month in (2, 3):
        for day in range(1, days + 1):
            for shop in range(5):
                for app in ("ios", "web"):
                    value = 1000 + random.normal(0, 30)
                    value *= 0.6 if (month, shop) == (3, 3) else 1
                    lines.append(f"2026-{month:02}-{day:02},M{month},S{shop},{app},{value:.2f}")
    return "\n".join(lines) + "\n"


def test_two_periods_are_compared_by_their_days(explain: Explain) -> None:
    result = explain(
        months(),
        value="revenue",
        time="day",
        before="2026-02-01..2026-02-20",
        after="2026-03-01..2026-03-20",
    )
    assert conditions(result) == ["shop=S3"]
    assert pl.read_csv(result.out / "causes.csv")["risk_ratio"][0] == pytest.approx(0.6, abs=0.05)


def test_what_only_says_which_period_it_is_explains_nothing(explain: Explain) -> None:
    result = explain(
        months(), value="revenue", time="day", before="2026-02-01..2026-02-28",
        after="2026-03-01..2026-03-28",
    )  # fmt: skip
    said = [choice.value for choice in result.report.choices]
    assert "without month" in said


def test_a_cell_that_is_gone_counts_as_zero(explain: Explain) -> None:
    lines = months().splitlines()
    kept = [line for line in lines if not (line.startswith("2026-03") and ",S1," in line)]
    result = explain(
        "\n".join(kept) + "\n", value="revenue", time="day", after="2026-03-01..2026-03-20"
    )
    assert conditions(result)[0].startswith("shop=S1")


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("1,,1", "is true in all 2 rows that say 1 or 0"),
        ("12,7.5,1", None),
    ],
)
def test_an_outcome_that_nothing_can_be_compared_with_is_refused(
    column: str, words: str | None, explain: Explain
) -> None:
    rows = [f"{value},K{at}" for at, value in enumerate(column.split(","))]
    with pytest.raises(InputError, match=words or "is true in all 1 rows"):
        explain("\n".join(["bad,kind", *rows]) + "\n", outcome="bad", attributes=("kind",))


def test_a_column_of_amounts_is_no_outcome(explain: Explain) -> None:
    rows = [f"{at + 2},K{at % 3}" for at in range(400)]
    with pytest.raises(InputError, match="only 1 of its rows can be used; row 2, column 'bad'"):
        explain("\n".join(["bad,kind", "1,K1", *rows]) + "\n", outcome="bad", attributes=("kind",))
