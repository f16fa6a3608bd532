from collections.abc import Callable

import numpy as np
import pytest

from tieout.detect.detectors.grouped import GroupedValues
from tieout.detect.detectors.robust import Pool
from tieout.detect.detectors.robust_z import RobustZ
from tieout.model.table import Table


def test_a_value_is_measured_by_median_and_mad_of_the_others(
    make_table: Callable[..., Table],
) -> None:
    amounts = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 60.0]
    table = make_table({"amount": amounts})
    score = RobustZ().fit(table).score(table).score
    others = np.array(amounts[:7])
    mad = np.median(np.abs(others - np.median(others)))
    assert score[7] == pytest.approx((60.0 - np.median(others)) / (1.4826 * mad))


def test_outliers_do_not_hide_one_another(make_table: Callable[..., Table]) -> None:
    table = make_table({"amount": [10.0, 11.0, 9.0, 10.5, 9.5, 10.2, 9.8, 500.0, 510.0]})
    score = RobustZ().fit(table).score(table).score
    assert (score[7:] > 100.0).all()
    assert (score[:7] < 5.0).all()


def test_a_mad_of_zero_falls_back_to_the_mean_deviation(make_table: Callable[..., Table]) -> None:
    amounts = [5.0] * 8 + [6.0, 7.0, 20.0]
    table = make_table({"amount": amounts})
    score = RobustZ().fit(table).score(table).score
    mean_deviation = (6.0 - 5.0 + 7.0 - 5.0) / 10
    assert score[10] == pytest.approx(15.0 / (1.2533 * mean_deviation))


def test_others_that_are_all_equal_say_nothing(make_table: Callable[..., Table]) -> None:
    table = make_table({"amount": [5.0] * 10 + [6.0]})
    assert np.isnan(RobustZ().fit(table).score(table).score[10])


def test_without_a_pool_fewer_than_five_others_say_nothing(
    make_table: Callable[..., Table],
) -> None:
    table = make_table({"amount": [1.0, 2.0, 3.0, 4.0, 90.0]})
    assert np.isnan(RobustZ().fit(table).score(table).score).all()


def stores(random: np.random.Generator, spread_of_centres: float) -> dict[str, list[object]]:
    """Forty stores of thirty sales each, and one of two."""
    names, amounts = [], []
    for store in range(40):
        centre = 100.0 + random.normal(0.0, spread_of_centres)
        names += [f"s{store}"] * 30
        amounts += list(random.normal(centre, 5.0, 30))
    return {"store": [*names, "new", "new"], "amount": [*amounts, 101.0, 99.0]}


def test_small_groups_borrow_the_spread_of_the_pool(make_table: Callable[..., Table]) -> None:
    history = stores(np.random.default_rng(1), 1.0)
    detector = RobustZ(group="store").fit(make_table(history))
    current = make_table({"store": ["new", "new"], "amount": [103.0, 140.0]})
    score = detector.score(current).score
    assert score[0] < 1.5
    assert 5.0 < score[1] < 12.0


def test_a_group_that_was_never_seen_is_judged_by_the_pool(
    make_table: Callable[..., Table],
) -> None:
    detector = RobustZ(group="store").fit(make_table(stores(np.random.default_rng(2), 1.0)))
    score = detector.score(make_table({"store": ["other"], "amount": [160.0]})).score
    assert 8.0 < score[0] < 16.0


def test_groups_that_differ_much_borrow_little() -> None:
    random = np.random.default_rng(3)
    codes = np.repeat(np.arange(50), 20)
    alike = Pool.learnt(GroupedValues.of(codes, random.normal(0.0, 1.0, 1_000), 50))
    apart = Pool.learnt(
        GroupedValues.of(codes, random.normal(np.repeat(random.normal(0, 50.0, 50), 20)), 50)
    )
    assert alike is not None
    assert apart is not None
    assert apart.centre_weight < 0.01
    assert alike.centre_weight > 10.0


def test_spreads_that_differ_by_factors_are_kept_apart() -> None:
    random = np.random.default_rng(4)
    codes = np.repeat(np.arange(50), 40)
    scales = np.repeat(10.0 ** random.uniform(-3, 3, 50), 40)
    pool = Pool.learnt(GroupedValues.of(codes, random.normal(0.0, scales), 50))
    assert pool is not None
    assert pool.scale_weight < 1.0


def test_under_three_groups_are_no_pool() -> None:
    codes = np.repeat([0, 1], 10)
    assert Pool.learnt(GroupedValues.of(codes, np.arange(20.0), 2)) is None


def test_reasons_can_be_recomputed(make_table: Callable[..., Table]) -> None:
    random = np.random.default_rng(5)
    amounts = random.normal(1_000.0, 20.0, 300)
    amounts[200] = 400.0
    table = make_table({"amount": amounts})
    (reason,) = RobustZ().fit(table).reasons(table, [200])[0]
    others = np.delete(amounts, 200)
    centre = np.median(others)
    scale = 1.4826 * np.median(np.abs(others - centre))
    z = (400.0 - centre) / scale
    assert reason.values == pytest.approx((400.0, z, centre, scale, 299))
    assert reason.text == (
        f"amount 400.00 is {-z:,.1f} robust sigma below {centre:,.2f}, "
        "the usual value of 299 other rows"
    )


def test_reasons_of_shrunk_groups_can_be_recomputed(make_table: Callable[..., Table]) -> None:
    columns = stores(np.random.default_rng(6), 20.0)
    table = make_table(columns)
    history = make_table(columns)
    amounts = np.array(columns["amount"], dtype=float)
    names = np.array(columns["store"])
    detector = RobustZ(group="store").fit(history)
    row = int(np.argmin(detector.score(table).log_p))
    (reason,) = detector.reasons(table, [row])[0]
    medians, logs, counts = [], [], []
    for store in sorted(set(names)):
        values = amounts[names == store]
        if len(values) >= 5:
            medians.append(np.median(values))
            mad = np.median(np.abs(values - np.median(values)))
            logs.append(np.log(1.4826 * mad))
            counts.append(len(values))
    pool_scale = np.exp(np.median(logs))
    centre_weight = weight(np.array(medians) / pool_scale, 1.57, np.array(counts))
    scale_weight = weight(np.array(logs), 1.36, np.array(counts))
    others = np.delete(amounts, row)[np.delete(names, row) == names[row]]
    keep = len(others) / (len(others) + centre_weight)
    centre = keep * np.median(others) + (1 - keep) * np.median(medians)
    own = np.log(1.4826 * np.median(np.abs(others - np.median(others))))
    keep = len(others) / (len(others) + scale_weight)
    scale = np.exp(keep * own + (1 - keep) * np.median(logs))
    z = (amounts[row] - centre) / scale
    assert reason.values == pytest.approx((amounts[row], z, centre, scale, len(others)))


def weight(statistics: np.ndarray, variance: float, counts: np.ndarray) -> float:
    spread = 1.4826 * np.median(np.abs(statistics - np.median(statistics)))
    return float(variance / max(spread**2 - np.median(variance / counts), 1e-12))
