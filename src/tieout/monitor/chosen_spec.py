"""Settings of the limits that have to be chosen."""

from typing import Annotated

from pydantic import Field

from tieout.monitor.spec_part import SpecPart


class ForecastSpec(SpecPart):
    """How metrics whose `method` is `arima` or `ets` are forecast. Times are event time."""

    history_days: Annotated[
        int, Field(ge=2, le=60, description="Days of hours from which a forecast is made.")
    ] = 14
    refit_minutes: Annotated[
        int, Field(ge=60, le=10080, description="A model is chosen and fitted anew so often.")
    ] = 360
    series_max: Annotated[
        int,
        Field(ge=1, le=200, description="The busiest cells have forecasts; others stay binomial."),
    ] = 8


class ForestSpec(SpecPart):
    """An Isolation Forest over all metrics of a minute together: the metric `pattern`."""

    history_minutes: Annotated[
        int, Field(ge=720, le=100_000, description="Minutes in limits that it is grown on.")
    ] = 10_080
    warmup_minutes: Annotated[
        int, Field(ge=240, description="Minutes in limits before it judges.")
    ] = 1440
    refit_minutes: Annotated[int, Field(ge=30, description="It is grown anew so often.")] = 720
    trees: Annotated[int, Field(ge=10, le=1000)] = 200
    seed: Annotated[int, Field(ge=0)] = 0
