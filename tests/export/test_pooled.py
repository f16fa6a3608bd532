"""Some minutes together say what their events said."""

import pytest

from tieout.export.pooled import pooled, readable_width


@pytest.mark.parametrize(("events", "width"), [(0, 15), (7, 15), (12, 10), (40, 5), (100, 1)])
def test_minutes_are_pooled_until_there_are_events_to_tell_something(
    events: float, width: int
) -> None:
    assert readable_width(events) == width


def test_minutes_without_events_have_no_rate() -> None:
    assert pooled("denied_rate", [(0.0, None, 0.1, 0.0)]) == (None, None, None)


def test_a_volume_counts_minutes_alike_however_many_events_they_have() -> None:
    value, limit, usual = pooled("volume_drop", [(90.0, 60.0, 100.0, 90.0), (0.0, 60.0, 100.0, 0)])
    assert (value, usual) == (45.0, 100.0)
    assert limit == pytest.approx(100 - (40**2 + 40**2) ** 0.5 / 2)
