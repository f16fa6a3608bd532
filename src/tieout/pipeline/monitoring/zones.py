"""Offsets behind the times of a file, where there are several: a day whose clocks are changed."""

from typing import Final

import polars as pl

from tieout.sources.typed.read import ReadTable

_CLOCK: Final = r":\d\d"
_ZONE: Final = r":\d\d(?:[.,]\d+)? ?(Z|UTC|[+-]\d\d(?::?\d\d)?)$"


def minutes_east(read: ReadTable, time: str) -> pl.Series | None:
    """How far east of UTC the time of each row is, in minutes; None where all have one offset.

    Times are read as they stand, so that a file of one office keeps its own clock. That is no
    order of minutes where offsets differ. A time without an offset counts as UTC then.
    """
    column = read.source.table[time]
    if not column.type().is_string():
        return None
    timed = read.source.table.filter(column.re_search(_CLOCK))
    zones = timed.select(timed[time].strip().re_extract(_ZONE, 1).name("zone")).distinct()
    found = {
        _minutes_of(zone or "")
        for batch in read.engine.batches(zones, rows=1000)
        for zone in batch.column("zone").to_pylist()
    }
    if len(found) == 1 or not found:
        return None
    texts = pl.concat([part[time] for part in read.originals()])
    zone = texts.str.strip_chars().str.extract(_ZONE, 1).fill_null("")
    east = {each: _minutes_of(each) for each in zone.unique().to_list()}
    return zone.replace_strict(east, return_dtype=pl.Int64)


def _minutes_of(zone: str) -> int:
    """Minutes east of UTC.

    >>> _minutes_of("-03:30"), _minutes_of("+0100"), _minutes_of("Z")
    (-210, 60, 0)
    """
    if zone in {"", "Z", "UTC"}:
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    minutes = 60 * int(digits[:2]) + int(digits[2:])
    return -minutes if zone[0] == "-" else minutes
