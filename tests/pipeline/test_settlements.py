"""Settlement files: payouts at the bank against the lines that they pay."""

from pathlib import Path

import polars as pl
import pytest

from tieout.pipeline.reconcile import ReconcileJob, reconcile

PAYOUTS = range(12)
SHORT, NEVER_CAME = 4, 7


def _write(folder: Path) -> tuple[Path, Path]:
    """Settlement lines, and bank credits whose texts name the payout: one is 15.00 short."""
    lines, credits_ = ["payout_id,order,amount,fee,net,settled"], ["booked,credit,details"]
    for payout in PAYOUTS:
        total = 0
        for line in range(3 + payout % 4):
            gross = 2_000 + 731 * payout + 97 * line * line
            fee = gross * 19 // 1000 + 25
            total += gross - fee
            money = ",".join(f"{cents / 100:.2f}" for cents in (gross, fee, gross - fee))
            lines.append(f"po_{7000 + payout},o{payout}{line},{money},2026-04-{payout + 1:02}")
        if payout != NEVER_CAME:
            paid = total - (1_500 if payout == SHORT else 0)
            text = f"ACQUIRER PAYOUT PO_{7000 + payout} REF{payout * 7919}"
            credits_.append(f"2026-04-{payout + 3:02},{paid / 100:.2f},{text}")
    paths = folder / "settlement.csv", folder / "bank.csv"
    for path, rows in zip(paths, (lines, credits_), strict=True):
        path.write_text("\n".join(rows) + "\n")
    return paths


@pytest.mark.parametrize("turned", [False, True])
def test_a_short_payout_and_one_that_never_came_are_a_break_each(
    tmp_path: Path, *, turned: bool
) -> None:
    settlement, bank = _write(tmp_path)
    left, right = (bank, settlement) if turned else (settlement, bank)
    result = reconcile(ReconcileJob(left=str(left), right=str(right), out=tmp_path / "run"))
    rows = pl.read_parquet(result.out / "breaks.parquet").to_dicts()
    breaks = {row["key"][-4:]: row for row in rows}
    assert sorted(breaks) == ["7004", "7007"]
    sign = -1 if turned else 1
    assert breaks["7004"]["difference"] * sign == 15
    assert breaks["7004"]["side"] == "both"
    assert breaks["7007"]["bucket"] == ("missing_left" if turned else "missing_right")
    assert "(sum of 6 rows)" in breaks["7007"]["evidence"]
