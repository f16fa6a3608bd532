"""Rows, cases and journal entries of a detection, followed to the exception report."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import polars as pl
import pytest

from tieout.detect.thresholds import CutPolicy
from tieout.export.explain_trail import Step, Trail
from tieout.model.errors import InputError
from tieout.pipeline.detection import DetectJob, detect
from tieout.pipeline.explain_run import ExplainJob, explain

HEADER = "entry_id,line,effective_date,account,debit,credit,currency,prepared_by,description"
ENTRIES = 150
Follow = Callable[..., Trail]


def journal() -> str:
    """Entries of two lines; entry 120 is large and by somebody who never books."""
    chance = Random(3)  # noqa: S311 - practice data
    lines = [HEADER]
    for number in range(1, ENTRIES + 1):
        odd = number == 120
        amount = "950000.00" if odd else f"{chance.randrange(9_000, 11_000) / 100:.2f}"
        who = "x.stranger" if odd else chance.choice(["a.may", "b.lee"])
        day = f"2024-03-{1 + number % 28:02d}"
        debit, credit = (
            ("9999", "8888") if odd else chance.choice([("6100", "1000"), ("6200", "1000")])
        )
        lines.append(f"JE{number:04d},1,{day},{debit},{amount},0.00,EUR,{who},rent")
        lines.append(f"JE{number:04d},2,{day},{credit},0.00,{amount},EUR,{who},rent")
    lines.append("JE9999,1,not a day,1000,1.00,0.00,EUR,a.may,rent")
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run over the journal."""
    folder = tmp_path_factory.mktemp("journal")
    (folder / "journal.csv").write_text(journal(), encoding="utf-8")
    job = DetectJob(
        file=str(folder / "journal.csv"),
        profile="journal",
        policy=CutPolicy(capacity=2),
        out=folder / "runs" / "march",
        workspace=folder,
    )
    return detect(job).out


@pytest.fixture
def follow(run: Path) -> Follow:
    """Explains a row, case or entry of the run."""
    workspace = run.parent.parent
    return lambda subject: explain(ExplainJob(run=str(run), subject=subject, workspace=workspace))


def step(trail: Trail, name: str) -> Step:
    """One station of a way."""
    return next(each for each in trail.steps if each.name == name)


def test_a_journal_entry_is_followed_from_ingestion_to_the_exception_report(
    follow: Follow,
) -> None:
    trail = follow("JE0120")
    assert (trail.subject, trail.outcome) == ("Entry JE0120", "flagged")
    names = [each.name for each in trail.steps]
    one = ["source", "typed", "detectors", "rules", "verdict", "case"]
    assert names == ["entry", *one, *one]
    assert dict(step(trail, "entry").facts) == {
        "lines": "2",
        "debit in all": "950,000.00",
        "credit in all": "950,000.00",
    }
    assert step(trail, "entry").notes == ("The entry balances.",)


def test_a_row_has_its_line_its_types_and_its_roles(follow: Follow) -> None:
    trail = follow("239")
    facts = (("file", "journal.csv"), ("data row", "239"), ("line", "240"))
    assert step(trail, "source").facts[:3] == facts
    typed = dict(step(trail, "typed").facts)
    assert typed["account"] == "9999 [account]"
    assert typed["line amount"].endswith("[derived]")


def test_detectors_say_the_p_values_that_the_run_fused(run: Path, follow: Follow) -> None:
    trail = follow("239")
    said = [float(words.split()[2]) for _, words in step(trail, "detectors").facts]
    assert said == sorted(said)
    scored = pl.read_parquet(run / "transactions_scored.parquet").filter(pl.col("row") == 239)
    fused = scored["p_value"].item()
    assert 0.99 * said[0] <= fused <= 1.02 * len(said) * said[0]
    assert dict(step(trail, "verdict").facts)["p-value"] == f"{fused:.3g}"


def test_a_usual_row_is_in_pattern_and_has_no_case(follow: Follow) -> None:
    trail = follow("1")
    assert trail.outcome == "in_pattern"
    assert "case" not in [each.name for each in trail.steps]
    assert dict(step(trail, "verdict").facts)["flagged"] == "no"


def test_a_case_is_found_by_the_beginning_of_its_id(run: Path, follow: Follow) -> None:
    cases = pl.read_csv(run / "cases.csv", infer_schema=False)
    identity, row = cases.filter(pl.col("row") == "239").select("case_id", "row").row(0)
    trail = follow(identity[:9])
    assert trail.subject == f"Case {identity}"
    assert dict(step(trail, "case").facts)["row"] == row


def test_a_rejected_line_says_what_was_expected(follow: Follow) -> None:
    trail = follow(str(2 * ENTRIES + 1))
    assert trail.outcome == "rejected"
    assert dict(step(trail, "rejected").facts)["value"] == "not a day"


@pytest.mark.parametrize(
    ("subject", "words"),
    [("9999", "has rows 1 to 301"), ("JE7777", "no case of the run begins so; it has")],
)
def test_what_there_is_not_is_refused(follow: Follow, subject: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        follow(subject)


def test_a_journal_that_is_gone_still_has_its_verdict(run: Path, follow: Follow) -> None:
    path = run.parent.parent / "journal.csv"
    text = path.read_text(encoding="utf-8")
    path.unlink()
    try:
        trail = follow("JE0120")
        assert trail.outcome == "flagged"
        assert "is gone" in step(trail, "source").notes[0]
        assert "detectors" not in [each.name for each in trail.steps]
    finally:
        path.write_text(text, encoding="utf-8")


def test_a_model_that_was_not_kept_is_learnt_again(run: Path, tmp_path: Path) -> None:
    kept = explain(ExplainJob(run=str(run), subject="239", workspace=run.parent.parent))
    again = explain(ExplainJob(run=str(run), subject="239", workspace=tmp_path))
    assert step(again, "detectors") == step(kept, "detectors")
    assert list(tmp_path.iterdir()) == []
