"""What addresses and forms say, read with care: days, moments, numbers of cases."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from tieout.model.errors import InputError

# No database has a larger number.
_DIGITS_MAX: Final = 18


def day(text: str) -> date | None:
    """The day that a form names; None for nothing. Raises InputError for what is no day.

    >>> day("2026-02-28"), day(" ")
    (datetime.date(2026, 2, 28), None)
    """
    found = _day(text.strip())
    if found is None and text.strip():
        raise InputError(f"{text.strip()[:30]}: expected a day such as 2026-03-31")
    return found


def moment(text: str) -> datetime | None:
    """The moment that an address names, its `+` read as a blank or not; None for none.

    >>> moment("2026-02-30T00:00"), moment("x"), moment("")
    (None, None, None)
    """
    try:
        found = parse_datetime(text.replace(" ", "+"))
    except ValueError:
        return None
    return timezone.make_aware(found) if found and timezone.is_naive(found) else found


def numbers(texts: Iterable[str]) -> list[int]:
    """Numbers of cases; what is none is left out.

    >>> numbers(["1", "x", "", "9" * 30, "²"])
    [1]
    """
    return [
        int(each)
        for each in texts
        if each.isascii() and each.isdecimal() and len(each) <= _DIGITS_MAX
    ]


def revisions(texts: Iterable[str]) -> dict[int, int]:
    """Cases and their revisions, as a page of the queue showed them.

    >>> revisions(["7:2", "8", "x:1"])
    {7: 2}
    """
    pairs = [numbers(each.split(":")) for each in texts]
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None
