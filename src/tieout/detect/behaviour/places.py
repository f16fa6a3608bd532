"""Distance and speed from one place to the next."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from tieout.detect.behaviour.family import CARRIERS, Computed, Family, Feature, Work, floats
from tieout.detect.behaviour.groups import Groups
from tieout.detect.behaviour.timeline import Booleans, Floats
from tieout.model.table import TableRole

EARTH_RADIUS_KM = 6_371.0088
SECONDS_MIN = 60.0
BACK_SHARE = 0.2


def kilometres(
    latitude_a: Floats, longitude_a: Floats, latitude_b: Floats, longitude_b: Floats
) -> Floats:
    """Great-circle distance in km between places in degrees (haversine, Sinnott 1984).

    >>> paris, london = np.array([[48.8566, 2.3522], [51.5074, -0.1278]])
    >>> int(kilometres(*paris, *london))
    343
    """
    a, b = np.radians(latitude_a), np.radians(latitude_b)
    across = np.radians(longitude_b) - np.radians(longitude_a)
    half = np.sin((b - a) / 2) ** 2 + np.cos(a) * np.cos(b) * np.sin(across / 2) ** 2
    distance: Floats = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))
    return distance


def own_places(work: Work) -> tuple[Floats, Floats]:
    """Latitude and longitude as the rows give them, in degrees; NaN where they are no position."""
    frame = work.timeline.frame.select(_valid(axis) for axis in ("latitude", "longitude"))
    return frame["latitude"].to_numpy(), frame["longitude"].to_numpy()


def _valid(axis: str) -> pl.Expr:
    valid = (pl.col("latitude").abs() <= 90.0) & (pl.col("longitude").abs() <= 180.0)
    return pl.when(valid).then(axis).alias(axis)


def _places(work: Work) -> tuple[Floats, Floats, Booleans]:
    """Latitude, longitude (NaN: unknown), and whether a row's own place is known.

    A row without a position stands where the rows of its city stand, else those of its country;
    the middle of a country says nothing of ways within it.
    """
    frame = work.timeline.frame.select(pl.col("latitude", "longitude", "^(city|country)$"))
    frame = frame.with_columns(_valid("latitude"), _valid("longitude")).with_columns(
        pl.col("latitude").is_not_null().alias("sure")
    )
    known = [name for name in ("country", "city") if name in frame.columns]
    if bool(frame["sure"].all()) or not known:
        return _arrays(frame)
    if "city" in known:
        frame = _filled(frame, known).with_columns(pl.col("latitude").is_not_null().alias("sure"))
    if "country" in known:
        frame = _filled(frame, ["country"])
    return _arrays(frame)


def _filled(frame: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    complete = pl.all_horizontal(pl.col(key).is_not_null() for key in keys)
    missing = complete & pl.col("latitude").is_null()
    return frame.with_columns(
        pl.when(missing).then(pl.col(axis).median().over(keys)).otherwise(axis).alias(axis)
        for axis in ("latitude", "longitude")
    )


def _arrays(frame: pl.DataFrame) -> tuple[Floats, Floats, Booleans]:
    return (
        frame["latitude"].to_numpy(),
        frame["longitude"].to_numpy(),
        frame["sure"].to_numpy(),
    )


def _travel(work: Work) -> Computed:
    latitude, longitude, sure = _places(work)
    groups = work.groups(work.carrier).only(~np.isnan(latitude))
    country = work.keys.codes(TableRole.COUNTRY).codes if TableRole.COUNTRY in work.roles else None
    time = work.timeline.time_us
    height = work.timeline.height

    def leg(back: int) -> tuple[Floats, Floats]:
        """Km and km/h from the place `back` steps before."""
        km, speed = floats(height), floats(height)
        here, there = _steps(groups, back)
        if country is not None:
            telling = (sure[here] & sure[there]) | (country[here] != country[there])
            here, there = here[telling], there[telling]
        km[here] = kilometres(latitude[there], longitude[there], latitude[here], longitude[here])
        seconds = np.maximum((time[here] - time[there]) / 1e6, SECONDS_MIN)
        speed[here] = km[here] / (seconds / 3_600.0)
        return km, speed

    km, speed = leg(1)
    km_before, speed_before = leg(2)
    # Back where it was before the last place: the way there was odd, not the way back.
    with np.errstate(invalid="ignore"):
        back = km_before < BACK_SHARE * km
    return {
        "km_from_last": km,
        "km_per_hour": speed,
        "km_per_hour_away": np.where(back, np.fmin(speed, speed_before), speed),
    }


def _steps(groups: Groups, back: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows that have a row `back` places before them in their group, and those rows."""
    places = np.arange(len(groups.order))
    far = places[places - groups.start >= back]
    return groups.order[far], groups.order[far - back]


FAMILIES = (
    Family(
        (
            Feature("km_from_last", "km", "distance from the last known place of the card"),
            Feature(
                "km_per_hour", "km/h", "speed needed from there; less than a minute counts as one"
            ),
            Feature(
                "km_per_hour_away",
                "km/h",
                "as km_per_hour, but measured from the last but one place when the card is back "
                "there (within a fifth of the distance): one wrong place is not told twice",
            ),
        ),
        (CARRIERS, (TableRole.LATITUDE,), (TableRole.LONGITUDE,), (TableRole.TIME,)),
        _travel,
        needs_clock=True,
    ),
)
