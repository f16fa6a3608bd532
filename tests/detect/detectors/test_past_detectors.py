"""Bollinger and EWMA: what a key did before."""

from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np
import pytest

from tieout.detect.detectors.bollinger import Bollinger
from tieout.detect.detectors.deviation import Judged
from tieout.detect.detectors.ewma import Ewma
from tieout.detect.detectors.matrix import NO_MOMENT
from tieout.detect.detectors.past import Past, at
from tieout.model.table import Table, TableRole

START = datetime.fromisoformat("2024-03-01")


def days(count: int, first: int = 0) -> list[datetime]:
    return [START + timedelta(days=first + day) for day in range(count)]


def series(random: np.random.Generator, count: int) -> list[float]:
    return [float(value) for value in random.normal(100.0, 10.0, count)]


def test_bollinger_measures_by_the_twenty_values_before(make_table: Callable[..., Table]) -> None:
    values = series(np.random.default_rng(1), 60)
    detector = Bollinger().fit(make_table({"when": days(60), "amount": values}))
    current = make_table({"when": days(1, 60), "amount": [170.0]})
    last = np.array(values[-20:])
    expected = (170.0 - last.mean()) / last.std(ddof=1)
    assert detector.score(current).score[0] == pytest.approx(expected)


def test_a_row_of_history_is_measured_by_what_was_before_it(
    make_table: Callable[..., Table],
) -> None:
    values = series(np.random.default_rng(2), 60)
    table = make_table({"when": days(60), "amount": values})
    score = Bollinger().fit(table).score(table).score
    for row in (5, 30, 59):
        before = np.array(values[max(row - 20, 0) : row])
        expected = abs(values[row] - before.mean()) / before.std(ddof=1)
        assert score[row] == pytest.approx(expected)
    assert np.isnan(score[:5]).all()


def test_a_later_row_does_not_change_an_earlier_one(make_table: Callable[..., Table]) -> None:
    values = series(np.random.default_rng(3), 40)
    early = make_table({"when": days(30), "amount": values[:30]})
    whole = make_table({"when": days(40), "amount": values})
    for kind in (Bollinger, Ewma):
        short = kind().fit(early).score(early).score
        full = kind().fit(whole).score(early).score
        assert full.tolist() == pytest.approx(short.tolist(), nan_ok=True)


def test_rows_of_one_moment_are_not_in_each_others_past(make_table: Callable[..., Table]) -> None:
    values = [10.0, 11.0, 9.0, 12.0, 8.0, 10.0]
    when = [*days(6), START + timedelta(days=6), START + timedelta(days=6)]
    table = make_table({"when": when, "amount": [*values, 900.0, 910.0]})
    score = Bollinger().fit(table).score(table).score
    assert score[6] == pytest.approx((900.0 - 10.0) / np.std(values, ddof=1))
    assert score[7] == pytest.approx((910.0 - 10.0) / np.std(values, ddof=1))


def test_keys_have_pasts_of_their_own(make_table: Callable[..., Table]) -> None:
    when = [moment for moment in days(20) for _ in range(2)]
    amounts = [value + day % 3 for day in range(20) for value in (1.0, 1_000.0)]
    table = make_table({"when": when, "amount": amounts, "key": ["a", "b"] * 20})
    current = make_table({"when": days(2, 30), "amount": [1_001.0] * 2, "key": ["a", "b"]})
    for kind in (Bollinger, Ewma):
        score = kind(group="key").fit(table).score(current).score
        assert score[0] > 500.0
        assert score[1] < 2.0


def test_the_order_of_the_file_is_of_no_matter(make_table: Callable[..., Table]) -> None:
    random = np.random.default_rng(4)
    values, when = series(random, 50), days(50)
    order = random.permutation(50)
    table = make_table({"when": when, "amount": values})
    mixed = make_table({"when": [when[i] for i in order], "amount": [values[i] for i in order]})
    for kind in (Bollinger, Ewma):
        straight = kind().fit(table).score(table)
        shuffled = kind().fit(mixed).score(table)
        assert np.array_equal(straight.score, shuffled.score, equal_nan=True)
        assert np.array_equal(straight.log_p, shuffled.log_p)


def test_ewma_measures_by_weighted_mean_and_forecast_errors(
    make_table: Callable[..., Table],
) -> None:
    values = series(np.random.default_rng(5), 40)
    detector = Ewma(span=9.0).fit(make_table({"when": days(40), "amount": values}))
    current = make_table({"when": days(1, 40), "amount": [170.0]})

    def weighted(known: list[float]) -> float:
        weights = 0.8 ** np.arange(len(known))[::-1]
        return float((weights * known).sum() / weights.sum())

    errors = [(values[i] - weighted(values[:i])) ** 2 for i in range(1, 40)]
    expected = (170.0 - weighted(values)) / np.sqrt(weighted(errors))
    assert detector.score(current).score[0] == pytest.approx(expected)


def test_a_level_shift_is_forgotten_by_ewma(make_table: Callable[..., Table]) -> None:
    random = np.random.default_rng(6)
    values = [*random.normal(100.0, 1.0, 200), *random.normal(200.0, 1.0, 200)]
    table = make_table({"when": days(400), "amount": values})
    score = Ewma().fit(table).score(table).score
    assert score[200] > 50.0
    assert np.median(score[300:]) < 3.0


def test_no_moment_or_no_value_says_nothing(make_table: Callable[..., Table]) -> None:
    table = make_table({"when": days(30), "amount": series(np.random.default_rng(7), 30)})
    current = make_table({"when": [None, days(1, 31)[0]], "amount": [500.0, None]})
    for kind in (Bollinger, Ewma):
        scores = kind().fit(table).score(current)
        assert np.isnan(scores.score).all()
        assert scores.log_p.tolist() == [0.0, 0.0]


def test_a_constant_series_says_nothing(make_table: Callable[..., Table]) -> None:
    table = make_table({"when": days(30), "amount": [0.1] * 30})
    current = make_table({"when": days(1, 31), "amount": [0.2]})
    for kind in (Bollinger, Ewma):
        assert np.isnan(kind().fit(table).score(current).score[0])


def test_the_column_with_the_role_of_time_is_taken(make_table: Callable[..., Table]) -> None:
    values = series(np.random.default_rng(8), 30)
    columns = {"entered": days(30)[::-1], "when": days(30), "amount": values}
    named = Bollinger(time="when").fit(make_table(columns))
    by_role = Bollinger().fit(make_table(columns, {TableRole.TIME: "when"}))
    current = make_table({**columns, "amount": [500.0] * 30})
    assert np.array_equal(named.score(current).score, by_role.score(current).score, equal_nan=True)


def test_a_table_without_time_is_refused(make_table: Callable[..., Table]) -> None:
    with pytest.raises(ValueError, match="bollinger needs a time column"):
        Bollinger().fit(make_table({"amount": [1.0]}))


def test_reasons_can_be_recomputed(make_table: Callable[..., Table]) -> None:
    values = series(np.random.default_rng(9), 200)
    values[150] = 300.0
    table = make_table({"when": days(200), "amount": values, "key": ["k"] * 200})
    (reason,) = Bollinger(group="key").fit(table).reasons(table, [150])[0]
    before = np.array(values[130:150])
    mean, std = before.mean(), before.std(ddof=1)
    z = (300.0 - mean) / std
    assert reason.values == pytest.approx((300.0, z, mean, std, 20))
    assert reason.text == (
        f"amount 300.00 is {z:,.1f} standard deviations above {mean:,.2f}, "
        "the mean of the 20 rows before it of key k"
    )
    (reason,) = Ewma(group="key").fit(table).reasons(table, [150])[0]
    weights = (1 - 2 / 21) ** np.arange(150)[::-1]
    mean = (weights * values[:150]).sum() / weights.sum()
    assert reason.values[2] == pytest.approx(mean)
    assert reason.values[4] == 150
    assert f"{mean:,.2f}, the weighted mean of the 150 rows before it of key k" in reason.text


def test_a_moment_before_all_history_has_no_past() -> None:
    judged = Judged(np.zeros(2, np.int32), np.array([10, 20]), np.array([1.0, 2.0]))
    past = Past.of(judged)
    early = Judged(np.array([0, 0, 0, 1], np.int32), np.array([10, 15, 99, 15]), np.zeros(4))
    assert past.last_before(early).tolist() == [-1, 0, 1, -1]
    missing = Judged(np.zeros(1, np.int32), np.array([NO_MOMENT]), np.zeros(1))
    assert past.last_before(missing).tolist() == [-1]


def test_statistics_are_missing_without_a_past() -> None:
    found = at(np.array([1.5, 2.5]), np.array([1, -1]))
    assert found[0] == 2.5
    assert np.isnan(found[1])
