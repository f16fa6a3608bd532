"""A monitor's spec: what is read, what is counted, when a metric is out of limits. YAML on disk."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, field_validator, model_validator

from tieout.model.errors import InputError
from tieout.monitor.chosen_spec import ForecastSpec, ForestSpec
from tieout.monitor.route_spec import RouteSpec
from tieout.monitor.source_spec import SourceSpec
from tieout.monitor.spec_part import SpecPart

if TYPE_CHECKING:
    from pydantic import ValidationError

Method = Literal["binomial", "sigma", "ewma", "arima", "ets"]
Quantile = Literal["p50", "p95", "p99"]


class InputSpec(SpecPart):
    """Which columns are what. None is inferred from names and values."""

    format: Annotated[
        Literal["auto", "events", "counts", "wide"],
        Field(description="A row an event; a row a minute and status; a column a status."),
    ] = "auto"
    time: str | None = None
    status: str | None = None
    count: str | None = None
    amount: str | None = None
    currency: Annotated[
        str | None, Field(description="Of the amount; money at risk is told by currency.")
    ] = None
    duration: str | None = None
    duration_unit: Annotated[
        Literal["ms", "s"] | None, Field(description="Default: as the column's name ends, else ms.")
    ] = None
    request_time: str | None = None
    response_time: str | None = None
    dimensions: tuple[str, ...] | None = None
    partition: Annotated[
        str | None, Field(description="Column whose values each keep a watermark of their own.")
    ] = None
    order: Annotated[
        Literal["time", "file"],
        Field(description="`file` takes rows as they came, so that some may be late."),
    ] = "time"
    day: Annotated[date, Field(description="The day on which times without a date begin.")] = date(
        2000, 1, 1
    )


class WindowSpec(SpecPart):
    """How events become windows. All in minutes of event time, or counts."""

    minutes: tuple[int, ...] = (1, 5, 15)
    long_minutes: Annotated[
        tuple[int, ...],
        Field(description="Of rates only, against a baseline that ends before the longest."),
    ] = (30, 60)
    grace_minutes: Annotated[int, Field(ge=0, le=1440)] = 0
    revise_minutes: Annotated[
        int, Field(ge=0, le=1440, description="Later than this a row is rejected.")
    ] = 30
    pairs: bool = True
    values_max: Annotated[int, Field(ge=1, description="Values a dimension.")] = 100
    pairs_max: Annotated[int, Field(ge=0, description="Value pairs of two dimensions.")] = 200

    @field_validator("minutes")
    @classmethod
    def _rising(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if not value or any(not 1 <= each <= 60 for each in value):
            raise ValueError("expected windows of 1 to 60 minutes")
        return tuple(sorted(set(value)))

    @field_validator("long_minutes")
    @classmethod
    def _long(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if any(not 1 <= each <= 240 for each in value):
            raise ValueError("expected windows of 1 to 240 minutes")
        return tuple(sorted(set(value)))


class SeveritySpec(SpecPart):
    """Breached minutes from which an episode has a severity."""

    info: Annotated[int, Field(ge=1)] = 15
    warning: int = 30
    critical: int = 45
    severe: int = 60

    @model_validator(mode="after")
    def _rising(self) -> "SeveritySpec":
        if not self.info < self.warning < self.critical < self.severe:
            raise ValueError("expected info < warning < critical < severe")
        return self


class MetricSpec(SpecPart):
    """How one metric is judged. None falls back to `limits`, `severity` and what is usual."""

    enabled: bool = True
    method: Method = "binomial"
    k: Annotated[float, Field(gt=0, description="Sigmas of `sigma` and `ewma`.")] = 3.0
    smoothing: Annotated[float, Field(gt=0, le=1, description="Weight of a minute, `ewma`.")] = 0.2
    consecutive: Annotated[
        int, Field(ge=1, description="Minutes out of limits in a row before an episode begins.")
    ] = 1
    effect_min: Annotated[
        float | None, Field(gt=1, description="At least this many times the usual (or 1 over it).")
    ] = None
    sample_min: Annotated[int | None, Field(ge=1)] = None
    severity: SeveritySpec | None = None
    notice_minutes: Annotated[
        int | None, Field(ge=1, description="An early notice after so many breached minutes.")
    ] = None


class LimitSpec(SpecPart):
    """How sure a limit is, over all series together."""

    false_alarms_per_day: Annotated[
        float, Field(gt=0, description="Of all series and windows together, were they noise.")
    ] = 2.0
    control: Annotated[
        Literal["bonferroni", "fdr"],
        Field(description="How they are shared: a part for each test, or by discoveries."),
    ] = "bonferroni"
    sample_min: Annotated[int, Field(ge=1, description="Events in a judged window.")] = 20
    excess_min: Annotated[
        float, Field(ge=0, description="Events beyond the usual in a judged window.")
    ] = 3.0
    memory_minutes: Annotated[int, Field(ge=10, description="Of the trailing baseline.")] = 60
    season_days: Annotated[
        int, Field(ge=1, description="Days before an hour of the day has a level of its own.")
    ] = 2
    season_weeks: Annotated[
        int, Field(ge=1, description="Weeks before an hour of the week has one.")
    ] = 2
    renew_minutes: Annotated[
        int, Field(ge=60, description="An episode this long is the new usual.")
    ] = 1440


class EpisodeSpec(SpecPart):
    """How episodes end, come back and repeat."""

    recovering_minutes: Annotated[int, Field(ge=1, description="Quiet minutes.")] = 3
    resolved_minutes: Annotated[int, Field(ge=1, description="Quiet minutes.")] = 10
    flapping_count: Annotated[int, Field(ge=2)] = 3
    flapping_minutes: Annotated[int, Field(ge=1)] = 360
    reminder_minutes: Annotated[
        int | None, Field(ge=1, description="Say it again after so long; default never.")
    ] = None
    group_minutes: Annotated[
        int, Field(ge=0, description="Episodes that begin so close together are one incident.")
    ] = 5


def in_utc(text: str) -> datetime:
    """A moment of a spec; without a zone it is UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def is_metric(name: str) -> bool:
    """Whether a metric of that name can be."""
    return name in _METRICS or name.endswith("_rate")


class SilenceSpec(SpecPart):
    """No alerts of a metric and its dimensions for a time; episodes are kept all the same."""

    metric: str | None = None
    dimensions: str | None = None
    start: str
    until: str
    reason: str

    @field_validator("start", "until", mode="before")
    @classmethod
    def _as_text(cls, value: object) -> object:
        # YAML makes moments of what has seconds, and days of what has no time.
        return value.isoformat() if isinstance(value, date) else value

    @field_validator("start", "until")
    @classmethod
    def _moment(cls, value: str) -> str:
        try:
            datetime.fromisoformat(value)
        except ValueError:
            raise ValueError("expected a moment such as 2026-01-31T12:05") from None
        return value

    @model_validator(mode="after")
    def _lasts(self) -> "SilenceSpec":
        if in_utc(self.until) <= in_utc(self.start):
            raise ValueError(f"it ends at {self.until}, before it begins at {self.start}")
        return self

    @field_validator("metric")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        if value is not None and not is_metric(value):
            raise ValueError(f"{value} is no metric: expected <status>_rate, {_NAMED}")
        return value


class LiveSpec(SpecPart):
    """How a stream is followed by the clock on the wall."""

    idle_seconds: Annotated[
        float, Field(gt=0, description="Without an event for so long, the clock closes minutes.")
    ] = 90.0
    ahead_minutes: Annotated[
        int, Field(ge=0, description="Events later than the clock by more are rejected.")
    ] = 10
    snapshot_minutes: Annotated[
        int, Field(ge=1, description="Minutes after which all state is written as one.")
    ] = 30
    keep_days: Annotated[int, Field(ge=1, description="Of judged minutes, for the charts.")] = 30


class MonitorSpec(SpecPart):
    """The whole of it."""

    monitor: Annotated[str, Field(description="Its name, and that of its folder.")] = "monitor"
    source: Annotated[SourceSpec | None, Field(description="What `tieout monitor run` reads.")] = (
        None
    )
    live: LiveSpec = LiveSpec()
    input: InputSpec = InputSpec()
    statuses: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="Status, and the words that mean it."
    )
    windows: WindowSpec = WindowSpec()
    limits: LimitSpec = LimitSpec()
    forecast: ForecastSpec = ForecastSpec()
    forest: Annotated[
        ForestSpec | None, Field(description="Judges the metric `pattern`; default not.")
    ] = None
    severity: SeveritySpec = SeveritySpec()
    episodes: EpisodeSpec = EpisodeSpec()
    sla_ms: dict[Quantile, float] = Field(
        default_factory=dict, description="Limits of latency instead of the usual."
    )
    metrics: dict[str, MetricSpec] = Field(default_factory=dict)
    silences: tuple[SilenceSpec, ...] = ()
    routes: Annotated[tuple[RouteSpec, ...], Field(description="Where alerts go.")] = ()

    @field_validator("monitor")
    @classmethod
    def _named(cls, value: str) -> str:
        if not re.fullmatch(r"\w[\w .-]{0,99}", value):
            raise ValueError("expected at most 100 letters, digits, blanks, dots and dashes")
        return value

    @field_validator("metrics")
    @classmethod
    def _known(cls, value: dict[str, MetricSpec]) -> dict[str, MetricSpec]:
        for name, wanted in value.items():
            if not is_metric(name):
                raise ValueError(f"{name} is none: expected <status>_rate, {_NAMED}")
            if name in _OF_ONE_METHOD and wanted.method != "binomial":
                raise ValueError(f"{name} has one way to be judged: leave its `method` out")
        return value

    @field_validator("routes")
    @classmethod
    def _lead_from(cls, value: tuple[RouteSpec, ...]) -> tuple[RouteSpec, ...]:
        for route in value:
            if not {*route.metric} & {*"*?["} and not is_metric(route.metric):
                raise ValueError(f"{route.metric} is no metric: expected <status>_rate, {_NAMED}")
        return value

    @model_validator(mode="after")
    def _has_its_forest(self) -> "MonitorSpec":
        if self.forest is None and "pattern" in self.metrics and self.metrics["pattern"].enabled:
            raise ValueError("the metric pattern is judged by a forest: add `forest: {}`")
        return self

    def learns_as(self, other: "MonitorSpec") -> bool:
        """Whether what was learnt by another spec holds by this one."""
        memory = ("memory_minutes", "season_days", "season_weeks")
        return (
            self.windows == other.windows
            and self.statuses == other.statuses
            and self.input.duration_unit == other.input.duration_unit
            and all(getattr(self.limits, name) == getattr(other.limits, name) for name in memory)
        )

    def metric(self, name: str) -> MetricSpec:
        """The settings of a metric; of `*` where it has none of its own."""
        return self.metrics.get(name) or self.metrics.get("*") or _USUAL

    def severities(self, name: str) -> SeveritySpec:
        """From how many breached minutes an episode of this metric has which severity."""
        return self.metric(name).severity or self.severity


_USUAL = MetricSpec()
_METRICS = (
    "volume_drop", "volume_surge", "latency_p50", "latency_p95", "latency_p99", "amount",
    "pattern", "missing_data", "*",
)  # fmt: skip
_NAMED = ", ".join(_METRICS)
_OF_ONE_METHOD = ("pattern", "missing_data")


def load_monitor_spec(path: Path) -> MonitorSpec:
    """Read a spec. Raises InputError with one line: the file, the place in it, what is expected."""
    import yaml
    from pydantic import ValidationError

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(f"{path}: not YAML: {str(error).splitlines()[0]}") from error
    if not isinstance(content, dict):
        raise InputError(f"{path}: expected a mapping such as `windows:` and `metrics:`")
    try:
        return MonitorSpec.model_validate(content)
    except ValidationError as error:
        raise InputError(f"{path}: {_first_problem(error)}") from error


def _first_problem(error: "ValidationError") -> str:
    first = error.errors()[0]
    place = ".".join(str(step) for step in first["loc"]) or "spec"
    if first["type"] == "extra_forbidden":
        return f"{place}: no such field"
    message = first["msg"].removeprefix("Value error, ")
    return f"{place}: {message[0].lower()}{message[1:]}"
