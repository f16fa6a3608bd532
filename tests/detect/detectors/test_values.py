import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.detect.detectors.values import BREAKING_THRESHOLD, VALUE_THRESHOLD, ValueRarity

COUNTS = st.lists(st.integers(0, 400), min_size=1, max_size=12)


def rarity(*counts: int) -> ValueRarity:
    """Rows of each label of history; none is unseen, none is missing."""
    return ValueRarity.from_counts(np.array([*counts, 0, 0]))


def test_a_label_seen_once_is_as_odd_as_the_share_of_rows_that_are_the_only_ones() -> None:
    # Two of 1,000 rows are the only ones of their label.
    evidence = rarity(998, 1, 1).evidence
    expected = -np.log((1 + 2) / (1_000 + 1)) - VALUE_THRESHOLD
    assert evidence[1] == pytest.approx(expected, rel=1e-6)


def test_a_label_never_seen_is_as_odd_as_one_seen_once() -> None:
    evidence = rarity(998, 1, 1).evidence
    assert evidence[3] == evidence[1]


def test_common_labels_have_no_evidence() -> None:
    assert rarity(500, 480, 20).evidence[:3].tolist() == [0.0, 0.0, 0.0]


def test_a_missing_label_has_no_evidence() -> None:
    assert ValueRarity.from_counts(np.array([999, 1, 0, 1])).evidence[-1] == 0.0


def test_rarity_silences_itself_where_new_labels_are_common() -> None:
    merchants = rarity(*([1] * 300), 700)
    assert merchants.evidence.max() == 0.0


@given(COUNTS)
def test_rarer_labels_never_have_less_evidence(counts: list[int]) -> None:
    evidence = rarity(*counts).evidence
    order = np.argsort(counts)
    assert (np.diff(evidence[order]) <= 0.0).all()


@given(COUNTS)
def test_a_row_of_history_as_if_new_is_counted_like_any_other_row(counts: list[int]) -> None:
    of_history = rarity(*counts).of_history()
    for label, count in enumerate(counts):
        if count == 0:
            continue
        left = list(counts)
        left[label] -= 1
        rows = sum(left)
        # Judged as all rows are: a label with c rows in history by the c - 1 others.
        least = max(left[label], 1)
        share = (1 + sum(other for other in left if other <= least)) / (rows + 1)
        expected = max(-np.log(share) - VALUE_THRESHOLD, 0.0)
        # One row more or less in the denominator is all that may differ.
        assert of_history.evidence[label] == pytest.approx(expected, abs=2.5 / (rows + 1))


def test_a_label_that_breaks_every_pair_counts_for_each() -> None:
    value = rarity(9_999, 1)
    own = value.evidence[1]
    assert value.with_pairs(3)[1] == pytest.approx(own + 3 * (own - BREAKING_THRESHOLD))


def test_a_label_that_is_merely_rare_counts_once() -> None:
    value = rarity(9_950, 50)
    assert 0.0 < value.evidence[1] < BREAKING_THRESHOLD
    assert value.with_pairs(3)[1] == value.evidence[1]
