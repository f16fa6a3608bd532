"""What callers send to be scored, and what they get."""

from typing import Annotated, Any, Final, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from tieout.pipeline.detection.scorer import ScoredRecord
from tieout.pipeline.scoring.model import ScoringModel, Verdict

RECORDS_MAX: Final = 50_000
FIELDS_MAX: Final = 500
EXAMPLE: Final = {
    "transaction_id": "T-1001",
    "timestamp": "2026-01-31T23:14:05",
    "customer_id": "C0000001",
    "merchant_id": "M004321",
    "category": "groceries",
    "channel": "pos",
    "amount": 1249.9,
    "currency": "EUR",
    "country": "DE",
}
Profile = Literal["payments", "journal", "generic"]


def _scalar(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise PydanticCustomError("scalar", "expected a text, a number, true, false or null")


Scalar = Annotated[
    Any,
    BeforeValidator(_scalar),
    WithJsonSchema({"type": ["string", "number", "boolean", "null"]}),
]
Record = Annotated[
    dict[str, Scalar],
    Field(
        min_length=1, max_length=FIELDS_MAX, description="fields by name; unknown ones are ignored"
    ),
]
ProfileField = Annotated[
    Profile | None,
    Field(description="which model judges; left out, the one that knows most of the fields"),
]


class RecordEnvelope(BaseModel):
    """One record, and by which model."""

    model_config = ConfigDict(extra="forbid")

    record: Record
    profile: ProfileField = None


class RecordsEnvelope(BaseModel):
    """Records, each other's company, and by which model."""

    model_config = ConfigDict(extra="forbid")

    records: Annotated[list[Record], Field(min_length=1, max_length=RECORDS_MAX)]
    profile: ProfileField = None


def _one_or_bare(value: Any) -> str:
    if isinstance(value, RecordEnvelope):
        return "envelope"
    is_envelope = isinstance(value, dict) and isinstance(value.get("record"), dict)
    return "envelope" if is_envelope else "bare"


def _many_or_bare(value: Any) -> str:
    return "list" if isinstance(value, list) else "envelope"


RealtimeBody = Annotated[
    Annotated[RecordEnvelope, Tag("envelope")] | Annotated[Record, Tag("bare")],
    Discriminator(_one_or_bare),
]
BatchBody = Annotated[
    Annotated[RecordsEnvelope, Tag("envelope")]
    | Annotated[list[Record], Field(min_length=1, max_length=RECORDS_MAX), Tag("list")],
    Discriminator(_many_or_bare),
]


class ModelFacts(BaseModel):
    """What judged."""

    name: str = Field(description="the data that it learnt from")
    profile: str
    rows: int = Field(description="how many rows it learnt from")
    threshold: float = Field(description="a score from here on is flagged by detectors")
    practice: bool = Field(
        description="learnt from practice payments, as the workspace has no data of its own"
    )
    fingerprint: str


class Judged(BaseModel):
    """What is said of one record, as in the columns of a run's scored table."""

    score: float = Field(ge=0, le=1, description="larger is odder")
    p_value: float = Field(ge=0, le=1, description="chance of a row so odd if all is as usual")
    is_ml_flag: bool = Field(description="flagged by detectors")
    is_rule_flag: bool = Field(description="flagged by a rule")
    is_flag: bool = Field(description="flagged by either")
    is_anomaly: bool = Field(description="the same, in a word that other tools use")
    triggered_rules: list[str]
    reasons_top3: list[str]


class RealtimeAnswer(Judged):
    """One record judged. ignored: fields that the model has no column for."""

    ignored: list[str]
    model: ModelFacts


class BatchAnswer(BaseModel):
    """Records judged, in the order in which they were sent."""

    count: int
    flagged: int
    results: list[Judged]
    ignored: list[str]
    model: ModelFacts


def judged(scored: ScoredRecord) -> dict[str, Any]:
    """One record's answer."""
    return {
        "score": scored.score,
        "p_value": scored.p_value,
        "is_ml_flag": scored.is_ml_flag,
        "is_rule_flag": scored.is_rule_flag,
        "is_flag": scored.is_flag,
        "is_anomaly": scored.is_flag,
        "triggered_rules": list(scored.triggered_rules),
        "reasons_top3": list(scored.reasons_top3),
    }


def model_facts(model: ScoringModel) -> dict[str, Any]:
    """What an answer says of the model."""
    return {
        "name": model.name,
        "profile": model.profile,
        "rows": model.rows,
        "threshold": model.threshold,
        "practice": model.practice,
        "fingerprint": model.fingerprint,
    }


def one_answer(model: ScoringModel, verdict: Verdict) -> dict[str, Any]:
    """The answer to one record."""
    facts = {"ignored": list(verdict.ignored), "model": model_facts(model)}
    return judged(verdict.scored[0]) | facts


def many_answer(model: ScoringModel, verdict: Verdict) -> dict[str, Any]:
    """The answer to several records."""
    return {
        "count": len(verdict.scored),
        "flagged": sum(scored.is_flag for scored in verdict.scored),
        "results": [judged(scored) for scored in verdict.scored],
        "ignored": list(verdict.ignored),
        "model": model_facts(model),
    }
