"""What a variance comes from: a cause by the scan of root causes, else its largest parts."""

from typing import Final

import numpy as np
import polars as pl

from tieout.close.tasks.dates import Period
from tieout.explain.scan.rows import scan_measures

_ATTRIBUTES: Final = ("counterparty", "origin", "prepared_by", "subject")
_PARTS_MAX: Final = 3
_SHARE_MIN: Final = 0.1
_VALUES_MAX: Final = 200


def drivers(lines: pl.DataFrame, account: str, period: Period, against: Period) -> tuple[str, ...]:
    """Sentences on the account's movements of a month against those of another one.

    A combination of party, origin, person and kind of description that explains the change is
    named (`scan_measures`); where none is, the parties or subjects that changed most.
    """
    cells = _cells(lines, account, period, against)
    if cells.is_empty():
        return ()
    change = int(cells["now"].sum()) - int(cells["then"].sum())
    if change == 0:
        return ()
    return _causes(cells) or _largest(cells, change)


def _cells(lines: pl.DataFrame, account: str, period: Period, against: Period) -> pl.DataFrame:
    """Sums of both months by every combination of attribute values."""
    is_now = pl.col("effective").is_between(period.first_day, period.last_day)
    is_then = pl.col("effective").is_between(against.first_day, against.last_day)
    wanted = lines.filter((pl.col("account") == account) & (is_now | is_then))
    subject = pl.col("description").str.extract(r"^(\D*\p{L})").fill_null("").str.strip_chars()
    return (
        wanted.with_columns(subject=subject)
        .group_by(_ATTRIBUTES, maintain_order=True)
        .agg(
            now=pl.col("amount").filter(is_now).sum(),
            then=pl.col("amount").filter(is_then).sum(),
        )
    )


def _causes(cells: pl.DataFrame) -> tuple[str, ...]:
    usable = [name for name in _ATTRIBUTES if 1 < cells[name].n_unique() <= _VALUES_MAX]
    if not usable or cells.height < 4:
        return ()
    values = [cells[name].unique(maintain_order=True).to_list() for name in usable]
    codes = [
        np.array([known.index(value) for value in cells[name]], dtype=np.int32)
        for name, known in zip(usable, values, strict=True)
    ]
    now, then = (cells[name].to_numpy().astype(np.float64) for name in ("now", "then"))
    scan = scan_measures(codes, now, then, depth=2)
    return tuple(
        f"{_condition(cause.condition, usable, values)} explains "
        f"{cause.explained_share:.0%} of the change"
        for cause in scan.named[:_PARTS_MAX]
    )


def _condition(
    condition: tuple[tuple[int, int], ...], names: list[str], values: list[list[str]]
) -> str:
    return " & ".join(f"{names[at]}={values[at][code] or '(none)'}" for at, code in condition)


def _largest(cells: pl.DataFrame, change: int) -> tuple[str, ...]:
    """The attribute whose few largest changes make up most of the whole, and these."""
    best: tuple[float, tuple[str, ...]] = (0.0, ())
    for name in _ATTRIBUTES:
        sums = (
            cells.group_by(name, maintain_order=True)
            .agg(diff=pl.col("now").sum() - pl.col("then").sum())
            .sort(pl.col("diff").abs(), descending=True, maintain_order=True)
            .head(_PARTS_MAX)
        )
        parts = [(value or "(none)", diff / change) for value, diff in sums.iter_rows()]
        told = [(value, share) for value, share in parts if share >= _SHARE_MIN]
        covered = sum(share for _, share in told) / max(1, len(told)) ** 0.5
        if told and len(cells[name].unique()) > 1 and covered > best[0]:
            words = tuple(
                f"{name}={value} makes {share:.0%} of the change" for value, share in told
            )
            best = (covered, words)
    return best[1]
