import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.detect.views import peers
from tieout.detect.views.peers import (
    SIGMA_PER_MAD,
    Coded,
    Peers,
    Shrinkage,
    grouped_medians,
    robust_scale,
)

ONE = Shrinkage(1.0, 50.0)


def codes(*values: int) -> Coded:
    return Coded(np.array(values), max(values) + 1)


@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.floats(-1e9, 1e9)),
        min_size=1,
        max_size=60,
    )
)
def test_grouped_medians_are_the_medians_of_the_groups(rows: list[tuple[int, float]]) -> None:
    groups = np.array([code for code, _ in rows])
    values = np.array([value for _, value in rows])
    medians = grouped_medians(values, Coded(groups, 6))
    for code in range(6):
        mine = values[groups == code]
        expected = np.median(mine) if len(mine) else 0.0
        assert medians[code] == pytest.approx(expected, rel=1e-12, abs=1e-6)


def test_groups_beyond_two_bytes_of_codes_are_told_apart() -> None:
    codes = np.array([3, 65_539, 3, 65_539, 131_075, 3])
    medians = grouped_medians(np.array([1.0, 10.0, 2.0, 30.0, 7.0, 5.0]), Coded(codes, 140_000))
    assert medians[[3, 65_539, 131_075]].tolist() == [2.0, 20.0, 7.0]
    assert np.flatnonzero(medians).tolist() == [3, 65_539, 131_075]


def test_medians_of_many_rows_are_those_of_few(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(9)
    coded = Coded(random.integers(0, 30, 4_000), 31)
    values = random.normal(0.0, 5.0, 4_000)
    sorted_out = grouped_medians(values, coded)
    monkeypatch.setattr("tieout.detect.views.peers._ROWS_MANY", 1_000)
    assert grouped_medians(values, coded) == pytest.approx(sorted_out, rel=1e-12)
    assert sorted_out[30] == 0.0


def test_the_centre_of_a_lone_row_is_half_way_to_the_pool() -> None:
    random = np.random.default_rng(6)
    groups = Coded(np.append(np.repeat(np.arange(20), 10), 20), 21)
    usual = np.repeat(random.normal(0.0, 10.0, 20), 10)
    values = np.append(usual + random.normal(0.0, 0.01, 200), 40.0)
    peers = Peers.fitted(values, [groups], shrinkage=ONE)
    assert peers.levels[0].shift[20] == pytest.approx((40.0 - peers.centre) / 2.0)


def test_the_centre_of_a_larger_group_is_its_median_where_groups_differ_much() -> None:
    groups = Coded(np.repeat(np.arange(20), 10), 20)
    random = np.random.default_rng(7)
    values = np.repeat(random.normal(0.0, 10.0, 20), 10) + random.normal(0.0, 0.01, 200)
    peers = Peers.fitted(values, [groups], shrinkage=ONE)
    expected = (np.median(values[:10]) - peers.centre) * 10 / 10.1
    assert peers.levels[0].shift[0] == pytest.approx(expected)


def test_the_centre_is_drawn_to_the_pool_where_groups_hardly_differ() -> None:
    random = np.random.default_rng(8)
    groups = Coded(random.integers(0, 200, 2_000), 200)
    values = random.normal(0.0, 1.0, 2_000)
    shift = Peers.fitted(values, [groups], shrinkage=ONE).levels[0].shift
    medians = grouped_medians(values - np.median(values), groups)
    assert np.abs(shift).max() < 0.5 * np.abs(medians).max()


def test_the_scale_is_drawn_to_that_of_all_groups_and_holds_the_doubt_of_the_centre() -> None:
    random = np.random.default_rng(1)
    groups = Coded(np.repeat(np.arange(40), 25), 40)
    values = np.repeat(random.normal(0.0, 5.0, 40), 25) + random.normal(0.0, 1.0, 1_000)
    peers = Peers.fitted(values, [groups], shrinkage=ONE)
    level = peers.levels[0]
    residuals = values - np.median(values)
    medians = np.array([np.median(residuals[groups.codes == g]) for g in range(40)])
    within = robust_scale((residuals - medians[groups.codes]) / (1 - 0.8 / 25)) ** 2
    between = robust_scale(residuals) ** 2 - within
    k = max(within / between, 1 / 25)
    shifts = medians * 25 / (25 + k)
    distances = np.abs(residuals - shifts[groups.codes])
    mad = SIGMA_PER_MAD * np.median(distances[groups.codes == 7])
    scale = (25 * mad + 50 * SIGMA_PER_MAD * np.median(distances)) / 75
    assert level.shift == pytest.approx(shifts)
    assert level.scale[7] == pytest.approx(np.sqrt(scale**2 + between * k / (25 + k)))


def test_a_row_alone_in_its_group_cannot_hide_behind_itself() -> None:
    values = np.append(np.random.default_rng(2).normal(0.0, 1.0, 500), 30.0)
    groups = Coded(np.append(np.arange(500) % 10, 10), 11)
    peers = Peers.fitted(values, [groups], shrinkage=ONE)
    found = peers.deviations(values, [groups.codes])
    assert found.distance[-1] > 14.0
    assert found.distance[-1] > 3.0 * np.abs(found.distance[:-1]).max()


def test_a_group_that_is_new_falls_back_to_the_pool() -> None:
    values = np.array([0.0, 1.0, 2.0, 50.0, 51.0, 52.0])
    peers = Peers.fitted(values, [codes(0, 0, 0, 1, 1, 1)], shrinkage=ONE)
    found = peers.deviations(np.array([30.0]), [np.array([-1])])
    assert found.distance[0] == 30.0 - np.median(values)
    assert found.scale[0] == peers.spread
    assert found.depth[0] == 0


def test_a_new_pair_falls_back_to_its_wider_group() -> None:
    random = np.random.default_rng(3)
    wide = Coded(np.repeat([0, 1], 100), 2)
    narrow = Coded(np.repeat([0, 1, 2, 3], 50), 4)
    values = np.repeat([0.0, 2.0, 10.0, 14.0], 50) + random.normal(0.0, 0.1, 200)
    peers = Peers.fitted(values, [wide, narrow], shrinkage=ONE)
    levels = [np.array([1, 1]), np.array([3, -1])]
    found = peers.deviations(np.array([14.0, 14.0]), levels)
    only_wide = Peers.fitted(values, [wide], shrinkage=ONE)
    alone = only_wide.deviations(np.array([14.0]), [np.array([1])])
    assert abs(found.distance[0]) < 0.2
    assert found.distance[1] == alone.distance[0] > 1.0
    assert found.scale[1] == alone.scale[0]
    assert found.depth.tolist() == [2, 1]


def test_missing_values_are_left_out() -> None:
    groups = codes(0, 0, 0, 1, 1)
    with_gaps = Peers.fitted(np.array([1.0, np.nan, 3.0, 7.0, 9.0]), [groups], shrinkage=ONE)
    without = Peers.fitted(np.array([1.0, 3.0, 7.0, 9.0]), [codes(0, 0, 1, 1)], shrinkage=ONE)
    assert with_gaps.rows == 4
    assert with_gaps.levels[0].shift == pytest.approx(without.levels[0].shift)
    assert with_gaps.levels[0].scale == pytest.approx(without.levels[0].scale)


def test_nothing_known_is_no_error() -> None:
    peers = Peers.fitted(np.array([np.nan, np.nan]), [codes(0, 1)], shrinkage=ONE)
    assert (peers.rows, peers.centre, peers.spread) == (0, 0.0, 0.0)


def test_groups_without_any_spread_keep_a_scale() -> None:
    values = np.repeat([1.0, 2.0, 5.0], 20)
    peers = Peers.fitted(values, [Coded(np.repeat([0, 1, 2], 20), 3)], shrinkage=Shrinkage(0.0))
    assert (peers.levels[0].scale >= 1e-3 * peers.spread).all()
    assert peers.spread > 0.0


def test_the_scale_around_one_level_is_what_the_next_one_starts_from() -> None:
    rng = np.random.default_rng(5)
    wide = Coded(rng.integers(0, 4, 600), 4)
    narrow = Coded(wide.codes * 5 + rng.integers(0, 5, 600), 20)
    values = 3.0 * wide.codes + rng.normal(size=600)

    outer, inner = Peers.fitted(values, [wide, narrow], shrinkage=Shrinkage()).levels

    around = values - np.median(values) - outer.shift[wide.codes]
    assert outer.spread == robust_scale(around)
    assert inner.spread == robust_scale(around - inner.shift[narrow.codes])


def test_the_robust_scale_of_a_normal_law_is_its_sigma() -> None:
    drawn = np.random.default_rng(4).normal(0.0, 3.0, 50_000)
    assert robust_scale(drawn) == pytest.approx(3.0, rel=0.02)


def test_the_robust_scale_looks_past_zeros_when_most_are_zero() -> None:
    mostly = np.array([0.0] * 90 + [5.0] * 10)
    assert robust_scale(mostly) == pytest.approx(SIGMA_PER_MAD * 5.0 * 0.1)
    assert robust_scale(np.zeros(5)) == 0.0
    assert robust_scale(np.zeros(0)) == 0.0


def test_distances_in_scales_stay_as_they_are_where_history_had_one_value() -> None:
    peers = Peers.fitted(np.zeros(30), [], shrinkage=ONE)
    found = peers.deviations(np.array([0.0, 4.0]), [])
    assert found.in_scales().tolist() == [0.0, 4.0]


@given(st.integers(0, 1_000), st.floats(0.1, 100.0), st.floats(-1e3, 1e3))
def test_deviations_in_scales_do_not_depend_on_units(
    seed: int, factor: float, offset: float
) -> None:
    random = np.random.default_rng(seed)
    values = random.normal(0.0, 1.0, 60)
    groups = Coded(random.integers(0, 4, 60), 4)
    one = Peers.fitted(values, [groups], shrinkage=ONE)
    other = Peers.fitted(values * factor + offset, [groups], shrinkage=ONE)
    mine = one.deviations(values, [groups.codes]).in_scales()
    theirs = other.deviations(values * factor + offset, [groups.codes]).in_scales()
    assert theirs == pytest.approx(mine, rel=1e-6, abs=1e-6)


def test_of_very_many_rows_a_sample_tells_nearly_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(3)
    groups = np.append(random.integers(0, 3, 60_000), np.repeat(np.arange(3, 8), 7))
    values = random.normal(groups * 10.0, 1.0 + groups)
    levels = [Coded(groups % 2, 2), Coded(groups, 8)]
    whole = Peers.fitted(values, levels, shrinkage=ONE)
    monkeypatch.setattr(peers, "ROWS_ALL_MAX", 20_000)
    monkeypatch.setattr(peers, "ROWS_OF_GROUP", 3_000)
    monkeypatch.setattr(peers, "_ROWS_POOLED", 15_000)
    sampled = Peers.fitted(values, levels, shrinkage=ONE, seed=5)
    assert sampled.rows == whole.rows
    for mine, theirs in zip(sampled.levels, whole.levels, strict=True):
        assert mine.rows.tolist() == theirs.rows.tolist()
    coded = [level.codes for level in levels]
    one, other = (fitted.deviations(values, coded) for fitted in (sampled, whole))
    assert (np.abs(one.distance - other.distance) / other.scale).max() < 0.1
    assert one.scale == pytest.approx(other.scale, rel=0.1)
    # Small groups keep every row; only what they are drawn towards is of a sample.
    assert not np.array_equal(sampled.levels[1].scale, whole.levels[1].scale)
    again = Peers.fitted(values, levels, shrinkage=ONE, seed=5)
    assert again.levels[1].scale.tolist() == sampled.levels[1].scale.tolist()


def test_rows_of_small_groups_all_count_in_their_medians(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "ROWS_OF_GROUP", 50)
    groups = np.append(np.zeros(5_000, np.int64), np.ones(50, np.int64))
    rows = np.bincount(groups).astype(np.float64)
    kept = peers._rows_of_groups(groups, rows, np.random.default_rng(0).random(len(groups)))
    assert isinstance(kept, np.ndarray)
    assert kept[5_000:].all()
    assert 10 < kept[:5_000].sum() < 120
