"""What breaks of similar keys are like."""

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from tieout.detect.history.features import break_features
from tieout.detect.history.observations import Observations
from tieout.detect.history.peers import (
    calendar_factors,
    choose_attribute,
    class_of_day,
    with_peers,
)

Observe = Callable[..., Observations]


def features(observations: Observations) -> pl.DataFrame:
    """Breaks with their features."""
    return break_features(observations.prepared().filter("is_break"))


def sized(
    observe: Observe, sizes: dict[str, float], *, days: int = 30, each: int = 4
) -> Observations:
    """Keys `group/n` whose differences are of their group's size."""
    random = np.random.default_rng(1)
    rows = [
        (day, f"{group}/{n}", round(float(random.normal(0, size)), 2) or 1.0)
        for day in range(days)
        for group, size in sizes.items()
        for n in range(each)
    ]
    return observe(rows)


def test_peers_are_by_the_attribute_that_tells_sizes_apart(observe: Observe) -> None:
    breaks = features(sized(observe, {"A": 10.0, "B": 1_000.0, "C": 50_000.0}))
    assert choose_attribute(breaks, ["attribute_1", "attribute_0"]) == "attribute_0"


def test_there_are_no_peers_where_no_attribute_tells_anything(observe: Observe) -> None:
    breaks = features(sized(observe, {"A": 100.0, "B": 100.0, "C": 100.0}))
    assert choose_attribute(breaks, ["attribute_0", "attribute_1"]) is None


def test_an_attribute_that_nearly_names_the_key_makes_no_peers(observe: Observe) -> None:
    sizes = {f"G{n}": 10.0**n for n in range(1, 7)}
    breaks = features(sized(observe, sizes, each=1))
    assert choose_attribute(breaks, ["attribute_0"]) is None


@pytest.mark.parametrize("rows", [[], [(0, "A/1", 5.0)], [(day, "A/1", 0.0) for day in range(9)]])
def test_hardly_any_breaks_have_no_peers(
    rows: list[tuple[int, str, float]], observe: Observe
) -> None:
    frame = observe([*rows, (30, "B/1", 1.0)]).frame.filter(pl.col("at") < 20_030)
    breaks = features(Observations(frame, ("first", "second")))
    assert choose_attribute(breaks, ["attribute_0", "attribute_1"]) is None


def test_a_day_is_compared_with_days_before_it_only(observe: Observe) -> None:
    rows = [(0, "A/1", 10.0), (0, "A/2", 30.0), (1, "A/1", 1_000.0), (2, "A/3", 5.0)]
    found = with_peers(features(observe(rows)), None).sort("at", "row")
    # Mean of the medians of earlier days, by their breaks: 20 of two, 1,000 of one.
    sizes = found["peer_size"].to_list()
    assert sizes[:3] == [None, None, pytest.approx(20.0)]
    assert sizes[3] == pytest.approx((20 * 2 + 1_000) / 3)


def test_peers_have_one_currency(observe: Observe) -> None:
    rows = [(day, "A/1", 100.0) for day in range(5)]
    yen = observe(rows, currency="JPY").frame.with_columns(
        row=pl.col("row") + 10, key=pl.lit("Y"), quantity=pl.lit(15_000.0)
    )
    both = Observations(pl.concat([observe(rows).frame, yen]), ("first", "second"))
    last = with_peers(features(both), None).filter(pl.col("at") == 20_004)
    assert dict(last.select("currency", "peer_size").rows()) == {
        "EUR": pytest.approx(100.0),
        "JPY": pytest.approx(15_000.0),
    }


def test_a_small_group_leans_on_all(observe: Observe) -> None:
    rows = [(day, f"A/{n}", 100.0) for day in range(10) for n in range(20)]
    rows += [(5, "B/1", 10_000.0), (9, "B/1", 1.0)]
    found = with_peers(features(observe(rows)), "attribute_0")
    small = found.filter((pl.col("attribute_0") == "B") & (pl.col("at") == 20_009))["peer_size"][0]
    assert 100.0 < small < 300.0


def test_month_ends_that_are_always_wild_are_not_held_against_a_break(observe: Observe) -> None:
    random = np.random.default_rng(2)
    ends = {date(2025, 1, 31), date(2025, 2, 28), date(2025, 3, 31), date(2025, 4, 30)}
    days = [date(2025, 1, 1) + timedelta(days=n) for n in range(120)]
    rows = [
        ((day - date(2024, 10, 4)).days, f"A/{n}", round(float(random.normal(0, size)), 2))
        for day in days
        for size in [1_000.0 if day in ends else 100.0]
        for n in range(30)
    ]
    breaks = features(observe(rows))
    standardised = np.abs(breaks["residual"].fill_null(np.nan).to_numpy()) / 100.0
    factors = breaks.select("at").with_columns(calendar_factors(breaks, standardised))
    of_day = dict(factors.select(pl.col("at").cast(pl.Date), "factor").iter_rows())
    assert of_day[date(2025, 3, 31)] > 4.0
    assert 0.7 < of_day[date(2025, 3, 14)] < 1.4
    assert 0.7 < of_day[date(2025, 3, 3)] < 1.6


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2025-05-30", 0),  # A Friday; the 31st is a Saturday.
        ("2025-05-31", 0),
        ("2025-06-02", 8),  # A Monday; the 1st is a Sunday.
        ("2025-06-03", 2),
        ("2025-06-30", 0),
        ("2025-07-01", 8),
        ("2025-07-02", 3),
    ],
)
def test_months_end_on_their_last_business_day(day: str, expected: int) -> None:
    at = pl.DataFrame({"at": [(date.fromisoformat(day) - date(1970, 1, 1)).days]})
    assert at.select(class_of_day()).item() == expected


def test_without_history_the_calendar_says_nothing(observe: Observe) -> None:
    breaks = features(observe([(0, "A/1", 1.0), (0, "A/2", 2.0)]))
    assert calendar_factors(breaks, np.array([1.0, np.nan])).to_list() == [1.0, 1.0]
