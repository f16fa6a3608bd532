from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.detect.detectors.benford import EXPECTED, Benford, Digits, first_two_digits
from tieout.model.table import Table, TableRole


def lawful(rows: int, seed: int) -> np.ndarray:
    """Amounts between 10 and 1,000,000 whose logs are uniform follow the law exactly."""
    return np.round(10.0 ** np.random.default_rng(seed).uniform(1.0, 6.0, rows), 2)


@given(st.integers(1_000, 10**12))
def test_digits_are_the_first_two_of_the_amount(minor: int) -> None:
    assert first_two_digits(np.array([minor / 100]))[0] == int(str(minor)[:2])
    assert first_two_digits(np.array([-minor / 100]))[0] == int(str(minor)[:2])


def test_small_and_missing_amounts_have_no_two_digits() -> None:
    assert first_two_digits(np.array([9.99, 0.0, np.nan, 10.0])).tolist() == [0, 0, 0, 10]


def test_the_law_adds_up_to_one() -> None:
    assert EXPECTED.sum() == pytest.approx(1.0)


def test_amounts_that_follow_the_law_are_not_odd(make_table: Callable[..., Table]) -> None:
    table = make_table({"amount": lawful(20_000, 1)})
    scores = Benford().fit(table).score(table)
    assert np.isnan(scores.score).all()
    assert (scores.log_p == 0.0).all()


def test_rows_of_too_frequent_digits_are_odd_by_their_share(
    make_table: Callable[..., Table],
) -> None:
    amounts = np.concatenate([lawful(20_000, 2), np.full(600, 4_950.0)])
    table = make_table({"amount": amounts})
    scores = Benford().fit(table).score(table)
    of_digits = first_two_digits(amounts) == 49
    assert np.isnan(scores.score[~of_digits]).all()
    assert (scores.log_p[~of_digits] == 0.0).all()
    share = (1 + of_digits.sum()) / (1 + 20_600)
    assert np.exp(scores.log_p[of_digits]).tolist() == pytest.approx([share] * of_digits.sum())


def test_the_p_value_of_digits_counts_all_that_are_as_much_in_excess() -> None:
    amounts = np.concatenate([lawful(20_000, 3), np.full(900, 99.0), np.full(400, 7_700.0)])
    digits = Digits.counted(amounts)
    p = np.exp(digits.log_p(np.array([99.0, 7_700.0])))
    share_99 = (first_two_digits(amounts) == 99).mean()
    share_77 = (first_two_digits(amounts) == 77).mean()
    assert p.tolist() == pytest.approx([share_99, share_99 + share_77], rel=0.01)


def test_too_few_amounts_say_nothing() -> None:
    assert np.isnan(Digits.counted(np.full(1_149, 49.0)).excess).all()


def test_amounts_of_one_size_say_nothing() -> None:
    prices = np.random.default_rng(4).normal(50.0, 3.0, 20_000)
    assert np.isnan(Digits.counted(prices).excess).all()


def test_chance_rarely_makes_digits_odd() -> None:
    odd = [Digits.counted(lawful(2_000, seed)).excess for seed in range(100)]
    assert sum((~np.isnan(excess)).any() for excess in odd) <= 5


def test_it_looks_at_amounts_where_they_are_known(make_table: Callable[..., Table]) -> None:
    amounts = np.concatenate([lawful(5_000, 5), np.full(400, 49.0)])
    table = make_table({"amount": lawful(5_400, 6), "zip": amounts}, {TableRole.AMOUNT: "amount"})
    assert np.isnan(Benford().fit(table).score(table).score).all()
    assert not np.isnan(Benford(["zip"]).fit(table).score(table).score).all()


def test_columns_pay_for_one_another(make_table: Callable[..., Table]) -> None:
    amounts = np.concatenate([lawful(5_000, 7), np.full(400, 49.0)])
    one = make_table({"amount": amounts})
    two = make_table({"amount": amounts, "other": lawful(5_400, 8)})
    alone = Benford().fit(one).score(one).log_p
    both = Benford().fit(two).score(two).log_p
    assert both[-1] == pytest.approx(alone[-1] + np.log(2.0))


def test_reasons_can_be_recomputed(make_table: Callable[..., Table]) -> None:
    amounts = np.concatenate([lawful(5_000, 9), np.full(400, 49.5)])
    table = make_table({"amount": amounts})
    detector = Benford().fit(table)
    (reason,) = detector.reasons(table, [5_399])[0]
    count = sum(str(amount).replace(".", "").startswith("49") for amount in amounts)
    expected = 5_400 * np.log10(1 + 1 / 49)
    assert reason.values == pytest.approx((49, count, 5_400, expected))
    assert reason.text == (
        f"{count:,} of 5,400 values of amount begin with 49, "
        f"where Benford's law has {expected:,.1f}"
    )
    lawful_row = int(np.flatnonzero(first_two_digits(amounts) == 10)[0])
    assert detector.reasons(table, [lawful_row]) == [()]
