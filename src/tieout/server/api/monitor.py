"""Live monitors: the last minute, and episodes."""

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from tieout.server.api.answers import Limit, Offset, Page, PlainJSON, page
from tieout.server.api.auth import needs
from tieout.server.api.problem import ProblemError, documented
from tieout.server.database import with_database

router = APIRouter(
    tags=["monitor"],
    dependencies=[Depends(needs("read"))],
    responses=documented(401, 403, 404, 422, 429),
)


class EpisodeFacts(BaseModel):
    """One run of a metric out of limits; times are minutes of the stream, in UTC."""

    episode_id: str
    incident_id: str
    metric: str
    dimensions: str
    state: str
    severity: str = Field(description="empty until it has lasted long enough")
    started_at: str
    detected_at: str
    ended_at: str | None
    value: float
    baseline: float
    n: int
    p_value: float
    excess: float
    breached_minutes: int
    root_cause: str = Field(description="values that explain it; empty where that is not known")
    money_at_risk: dict[str, str] = Field(description="what the excess amounts to, by currency")
    acknowledged_until: str | None


class MetricFacts(BaseModel):
    """A metric of the whole in the last minute."""

    value: float | None
    usual: float | None
    events: float | None
    out_of_limits: bool


class ThresholdFacts(BaseModel):
    """From when a metric is out of limits."""

    limit: float | None = Field(description="of that minute alone; null where there is none")
    method: str
    windows_minutes: list[int] = Field(
        description="windows that end with the minute, each judged; of rates long ones too"
    )
    severity_minutes: dict[str, int | None] = Field(description="breached minutes of each")


class PersistenceFacts(BaseModel):
    """How long a metric has been out of limits, and what comes next."""

    state: str
    severity: str = Field(description="empty until it has lasted long enough")
    episode_id: str | None
    breached_minutes: int
    quiet_minutes: int
    since: str | None
    next_severity: str | None
    minutes_to_next: int | None


class MonitorStatus(BaseModel):
    """The last minute of a monitor.

    thresholds: limit of that minute alone, method, all windows in minutes that are judged (of
    rates the long ones too), and minutes of each severity.
    persistence_analysis: state, severity, minutes out of limits, and what comes next.
    """

    monitor: str | None
    followed: bool = Field(description="whether a process follows it; else all is as it was left")
    judged_at: str | None = Field(description="when its state last changed, by the clock, in UTC")
    current_minute: str | None
    missing_data: bool = False
    metrics: dict[str, MetricFacts]
    thresholds: dict[str, ThresholdFacts]
    persistence_analysis: dict[str, PersistenceFacts]
    series: int = 0
    late: int = 0
    episodes: list[EpisodeFacts] = Field(description="those that are not over")
    monitors: list[str]


@router.get("/monitor", response_model=MonitorStatus, summary="The last minute")
@with_database
def monitor_status(name: str = "") -> PlainJSON:
    """Of the monitor of that name, or of the one that moved last."""
    from tieout.server.alerts.queries import current_status, monitor_of

    if name and monitor_of(name) is None:
        raise ProblemError(404, f"there is no monitor {name[:100]!r}")
    return PlainJSON(current_status(name))


@router.get(
    "/api/v1/episodes", response_model=Page[EpisodeFacts], summary="Episodes, the last first"
)
@with_database
def list_episodes(
    state: str = "", monitor: str = "", limit: Limit = 50, offset: Offset = 0
) -> PlainJSON:
    """All monitors', or one's; `state` is `open`, or a state such as `firing` or `resolved`."""
    from tieout.server.alerts.queries import episode_object, episodes, monitor_of

    chosen = monitor_of(monitor) if monitor else None
    if monitor and chosen is None:
        raise ProblemError(404, f"there is no monitor {monitor[:100]!r}")
    rows = episodes(chosen, state=state[:20])
    items = [episode_object(each) for each in rows[offset : offset + limit]]
    return page(items, total=rows.count(), limit=limit, offset=offset)


@router.get("/api/v1/episodes/{episode_id}", response_model=EpisodeFacts, summary="One episode")
@with_database
def one_episode(episode_id: str) -> PlainJSON:
    """An episode by its id."""
    from tieout.server.alerts.queries import episode_object, episodes

    found = episodes().filter(episode_id=episode_id[:32]).first()
    if found is None:
        raise ProblemError(404, f"there is no episode {episode_id[:32]!r}")
    return PlainJSON(episode_object(found))
