"""Distance and speed from place to place as window expressions."""

from collections.abc import Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

from tieout.detect.behaviour.places import BACK_SHARE, EARTH_RADIUS_KM, SECONDS_MIN
from tieout.detect.behaviour.timeline import MICROSECONDS
from tieout.model.table import TableRole

_NOWHERE = "\x00"


def placed(rows: ir.Table, present: frozenset[TableRole]) -> ir.Table:
    """With `_latitude`, `_longitude` and `_sure` (whether it is more than a country).

    A row without a position stands where those of its city stand, else those of its country.
    """
    latitude, longitude = rows["latitude"], rows["longitude"]
    valid = (latitude.abs() <= 90.0) & (longitude.abs() <= 180.0)
    for axis in (latitude, longitude):
        valid = valid & axis.notnull() & ~axis.isnan()
    rows = rows.mutate(
        _latitude=ibis.ifelse(valid, latitude, ibis.null("float64")),
        _longitude=ibis.ifelse(valid, longitude, ibis.null("float64")),
    )
    keys = [role for role in (TableRole.COUNTRY, TableRole.CITY) if role in present]
    if TableRole.CITY in present:
        rows = _filled(rows, keys)
    rows = rows.mutate(_sure=rows["_latitude"].notnull())
    return _filled(rows, [TableRole.COUNTRY]) if TableRole.COUNTRY in present else rows


def travel(rows: ir.Table, carrier: TableRole, present: frozenset[TableRole]) -> dict[str, Any]:
    """Km from the last known place of what travels, the speed that takes, and away from there."""
    km, speed = _leg(rows, carrier, present, back=1)
    km_before, speed_before = _leg(rows, carrier, present, back=2)
    slower = ibis.least(speed, speed_before)
    is_back = (km_before < km * BACK_SHARE).fill_null(False)
    return {
        "km_from_last": km,
        "km_per_hour": speed,
        "km_per_hour_away": ibis.ifelse(is_back, slower, speed),
    }


def _filled(rows: ir.Table, keys: Sequence[str]) -> ir.Table:
    missing = rows["_latitude"].isnull()
    for key in keys:
        missing = missing & rows[key].notnull()
    return rows.mutate(
        **{
            axis: ibis.ifelse(missing, rows[axis].median().over(group_by=list(keys)), rows[axis])
            for axis in ("_latitude", "_longitude")
        }
    )


def _leg(
    rows: ir.Table, carrier: TableRole, present: frozenset[TableRole], *, back: int
) -> tuple[Any, Any]:
    """Km and km/h from the place `back` steps before."""
    somewhere = rows["_latitude"].notnull()
    window = ibis.window(group_by=[rows[carrier], somewhere], order_by=["time_us", "row"])

    def there(value: Any) -> Any:
        return value.lag(back).over(window)

    km = _kilometres(
        there(rows["_latitude"]), there(rows["_longitude"]), rows["_latitude"], rows["_longitude"]
    )
    told = somewhere & rows[carrier].notnull()
    if TableRole.COUNTRY in present:
        country = rows[TableRole.COUNTRY].fill_null(_NOWHERE)
        told = told & ((rows["_sure"] & there(rows["_sure"])) | (country != there(country)))
    km = ibis.ifelse(told, km, ibis.null("float64"))
    seconds = (rows["time_us"] - there(rows["time_us"])) / MICROSECONDS
    hours = ibis.greatest(seconds, ibis.literal(SECONDS_MIN)) / 3_600.0
    return km, km / hours


def _kilometres(latitude_a: Any, longitude_a: Any, latitude_b: Any, longitude_b: Any) -> Any:
    """Great-circle distance, as `places.kilometres` has it."""
    a, b = latitude_a.radians(), latitude_b.radians()
    across = longitude_b.radians() - longitude_a.radians()
    up, side = ((b - a) / 2).sin(), (across / 2).sin()
    half = up * up + a.cos() * b.cos() * side * side
    within = ibis.least(ibis.greatest(half, ibis.literal(0.0)), ibis.literal(1.0))
    return within.sqrt().asin() * (2 * EARTH_RADIUS_KM)
