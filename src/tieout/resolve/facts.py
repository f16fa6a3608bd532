"""What is known of a break or incident when something is proposed about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from tieout.resolve.plain import plain_line


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One fact with an id by which it is cited, such as `f3`."""

    id: str
    name: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Facts:
    """A break, or an incident as a whole.

    identity: the break_id or incident_id. amounts: in major units, exact. as_of: the day from
    which waits are counted. counterparty and comment: as the records have them.
    """

    identity: str
    reconciliation: str
    bucket: str
    bucket_confidence: float = 0.0
    side: str = "both"
    key: str = ""
    key_left: str = ""
    key_right: str = ""
    amount_left: Decimal | None = None
    amount_right: Decimal | None = None
    difference: Decimal | None = None
    currency: str = ""
    date_left: date | None = None
    date_right: date | None = None
    age_days: int | None = None
    evidence: str = ""
    candidates: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    left_rows: tuple[int, ...] = ()
    right_rows: tuple[int, ...] = ()
    counterparty: str = ""
    comment: str = ""
    as_of: date = date(1970, 1, 1)

    @property
    def at_risk(self) -> Decimal:
        """What the break is about: its difference, else the larger of its amounts."""
        sides = [abs(each) for each in (self.amount_left, self.amount_right) if each is not None]
        return abs(self.difference or Decimal(0)) or max(sides, default=Decimal(0))

    @property
    def last_day(self) -> date | None:
        """The later of the two dates."""
        return max((day for day in (self.date_left, self.date_right) if day), default=None)

    def listed(self) -> tuple[Fact, ...]:
        """Everything that is known, one fact a field, each with its id."""
        shown = {
            "bucket": self.bucket,
            "key": plain_line(self.key),
            "amount left": _amount(self.amount_left),
            "amount right": _amount(self.amount_right),
            "difference": _amount(self.difference),
            "currency": plain_line(self.currency, longest=8),
            "date left": _text(self.date_left),
            "date right": _text(self.date_right),
            "days open": _text(self.age_days),
            "proof": plain_line(self.evidence, longest=300),
            "counterparty": plain_line(self.counterparty),
            "near misses": plain_line("; ".join(self.candidates), longest=300),
            "out of pattern": plain_line("; ".join(self.reasons), longest=300),
        }
        known = [(name, value) for name, value in shown.items() if value]
        return tuple(
            Fact(id=f"f{number}", name=name, value=value)
            for number, (name, value) in enumerate(known, start=1)
        )


def facts_of_break(
    row: Mapping[str, Any],
    *,
    reconciliation: str,
    as_of: date,
    **more: Any,
) -> Facts:
    """The facts of a row of breaks.parquet; more: fields that the row does not have."""
    names = (
        "side", "key", "amount_left", "amount_right", "difference", "currency",
        "date_left", "date_right", "age_days", "evidence",
    )  # fmt: skip
    given: dict[str, Any] = {name: row[name] for name in names if row.get(name) is not None}
    for name in ("candidates", "reasons", "left_rows", "right_rows"):
        given[name] = tuple(row.get(name) or ())
    return Facts(
        identity=row["break_id"],
        reconciliation=reconciliation,
        bucket=row.get("bucket") or "unknown",
        bucket_confidence=row.get("bucket_confidence") or 0.0,
        as_of=as_of,
        **given | more,
    )


def _amount(value: Decimal | None) -> str:
    return "" if value is None else f"{value:,f}"


def _text(value: object) -> str:
    return "" if value is None else str(value)
