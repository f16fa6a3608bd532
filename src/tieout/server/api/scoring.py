"""Scoring in memory: one record, or several."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Request

from tieout.server.api.answers import PlainJSON
from tieout.server.api.auth import Caller, needs
from tieout.server.api.bodies import (
    EXAMPLE,
    BatchAnswer,
    BatchBody,
    RealtimeAnswer,
    RealtimeBody,
    RecordEnvelope,
    RecordsEnvelope,
    many_answer,
    one_answer,
)
from tieout.server.api.problem import documented
from tieout.server.api.state import behind_of, scoring_of

router = APIRouter(tags=["scoring"], responses=documented(400, 401, 403, 409, 413, 422, 429, 503))
MayScore = Annotated[Caller, Depends(needs("score"))]
_ONE: Any = {
    "envelope": {"summary": "a record in an envelope", "value": {"record": EXAMPLE}},
    "bare": {"summary": "the record alone", "value": EXAMPLE},
}
_MANY: Any = {
    "envelope": {
        "summary": "records in an envelope, judged as payments",
        "value": {"records": [EXAMPLE], "profile": "payments"},
    },
    "bare": {"summary": "a list of records", "value": [EXAMPLE]},
}


@router.post("/realtime_anomaly", include_in_schema=False)
@router.post("/realtime_anomaly/", response_model=RealtimeAnswer, summary="Score one record")
async def realtime_anomaly(
    request: Request,
    caller: MayScore,
    body: Annotated[RealtimeBody, Body(openapi_examples=_ONE)],
) -> PlainJSON:
    """Judge a transaction in memory by what the workspace has learnt.

    Fields are found by name whatever their case and marks, then by what they are for; missing
    ones count as unknown. Payments are judged by the latest 50,000 that came one by one as well:
    bursts, repeats and ways from place to place are seen across requests. Just the same record
    sent again gets the same answer and counts once.
    """
    envelope = body if isinstance(body, RecordEnvelope) else RecordEnvelope(record=body)
    record = envelope.record
    model, verdict = await scoring_of(request).score_next(record, envelope.profile)
    behind_of(request.app).note(
        way="realtime",
        caller=caller,
        body=await request.body(),
        model=model,
        records=[record],
        verdict=verdict,
    )
    return PlainJSON(one_answer(model, verdict))


@router.post("/batch_anomaly", include_in_schema=False)
@router.post("/batch_anomaly/", response_model=BatchAnswer, summary="Score up to 50,000 records")
async def batch_anomaly(
    request: Request,
    caller: MayScore,
    body: Annotated[BatchBody, Body(openapi_examples=_MANY)],
) -> PlainJSON:
    """Judge transactions in memory, each by what was before it in time: learnt, or in the batch.

    All of them or none: a field that cannot be read is named with its record, and nothing is
    judged.
    """
    if isinstance(body, RecordsEnvelope):
        records, profile = body.records, body.profile
    else:
        records, profile = body, None
    model, verdict = await scoring_of(request).score(records, profile)
    behind_of(request.app).note(
        way="batch",
        caller=caller,
        body=await request.body(),
        model=model,
        records=records,
        verdict=verdict,
    )
    return PlainJSON(many_answer(model, verdict))
