from hypothesis import given
from hypothesis import strategies as st

from tieout.practice.ledger.exceptions.slips import _transposed


@given(amount=st.integers(1_000, 10**9))
def test_a_slip_is_never_what_was_meant(amount: int) -> None:
    typed = _transposed(amount)
    assert 0 < typed != amount


@given(amount=st.integers(1_000, 10**9))
def test_a_slip_has_the_same_digits_or_one_less(amount: int) -> None:
    typed, meant = str(_transposed(amount)), str(amount)
    assert sorted(typed) == sorted(meant) or typed == meant[:-1]
