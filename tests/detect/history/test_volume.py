"""Days on which more breaks than usual share a value."""

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from tieout.detect.history.judge import judge_history
from tieout.detect.history.observations import Observations
from tieout.detect.history.volume import Surges, find_surges

Observe = Callable[..., Observations]
Row = tuple[int, str, float]


def steady(random: np.random.Generator, *, days: int = 60) -> list[Row]:
    """400 keys `desk/party-n` of which a fifth break on any day."""
    return [
        (day, f"D{n % 5}/P{n % 16}/{n}", round(float(random.normal(0, 30)), 2) or 1.0)
        for day in range(days)
        for n in range(400)
        if random.random() < 0.2
    ]


def surges_of(observations: Observations) -> tuple[Surges, pl.DataFrame]:
    """The surges, and the breaks that they are found in."""
    rows = observations.prepared().filter("is_break")
    days = rows["at"].unique().sort().to_numpy()
    return find_surges(rows, days, observations.columns), rows


def failure(day: int, name: str, count: int) -> list[Row]:
    """Breaks that share a value, each of another key."""
    return [(day, f"{name.replace('*', str(n % 16))}/{n}", 10.0 + n) for n in range(count)]


def test_a_steady_day_has_no_surge(observe: Observe) -> None:
    found = [surges_of(observe(steady(np.random.default_rng(seed))))[0].found for seed in range(12)]
    assert sum(len(each) for each in found) <= 1


def test_the_value_that_failed_is_named_and_holds_its_breaks(observe: Observe) -> None:
    rows = [*steady(np.random.default_rng(1)), *failure(59, "D2/P*", 120)]
    surges, breaks = surges_of(observe(rows))
    assert [each.values for each in surges.found] == [(("attribute_0", "D2"),)]
    members = breaks.filter(pl.Series(surges.of_row) == 0)
    assert set(members["attribute_0"]) == {"D2"}
    assert members["current"].all()
    assert members.height == surges.found[0].breaks >= 120


def test_other_values_are_not_blamed_for_its_breaks(observe: Observe) -> None:
    # All of it is with one party as well, which is the smaller surprise.
    rows = [*steady(np.random.default_rng(2)), *failure(59, "D2/P7", 150)]
    surges, _ = surges_of(observe(rows))
    assert len(surges.found) == 1


def test_three_failures_are_three_surges(observe: Observe) -> None:
    rows = steady(np.random.default_rng(3))
    for name in ("D0/P*", "D3/P*"):
        rows += failure(59, name, 140)
    rows += [(59, f"X{n}/P5/{n}", 9.0 + n) for n in range(90)]
    surges, _ = surges_of(observe(rows))
    assert {each.values for each in surges.found} == {
        (("attribute_0", "D0"),),
        (("attribute_0", "D3"),),
        (("attribute_1", "P5"),),
    }


@pytest.mark.parametrize("seed", [7, 8, 9])
def test_two_values_together_are_named_where_only_they_fail(seed: int, observe: Observe) -> None:
    rows = [*steady(np.random.default_rng(seed)), *failure(59, "D2/P7", 120)]
    surges, breaks = surges_of(observe(rows))
    pair = (("attribute_0", "D2"), ("attribute_1", "P7"))
    assert [each.values for each in surges.found] == [pair]
    members = breaks.filter(pl.Series(surges.of_row) == 0)
    assert (set(members["attribute_0"]), set(members["attribute_1"])) == ({"D2"}, {"P7"})


@pytest.mark.parametrize("days", [1, 4])
def test_a_few_days_are_no_history(days: int, observe: Observe) -> None:
    rows = [*steady(np.random.default_rng(4), days=days), *failure(days, "D1/P*", 200)]
    surges, breaks = surges_of(observe(rows))
    assert surges.found == ()
    assert surges.of_row.tolist() == [-1] * breaks.height
    assert not surges.log_p().any()


def test_a_surge_makes_its_breaks_odd_and_the_others_not(observe: Observe) -> None:
    rows = [*steady(np.random.default_rng(5)), *failure(59, "D2/P*", 150)]
    observations = observe(rows)
    judged = judge_history(observations).frame.join(observations.frame, on="row")
    volume = judged.filter(pl.col("category") == "volume")
    assert set(volume["attribute_0"]) == {"D2"}
    assert volume.height >= 120
    others = judged.filter(pl.col("attribute_0") != "D2")
    assert others["anomalous"].sum() <= 0.05 * others.height


def test_without_dates_nothing_surges(observe: Observe) -> None:
    rows = [(n - 300, f"D{n % 5}/P{n % 16}", 5.0 + n % 7) for n in range(300)]
    present = [(0, f"D1/P{n}", 6.0 + n % 5) for n in range(40)]
    assert judge_history(observe([*rows, *present], dated=False)).surges.found == ()


def test_several_days_may_be_judged(observe: Observe) -> None:
    rows = [*steady(np.random.default_rng(6)), *failure(57, "D4/P*", 150)]
    surges, breaks = surges_of(observe(rows, last=55))
    assert [(each.values, each.at) for each in surges.found] == [((("attribute_0", "D4"),), 20_057)]
    members = breaks.filter(pl.Series(surges.of_row) == 0)
    assert set(members["at"]) == {20_057}
