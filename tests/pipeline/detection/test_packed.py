"""Large tables keep their labels as numbers; what is found does not depend on it."""

from pathlib import Path

import polars as pl
import pytest

from tieout.sources.typed import facts, pieces, read

from .conftest import Detector, sales

FILES = ("transactions_scored.csv", "transactions_scored.parquet", "cases.csv", "incidents.csv")
RULES = """
name: shop
rules:
  - id: anna-p3
    title: Anna sells p3
    severity: low
    owner: shop
    when: seller = 'anna' AND product = 'p3' AND value > 100000
    reason: "{value}"
"""


def packs(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Make small tables count as large; tells which tables had labels kept as numbers."""
    seen: list[bool] = []
    count = facts.column_facts

    def watched(values: pl.Series, *rest: object) -> object:
        seen.append(isinstance(values.dtype, pl.Categorical))
        return count(values, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(pieces, "PACKED_ROWS_MIN", 100)
    monkeypatch.setattr(read, "column_facts", watched)
    return seen


@pytest.mark.parametrize("with_labels", [False, True], ids=["alone", "with labels and rules"])
def test_packed_labels_change_nothing(
    run: Detector,
    file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    with_labels: bool,
) -> None:
    options: dict[str, object] = {"retrain": True}
    if with_labels:
        rules = tmp_path / "rules.yaml"
        rules.write_text(RULES, encoding="utf-8")
        options |= {"labels": "checked", "learn": True, "rules": rules, "ask": 5}
    plain = run(file, out="plain", **options)
    seen = packs(monkeypatch)
    packed = run(file, out="packed", **options)
    assert any(seen)
    assert {name: packed.manifest.outputs[name] for name in FILES} == {
        name: plain.manifest.outputs[name] for name in FILES
    }
    assert packed.manifest.counts == plain.manifest.counts


def test_a_packed_table_is_judged_by_a_kept_model_and_by_history(
    run: Detector, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = tmp_path / "history.csv"
    sales(seed=2).head(1_000).write_csv(history)
    plain = run(file, out="plain", history=str(history))
    seen = packs(monkeypatch)
    again = run(file, out="again", history=str(history))
    assert any(seen)
    assert again.manifest.options["model_reused"]
    retrained = run(file, out="retrained", history=str(history), retrain=True)
    for packed in (again, retrained):
        assert packed.manifest.outputs["cases.csv"] == plain.manifest.outputs["cases.csv"]


def test_a_packed_table_tells_who_its_findings_are_about(
    run: Detector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = tmp_path / "shop.csv"
    sales().rename({"seller": "merchant", "product": "customer"}).write_csv(shop)
    plain = run(shop, out="plain", retrain=True)
    packs(monkeypatch)
    packed = run(shop, out="packed", retrain=True)
    assert packed.manifest.outputs.get("entities.csv") == plain.manifest.outputs.get("entities.csv")
    assert packed.manifest.outputs["cases.csv"] == plain.manifest.outputs["cases.csv"]
