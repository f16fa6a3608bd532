"""Incidents keep their names."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from tieout.explain.incidents.identity import continued, incident_id

GIVEN: dict[str, Any] = {"bucket": "timing", "condition": "party=A", "gap_days_max": 7}


def earlier(*rows: tuple[str, str, str, int, date | None, date | None]) -> pl.DataFrame:
    """Incidents of runs before."""
    names = ["incident_id", "bucket", "condition", "findings", "first_seen", "last_seen"]
    return pl.DataFrame(
        rows,
        schema=names,
        orient="row",
        schema_overrides={"first_seen": pl.Date, "last_seen": pl.Date},
    )


MARCH = earlier(
    ("I1", "timing", "party=A", 10, date(2024, 3, 1), date(2024, 3, 4)),
    ("I2", "timing", "party=B", 20, date(2024, 3, 1), date(2024, 3, 4)),
    ("I3", "fx_rate", "party=A", 30, date(2024, 3, 1), date(2024, 3, 4)),
)


@pytest.mark.parametrize("place", range(4))
def test_each_part_of_what_an_incident_is_changes_its_name(place: int) -> None:
    parts = ["bank_vs_books", "timing", "party=A", "2024-03-01"]
    other = list(parts)
    other[place] += "x"
    assert incident_id(*parts) != incident_id(*other)
    assert incident_id(*parts) == incident_id(*parts)


def test_an_incident_goes_on_within_the_gap() -> None:
    found = continued(MARCH, days=(date(2024, 3, 11), date(2024, 3, 12)), **GIVEN)
    assert found is not None
    assert (found.incident_id, found.findings) == ("I1", 10)
    assert found.first_seen == date(2024, 3, 1)


@pytest.mark.parametrize(
    "days",
    [
        (date(2024, 3, 12), date(2024, 3, 12)),
        (date(2024, 2, 1), date(2024, 2, 22)),
    ],
)
def test_beyond_the_gap_it_is_another_one(days: tuple[date, date]) -> None:
    assert continued(MARCH, days=days, **GIVEN) is None


def test_without_days_the_values_decide() -> None:
    found = continued(MARCH, days=(None, None), **GIVEN)
    assert found is not None
    assert found.incident_id == "I1"
    undated = earlier(("I9", "timing", "party=A", 1, None, None))
    again = continued(undated, days=(date(2024, 3, 1), date(2024, 3, 1)), **GIVEN)
    assert again is not None
    assert again.incident_id == "I9"


def test_the_latest_of_several_goes_on() -> None:
    both = pl.concat(
        [earlier(("I0", "timing", "party=A", 5, date(2024, 3, 5), date(2024, 3, 9))), MARCH]
    )
    for frame in (both, both.reverse()):
        found = continued(frame, days=(date(2024, 3, 10), date(2024, 3, 10)), **GIVEN)
        assert found is not None
        assert found.incident_id == "I0"


def test_nothing_before_is_nothing_to_go_on_from() -> None:
    days = (date(2024, 3, 1), date(2024, 3, 1))
    assert continued(None, days=days, **GIVEN) is None
    assert continued(MARCH.clear(), days=days, **GIVEN) is None
