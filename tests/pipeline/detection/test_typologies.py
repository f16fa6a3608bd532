"""Patterns over several payments, planted among generated ones, are found with who is in them."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tieout.pipeline.detection import DetectJob, detect
from tieout.practice.payments import generate_payments

START = datetime.fromisoformat("2025-09-01T10:00:00")
# What each pattern is made of, and the rule, the role and the typology that it is to be found by.
STORIES = {
    "merchant": ("card-testing-merchant", "merchant", "M-TESTED", "card testing"),
    "device": ("card-testing-device", "device", "D-TESTED", "card testing"),
    "refusals": ("card-testing-refusals", "card", "K-REFUSED", "card testing"),
    "chargebacks": ("chargeback-abuse", "customer", "C-BACK", "chargeback abuse"),
    "even gaps": ("bot-even-gaps", "customer", "C-EVEN", "bot"),
    "pace": ("bot-many-a-minute", "customer", "C-FAST", "bot"),
    "structuring": ("structuring", "customer", "C-LIMIT", "structuring"),
}


def planted() -> dict[str, list[dict[str, Any]]]:
    """Rows of each pattern; what is not said of a row is as in any generated one."""

    def rows(count: int, minutes: float, **same: Any) -> list[dict[str, Any]]:
        moments = [START + timedelta(minutes=minutes * n) for n in range(count)]
        return [{"timestamp": f"{moment:%Y-%m-%dT%H:%M:%S}", **same} for moment in moments]

    def each(made: list[dict[str, Any]], **columns: str) -> list[dict[str, Any]]:
        return [row | {k: v.format(n) for k, v in columns.items()} for n, row in enumerate(made)]

    tested = each(
        rows(14, 0.3, merchant_id="M-TESTED", amount="1.05"), customer_id="CT{}", card_id="KT{}"
    )
    device = each(
        rows(12, 20, device_id="D-TESTED", amount="31.00"), customer_id="CD{}", card_id="KD{}"
    )
    refused = rows(9, 25, customer_id="C-R", card_id="K-REFUSED", status="declined", amount="40")
    back = rows(9, 3_000, customer_id="C-BACK", card_id="K-B", amount="25", status="chargeback")
    even = rows(24, 7, customer_id="C-EVEN", card_id="K-E", amount="12.30")
    fast = each(rows(16, 0.04, customer_id="C-FAST", card_id="K-F"), amount="1{}.10")
    limit = each(rows(6, 1_300, customer_id="C-LIMIT", card_id="K-L"), amount="99{}0.00")
    return dict(zip(STORIES, (tested, device, refused, back, even, fast, limit), strict=True))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A detection over 4,000 generated payments with the patterns among them."""
    folder = tmp_path_factory.mktemp("typologies")
    made = generate_payments(rows=4_000, seed=77, out=folder / "made").transactions
    generated = pl.read_csv(made, infer_schema=False).fill_null("").to_dicts()
    rows = [row | {"status": "approved"} for row in generated]
    like = rows[100] | {"device_id": "", "latitude": "", "longitude": ""}
    for name, story in planted().items():
        rows += [like | {"transaction_id": f"{name} {n}"} | row for n, row in enumerate(story)]
    rows.sort(key=lambda row: str(row["timestamp"]))
    pl.DataFrame(rows).write_csv(folder / "payments.csv")
    detect(
        DetectJob(
            file=str(folder / "payments.csv"),
            profile="payments",
            workspace=folder,
            out=folder / "run",
        )
    )
    return folder / "run"


@pytest.mark.parametrize("name", STORIES)
def test_a_pattern_is_found_by_its_rule_and_in_who_did_it(name: str, run: Path) -> None:
    rule, kind, who, typology = STORIES[name]
    scored = pl.read_parquet(run / "transactions_scored.parquet")
    held = scored.filter(pl.col("triggered_rules").list.contains(rule))
    own = held.filter(pl.col("transaction_id").str.starts_with(f"{name} "))
    assert own.height >= 2
    assert own["is_flag"].all()
    # Of the rows of generated payments the rule holds at hardly any.
    assert held.height - own.height <= 0.01 * scored.height
    entities = pl.read_csv(run / "entities.csv")
    (risk,) = entities.filter(entity_type=kind, entity=who).rows(named=True)
    assert typology in risk["typologies"].split("; ")
    assert risk["risk"] > entities.filter(entity_type=kind)["risk"].median()
