"""Many misses at once: a file that did not arrive, or arrived in part."""

import numpy as np
import polars as pl

from tieout.model.buckets import Bucket
from tieout.model.figures import money_text
from tieout.model.money import format_amount
from tieout.reconcile.evidence.wording import days_text, with_code
from tieout.reconcile.evidence.work import OTHER, SIDES, SideName, Work

UNMATCHED_SHARE_MIN = 0.5
USUAL_SHARE_MAX = 0.5
ROWS_MIN = 5
ROWS_PAST_WATERMARK_MIN = 3
_CONFIDENCE = 0.9


def explain_late_feeds(work: Work) -> None:
    """Add a break for each row that is missing because the other side's feed lacks its day.

    Two signs: the other side ends days before this one, or on a day most rows of this side found
    no partner while the other side has far fewer rows than usual.
    """
    found = {side: _late_days(work, side) for side in SIDES}
    for side in SIDES:
        days = found[side]
        rows = work.rest(side).join(days, on="date", maintain_order="left")
        if rows.is_empty():
            continue
        shown = money_text(rows["amount"], work.scale)
        said = pl.format(
            f"{side} {{}} on {{}}: {{}}", with_code(shown, "currency"), days_text("date"), "said"
        )
        total = _control_total(work, side, rows)
        work.add_singles(
            side,
            rows.select(
                "index",
                (said + total).alias("evidence"),
                bucket=pl.lit(str(Bucket.LATE_FEED)),
                confidence=pl.lit(_CONFIDENCE + (0.05 if total else 0.0)),
            ),
        )


def _late_days(work: Work, side: SideName) -> pl.DataFrame:
    """Days whose missing rows are the other feed's fault: date, said."""
    missing = work.rest(side).drop_nulls("date").group_by("date").len("missing")
    behind = _behind(work, side, missing)
    holes = _holes(work, side, missing)
    return pl.concat([behind, holes]).unique("date", keep="first", maintain_order=True)


def _behind(work: Work, side: SideName, missing: pl.DataFrame) -> pl.DataFrame:
    other = OTHER[side]
    last = _days(work, other)["date"].max()
    past = missing.filter(pl.col("date") > last) if isinstance(last, int) else missing.clear()
    rows = int(past["missing"].sum())
    if rows < ROWS_PAST_WATERMARK_MIN or not isinstance(last, int):
        return _none()
    lag = work.calendar.between(np.array([last]), np.array([past["date"].max()]))[0]
    if lag <= work.spec.settlement_days:
        return _none()
    end = str(np.datetime64(last, "D"))
    said = f"the {other} feed ends on {end}, {lag} business days behind; {rows} rows are past it"
    return past.select("date", said=pl.lit(said))


def _holes(work: Work, side: SideName, missing: pl.DataFrame) -> pl.DataFrame:
    other = OTHER[side]
    own, theirs = _days(work, side), _days(work, other)
    both = own.join(theirs, on="date", how="left", suffix="_other").with_columns(
        pl.col("rows_other").fill_null(0)
    )
    normal = both.filter((pl.col("rows") > 0) & (pl.col("rows_other") > 0))
    usual = normal.select((pl.col("rows_other") / pl.col("rows")).median()).item()
    by_day = own.join(missing, on="date", how="left")["missing"].fill_null(0)
    typical = by_day.quantile(0.5, interpolation="lower") or 0
    floor = max(ROWS_MIN, 3 * int(typical) if normal.height > 5 else ROWS_MIN)
    days = missing.join(both, on="date").filter(
        (pl.col("missing") >= floor)
        & (pl.col("missing") >= pl.col("rows") * UNMATCHED_SHARE_MIN)
        & (pl.col("rows_other") < pl.col("rows") * (usual or 1.0) * USUAL_SHARE_MAX)
    )
    said = pl.format(
        f"{{}} of {{}} {side} rows of that day are missing on {other}, whose feed has {{}} rows",
        "missing",
        "rows",
        "rows_other",
    )
    return days.sort("date").select("date", said.alias("said"))


def _days(work: Work, side: SideName) -> pl.DataFrame:
    """Rows by date; counted from the residue where the caller did not count."""
    given = work.residue.days_left if side == "left" else work.residue.days_right
    if given.is_empty():
        parts = [frame.select("date") for frame in (work.rows[side], work.kin[side])]
        given = pl.concat(parts, how="vertical_relaxed").group_by("date").len("rows")
    return given.select(pl.col("date").cast(pl.Int32), pl.col("rows").cast(pl.Int64)).drop_nulls()


def _control_total(work: Work, side: SideName, rows: pl.DataFrame) -> str:
    """What the missing rows say about the other side's control total, where both are known."""
    other = OTHER[side]
    expected = work.spec.control_totals.get(other)
    days = work.residue.days_right if other == "right" else work.residue.days_left
    if expected is None or "amount" not in days.columns:
        return ""
    gap = int(expected.scaleb(work.scale)) - int(days["amount"].sum())
    if gap == 0 or gap != rows["amount"].sum():
        return ""
    return f"; they sum to the {format_amount(gap, work.scale)} that the control total lacks"


def _none() -> pl.DataFrame:
    return pl.DataFrame(schema={"date": pl.Int32, "said": pl.String})
