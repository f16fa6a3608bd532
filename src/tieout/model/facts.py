"""What a run finds: records, matches, breaks and the proof for them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tieout.model.buckets import Bucket
from tieout.model.money import Money


class Side(StrEnum):
    """Where the rows of a break are."""

    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"


class MatchKind(StrEnum):
    """How many rows of each side tie out together."""

    ONE_TO_ONE = "one_to_one"
    ONE_TO_MANY = "one_to_many"
    MANY_TO_ONE = "many_to_one"
    MANY_TO_MANY = "many_to_many"
    NETTING = "netting"


@dataclass(frozen=True, slots=True)
class Record:
    """One row of one source. `row` counts the data rows of its input from 1."""

    side: Side
    row: int
    key: str
    amount: Money
    date: date | None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """Rows that tie out."""

    match_id: str
    kind: MatchKind
    pass_name: str
    left_rows: tuple[int, ...]
    right_rows: tuple[int, ...]
    difference: Money
    confidence: float
    explanation: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Proof for a bucket: an equation that a person can check, and how sure it makes us (0-1)."""

    bucket: Bucket
    equation: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence with the numbers it rests on."""

    text: str
    values: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Break:
    """What did not tie out: rows of one side, or of both that should have agreed."""

    break_id: str
    side: Side
    left_rows: tuple[int, ...]
    right_rows: tuple[int, ...]
    key: str
    difference: Money
    age_days: int
    evidence: Evidence
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a job wants a person to see."""

    finding_id: str
    subject: str
    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that could not be read as a record. `row` counts data rows from 1, 0 is the header."""

    file: str
    row: int
    column: str
    value: str
    expected: str
