"""Workspaces whose models score records: practice payments, and prices of products."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tieout.pipeline.data_sets import remember_data_set
from tieout.pipeline.detection import DetectJob, detect
from tieout.pipeline.scoring.learn import learn_model
from tieout.pipeline.scoring.model import ScoringModel
from tieout.practice.payments import generate_payments

PRICES = {"p1": 2.0, "p2": 15.0, "p3": 120.0, "p4": 0.5}


@pytest.fixture(scope="session")
def payments_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """2,000 practice payments that a detection has judged."""
    workspace = tmp_path_factory.mktemp("payments")
    written = generate_payments(rows=2_000, seed=3, out=workspace / "data")
    remember_data_set("payments", written.transactions, workspace)
    detect(DetectJob(file=str(written.transactions), profile="payments", workspace=workspace))
    return workspace


@pytest.fixture(scope="session")
def payments(payments_workspace: Path) -> ScoringModel:
    """The model of that detection."""
    file = payments_workspace / "data" / "transactions.csv"
    return learn_model(DetectJob(file=str(file), profile="payments", workspace=payments_workspace))


@pytest.fixture(scope="session")
def payment_rows(payments_workspace: Path) -> list[dict[str, str]]:
    """The payments as a sender of text would write them."""
    return rows_of(payments_workspace / "data" / "transactions.csv")


@pytest.fixture(scope="session")
def sales_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1,000 sales at a price that depends on the product."""
    random = np.random.default_rng(1)
    product = random.choice(list(PRICES), 1_000)
    quantity = np.exp(random.normal(4.0, 1.0, 1_000)).round() + 1
    price = np.array([PRICES[name] for name in product]) * np.exp(random.normal(0, 0.1, 1_000))
    path = tmp_path_factory.mktemp("sales") / "sales.csv"
    pl.DataFrame(
        {
            "seller": random.choice(["anna", "ben", "cleo", "dan"], 1_000),
            "product": product,
            "quantity": quantity,
            "value": (quantity * price).round(2),
        }
    ).write_csv(path)
    return path


@pytest.fixture(scope="session")
def sales(sales_file: Path) -> ScoringModel:
    """The model of the sales."""
    return learn_model(DetectJob(file=str(sales_file), workspace=sales_file.parent))


def rows_of(path: Path) -> list[dict[str, str]]:
    """A CSV file as dictionaries of text, blanks left out."""
    rows = pl.read_csv(path, infer_schema=False).to_dicts()
    return [{name: text for name, text in row.items() if text} for row in rows]
