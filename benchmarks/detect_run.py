"""`tieout detect` as the benchmarks call it, and the peers beside it."""

import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from detect_figures import Figures, FloatArray, LabelArray, calibration_error, figures
from tieout.detect.roles.infer import Profile
from tieout.pipeline.detection import DetectJob, detect

HERE = Path(__file__).parent / "contestants"


@dataclass(frozen=True)
class Run:
    """One run: what it said of every row, in the order of the file.

    flags: rows that detectors or rules flag; rule_flags: those of rules. counts: as `--json`
    prints them. seconds: by step.
    """

    score: FloatArray
    flags: np.ndarray[Any, np.dtype[np.bool_]]
    rule_flags: np.ndarray[Any, np.dtype[np.bool_]]
    counts: Mapping[str, Any]
    seconds: Mapping[str, float]
    sentence: str

    @property
    def rows_a_second(self) -> float:
        """Rows over the seconds of learning and judging, which is what the peers do, too."""
        spent = self.seconds["learn"] + self.seconds["judge"]
        return len(self.score) / max(spent, 1e-3)

    def figures(self, labels: LabelArray, *, prior: float | None = None) -> Figures:
        """Of its scores; with the calibration error where it was given the labels."""
        error = self.counts.get("quality", {}).get("calibration_error")
        return figures(
            self.score,
            labels,
            prior=prior,
            calibration_error=float("nan") if error is None else error,
            rows_a_second=self.rows_a_second,
        )


def run_detect(
    rows: pl.DataFrame | Path,
    *,
    profile: Profile = "generic",
    history: pl.DataFrame | None = None,
    labels: LabelArray | None = None,
    learn: bool = False,
) -> Run:
    """Write the rows to a CSV and judge them in a workspace of their own.

    labels: for the calibration error, and with `learn` also to learn from. Without `learn` no
    detector sees them.
    """
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        job = DetectJob(
            file=str(_written(rows, folder / "rows.csv")),
            profile=profile,
            learn=learn,
            out=folder / "run",
            workspace=folder,
        )
        if history is not None:
            job = replace(job, history=str(_written(history, folder / "history.csv")))
        if labels is not None:
            named = pl.DataFrame({"row": np.arange(1, len(labels) + 1), "is_anomaly": labels})
            named.filter(pl.col("is_anomaly") >= 0).write_csv(folder / "labels.csv")
            job = replace(job, labels=str(folder / "labels.csv"))
        done = detect(job)
        scored = pl.read_parquet(
            done.out / "transactions_scored.parquet",
            columns=["row", "score", "is_flag", "is_rule_flag"],
        ).sort("row")
        return Run(
            score=scored["score"].to_numpy(),
            flags=scored["is_flag"].to_numpy(),
            rule_flags=scored["is_rule_flag"].to_numpy(),
            counts=done.manifest.counts,
            seconds=done.manifest.seconds,
            sentence=done.report.learning,
        )


def _written(rows: pl.DataFrame | Path, path: Path) -> Path:
    if isinstance(rows, Path):
        return rows
    rows.write_csv(path)
    return path


@dataclass(frozen=True)
class PeerScores:
    """What a peer said: scores (larger is odder), probabilities where it has any, seconds."""

    score: FloatArray
    probability: FloatArray | None
    seconds: float

    def figures(self, labels: LabelArray, *, prior: float | None = None) -> Figures:
        """Of its scores."""
        said = self.probability
        return figures(
            self.score,
            labels,
            prior=prior,
            calibration_error=float("nan") if said is None else calibration_error(said, labels),
            rows_a_second=len(self.score) / max(self.seconds, 1e-3),
        )


def run_peers(fit: FloatArray, new: FloatArray, *, peers: str | None) -> dict[str, PeerScores]:
    """Every peer fitted on `fit` (rows x columns, NaN missing), asked for `new`, by name.

    scikit-learn in this environment; PyOD in that of the Python `peers`, left out for None.
    """
    contestants = {"detect_sklearn": sys.executable}
    if peers:
        contestants["detect_pyod"] = peers
    found: dict[str, PeerScores] = {}
    with tempfile.TemporaryDirectory() as scratch:
        task = Path(scratch) / "task.npz"
        np.savez(task, fit=fit, new=new)
        for name, python in contestants.items():
            out = Path(scratch) / f"{name}.npz"
            command = [python, "-W", "ignore", str(HERE / f"{name}.py"), str(task), str(out)]
            subprocess.run(command, check=True)
            found |= _read(out)
    return found


def _read(path: Path) -> dict[str, PeerScores]:
    with np.load(path) as said:
        names = [key.removeprefix("score ") for key in said if key.startswith("score ")]
        return {
            name: PeerScores(
                score=said[f"score {name}"],
                probability=said.get(f"probability {name}"),
                seconds=float(said[f"seconds {name}"]),
            )
            for name in names
        }


def numbers(rows: pl.DataFrame, fit: pl.DataFrame | None = None) -> FloatArray:
    """A table as peers need it: numbers, nothing missing.

    Numbers stay; a text becomes the logarithm of how often it occurs in `fit` (the rows themselves
    for None), so that peers see rarity; a moment becomes its hour and weekday. What is missing
    stands at the median of its column.
    """
    known = rows if fit is None else fit
    columns: list[FloatArray] = []
    for name, dtype in rows.schema.items():
        if dtype.is_temporal():
            columns.append(rows[name].dt.weekday().cast(pl.Float64).to_numpy())
            if dtype == pl.Datetime:
                minutes = rows[name].dt.hour() * 60.0 + rows[name].dt.minute()
                columns.append(minutes.to_numpy() / 60.0)
        elif dtype.is_numeric():
            median = known[name].cast(pl.Float64).median()
            columns.append(rows[name].cast(pl.Float64).fill_null(median).to_numpy())
        else:
            counts = known.group_by(name).len("rows")
            often = rows.select(name).join(
                counts, on=name, how="left", maintain_order="left", nulls_equal=True
            )
            columns.append(np.log1p(often["rows"].fill_null(0).cast(pl.Float64).to_numpy()))
    return np.column_stack(columns)
