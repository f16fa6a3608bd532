from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from tieout.detect.detectors.zscore import ZScore
from tieout.model.table import Table


def test_a_value_is_measured_by_the_others(make_table: Callable[..., Table]) -> None:
    amounts = [1.0, 2.0, 3.0, 4.0, 5.0, 100.0]
    table = make_table({"amount": amounts})
    score = ZScore().fit(table).score(table).score
    others = np.array(amounts[:5])
    assert score[5] == pytest.approx((100.0 - others.mean()) / others.std(ddof=1))


def test_it_can_fire_below_nine_values(make_table: Callable[..., Table]) -> None:
    """With the judged value inside, |z| cannot exceed (n - 1) / sqrt(n), here 2.27."""
    table = make_table({"amount": [1.0, 2.0, 3.0, 2.0, 1.0, 3.0, 500.0]})
    detector = ZScore().fit(table)
    assert detector.score(table).score[6] > 100.0
    assert detector.flags(table).tolist() == [False] * 6 + [True]


def test_a_new_value_is_measured_by_all_of_history(make_table: Callable[..., Table]) -> None:
    history = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    detector = ZScore().fit(make_table({"amount": history}))
    score = detector.score(make_table({"amount": [9.5]})).score
    assert score[0] == pytest.approx((9.5 - np.mean(history)) / np.std(history, ddof=1))


def test_fewer_than_five_others_say_nothing(make_table: Callable[..., Table]) -> None:
    table = make_table({"amount": [1.0, 2.0, 3.0, 4.0, 99.0]})
    scores = ZScore().fit(table).score(table)
    assert np.isnan(scores.score).all()
    assert (scores.log_p == 0.0).all()


def test_others_that_do_not_vary_say_nothing(make_table: Callable[..., Table]) -> None:
    table = make_table({"amount": [5.0] * 20 + [6.0]})
    scores = ZScore().fit(table).score(table)
    assert np.isnan(scores.score[20])
    assert scores.log_p[20] == 0.0


def test_each_group_is_measured_by_itself(make_table: Callable[..., Table]) -> None:
    table = make_table(
        {
            "amount": [1.0, 2.0, 3.0, 2.0, 1.0, 3.0, *[1e3, 2e3, 3e3, 2e3, 1e3, 3e3]],
            "account": ["cash"] * 6 + ["loans"] * 6,
        }
    )
    detector = ZScore(group="account").fit(table)
    current = make_table({"amount": [1e3, 1e3], "account": ["cash", "loans"]})
    score = detector.score(current).score
    assert score[0] > 1_000.0
    assert score[1] < 2.0


def test_an_unknown_group_says_nothing(make_table: Callable[..., Table]) -> None:
    history = make_table({"amount": [1.0, 2.0] * 9, "account": ["cash"] * 18})
    detector = ZScore(group="account").fit(history)
    scores = detector.score(make_table({"amount": [9.0, 9.0], "account": ["loans", None]}))
    assert np.isnan(scores.score).all()
    assert scores.log_p.tolist() == [0.0, 0.0]


def test_limits_are_calibrated_by_account_type(make_table: Callable[..., Table]) -> None:
    random = np.random.default_rng(1)
    table = make_table(
        {
            "amount": np.concatenate([random.normal(size=5_000), random.standard_t(3, 5_000)]),
            "type": ["normal"] * 5_000 + ["long-tailed"] * 5_000,
        }
    )
    detector = ZScore(group="type").fit(table)
    limits = detector.limits("amount")
    assert limits["normal"] == pytest.approx(2.5, abs=0.15)
    assert limits["long-tailed"] > limits["normal"]
    flags = detector.flags(table)
    share = 2 * stats.norm.sf(2.5)
    for start in (0, 5_000):
        assert flags[start : start + 5_000].mean() == pytest.approx(share, abs=0.001)


def test_a_short_history_keeps_the_plain_limit(make_table: Callable[..., Table]) -> None:
    detector = ZScore(limit=3.0).fit(make_table({"amount": np.arange(99.0)}))
    assert detector.limits("amount") == {"": 3.0}


def test_the_score_is_the_largest_of_the_columns(make_table: Callable[..., Table]) -> None:
    random = np.random.default_rng(2)
    columns = {"amount": random.normal(size=50), "quantity": random.normal(size=50)}
    both = ZScore().fit(make_table(columns)).score(make_table(columns)).score
    alone = [
        ZScore([name]).fit(make_table(columns)).score(make_table(columns)).score for name in columns
    ]
    assert both.tolist() == np.maximum(*alone).tolist()


def test_reasons_can_be_recomputed(make_table: Callable[..., Table]) -> None:
    random = np.random.default_rng(3)
    amounts = random.normal(1_000.0, 20.0, 400)
    amounts[17] = 1_400.0
    accounts = ["a" if i % 2 else "b" for i in range(400)]
    table = make_table({"amount": amounts, "account": accounts})
    (reason,) = ZScore(group="account").fit(table).reasons(table, [17])[0]
    others = np.array([x for i, x in enumerate(amounts) if accounts[i] == "a" and i != 17])
    mean, std = others.mean(), others.std(ddof=1)
    z = (1_400.0 - mean) / std
    assert reason.values == pytest.approx((1_400.0, z, mean, std, 199))
    assert reason.text == (
        f"amount 1,400.00 is {z:,.1f} standard deviations above {mean:,.2f}, "
        "the mean of 199 other rows of account a"
    )


def test_usual_rows_have_no_reasons(make_table: Callable[..., Table]) -> None:
    table = make_table({"amount": np.arange(100.0)})
    assert ZScore().fit(table).reasons(table, [50]) == [()]


def test_a_missing_group_column_is_named(make_table: Callable[..., Table]) -> None:
    with pytest.raises(ValueError, match="account"):
        ZScore(group="account").fit(make_table({"amount": [1.0]}))
