"""What labels taught one run orders the files that come after it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tieout.model.errors import InputError
from tieout.pipeline.detection import DetectJob, DetectResult, detect, job_of
from tieout.pipeline.detection.store import reranker_path

Detector = Callable[..., DetectResult]
ROWS = 2_400


def orders(seed: int) -> pl.DataFrame:
    """Orders at a price by product; those of one desk at a high discount are the ones sought."""
    random = np.random.default_rng(seed)
    product = random.choice(["p1", "p2", "p3"], ROWS)
    quantity = np.exp(random.normal(4.0, 1.0, ROWS)).round() + 1
    price = np.array([{"p1": 2.0, "p2": 15.0, "p3": 120.0}[name] for name in product])
    discount = random.uniform(0, 40, ROWS).round(1)
    desk = random.choice(["north", "south", "east", "west"], ROWS)
    sought = (desk == "west") & (discount > 33)
    return pl.DataFrame(
        {
            "desk": desk,
            "product": product,
            "quantity": quantity,
            "value": (quantity * price * np.exp(random.normal(0, 0.1, ROWS))).round(2),
            "discount": discount,
            "sought": np.where(sought, "yes", "no"),
        }
    )


@pytest.fixture
def first(tmp_path: Path) -> Path:
    path = tmp_path / "first.csv"
    orders(1).write_csv(path)
    return path


@pytest.fixture
def second(tmp_path: Path) -> Path:
    path = tmp_path / "second.csv"
    orders(2).write_csv(path)
    return path


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which the labels of the first orders were learnt from; nobody changes it."""
    folder = tmp_path_factory.mktemp("taught")
    orders(1).write_csv(folder / "first.csv")
    learnt = detect(
        DetectJob(
            file=str(folder / "first.csv"),
            out=folder / "learnt",
            workspace=folder,
            labels="sought",
            learn=True,
        )
    )
    assert "used" in learnt.report.learning
    assert len(kept(folder)) == 1
    return folder


@pytest.fixture
def learnt(taught: Path, tmp_path: Path) -> None:
    """What was learnt lies in the test's own workspace."""
    shutil.copytree(taught / ".tieout", tmp_path / ".tieout")


def quality(result: DetectResult) -> float:
    return float(result.manifest.counts["quality"]["average_precision"])


def kept(tmp_path: Path) -> list[Path]:
    return list((tmp_path / ".tieout" / "models").glob("*.learnt.npz"))


@pytest.mark.usefixtures("learnt")
def test_what_was_learnt_orders_a_file_that_comes_later(
    second: Path, run: Detector, tmp_path: Path
) -> None:
    [learnt] = kept(tmp_path)
    aside = learnt.rename(tmp_path / learnt.name)
    before = run(second, out="before", labels="sought")
    assert before.report.learning == ""
    aside.rename(learnt)
    after = run(second, out="after", labels="sought")
    assert after.report.learning.startswith("Ordered by what an earlier run learnt from labels; ")
    assert quality(after) > 3 * quality(before)
    p_values = [
        pl.read_parquet(result.out / "transactions_scored.parquet")["p_value"].sort().to_list()
        for result in (before, after)
    ]
    assert p_values[0] == pytest.approx(p_values[1])


def test_a_run_is_repeated_with_what_it_had_learnt_or_not_at_all(
    first: Path, second: Path, run: Detector, tmp_path: Path
) -> None:
    plain = run(first, out="plain", labels="sought")
    run(first, out="learnt", labels="sought", learn=True)
    unlabelled = tmp_path / "unlabelled.csv"
    orders(2).drop("sought").write_csv(unlabelled)
    after = run(unlabelled, out="after")
    assert after.manifest.options["reranker"]
    job = job_of(after.manifest, out=tmp_path / "again", workspace=tmp_path)
    assert detect(job).manifest.outputs == after.manifest.outputs
    # A run from before is repeated without it.
    job = job_of(plain.manifest, out=tmp_path / "plain again", workspace=tmp_path)
    assert detect(job).manifest.outputs == plain.manifest.outputs
    for path in kept(tmp_path):
        path.unlink()
    job = job_of(after.manifest, out=tmp_path / "third", workspace=tmp_path)
    with pytest.raises(InputError, match="no longer in the workspace"):
        detect(job)


@pytest.mark.usefixtures("learnt")
def test_labels_that_teach_nothing_leave_nothing_behind(run: Detector, tmp_path: Path) -> None:
    assert kept(tmp_path)
    (model,) = [
        p for p in (tmp_path / ".tieout" / "models").glob("*.npz") if p not in kept(tmp_path)
    ]
    assert reranker_path(model) == kept(tmp_path)[0]
    few = (
        orders(1)
        .with_row_index("at")
        .with_columns(pl.when(pl.col("at") < 4).then("sought").otherwise(None).alias("sought"))
    )
    path = tmp_path / "few.csv"
    few.drop("at").write_csv(path)
    result = run(path, out="few", labels="sought", learn=True)
    assert "not used" in result.report.learning
    assert not kept(tmp_path)


@pytest.mark.usefixtures("learnt")
def test_a_new_model_does_not_take_what_was_learnt_beside_an_old_one(
    second: Path, run: Detector
) -> None:
    assert run(second, out="same", labels="sought").report.learning
    again = run(second, out="anew", labels="sought", retrain=True)
    assert again.report.learning == ""


def test_rows_to_ask_about_come_back_as_labels(first: Path, run: Detector, tmp_path: Path) -> None:
    result = run(first, out="asked", labels="sought", ask=40)
    unlabelled = run(first, out="free", ask=40)
    questions = pl.read_csv(unlabelled.out / "questions.csv")
    scored = pl.read_parquet(unlabelled.out / "transactions_scored.parquet")
    assert questions.height == 40
    assert questions["row"].n_unique() == 40
    assert questions["is_anomaly"].null_count() == 40
    top = scored.sort("score", descending=True)["score"][:20].to_list()
    assert questions["score"][:20].to_list() == pytest.approx(top)
    assert questions["score"].min() < scored["score"].median() + 0.05  # type: ignore[operator]
    # Every row of the first run had its label: there was nothing left to ask.
    assert pl.read_csv(result.out / "questions.csv").is_empty()
    truth = orders(1)["sought"]
    answered = questions.with_columns(
        pl.Series("is_anomaly", [truth[int(row) - 1] for row in questions["row"]])
    )
    path = tmp_path / "answers.csv"
    answered.write_csv(path)
    learnt = run(first, out="learnt", labels=str(path), learn=True)
    assert learnt.report.quality is not None
    assert learnt.report.quality.labelled == 40
    assert "questions.csv" in unlabelled.manifest.outputs


def test_history_stands_beside_the_labels_as_usual_rows(
    first: Path, second: Path, run: Detector, tmp_path: Path
) -> None:
    known = pl.read_csv(second).with_row_index("row", offset=1)
    asked = known.filter(pl.col("sought") == "yes").head(20).vstack(known.tail(10))
    labels = tmp_path / "labels.csv"
    asked.select("row", is_anomaly=(pl.col("sought") == "yes").cast(pl.Int8)).unique(
        "row", maintain_order=True
    ).write_csv(labels)
    past = tmp_path / "past.csv"
    pl.read_csv(first).filter(pl.col("sought") == "no").drop("sought").write_csv(past)
    rows = tmp_path / "rows.csv"
    known.drop("row", "sought").write_csv(rows)
    learnt = run(rows, out="learnt", history=str(past), labels=str(labels), learn=True)
    assert "of history held out" in learnt.report.learning
    later = tmp_path / "later.csv"
    orders(3).write_csv(later)
    plain = run(later, out="plain", history=str(past), labels="sought", retrain=True, reranker="")
    after = run(later, out="after", history=str(past), labels="sought")
    assert after.report.learning.startswith("Ordered by what an earlier run learnt from labels; ")
    assert quality(after) > 2 * quality(plain)
