"""What is out of pattern is found, what is not is left alone."""

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import stats

from tieout.detect.detector import FloatArray
from tieout.detect.history.channels import Channel
from tieout.detect.history.judge import Category, judge_history
from tieout.detect.history.observations import Observations

from .conftest import Planted, observe_rows

Observe = Callable[..., Observations]
Make = Callable[..., Any]
CATEGORIES = [str(each) for each in Category if each not in {Category.NONE, Category.VOLUME}]


def judged_with_labels(planted: Any, observe: Observe, **options: Any) -> pl.DataFrame:
    """The judged breaks with what was planted in their key, "" for nothing."""
    observations = observe(planted.rows(), **options)
    keys = observations.frame.select("row", "key")
    labels = {f"K{key}": label for key, label in planted.label.items()}
    found = judge_history(observations).frame.join(keys, on="row")
    return found.with_columns(label=pl.col("key").replace_strict(labels, default=""))


@pytest.fixture
def quiet(planted: Make) -> Any:
    """A history in which nothing is planted."""
    return planted(keys=600, days=60, seed=11, agree=0.2)


@pytest.fixture(scope="module")
def found() -> pl.DataFrame:
    """The judged breaks of 700 keys, fifteen of each category planted."""
    history = Planted(keys=700, days=80, seed=3, agree=0.3)
    history.plant(15)
    return judged_with_labels(history, observe_rows)


@pytest.mark.parametrize("category", CATEGORIES)
def test_what_was_planted_is_found(category: str, found: pl.DataFrame) -> None:
    judged = found.filter(pl.col("label") == category)
    odd = judged.filter("anomalous")
    assert odd.height >= 0.8 * judged.height > 0
    assert (odd["category"] == category).sum() >= 0.6 * odd.height


def test_few_of_those_called_odd_are_usual(found: pl.DataFrame) -> None:
    odd = found.filter("anomalous")
    assert odd.filter(pl.col("label") == "").height <= 0.1 * odd.height


def test_nothing_is_found_where_nothing_is_wrong(quiet: Any, observe: Observe) -> None:
    judged = judge_history(observe(quiet.rows())).frame
    assert judged.height > 300
    assert judged["anomalous"].sum() <= 1
    assert set(judged.filter(~pl.col("anomalous"))["category"]) == {"none"}


@pytest.fixture(scope="module")
def usual() -> dict[Channel, FloatArray]:
    """P-values by channel of 1,500 keys in which nothing is wrong."""
    history = Planted(keys=1_500, days=50, seed=7, agree=0.0)
    channels = judge_history(observe_rows(history.rows())).channels
    return {channel: np.exp(log_p) for channel, log_p in channels.items()}


@pytest.mark.parametrize("channel", [Channel.LEVEL, Channel.SHIFT])
def test_p_values_of_what_is_usual_are_uniform(
    channel: Channel, usual: dict[Channel, FloatArray]
) -> None:
    assert len(usual[channel]) == 1_500
    assert stats.kstest(usual[channel], "uniform").pvalue > 0.001


@pytest.mark.parametrize("channel", list(Channel))
@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.2])
def test_no_channel_says_odd_more_often_than_it_may(
    channel: Channel, alpha: float, usual: dict[Channel, FloatArray]
) -> None:
    # Four standard errors of 1,500 draws.
    allowed = alpha + 4 * (alpha * (1 - alpha) / 1_500) ** 0.5
    assert (usual[channel] <= alpha).mean() <= allowed


def test_the_order_of_rows_decides_nothing(planted: Make, observe: Observe) -> None:
    history = planted(keys=80, days=40, seed=2)
    history.plant(3)
    observations = observe(history.rows())
    shuffled = observations.frame.sample(fraction=1.0, shuffle=True, seed=1)
    first = judge_history(observations).frame
    second = judge_history(Observations(shuffled, attributes=("first", "second"))).frame
    assert first.equals(second)


def test_money_in_another_unit_is_judged_alike(planted: Make, observe: Observe) -> None:
    history = planted(keys=150, days=40, seed=6)
    history.plant(5)
    small = observe(history.rows())
    large = small.frame.with_columns(pl.col("quantity") * 1024, pl.col("units") * 1024)
    first = judge_history(small).frame
    second = judge_history(Observations(large, attributes=("first", "second"))).frame
    assert first["p_value"].to_list() == pytest.approx(second["p_value"].to_list(), rel=1e-6)
    assert first["category"].equals(second["category"])


def test_a_key_is_judged_in_its_own_currency(observe: Observe) -> None:
    rows = [(day, f"A{key}", (-1) ** day * (100.0 + key)) for day in range(30) for key in range(5)]
    yen = observe(rows, currency="JPY").frame.with_columns(
        row=pl.col("row") + 1_000,
        key=pl.lit("Y") + pl.col("key"),
        quantity=pl.col("quantity") * 150,
    )
    both = Observations(pl.concat([observe(rows).frame, yen]), attributes=("first", "second"))
    assert not judge_history(both).frame["anomalous"].any()


def test_a_break_where_nothing_ever_broke_is_odd(observe: Observe) -> None:
    rows = [(day, f"A{key}", 0.0) for day in range(100) for key in range(5)]
    judged = judge_history(observe([*rows, (100, "A0", 12.0), (100, "A1", 0.0)]))
    assert judged.frame.select("row", "anomalous", "category").rows() == [(501, True, "spike")]
    assert judged.frame["reasons"].to_list() == [["Rare: 0 of 500 earlier rows broke."]]


def test_a_break_of_what_agreed_while_others_break_daily_is_odd(observe: Observe) -> None:
    amounts = np.random.default_rng(1).normal(0, 50, (120, 20)).round(2)
    rows = [(day, f"B{key}", amounts[day, key]) for day in range(120) for key in range(20)]
    rows += [(day, f"C{key}", 0.0) for day in range(119) for key in range(20)]
    found = judge_history(observe([*rows, (119, "C3", 60.0)])).frame.sort("row")
    assert found["anomalous"].to_list() == [False] * 20 + [True]
    assert "Rare: this key broke in 0 of 119 earlier rows." in found["reasons"].to_list()[-1]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_among_round_differences_that_repeat_an_enormous_one_is_odd(
    observe: Observe, seed: int
) -> None:
    random = np.random.default_rng(seed)
    drawn = random.choice([0.0, 500.0, -500.0], (50, 15), p=[0.75, 0.125, 0.125])
    drawn[49, :6] = (-78_000.0, 500.0, -500.0, 500.0, 0.0, 500.0)
    rows = [(day, f"A{key}", drawn[day, key]) for day in range(50) for key in range(15)]
    judged = judge_history(observe(rows)).frame
    found = judged.filter(pl.col("row") == 49 * 15 + 1).row(0, named=True)
    assert (found["anomalous"], found["category"]) == (True, "spike")
    assert found["p_value"] < 0.01


def test_a_new_key_is_usual_where_keys_are_always_new(observe: Observe) -> None:
    random = np.random.default_rng(3)
    rows = [(day, f"T{day}-{n}", random.normal(0, 10)) for day in range(40) for n in range(20)]
    judged = judge_history(observe([(d, k, round(float(v), 2) or 1.0) for d, k, v in rows]))
    assert "new_combination" not in set(judged.frame["category"])
    assert judged.frame["anomalous"].sum() <= 1


def test_without_days_history_is_still_a_past(observe: Observe) -> None:
    random = np.random.default_rng(4)
    rows = [(n - 200, f"A{n % 4}", round(float(random.normal(0, 10)), 2)) for n in range(200)]
    present = [(0, "A0", 4.0), (0, "A1", 900.0), (0, "A2", -6.0)]
    judged = judge_history(observe([*rows, *present], dated=False))
    assert judged.against_past
    assert judged.frame["anomalous"].to_list() == [False, True, False]
    assert "since" not in "".join(judged.frame["reasons"].explode().to_list())


def test_no_breaks_is_an_answer(observe: Observe) -> None:
    agreeing = observe([(day, "A", 0.0) for day in range(10)])
    assert judge_history(agreeing).frame.height == 0
    assert (
        judge_history(Observations(agreeing.frame.clear(), ("first", "second"))).frame.height == 0
    )


def test_scores_rise_as_p_values_fall(quiet: Any, observe: Observe) -> None:
    frame = judge_history(observe(quiet.rows())).frame
    ordered = frame.sort("score")
    assert ordered["score"].is_between(0.0, 1.0).all()
    assert ordered["p_value"].is_between(0.0, 1.0).all()
    assert ordered["p_value"].is_sorted(descending=True)


def test_the_day_on_which_it_began_is_told(planted: Make, observe: Observe) -> None:
    history = planted(keys=200, days=60, seed=8)
    history.plant(4)
    last = 20_000 + 59
    judged = judged_with_labels(history, observe).filter("anomalous")
    began = {
        category: set(judged.filter(pl.col("category") == category)["since"])
        for category in ("stale", "level_shift", "trend", "spike", "repeated_key")
    }
    assert began["stale"] == {last - 8}
    assert began["level_shift"] <= {last - 4}
    assert began["trend"] <= {last - 9}
    assert began["spike"] == {last}
    assert began["repeated_key"] == {last}
