import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tieout.detect.thresholds import Costs, CutPolicy, choose
from tieout.detect.thresholds.choose import discoveries
from tieout.model.errors import InputError

SCORES = np.array([0.9, 0.8, 0.8, 0.4, 0.1])
NOTHING = np.zeros(5)
LABELS = np.array([1, 1, 0, 0, 0], np.int8)


def test_by_cost_it_takes_the_cheapest_cut() -> None:
    cut = choose(SCORES, NOTHING, LABELS)

    assert (cut.threshold, cut.method, cut.flagged) == (0.8, "cost", 3)
    assert cut.why == (
        "At 1 a false alarm and 10 a missed anomaly this cut costs least, 1: of the labelled rows "
        "it flags 1 of 3 normal ones and misses 0 of 2 anomalies."
    )


def test_dear_false_alarms_raise_the_cut() -> None:
    policy = CutPolicy(costs=Costs(false_positive=11, false_negative=10))

    cut = choose(SCORES, NOTHING, LABELS, policy=policy)

    assert (cut.threshold, cut.flagged) == (0.9, 1)


def test_of_equally_cheap_cuts_it_flags_fewest() -> None:
    policy = CutPolicy(costs=Costs(false_positive=10, false_negative=10))

    assert choose(SCORES, NOTHING, LABELS, policy=policy).flagged == 1


def test_by_cost_a_cut_need_not_find_what_rules_find() -> None:
    scores, labels = np.array([0.9, 0.5, 0.4]), np.array([1, 0, 1], np.int8)

    alone = choose(scores, np.zeros(3), labels)
    beside = choose(scores, np.zeros(3), labels, rule_flags=np.array([False, False, True]))

    assert (alone.flagged, beside.flagged) == (3, 1)
    assert beside.why.endswith(
        "of the labelled rows it and the rules flag 0 of 1 normal ones and miss 0 of 2 anomalies."
    )


def test_by_cost_work_can_be_bounded() -> None:
    policy = CutPolicy(workload_max=0.4)

    assert choose(SCORES, NOTHING, LABELS, policy=policy).flagged == 1


@given(
    st.lists(
        st.tuples(st.sampled_from([0.1, 0.2, 0.5, 0.7, 0.9]), st.sampled_from([-1, 0, 1])),
        min_size=2,
        max_size=25,
    ),
    st.floats(0.1, 20),
)
def test_no_other_threshold_is_cheaper(rows: list[tuple[float, int]], missed: float) -> None:
    scores = np.array([row[0] for row in rows])
    labels = np.array([row[1] for row in rows], np.int8)
    labels[:2] = (0, 1)

    def cost(threshold: float) -> float:
        flags = scores >= threshold
        return float((flags & (labels == 0)).sum() + missed * (~flags & (labels == 1)).sum())

    policy = CutPolicy(method="cost", costs=Costs(1.0, missed))
    cut = choose(scores, np.zeros(len(rows)), labels, policy=policy)

    others = [cost(threshold) for threshold in (*scores, 2.0)]
    assert cost(cut.threshold) <= min(others) + 1e-9


def test_by_capacity_it_flags_as_many_as_fit() -> None:
    cut = choose(SCORES, NOTHING, policy=CutPolicy(capacity=4))

    assert (cut.threshold, cut.method, cut.flagged) == (0.4, "capacity", 4)
    assert cut.why == "A capacity of 4 cases takes the 4 rows with the largest scores."


def test_equal_scores_do_not_part_at_the_capacity() -> None:
    cut = choose(SCORES, NOTHING, policy=CutPolicy(capacity=2))

    assert (cut.threshold, cut.flagged) == (0.9, 1)
    assert cut.why == (
        "A capacity of 2 cases takes the 1 row with the largest scores; the next 2 have equal "
        "scores and would go beyond it."
    )


@pytest.mark.parametrize(("capacity", "flagged"), [(0, 0), (5, 5), (100, 5)])
def test_capacity_can_be_nothing_or_more_than_there_is(capacity: int, flagged: int) -> None:
    cut = choose(SCORES, NOTHING, policy=CutPolicy(capacity=capacity))

    assert cut.flagged == flagged
    assert cut.flagged == np.count_nonzero(np.greater_equal(SCORES, cut.threshold))


def test_a_threshold_that_was_given_is_kept() -> None:
    cut = choose(SCORES, NOTHING, LABELS, policy=CutPolicy(threshold=0.5, capacity=1))

    assert (cut.threshold, cut.method, cut.flagged) == (0.5, "threshold", 3)
    assert cut.why == "The threshold of 0.5 was given; 3 rows of 5 reach it."


@pytest.mark.parametrize(("threshold", "flagged"), [(0.0, 5), (0.9, 1), (0.95, 0), (1.0, 0)])
def test_a_row_at_the_threshold_is_flagged(threshold: float, flagged: int) -> None:
    assert choose(SCORES, NOTHING, policy=CutPolicy(threshold=threshold)).flagged == flagged


def test_without_labels_it_goes_by_the_false_discovery_rate() -> None:
    p = np.array([1e-6, 1e-5, 0.5, 0.6] + [0.9] * 96)

    cut = choose(-np.log(p), np.log(p))

    assert (cut.method, cut.flagged) == ("fdr", 2)
    assert cut.threshold == -np.log(1e-5)
    assert cut.why == (
        "The 2 rows with p-values of at most 1e-05 are expected to hold no more than a share of "
        "0.05 of false alarms (Benjamini-Hochberg)."
    )


def test_labels_of_one_kind_are_not_enough_for_costs() -> None:
    cut = choose(SCORES, np.log(np.full(5, 0.5)), np.array([1, -1, -1, -1, -1], np.int8))

    assert cut.method == "fdr"


def test_discoveries_are_bounded_by_a_share_of_the_rows() -> None:
    p = np.array([1e-6 * (n + 1) for n in range(20)] + [0.9] * 80)

    cut = choose(-p, np.log(p))
    wider = choose(-p, np.log(p), policy=CutPolicy(workload_max=0.5))

    assert (cut.flagged, wider.flagged) == (5, 20)
    assert cut.why == (
        "20 rows have p-values of at most 2e-05, which keeps false alarms at 0.05 of them; the "
        "cut takes 5, within 0.05 of all rows (Benjamini-Hochberg)."
    )


def test_where_nothing_is_odd_nothing_is_flagged() -> None:
    p = np.linspace(0.2, 1.0, 50)

    cut = choose(-p, np.log(p))

    assert cut.flagged == (-p >= cut.threshold).sum() == 0
    assert cut.why.startswith("No row is odd enough to keep false alarms at 0.05 of the flagged")


@given(st.lists(st.floats(1e-12, 1.0), min_size=1, max_size=60), st.sampled_from([0.01, 0.05, 0.2]))
def test_discoveries_are_those_of_scipy(p: list[float], level: float) -> None:
    adjusted = stats.false_discovery_control(p)

    count, _ = discoveries(np.log(np.array(p)), level)

    sure = (adjusted < level * (1 - 1e-9)).sum()
    possible = (adjusted <= level * (1 + 1e-9)).sum()
    assert sure <= count <= possible


def test_rows_that_say_nothing_are_no_discoveries() -> None:
    log_p = np.array([np.log(1e-9), np.nan, 0.0])

    assert discoveries(log_p, 0.05) == (1, np.log(1e-9))
    assert discoveries(np.array([]), 0.05) == (0, -np.inf)


def test_p_values_too_small_for_a_float_still_count() -> None:
    log_p = np.array([-2_000.0, -1_000.0] + [-0.1] * 98)

    assert choose(-log_p, log_p).flagged == 2


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        (CutPolicy(capacity=-1), "capacity -1: expected a number of cases, 0 or more"),
        (CutPolicy(level=0.0), "false-discovery rate 0.0: expected a share between 0 and 1"),
        (CutPolicy(level=1.0), "false-discovery rate 1.0: expected a share between 0 and 1"),
        (CutPolicy(costs=Costs(-1.0, 1.0)), "cost -1.0: expected a number of at least 0"),
        (CutPolicy(threshold=float("nan")), "threshold nan: expected a number"),
        (CutPolicy(method="cost"), "needs labels of anomalies and of normal rows"),
        (CutPolicy(method="capacity"), "needs the number of cases"),
        (CutPolicy(method="threshold"), "needs the threshold"),
    ],
)
def test_a_policy_that_cannot_be_followed_is_an_error(policy: CutPolicy, message: str) -> None:
    with pytest.raises(InputError, match=message):
        choose(SCORES, NOTHING, policy=policy)


def test_no_rows_are_no_error() -> None:
    assert choose(np.array([]), np.array([])).flagged == 0
