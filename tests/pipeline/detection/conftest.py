"""A small table with planted anomalies, and runs over it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tieout.pipeline.detection import DetectJob, DetectResult, detect

Detector = Callable[..., DetectResult]
PRICES = {"p1": 2.0, "p2": 15.0, "p3": 120.0, "p4": 0.5}
PLANTED = 12


def sales(rows: int = 1_500, seed: int = 1) -> pl.DataFrame:
    """Sales at a price that depends on the product; the last ones at a hundredth of it."""
    random = np.random.default_rng(seed)
    product = random.choice(list(PRICES), rows)
    quantity = np.exp(random.normal(4.0, 1.0, rows)).round() + 1
    price = np.array([PRICES[name] for name in product]) * np.exp(random.normal(0, 0.1, rows))
    price[-PLANTED:] /= 100
    checked = ["fraud" if row >= rows - PLANTED else "ok" for row in range(rows)]
    return pl.DataFrame(
        {
            "seller": random.choice(["anna", "ben", "cleo", "dan"], rows),
            "product": product,
            "quantity": quantity,
            "value": (quantity * price).round(2),
            "checked": checked,
        }
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The small table as a CSV file."""
    path = tmp_path / "sales.csv"
    sales().write_csv(path)
    return path


@pytest.fixture
def run(tmp_path: Path) -> Detector:
    """Detects with a workspace of its own."""

    def detect_with(path: Path | None, out: str = "run", **options: object) -> DetectResult:
        job = DetectJob(
            file=str(path) if path else None,
            out=tmp_path / out,
            workspace=tmp_path,
            **options,  # type: ignore[arg-type]
        )
        return detect(job)

    return detect_with
