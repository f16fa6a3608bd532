"""Dates as text to epoch days and seconds of the day, in a plan.

Calendar and clock are taken as written; a time zone behind them is read over, never applied.
A date that does not exist (30 February) is null. Two-digit years are 1969 to 2068, as in POSIX.
"""

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from tieout.model.formats import DateFormat

# Years outside 1000 to 2999 are misread digits: "31/01/24" read by %Y is the year 24.
DAYS_MIN = -354_285
DAYS_MAX = 376_199
_DIGITS = {"%Y%m%d": 8, "%Y%m%d%H%M%S": 14}
DAYS_OF_WORDS = -25_567


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
def try_strptime(text: str, pattern: str) -> dt.Timestamp(scale=6):  # type: ignore[valid-type]
    """The engine's own: a timestamp, or null where the text does not have this pattern."""
    raise NotImplementedError


def epoch_days(text: ir.StringValue, date_format: DateFormat) -> ir.IntegerValue:
    """Days since 1970-01-01 (int32) by the first pattern that reads the text, else null.

    A pattern that begins with %Y-%m-%d reads every ISO 8601 date, with or without a time.
    """
    days = [_days_by(text, pattern) for pattern in date_format.patterns]
    return ibis.coalesce(*days) if len(days) > 1 else days[0]


def seconds_of_day(text: ir.StringValue, date_format: DateFormat) -> ir.IntegerValue:
    """Seconds since midnight (int32) where the text has date and time, else null."""
    timed = [p for p in date_format.patterns if "%H" in p or "%I" in p]
    seconds = [_seconds_by(text, pattern) for pattern in timed]
    if not seconds:
        return ibis.null("int32")
    return ibis.coalesce(*seconds) if len(seconds) > 1 else seconds[0]


def _days_by(text: ir.StringValue, pattern: str) -> ir.IntegerValue:
    if _is_iso(pattern):
        days = _iso(text).try_cast("date").epoch_days()
    elif pattern in _DIGITS:
        # Without separators the engine reads a digit less too.
        days = _by_pattern(_if(text.length() == _DIGITS[pattern], text), pattern)
        days = days.date().epoch_days()
    else:
        days = _by_pattern(text, pattern).date().epoch_days()
    valid = (days >= DAYS_MIN) & (days <= DAYS_MAX)
    # The engine reads "epoch" and "infinity" by any pattern as 1900-01-01.
    valid &= (days != DAYS_OF_WORDS) | text.contains("00")
    return _if(valid, days).cast("int32")


def _seconds_by(text: ir.StringValue, pattern: str) -> ir.IntegerValue:
    if _is_iso(pattern):
        moment = _if(text.length() > 10, _iso(text)).try_cast("timestamp(6)")
    else:
        moment = _by_pattern(text, pattern)
    days = _days_by(text, pattern)
    clock = moment.hour() * 3600 + moment.minute() * 60 + moment.second()
    return _if(days.notnull(), clock.cast("int32"))


def _is_iso(pattern: str) -> bool:
    # "10:05 PM" is 10:05 to the cast.
    return pattern.startswith("%Y-%m-%d") and "%p" not in pattern


def _iso(text: ir.StringValue) -> ir.StringValue:
    # The cast also takes words such as "epoch" and "infinity".
    return _if((text >= "1") & (text < "3"), text)


def _by_pattern(text: ir.StringValue, pattern: str) -> ir.TimestampValue:
    moment: ir.TimestampValue = try_strptime(text, pattern)
    return moment


def _if(condition: ir.BooleanValue, value: ir.Value) -> ir.Value:
    return ibis.ifelse(condition, value, ibis.null(value.type()))
