"""Rows of a reconciliation, followed from their line to their break."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from tieout.export.explain_trail import Step, Trail
from tieout.model.errors import InputError
from tieout.pipeline.explain_run import ExplainJob, explain
from tieout.pipeline.reconcile import ReconcileJob, reconcile

BANK = """ref;booked;amount;ccy;who
inv-1;2024-01-02;10.00;EUR;"Ann
and Co"
inv-2;2024-01-03;20.00;EUR;Bob

inv-3;2024-01-04;30.00;EUR;Cay
inv-4;2024-01-05;40.00;EUR;Dan
inv-5;2024-01-08;none;EUR;Eve
inv-6;2024-01-08;60.00;EUR;Fay
inv-7;2024-01-08;70.00;EUR;Gus
inv-7;2024-01-08;70.00;EUR;Gus
"""
BOOKS = """ref,booked,amount,ccy,who
INV-1,2024-01-02,10.00,EUR,ANN
INV-2,2024-01-03,20.50,EUR,BOB
INV-4,2024-01-19,40.00,EUR,DAN
INV-6,2024-01-08,25.00,EUR,FAY
INV-6,2024-01-08,35.00,EUR,FAY
INV-7,2024-01-08,70.00,EUR,GUS
"""
SIDE = {"key": "ref", "amount": "amount", "currency": "ccy", "date": "booked", "party": "who"}
SPEC: dict[str, Any] = {
    "reconciliation": "bank_vs_books",
    "left": {"name": "bank", **SIDE},
    "right": {"name": "books", **SIDE},
    "normalise": {"ref": ["strip", "upper"]},
    "passes": [
        {"exact": {"on": ["key", "currency", "amount", "date"]}},
        {
            "tolerance": {
                "on": ["key", "currency"],
                "amount": {"absolute": "0.20"},
                "days": {"before": 1, "after": 3},
            }
        },
        {"group": {"on": ["key", "currency"]}},
    ],
}
Follow = Callable[..., Trail]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of the two files."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "bank.csv").write_text(BANK, encoding="utf-8")
    (folder / "books.csv").write_text(BOOKS, encoding="utf-8")
    (folder / "spec.yaml").write_text(yaml.safe_dump(SPEC), encoding="utf-8")
    job = ReconcileJob(
        left=str(folder / "bank.csv"),
        right=str(folder / "books.csv"),
        spec=folder / "spec.yaml",
        out=folder / "runs" / "first",
        workspace=folder,
    )
    return reconcile(job).out


@pytest.fixture
def follow(run: Path) -> Follow:
    """Explains a row, or a break, of the run."""
    return lambda subject, **more: explain(ExplainJob(run=str(run), subject=subject, **more))


def step(trail: Trail, name: str) -> Step:
    """One station of a way."""
    return next(each for each in trail.steps if each.name == name)


def fact(trail: Trail, name: str, what: str) -> str:
    """One fact of a station."""
    return dict(step(trail, name).facts)[what]


def test_a_matched_row_is_followed_from_its_line_to_its_match(follow: Follow) -> None:
    trail = follow("1")
    assert (trail.outcome, trail.subject) == ("matched", "Left row 1")
    assert trail.sentence == "matched to right row 1 by exact"
    assert [each.name for each in trail.steps] == ["source", "normalised", "passes", "match"]
    assert (fact(trail, "source", "file"), fact(trail, "source", "line")) == ("bank.csv", "2")
    assert fact(trail, "source", "who") == "Ann\nand Co"
    assert fact(trail, "match", "right rows") == "1"
    assert fact(trail, "passes", "exact") == "matched"


def test_a_line_is_counted_where_the_file_has_it(follow: Follow) -> None:
    assert fact(follow("2"), "source", "line") == "4"
    assert fact(follow("3"), "source", "line") == "6"


def test_normalising_says_what_became_of_what(follow: Follow) -> None:
    trail = follow("1")
    assert fact(trail, "normalised", "key") == "INV-1, from inv-1"
    assert fact(trail, "normalised", "amount") == "10.00, from amount '10.00'"
    assert step(trail, "normalised").notes == (
        "Copies made alike by these steps: ref: strip, upper.",
    )


def test_each_pass_says_why_it_did_not_match(follow: Follow) -> None:
    trail = follow("2")
    assert fact(trail, "passes", "exact") == "right row 2: amount 20.00 against 20.50"
    assert fact(trail, "passes", "tolerance") == (
        "right row 2: amounts are 0.50 apart, at most 0.20 is allowed"
    )
    assert fact(trail, "passes", "group") == (
        "sums differ: 1 left row (2) add up to 20.00, 1 right row (2) add up to 20.50"
    )


def test_dates_beyond_the_window_are_counted_in_business_days(follow: Follow) -> None:
    trail = follow("4")
    assert fact(trail, "passes", "exact") == ("right row 3: date 2024-01-05 against 2024-01-19")
    assert fact(trail, "passes", "tolerance") == (
        "right row 3: right is 10 business days after left, 1 before to 3 after are allowed"
    )


def test_a_key_that_the_other_side_lacks_is_named(follow: Follow) -> None:
    trail = follow("3")
    assert fact(trail, "passes", "exact") == "no right row has key INV-3"
    assert trail.outcome == "break"


def test_a_group_is_matched_by_the_group_pass_after_the_others_failed(follow: Follow) -> None:
    trail = follow("6")
    assert list(dict(step(trail, "passes").facts)) == ["exact", "tolerance", "group"]
    assert fact(trail, "passes", "group") == "matched"
    assert trail.sentence == "matched to right rows 4, 5 by group"
    assert follow("5", side="right").sentence == "matched to left row 6 by group"


def test_a_twin_whose_counterpart_is_taken_learns_who_has_it(run: Path, follow: Follow) -> None:
    matches = pl.read_parquet(run / "matches.parquet")
    taken = set(matches["left_rows"].explode())
    twin = next(row for row in (7, 8) if row not in taken)
    trail = follow(str(twin))
    assert "right row 6 agrees, but is matched elsewhere by exact" in fact(trail, "passes", "exact")


def test_a_break_has_its_proof_and_its_next_step(run: Path, follow: Follow) -> None:
    trail = follow("2")
    found = pl.read_parquet(run / "breaks.parquet").filter(pl.col("left_rows").list.contains(2))
    row = found.row(0, named=True)
    assert fact(trail, "break", "break") == row["break_id"]
    assert fact(trail, "break", "evidence") == row["evidence"]
    assert fact(trail, "break", "difference") == "-0.50 EUR"
    assert row["difference"] == Decimal("-0.50")


def test_a_break_is_found_by_the_beginning_of_its_id(run: Path, follow: Follow) -> None:
    breaks = pl.read_parquet(run / "breaks.parquet")
    identity = breaks.filter(pl.col("left_rows").list.contains(2))["break_id"].item()
    trail = follow(identity[:8].upper())
    assert trail.subject == f"Break {identity}"
    assert [each.name for each in trail.steps].count("source") == 2
    assert trail == follow(identity)


def test_a_rejected_row_says_what_was_expected(follow: Follow) -> None:
    trail = follow("5")
    assert trail.outcome == "rejected"
    assert fact(trail, "rejected", "value") == "none"
    assert fact(trail, "source", "line") == "8"


def test_the_incident_of_a_break_is_told(run: Path, tmp_path: Path) -> None:
    other = tmp_path / "run"
    other.mkdir()
    for path in run.iterdir():
        (other / path.name).write_bytes(path.read_bytes())
    breaks = pl.read_parquet(run / "breaks.parquet")
    breaks.with_columns(
        pl.lit("I1").alias("incident_id"), pl.lit("high").alias("severity")
    ).write_parquet(other / "breaks.parquet")
    (other / "incidents.csv").write_text(
        "incident_id,headline,window\nI1,Three breaks of one party,\n", encoding="utf-8"
    )
    trail = explain(ExplainJob(run=str(other), subject="2"))
    assert fact(trail, "incident", "headline") == "Three breaks of one party"
    assert "window" not in dict(step(trail, "incident").facts)
    assert fact(trail, "judgement", "severity") == "high"


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        ("9", "row 9: the left input bank.csv has rows 1 to 8"),
        ("0", "rows 1 to 8"),
        ("zz", "zz: no break of the run begins so; it has"),
        ("", "breaks begin so, such as"),
    ],
)
def test_a_row_or_id_that_there_is_not_is_refused_with_those_there_are(
    follow: Follow, subject: str, words: str
) -> None:
    with pytest.raises(InputError, match=words):
        follow(subject)


def test_a_run_that_there_is_not_is_refused_with_those_there_are(run: Path) -> None:
    workspace = run.parent.parent
    with pytest.raises(InputError, match=r"other: no run .* runs of the workspace: first"):
        explain(ExplainJob(run="other", subject="1", workspace=workspace))
    named = explain(ExplainJob(run="first", subject="1", workspace=workspace))
    assert named.outcome == "matched"


def test_a_file_that_has_changed_is_not_trusted(run: Path, follow: Follow) -> None:
    bank = run.parent.parent / "bank.csv"
    text = bank.read_text(encoding="utf-8")
    try:
        bank.write_text(text.replace("20.00", "21.00"), encoding="utf-8")
        trail = follow("2")
        assert "has changed since the run" in step(trail, "source").notes[0]
        assert [each.name for each in trail.steps][:2] == ["source", "break"]
        bank.unlink()
        assert "is gone" in step(follow("1"), "source").notes[0]
        assert follow("1").outcome == "matched"
    finally:
        bank.write_text(text, encoding="utf-8")


def test_criteria_and_blank_keys_are_told(tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text(
        "ref,booked,amount,ccy,desk\nA,2024-01-02,1.00,EUR,x\n,2024-01-02,2.00,EUR,x\n",
        encoding="utf-8",
    )
    (tmp_path / "r.csv").write_text(
        "ref,booked,amount,ccy,desk\nA,2024-01-02,1.00,EUR,y\nB,2024-01-02,7.00,EUR,x\n",
        encoding="utf-8",
    )
    side = {"key": "ref", "amount": "amount", "currency": "ccy", "date": "booked"}
    side["criteria"] = {"desk": "desk"}  # type: ignore[assignment]
    spec = {
        "left": {"name": "l", **side},
        "right": {"name": "r", **side},
        "passes": [
            {"exact": {"on": ["key", "currency", "amount", "desk"]}},
            {"exact": {"on": ["currency", "amount", "date"]}},
        ],
    }
    (tmp_path / "spec.yaml").write_text(yaml.safe_dump(spec), encoding="utf-8")
    job = ReconcileJob(
        left=str(tmp_path / "l.csv"),
        right=str(tmp_path / "r.csv"),
        spec=tmp_path / "spec.yaml",
        out=tmp_path / "run",
        workspace=tmp_path,
    )
    run = str(reconcile(job).out)
    first = explain(ExplainJob(run=run, subject="1"))
    assert fact(first, "passes", "exact_1") == "right row 1: desk x against y"
    assert fact(first, "passes", "exact_2") == "matched"
    assert fact(first, "normalised", "desk") == "x"
    second = explain(ExplainJob(run=run, subject="2"))
    assert fact(second, "passes", "exact_1") == "not looked at: the row has no key"
    assert fact(second, "passes", "exact_2") == "no right row has currency EUR and amount 2.00"
