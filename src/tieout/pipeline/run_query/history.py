"""What a finding is compared with: its peers over time, and the band that they stay within."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import polars as pl

from tieout.pipeline.run_query.ask import fetch_by
from tieout.pipeline.run_query.findings import read_manifest

POINTS_MAX: Final = 400
_PEERS_MIN: Final = 4
# Of a normal distribution, so that the band reads as one of standard deviations.
_MAD_TO_SIGMA: Final = 1.4826
_BAND_SIGMAS: Final = 3.0
_PEER_ROLES: Final = ("customer", "card", "account", "merchant", "counterparty")


@dataclass(frozen=True)
class Point:
    """One value of a day; is_this: of the finding itself."""

    day: date
    value: float
    is_this: bool


@dataclass(frozen=True)
class History:
    """Peers of a finding in the order of days, and their middle and band without the finding.

    what: what the values are; peers: whose they are. The band is None with fewer than four peers.
    """

    what: str
    peers: str
    points: tuple[Point, ...]
    middle: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def is_outside(self) -> bool:
        """Whether the finding lies out of the band."""
        if self.low is None or self.high is None:
            return False
        return any(p.is_this and not self.low <= p.value <= self.high for p in self.points)


def break_history(folders: Sequence[Path], row: dict[str, Any]) -> History:
    """Breaks of the same bucket and currency in some runs, a break that comes again once.

    row: a break as its table has it. folders: runs, the oldest first.
    """
    frames = [
        _peers_of(folder / "breaks.parquet", row)
        for folder in folders
        if (folder / "breaks.parquet").is_file()
    ]
    if not frames:
        return History("difference", "", ())
    peers = pl.concat(frames).unique("identity", keep="last", maintain_order=True)
    what = "difference" if peers.select((pl.col("difference") != 0).any()).item() else "amount"
    peers = peers.select("identity", "day", pl.col(what).alias("value")).drop_nulls()
    bucket = str(row["bucket"]).replace("_", " ")
    named = f"{bucket} breaks in {row['currency'] or 'all currencies'}"
    return _history(peers, row["break_id"], what, named)


def row_history(folder: Path, row: dict[str, Any]) -> History:
    """Rows of the same customer, card or account: their amounts over time."""
    roles = read_manifest(folder).spec.get("roles", {})
    role = next((role for role in _PEER_ROLES if roles.get(role) in row), None)
    names = [roles.get("amount"), roles.get("time")]
    if role is None or any(name not in row for name in names):
        return History("amount", "", ())
    amount, time = names
    known = fetch_by(folder, "scored", roles[role], [row[roles[role]]])
    peers = pl.DataFrame(
        {
            "identity": [str(each["row"]) for each in known],
            "day": [str(each[time])[:10] for each in known],
            "value": [str(each[amount]) for each in known],
        }
    ).with_columns(
        pl.col("day").str.to_date(strict=False), pl.col("value").cast(pl.Float64, strict=False)
    )
    named = f"payments of {role} {row[roles[role]]}"
    return _history(peers.drop_nulls(), str(row["row"]), "amount", named)


def _peers_of(path: Path, row: dict[str, Any]) -> pl.DataFrame:
    amount = pl.coalesce("amount_left", "amount_right")
    return (
        pl.scan_parquet(path)
        .filter(
            (pl.col("bucket") == row["bucket"]) & pl.col("currency").eq_missing(row["currency"])
        )
        .select(
            identity=pl.col("break_id"),
            day=pl.coalesce("date_left", "date_right"),
            difference=pl.col("difference").cast(pl.Float64),
            amount=amount.cast(pl.Float64),
        )
        .collect()
    )


def _history(peers: pl.DataFrame, this: str, what: str, named: str) -> History:
    is_this = pl.col("identity") == this
    others = peers.filter(~is_this).sort("day", "identity")
    shown = pl.concat([others.tail(POINTS_MAX), peers.filter(is_this)]).sort("day", "identity")
    points = tuple(
        Point(day, value, identity == this)
        for identity, day, value in shown.select("identity", "day", "value").iter_rows()
    )
    if others.height < _PEERS_MIN:
        return History(what, named, points)
    values = others["value"]
    middle = float(values.median())  # type: ignore[arg-type]
    spread = float((values - middle).abs().median()) * _MAD_TO_SIGMA  # type: ignore[arg-type]
    width = _BAND_SIGMAS * spread
    return History(what, named, points, middle, middle - width, middle + width)
