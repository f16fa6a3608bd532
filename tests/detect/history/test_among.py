"""Breaks that have no past are judged by one another."""

import statistics
from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from tieout.detect.history.judge import judge_history
from tieout.detect.history.observations import Observations

Observe = Callable[..., Observations]
Row = tuple[int, str, float]


def present(random: np.random.Generator, rows: int = 240) -> list[Row]:
    """Breaks of one day, six keys, none larger than nine."""
    return [
        (0, f"D{n % 3}/S{n % 2}", round(float(random.uniform(-9, 9)), 2) or 1.0)
        for n in range(rows)
    ]


def test_one_that_is_far_from_all_others_is_odd(observe: Observe) -> None:
    rows = [*present(np.random.default_rng(1)), (0, "D1/S1", 4_000.0)]
    judged = judge_history(observe(rows))
    assert not judged.against_past
    odd = judged.frame.filter("anomalous")
    assert odd.select("row", "category").rows() == [(241, "spike")]


def test_two_that_are_do_not_hide_each_other(observe: Observe) -> None:
    rows = [*present(np.random.default_rng(2)), (0, "D1/S1", 4_000.0), (0, "D1/S1", 4_100.0)]
    assert judge_history(observe(rows)).frame.filter("anomalous")["row"].to_list() == [241, 242]


@pytest.mark.parametrize("seed", range(6))
def test_among_equals_nothing_is_odd(seed: int, observe: Observe) -> None:
    frame = judge_history(observe(present(np.random.default_rng(seed)))).frame
    assert not frame["anomalous"].any()
    assert all(text.startswith("In pattern") for [text] in frame["reasons"])


def test_a_break_is_no_part_of_what_it_is_compared_with(observe: Observe) -> None:
    rows = [(0, "A", value) for value in (10.0, 12.0, 11.0, 13.0, 900.0)]
    texts = judge_history(observe(rows)).frame["reasons"].explode().to_list()
    mean, deviation = statistics.fmean([10, 12, 11, 13]), statistics.stdev([10, 12, 11, 13])
    assert texts[-1] == (
        "Spike: 900.00 against 10.00 to 13.00 in the 4 other breaks of this key (median 11.50; "
        f"{(900 - mean) / deviation:.1f} standard deviations above their mean {mean:.2f})."
    )


def test_a_key_that_is_there_again_and_again_where_none_is_twice_is_odd(observe: Observe) -> None:
    random = np.random.default_rng(3)
    rows = [(0, f"K{n}", round(float(random.normal(0, 50)), 2)) for n in range(200)]
    rows += [(0, "K7", round(float(random.normal(0, 50)), 2)) for _ in range(5)]
    judged = judge_history(observe(rows)).frame.join(observe(rows).frame, on="row")
    odd = judged.filter("anomalous")
    assert set(odd["key"]) == {"K7"}
    assert odd.height == 6
    assert set(odd["category"]) == {"repeated_key"}
    assert odd["reasons"][0].to_list()[0] == "Repeated key: 6 breaks have this key."


def test_an_only_break_has_nothing_to_be_compared_with(observe: Observe) -> None:
    frame = judge_history(observe([(0, "A", 12.0)])).frame
    assert frame.select("score", "p_value", "anomalous").rows() == [(0.0, 1.0, False)]
    assert frame["reasons"].to_list() == [["Nothing earlier to compare it with."]]


def test_little_history_is_looked_at_beside_the_present(observe: Observe) -> None:
    rows = [(day, "A", 10.0 + day % 5) for day in range(20)]
    judged = judge_history(observe([*rows, (20, "A", 9_000.0)]))
    assert not judged.against_past
    assert judged.frame["anomalous"].to_list() == [True]


def test_large_keys_are_judged_too(observe: Observe) -> None:
    random = np.random.default_rng(4)
    rows = [(0, "A", round(float(random.normal(0, 10)), 2)) for _ in range(900)]
    judged = judge_history(observe([*rows, (0, "A", -700.0)])).frame
    assert judged.filter("anomalous")["row"].to_list() == [901]


def test_the_answer_does_not_depend_on_the_order_of_rows(observe: Observe) -> None:
    observations = observe([*present(np.random.default_rng(5)), (0, "D0/S0", 77.0)])
    shuffled = observations.frame.sample(fraction=1.0, shuffle=True, seed=2)
    second = judge_history(Observations(shuffled, observations.attributes)).frame
    assert judge_history(observations).frame.equals(second)


def test_breaks_without_an_amount_are_no_reason_to_fail(observe: Observe) -> None:
    frame = observe([(0, f"K{n}", 5.0) for n in range(60)]).frame
    zeros = frame.with_columns(quantity=pl.lit(0.0), units=pl.lit(0, pl.Int64))
    judged = judge_history(Observations(zeros, ("first", "second"))).frame
    assert judged.height == 60
    assert not judged["anomalous"].any()
