import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tieout.detect.thresholds.counts import Costs, count_cuts

ROWS = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.25, 0.5, 1.0, float("nan")]),
        st.sampled_from([-1, 0, 1]),
        st.booleans(),
    ),
    min_size=1,
    max_size=30,
)


def test_there_is_a_cut_for_each_score_and_one_above_them() -> None:
    cuts = count_cuts(np.array([0.5, 0.2, 0.5, np.nan]))

    assert cuts.thresholds.tolist() == [np.nextafter(0.5, 1), 0.5, 0.2]
    assert cuts.flagged.tolist() == [0, 2, 3]
    assert cuts.rows == 4


def test_without_scores_there_is_the_empty_cut_alone() -> None:
    cuts = count_cuts(np.array([np.nan]), np.array([1], np.int8))

    assert cuts.thresholds.tolist() == [np.inf]
    assert cuts.flagged.tolist() == [0]
    assert cuts.positives == 1


def test_cost_is_of_false_alarms_and_of_misses() -> None:
    labels = np.array([0, 1, 1], np.int8)

    cuts = count_cuts(np.array([0.9, 0.8, np.nan]), labels)

    assert cuts.cost(Costs()).tolist() == [20.0, 21.0, 11.0]
    assert cuts.cost(Costs(3.0, 0.5)).tolist() == [1.0, 4.0, 3.5]


def test_what_rules_flag_is_flagged_at_every_cut() -> None:
    labels = np.array([1, 0, 1], np.int8)
    always = np.array([False, True, True])

    cuts = count_cuts(np.array([0.9, 0.8, 0.1]), labels, always)

    assert cuts.flagged.tolist() == [2, 3, 3, 3]
    assert cuts.true_positives.tolist() == [1, 2, 2, 2]
    assert cuts.false_positives.tolist() == [1, 1, 1, 1]


@given(ROWS)
def test_counts_do_not_depend_on_the_order_of_rows(
    rows: list[tuple[float, int, bool]],
) -> None:
    turned = rows[::-1]

    one, other = (
        count_cuts(
            np.array([row[0] for row in each]),
            np.array([row[1] for row in each], np.int8),
            np.array([row[2] for row in each]),
        )
        for each in (rows, turned)
    )

    assert one.thresholds.tolist() == other.thresholds.tolist()
    assert one.flagged.tolist() == other.flagged.tolist()
    assert one.true_positives.tolist() == other.true_positives.tolist()


@given(ROWS)
def test_a_lower_cut_never_flags_less(rows: list[tuple[float, int, bool]]) -> None:
    cuts = count_cuts(
        np.array([row[0] for row in rows]), np.array([row[1] for row in rows], np.int8)
    )

    assert (np.diff(cuts.thresholds) < 0).all()
    for counts in (cuts.flagged, cuts.true_positives, cuts.false_positives):
        assert (np.diff(counts) >= 0).all()
    assert cuts.true_positives[-1] <= cuts.positives
    assert cuts.false_positives[-1] <= cuts.negatives
