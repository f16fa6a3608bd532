"""Files with columns called as other languages call them, and tables of one quantity."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tieout.detect.thresholds import CutPolicy
from tieout.pipeline.detection import DetectResult

Detector = Callable[..., DetectResult]

NAMES = {
    "german": "Transaktionsnummer;Buchungszeit;Kundennummer;Händler;Betrag;Währung;Land",
    "french": "Identifiant;Horodatage;Client;Commerçant;Montant;Devise;Pays",
    "spanish": "Identificador id;Fecha;Cliente;Comercio;Importe;Moneda;País",
    "italian": "Id;Ora;Cliente;Esercente;Importo;Valuta;Paese",
}
ODD = 700


def written(path: Path, header: str) -> Path:
    """Payments of 25 customers as Europe writes them; one amount is far beyond all others."""
    random = np.random.default_rng(5)
    start = datetime.fromisoformat("2025-03-01")
    lines = [header]
    for row in range(900):
        moment = start + timedelta(minutes=row * 11)
        amount = 48_123.5 if row == ODD else float(np.exp(random.normal(3, 0.4)))
        text = f"{amount:.2f}".replace(".", ",")
        customer, shop = random.integers(25), random.integers(9)
        lines.append(f"T{row};{moment:%d.%m.%Y %H:%M:%S};{customer + 1000};S{shop};{text};EUR;DE")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("language", list(NAMES))
def test_payments_are_judged_by_their_past_in_other_languages_too(
    language: str, tmp_path: Path, run: Detector
) -> None:
    header = NAMES[language]
    path = written(tmp_path / "rows.csv", header)
    result = run(path, profile="payments")
    columns = header.split(";")
    roles = result.manifest.spec["roles"]
    wanted = ("id", "time", "customer", "merchant", "amount", "currency", "country")
    assert [roles.get(role) for role in wanted] == columns
    scored = pl.read_parquet(tmp_path / "run" / "transactions_scored.parquet")
    assert scored["score"].arg_max() == ODD
    assert "times this customer's usual" in scored["reasons_top3"][ODD][0]


def test_a_table_of_one_quantity_is_judged_by_its_distance(tmp_path: Path, run: Detector) -> None:
    path = written(tmp_path / "rows.csv", NAMES["german"])
    result = run(path, policy=CutPolicy(capacity=3))
    scored = pl.read_parquet(tmp_path / "run" / "transactions_scored.parquet")
    assert scored["score"].arg_max() == ODD
    assert result.report.flagged == 3
    assert "robust sigma" in scored["reasons_top3"][ODD][0]


def test_the_parquet_of_scored_rows_is_among_the_outputs(tmp_path: Path, run: Detector) -> None:
    result = run(written(tmp_path / "rows.csv", NAMES["german"]), profile="payments")
    outputs = result.manifest.outputs
    assert {"transactions_scored.parquet", "transactions_scored.csv", "entities.csv"} <= set(
        outputs
    )
    assert set(outputs) == {
        path.name for path in result.out.iterdir() if path.suffix in {".csv", ".parquet"}
    }
