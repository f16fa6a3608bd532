import numpy as np
import pytest

from tieout.detect.rerank.examples import (
    LABELLED_MAX,
    UNLABELLED_MAX,
    USUAL,
    USUAL_MAX,
    Encoding,
    Examples,
    drawn,
)


def test_anomalies_weigh_as_much_as_all_else() -> None:
    labels = np.array([1, 1, 0, 0, 0, -1, -1], dtype=np.int8)
    examples = Examples.of(np.zeros((7, 1)), labels)
    assert examples.positive.tolist() == [True, True, *[False] * 5]
    assert examples.weight[:2].sum() == pytest.approx(examples.weight[2:].sum())
    assert examples.weight.mean() == pytest.approx(1.0)


def test_unlabelled_rows_together_weigh_three_tenths_of_the_labelled() -> None:
    labels = np.array([1] * 5 + [0] * 5 + [-1] * 990, dtype=np.int8)
    weight = Examples.of(np.zeros((1_000, 1)), labels).weight
    each = weight[5]
    assert weight[10:].sum() == pytest.approx(0.3 * 10 * each)


def test_an_unlabelled_row_weighs_at_most_a_fifth_of_a_labelled_one() -> None:
    labels = np.array([1] * 50 + [0] * 50 + [-1] * 2, dtype=np.int8)
    weight = Examples.of(np.zeros((102, 1)), labels).weight
    assert weight[-1] == pytest.approx(0.2 * weight[60])


def test_all_labelled_rows_and_some_others_are_learnt_from() -> None:
    labels = np.full(50_000, -1, dtype=np.int8)
    labels[[7, 30_000]] = [1, 0]
    places = drawn(labels, seed=3)
    assert len(places) == UNLABELLED_MAX + 2
    assert {7, 30_000} <= set(places.tolist())
    assert (np.diff(places) > 0).all()
    assert places.tolist() == drawn(labels, seed=3).tolist()


def test_very_many_labels_are_learnt_from_in_part() -> None:
    labels = np.repeat(np.array([1, 0], dtype=np.int8), [10, 20_000])
    places = drawn(labels, seed=0)
    assert (labels[places] == 1).sum() == 10
    assert (labels[places] == 0).sum() == LABELLED_MAX


def test_features_become_normal_scores_with_the_unsupervised_score_last() -> None:
    random = np.random.default_rng(0)
    features, score = random.normal(size=(4_000, 2)) * 100.0, np.exp(random.normal(size=4_000))
    encoded = Encoding.fitted(features, score).encoded(features, score)
    assert encoded.shape == (4_000, 3)
    assert encoded.std(axis=0) == pytest.approx(np.ones(3), abs=0.2)
    assert np.argsort(encoded[:, -1]).tolist() == np.argsort(score).tolist()


def test_features_that_do_not_vary_are_left_out() -> None:
    features = np.column_stack([np.ones(50), np.full(50, np.nan), np.arange(50.0)])
    encoding = Encoding.fitted(features, np.arange(50.0))
    assert encoding.varies.tolist() == [False, False, True, True]
    assert encoding.encoded(features, np.arange(50.0)).shape == (50, 2)


def test_missing_features_say_nothing_and_a_missing_score_is_the_lowest() -> None:
    features, score = np.arange(50.0)[:, None], np.arange(50.0)
    score[10] = np.nan
    encoding = Encoding.fitted(features, score)
    encoded = encoding.encoded(np.array([[np.nan], [0.0]]), np.array([np.nan, 0.0]))
    assert encoded[0].tolist() == [0.0, encoded[1, -1]]


def test_no_value_is_beyond_twenty() -> None:
    random = np.random.default_rng(1)
    encoding = Encoding.fitted(random.uniform(size=(200, 1)), random.normal(size=200))
    assert encoding.encoded(np.array([[1e300]]), np.array([0.0]))[0, 0] == 20.0


def test_a_score_that_is_the_same_for_every_row_is_refused() -> None:
    with pytest.raises(ValueError, match="the same for every row"):
        Encoding.fitted(np.arange(5.0)[:, None], np.ones(5))


def test_history_together_weighs_no_more_than_the_labelled() -> None:
    labels = np.array([1] * 5 + [0] * 5 + [USUAL] * 1_000, dtype=np.int8)
    examples = Examples.of(np.zeros((1_010, 1)), labels)
    assert not examples.positive[10:].any()
    assert examples.weight[10:].sum() == pytest.approx(10 * examples.weight[5])


def test_a_row_of_history_weighs_at_most_a_fifth_of_a_labelled_one() -> None:
    labels = np.array([1] * 5 + [0] * 5 + [USUAL] * 10, dtype=np.int8)
    weight = Examples.of(np.zeros((20, 1)), labels).weight
    assert weight[-1] == pytest.approx(0.2 * weight[5])


def test_a_suspected_row_is_both_as_much_as_it_is_suspected() -> None:
    labels = np.array([1, 0, 0, -1, -1], dtype=np.int8)
    rows, suspected = np.arange(5.0)[:, None], np.array([9.0, 9.0, 9.0, 0.75, 0.0])
    examples = Examples.of(rows, labels, suspected)
    assert examples.rows[:, 0].tolist() == [0, 1, 2, 3, 4, 3, 4]
    assert examples.positive.tolist() == [True, False, False, False, False, True, True]
    weight = examples.weight / examples.weight[1]
    assert weight[3] + weight[4] == pytest.approx(0.2 * 0.25 + 0.2)
    # Of the anomalies, one is sure, one suspected by three quarters of a fifth.
    assert weight[5] / weight[0] == pytest.approx(0.2 * 0.75)
    assert weight[6] == 0.0
    assert weight[[0, 5]].sum() == pytest.approx(weight[1:5].sum())


def test_history_is_learnt_from_in_part() -> None:
    labels = np.full(5_000, USUAL, dtype=np.int8)
    labels[:3] = [1, 0, -1]
    places = drawn(labels, seed=0)
    assert (labels[places] == USUAL).sum() == USUAL_MAX
    assert places[:3].tolist() == [0, 1, 2]


def test_what_tells_history_from_the_rows_is_no_feature() -> None:
    random = np.random.default_rng(4)
    clock, useful = np.arange(400.0), random.normal(size=400)
    shifted = random.normal(size=400) + np.repeat([0.0, 0.6], 200)
    labels = np.repeat(np.array([USUAL, -1], dtype=np.int8), 200)
    features = np.column_stack([clock, useful, shifted, -clock])
    encoding = Encoding.fitted(features, random.normal(size=400), labels)
    assert encoding.varies.tolist() == [False, True, True, False, True]
    assert Encoding.fitted(features, clock).varies.all()


def test_a_feature_that_one_of_the_two_lacks_tells_nothing_apart() -> None:
    random = np.random.default_rng(5)
    feature = np.where(np.arange(400) < 200, np.nan, random.normal(size=400))
    labels = np.repeat(np.array([USUAL, -1], dtype=np.int8), 200)
    encoding = Encoding.fitted(feature[:, None], random.normal(size=400), labels)
    assert encoding.varies.tolist() == [True, True]
