"""Every number in a reason, recomputed from the rows by other code."""

import re
import statistics
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from tieout.detect.history.judge import judge_history
from tieout.detect.history.observations import Observations

from .conftest import FIRST_DAY, Planted, observe_rows

Observe = Callable[..., Observations]
Said = list[tuple[dict[str, Any], str]]
NUMBER = r"(-?[\d,]+(?:\.\d+)?)"
DAY = r"(\d{4}-\d\d-\d\d)"
CENT = 0.005 + 1e-9


def said_by(observations: Observations) -> Said:
    """Each sentence of the current breaks, with the row that it is about."""
    judged = judge_history(observations).frame.join(observations.frame, on="row")
    return [(row, text) for row in judged.to_dicts() for text in row["reasons"]]


@pytest.fixture(scope="module")
def history() -> Observations:
    """Keys with all kinds of anomalies."""
    planted = Planted(keys=300, days=70, seed=12, agree=0.2)
    planted.plant(8)
    return observe_rows(planted.rows())


@pytest.fixture(scope="module")
def sentences(history: Observations) -> Said:
    """What was said of them."""
    return said_by(history)


def starting(sentences: Said, start: str) -> Said:
    """The sentences that begin so; there are some."""
    found = [(row, text) for row, text in sentences if text.startswith(start)]
    assert found, start
    return found


def numbers(pattern: str, text: str) -> list[str]:
    """What a pattern's groups caught; the whole sentence must be of this form."""
    caught = re.fullmatch(pattern, text)
    assert caught is not None, text
    return list(caught.groups())


def value(text: str) -> float:
    """A number as a sentence writes it."""
    return float(text.replace(",", ""))


def breaks_of(history: Observations, row: dict[str, Any]) -> list[dict[str, Any]]:
    """All breaks of a row's key, up to and with it, in order of days and rows."""
    mine = history.frame.filter(
        (pl.col("key") == row["key"])
        & pl.col("is_break")
        & (
            (pl.col("at") < row["at"])
            | ((pl.col("at") == row["at"]) & (pl.col("row") <= row["row"]))
        )
    )
    return mine.sort("at", "row").to_dicts()


def earlier_amounts(history: Observations, row: dict[str, Any]) -> list[float]:
    """The last twenty breaks of its key on days before."""
    mine = [each for each in breaks_of(history, row) if each["at"] < row["at"]]
    return [each["quantity"] for each in mine][-20:]


def day_of(at: int) -> str:
    """An epoch day as it is written."""
    return (date(1970, 1, 1) + timedelta(days=at)).isoformat()


def check_window(history: Observations, row: dict[str, Any], known: Sequence[str]) -> None:
    """The numbers of a comparison with the key's own breaks."""
    quantity, low, high, count, median, sigma, side, mean = known
    window = earlier_amounts(history, row)
    assert value(quantity) == pytest.approx(row["quantity"], abs=CENT)
    assert int(count) == len(window)
    assert value(low) == pytest.approx(min(window), abs=CENT)
    assert value(high) == pytest.approx(max(window), abs=CENT)
    assert value(median) == pytest.approx(statistics.median(window), abs=CENT)
    assert value(mean) == pytest.approx(statistics.fmean(window), abs=CENT)
    expected = (row["quantity"] - statistics.fmean(window)) / statistics.stdev(window)
    assert value(sigma) == pytest.approx(abs(expected), abs=0.05 + 1e-9)
    assert side == ("above" if expected > 0 else "below")


WINDOW = (
    rf"{NUMBER} against {NUMBER} to {NUMBER} in the last (\d+) breaks of this key "
    rf"\(median {NUMBER}; {NUMBER} standard deviations (above|below) their mean {NUMBER}\)\."
)


def test_a_spike_tells_what_the_key_usually_has(history: Observations, sentences: Said) -> None:
    for row, text in starting(sentences, "Spike"):
        check_window(history, row, numbers(f"Spike: {WINDOW}", text))


def test_what_is_in_pattern_tells_it_too(history: Observations, sentences: Said) -> None:
    compared = [(row, text) for row, text in starting(sentences, "In pattern") if "against" in text]
    assert len(compared) > 100
    for row, text in compared:
        check_window(history, row, numbers(f"In pattern: {WINDOW}", text))


def test_a_level_shift_tells_both_medians(history: Observations, sentences: Said) -> None:
    pattern = (
        rf"Level shift: the median of the last 5 breaks of this key is {NUMBER}, of the (\d+) "
        rf"before them {NUMBER}, since {DAY}\."
    )
    for row, text in starting(sentences, "Level shift"):
        now, count, before, since = numbers(pattern, text)
        mine = breaks_of(history, row)
        recent, old = mine[-5:], [e for e in mine if e["at"] < mine[-5]["at"]][-20:]
        assert value(now) == pytest.approx(
            statistics.median(e["quantity"] for e in recent), abs=CENT
        )
        assert value(before) == pytest.approx(
            statistics.median(e["quantity"] for e in old), abs=CENT
        )
        assert int(count) == len(old)
        assert since == day_of(recent[0]["at"])


def test_a_trend_tells_its_slope(history: Observations, sentences: Said) -> None:
    pattern = (
        rf"Trend: the last 10 breaks of this key (rose|fell) by {NUMBER} each \(least squares\), "
        rf"since {DAY}\."
    )
    for row, text in starting(sentences, "Trend"):
        way, each, since = numbers(pattern, text)
        last = breaks_of(history, row)[-10:]
        slope = statistics.linear_regression(range(10), [e["quantity"] for e in last]).slope
        assert value(each) == pytest.approx(abs(slope), abs=CENT)
        assert (way == "rose") == (slope > 0)
        assert since == day_of(last[0]["at"])


def test_what_is_stale_tells_how_often_and_since_when(
    history: Observations, sentences: Said
) -> None:
    pattern = (
        rf"Stale: the same difference of {NUMBER} stood in (\d+) breaks in a row, since {DAY}\."
    )
    for row, text in starting(sentences, "Stale"):
        amount, count, since = numbers(pattern, text)
        mine = breaks_of(history, row)[::-1]
        length = next(
            (n for n, each in enumerate(mine) if each["units"] != row["units"]), len(mine)
        )
        assert value(amount) == row["quantity"]
        assert int(count) == length
        assert since == day_of(mine[length - 1]["at"])


def test_a_repeated_key_tells_its_counts(history: Observations, sentences: Said) -> None:
    pattern = (
        rf"Repeated key: (\d+) breaks of this key on {DAY}; {NUMBER} a day on (\d+) earlier days "
        r"with a break before\."
    )
    for row, text in starting(sentences, "Repeated key"):
        count, day, usual, days = numbers(pattern, text)
        mine = history.frame.filter((pl.col("key") == row["key"]) & pl.col("is_break"))
        before = mine.filter(pl.col("at") < row["at"])
        assert int(count) == mine.filter(pl.col("at") == row["at"]).height
        assert day == day_of(row["at"])
        assert int(days) == before["at"].n_unique()
        assert value(usual) == pytest.approx(before.height / before["at"].n_unique(), abs=0.05)


def test_a_new_combination_tells_how_often_its_values_were_seen(observe: Observe) -> None:
    random = np.random.default_rng(2)
    rows = [
        (day, f"A{a}/B{b}", round(float(random.normal(0, 20)), 2))
        for day in range(80)
        for a in range(6)
        for b in range(6)
        if (a, b) != (2, 3)
    ]
    history = observe([*rows, (79, "A2/B3", 21.0), (79, "A9/B3", 9.0)])
    told = {row["key"]: text for row, text in starting(said_by(history), "New combination")}
    earlier = history.frame.filter(~pl.col("current"))
    first = (earlier["attribute_0"] == "A2").sum()
    second = (earlier["attribute_1"] == "B3").sum()
    assert told == {
        "A2/B3": f"New combination: this key never occurred in {earlier.height:,} earlier rows, "
        f"each value did (first A2 {first:,} times, second B3 {second:,} times).",
        "A9/B3": f"New combination: first A9 never occurred in {earlier.height:,} earlier rows.",
    }


def test_a_key_without_a_past_is_compared_with_its_peers(observe: Observe) -> None:
    random = np.random.default_rng(3)
    sizes = {"A": 10.0, "B": 5_000.0}
    rows = [
        (day, f"{group}/N{day}-{n}", round(float(random.normal(0, size)), 2))
        for day in range(30)
        for n in range(6)
        for group, size in sizes.items()
    ]
    history = observe([*rows, (29, "A/X", 4_000.0)])
    told = next(text for row, text in said_by(history) if row["key"] == "A/X")
    pattern = (
        rf"Spike: {NUMBER} is {NUMBER} times the usual size {NUMBER} of (\d+) earlier breaks with "
        r"first A in EUR\."
    )
    amount, times, usual, count = numbers(pattern, told)
    peers = history.frame.filter((pl.col("attribute_0") == "A") & ~pl.col("current"))
    median = statistics.median(peers["quantity"].abs().to_list())
    assert (value(amount), int(count)) == (4_000.0, peers.height)
    assert value(usual) == pytest.approx(median, abs=CENT)
    assert value(times) == pytest.approx(4_000.0 / median, abs=0.05)


def test_a_surge_tells_its_count_and_what_is_usual(observe: Observe) -> None:
    random = np.random.default_rng(4)
    rows = [
        (day, f"C{n % 8}/D{n % 5}-{n}", round(float(random.normal(0, 20)), 2))
        for day in range(40)
        for n in range(200)
        if random.random() < 0.2 or (day == 39 and n % 8 == 3)
    ]
    history = observe(rows)
    pattern = (
        rf"Volume: (\d+) breaks with first C3 on {DAY}; {NUMBER} a day over the (\d+) days before\."
    )
    told = starting(said_by(history), "Volume")
    mine = history.frame.filter(pl.col("attribute_0") == "C3")
    before = mine.filter((pl.col("at") < FIRST_DAY + 39) & (pl.col("at") >= FIRST_DAY + 19))
    assert {row["attribute_0"] for row, _ in told} == {"C3"}
    for _, text in told:
        count, day, usual, days = numbers(pattern, text)
        assert int(count) == len(told) == mine.filter("current").height
        assert (day, int(days)) == (day_of(FIRST_DAY + 39), 20)
        assert value(usual) == pytest.approx(before.height / 20, abs=0.05)


def test_amounts_have_the_decimals_of_the_run(observe: Observe) -> None:
    rows = [(day, "A", float(100 + day % 7)) for day in range(60)]
    whole = said_by(observe(rows, decimals=0))
    assert whole[0][1].startswith("In pattern: 103 against 100 to 106 in the last 20 breaks")


def test_a_long_value_is_cut(observe: Observe) -> None:
    random = np.random.default_rng(5)
    rows = [(d, f"A{n}", round(float(random.normal(0, 9)), 2)) for d in range(90) for n in range(9)]
    told = said_by(observe([*rows, (89, "L" * 90, 6.0)]))
    new = [text for _, text in told if "never occurred" in text]
    assert new
    assert "L" * 39 + "\N{HORIZONTAL ELLIPSIS}" in new[0]
    assert "L" * 40 not in new[0]
