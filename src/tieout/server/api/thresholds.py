"""Thresholds: what each cut of a run would flag, and where the models of a profile are cut."""

from typing import Annotated, Any, Final, get_args

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from tieout.pipeline.scoring.cuts import read_cuts, set_cut
from tieout.server.accounts.permissions import Role
from tieout.server.api.answers import PlainJSON
from tieout.server.api.auth import Caller, needs
from tieout.server.api.bodies import Profile
from tieout.server.api.folders import newest_with, run_folder_of, workspace
from tieout.server.api.problem import documented
from tieout.server.api.state import scoring_of
from tieout.server.api.tables import finite
from tieout.server.database import with_database

router = APIRouter(
    prefix="/api/v1/thresholds", tags=["thresholds"], responses=documented(401, 403, 404, 422, 429)
)
MAY_READ = Depends(needs("read"))
MayConfigure = Annotated[Caller, Depends(needs("admin", Role.ADMIN))]
_SWEEP_MAX: Final = 1_000


class Cut(BaseModel):
    """Where a profile's model is cut. chosen: by a person; None leaves it to the model."""

    profile: str
    threshold: float | None = Field(description="in use now; None while no model is loaded")
    chosen: float | None


class Thresholds(BaseModel):
    """sweep: a row for each cut of a run, as in its thresholds.csv; empty without a run."""

    run_id: str | None
    sweep: list[dict[str, Any]]
    cuts: list[Cut]


class Choice(BaseModel):
    """A score from which on detectors flag; null leaves it to the model again."""

    threshold: Annotated[float, Field(ge=0, le=1)] | None = Field(examples=[0.5])


@router.get(
    "",
    response_model=Thresholds,
    summary="The sweep of a run, and the cuts in use",
    dependencies=[MAY_READ],
)
def thresholds(
    request: Request,
    run: Annotated[str | None, Query(description="a run of detect; else the newest")] = None,
) -> PlainJSON:
    """Precision, recall, workload and cost of each cut, for detectors, rules and both."""
    from tieout.pipeline.run_query import Question, ask

    folder = run_folder_of(run) if run else newest_with("thresholds")
    rows = ask(folder, "thresholds", Question(limit=_SWEEP_MAX)).rows
    return PlainJSON(
        {
            "run_id": folder.name,
            "sweep": [finite(row) for row in rows],
            "cuts": [_cut(request, profile) for profile in get_args(Profile)],
        }
    )


@router.put("/{profile}", response_model=Cut, summary="Set the cut of a profile")
def set_threshold(
    request: Request, profile: Profile, choice: Choice, caller: MayConfigure
) -> PlainJSON:
    """Scoring in memory flags from this score on, in all processes within some seconds."""
    _set(caller, profile, choice.threshold)
    scoring_of(request).models.refresh()
    return PlainJSON(_cut(request, profile))


@with_database
def _set(caller: Caller, profile: str, threshold: float | None) -> None:
    from django.db import transaction

    from tieout.server.audit.services import record

    with transaction.atomic():
        before = set_cut(workspace(), profile, threshold)
        record(
            actor=caller.user(),
            action="threshold.set",
            target=("profile", profile),
            before={"threshold": before},
            after={"threshold": threshold},
        )


def _cut(request: Request, profile: str) -> dict[str, Any]:
    loaded = [each for each in scoring_of(request).models.models if each.profile == profile]
    return {
        "profile": profile,
        "threshold": loaded[0].threshold if loaded else None,
        "chosen": read_cuts(workspace()).get(profile),
    }
