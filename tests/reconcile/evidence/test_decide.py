"""The strongest form, and how sure it makes us."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tieout.model.buckets import CAUSES, Bucket
from tieout.reconcile.evidence.decide import STRENGTH, decide


def test_a_form_alone_is_nearly_certain() -> None:
    buckets, confidence = decide({Bucket.SIGN_FLIP: np.array([0.99])}, 1)

    assert buckets.to_list() == ["sign_flip"]
    assert 0.95 < confidence[0] < 1


def test_a_second_form_halves_the_confidence() -> None:
    fits = {Bucket.TRANSPOSITION: np.array([0.95]), Bucket.FEE_OR_TAX: np.array([0.9])}

    buckets, confidence = decide(fits, 1)

    assert buckets.to_list() == ["transposition"]
    assert 0.45 < confidence[0] < 0.55


def test_what_nothing_fits_is_unknown() -> None:
    buckets, confidence = decide({Bucket.ROUNDING: np.zeros(2)}, 2)

    assert buckets.to_list() == ["unknown", "unknown"]
    assert (confidence == STRENGTH[Bucket.UNKNOWN]).all()


def test_no_rows_need_no_decision() -> None:
    buckets, confidence = decide({Bucket.ROUNDING: np.zeros(0)}, 0)

    assert (len(buckets), len(confidence)) == (0, 0)


@given(st.lists(st.sampled_from(CAUSES), unique=True))
def test_confidence_is_a_share(fitting: list[Bucket]) -> None:
    fits = {bucket: np.array([STRENGTH.get(bucket, 0.5)]) for bucket in fitting}

    _, confidence = decide(fits, 1)

    assert 0 < confidence[0] < 1
