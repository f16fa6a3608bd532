"""A real Chromium and a report as a finance team would get it."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from absent import absent
from playwright.sync_api import Browser, expect, sync_playwright

from tieout.export.run_report import Choice, CurrencyTotal, PassCount, RunReport, SideFacts
from tieout.model.facts import MatchKind, Reject

CHROMIUM = Path("/usr/bin/chromium")
MADE_ON = date(2026, 3, 31)
# A machine that does other things besides answers late; what is never there still fails.
expect.set_options(timeout=20_000)
# bucket, share of the breaks out of 40, confidence, evidence, near miss
KINDS: tuple[tuple[str, int, float, str, str], ...] = (
    ("timing", 13, 0.97, "left {l} = right {r}; {dl} to {dr} = 2 business days", ""),
    (
        "missing_right",
        9,
        0.92,
        "0 of 9,803 ledger rows have this key; due by {dr}",
        "ledger row 4,118: amount agrees, key differs in 5 characters",
    ),
    ("fee_or_tax", 6, 0.99, "left {l} - right {r} = {d} = 0.30 + 2.9% x {l}", ""),
    (
        "wrong_reference",
        4,
        0.88,
        "amount {l} and date {dl} agree; key differs by 1 edit",
        "ledger row 771: key INV-104771 is 1 edit away",
    ),
    ("transposition", 3, 0.95, "left {l} - right {r} = {d} = 9 x 6; two digits swapped", ""),
    ("partial_payment", 2, 0.81, "right {r} of left {l}; open {d}", ""),
    (
        "ambiguous",
        2,
        0.5,
        "3 ledger rows fit equally well",
        "ledger rows 20, 21, 22: equal key, amount and date",
    ),
    ("unknown", 1, 0.0, "", "ledger row 93: amount differs by {d}"),
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, or a skip that says why; on CI its absence is a failure.

    Of a module, not of all: while Playwright is there, its event loop runs in this thread, and
    tests of others have loops of their own.
    """
    if not CHROMIUM.exists():
        absent(f"{CHROMIUM} is not installed: .ci/prepare installs it where it may")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=str(CHROMIUM),
            args=["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def month_end() -> RunReport:
    """Bank against ledger at a month end: 180 breaks, two currencies, every kind of section."""
    breaks = pl.DataFrame(
        [_break(number) for number in range(180)],
        schema_overrides={
            **dict.fromkeys(("amount_left", "amount_right", "difference"), pl.Decimal(38, 2)),
            **dict.fromkeys(("left_rows", "right_rows"), pl.List(pl.Int64)),
        },
    )
    return RunReport(
        title="Bank against ledger, March 2026",
        reconciliation="bank_vs_ledger",
        run_id="2026-03-31T180211Z-reconcile",
        created_at="2026-03-31T18:02:11Z",
        left=SideFacts("bank", "bank-2026-03.csv", "9f2c51d07ab3", 10_000, 9_812, 176, 12),
        right=SideFacts(
            "ledger", "gl-export-2026-03.parquet", "41be77c0d9ae", 9_803, 9_671, 132, 0
        ),
        totals=(
            _total(breaks, "EUR", Decimal("18204377.12"), tolerated=Decimal("1.37")),
            _total(breaks, "USD", Decimal("2210940.00"), tolerated=Decimal("-0.08")),
            CurrencyTotal("JPY", Decimal("88120400"), Decimal("88120400"), Decimal("88120400")),
        ),
        passes=(
            PassCount("exact", MatchKind.ONE_TO_ONE, 9_204, 9_204, 9_204),
            PassCount("tolerance", MatchKind.ONE_TO_ONE, 311, 311, 311),
            PassCount("group", MatchKind.ONE_TO_MANY, 38, 38, 122),
            PassCount("group", MatchKind.MANY_TO_ONE, 34, 259, 34),
        ),
        breaks=breaks,
        rejects=(
            Reject("bank-2026-03.csv", 118, "amount", "1.234,5x", "an amount such as 1,234.56"),
            Reject("bank-2026-03.csv", 902, "booked", "31.02.2026", "a date such as 2026-03-31"),
            Reject("bank-2026-03.csv", 4410, "ccy", "", "a currency code such as EUR"),
        ),
        choices=(
            Choice("Key", "bank.reference = ledger.doc_no", "99.2% of values occur on both sides"),
            Choice("Amount, left", "amount", "the only numeric column with decimals"),
            Choice("Amount, right", "dr - cr", "each row fills exactly one of the two"),
            Choice(
                "Date, left",
                "booked (%d.%m.%Y)",
                "booked and valued both pair with posted; booked is nearer in 61% of rows",
                is_certain=False,
            ),
            Choice("Currency", "bank.ccy = ledger.currency", "three-letter codes, equal values"),
        ),
        seconds=(("read", 0.41), ("infer", 0.22), ("match", 0.38), ("explain", 0.19)),
        versions=(("Tieout", "0.1.0"), ("DuckDB", "2.0.0"), ("Polars", "2.1.0")),
    )


def _total(
    breaks: pl.DataFrame, currency: str, left: Decimal, *, tolerated: Decimal
) -> CurrencyTotal:
    differences = breaks.filter(pl.col("currency") == currency)["difference"]
    open_net = sum(differences.to_list(), Decimal(0))
    return CurrencyTotal(currency, left, left - open_net - tolerated, left - abs(open_net))


def _break(number: int) -> dict[str, Any]:
    kinds = [kind for kind in KINDS for _ in range(kind[1])]
    bucket, _, sure, proof, near = kinds[number * 7 % len(kinds)]
    left_day = MADE_ON - timedelta(days=(number * number * 3) % 41 + (number % 9 == 0) * 70)
    right_day = left_day + timedelta(days=2)
    left = Decimal(100_00 + number * number * 137_11 % 9_400_000).scaleb(-2)
    differences = {"fee_or_tax": left * 3 / 100, "transposition": Decimal(54), "unknown": left / 7}
    difference = differences.get(bucket, Decimal(0)).quantize(Decimal("0.01"))
    if bucket == "partial_payment":
        difference = (left / 2).quantize(Decimal("0.01"))
    if number % 5 == 0:
        difference = -difference
    right: Decimal | None = left - difference
    if bucket == "missing_right":
        right, difference = None, left
    facts = {"l": f"{left:,}", "r": f"{right or 0:,}", "d": f"{difference:,}"}
    facts |= {"dl": left_day.isoformat(), "dr": right_day.isoformat()}
    return {
        "break_id": f"{number:032x}",
        "side": "left" if right is None else "both",
        "left_rows": [number * 53 + 1],
        "right_rows": [] if right is None else [number * 51 + 4],
        "key": f"INV-{104_000 + number * 17}",
        "amount_left": left,
        "amount_right": right,
        "difference": difference,
        "currency": "USD" if number % 6 == 1 else "EUR",
        "date_left": left_day,
        "date_right": None if right is None else right_day,
        "age_days": (MADE_ON - left_day).days,
        "bucket": bucket,
        "bucket_confidence": sure,
        "evidence": proof.format(**facts),
        "candidates": [near.format(**facts)] if near else [],
        "resolution": None,
    }
