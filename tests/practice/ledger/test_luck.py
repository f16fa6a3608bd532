import numpy as np
import pytest

from tieout.practice.ledger.luck import Luck


@pytest.fixture
def luck() -> Luck:
    return Luck(np.random.default_rng(1))


def test_the_same_seed_gives_the_same_draws(luck: Luck) -> None:
    again = Luck(np.random.default_rng(1))
    assert [luck.share() for _ in range(9_000)] == [again.share() for _ in range(9_000)]


def test_shares_lie_between_nothing_and_all(luck: Luck) -> None:
    shares = [luck.share() for _ in range(20_000)]
    assert 0 <= min(shares) <= max(shares) < 1
    assert np.mean(shares) == pytest.approx(0.5, abs=0.02)


def test_whole_numbers_include_both_limits(luck: Luck) -> None:
    drawn = [luck.whole(3, 5) for _ in range(3_000)]
    assert set(drawn) == {3, 4, 5}
    assert min(drawn.count(number) for number in (3, 4, 5)) > 800


def test_things_happen_in_their_share_of_cases(luck: Luck) -> None:
    assert np.mean([luck.happens(0.2) for _ in range(10_000)]) == pytest.approx(0.2, abs=0.02)
    assert not luck.happens(0)
    assert luck.happens(1)


def test_choices_are_even(luck: Luck) -> None:
    chosen = [luck.choose("ab") for _ in range(4_000)]
    assert chosen.count("a") == pytest.approx(2_000, rel=0.1)


def test_counts_have_their_mean(luck: Luck) -> None:
    assert np.mean([luck.count(2.5) for _ in range(5_000)]) == pytest.approx(2.5, rel=0.05)


def test_amounts_have_their_median(luck: Luck) -> None:
    amounts = [luck.amount(92_000, 0.8) for _ in range(5_000)]
    assert np.median(amounts) == pytest.approx(92_000, rel=0.06)
    assert np.std(np.log(amounts)) == pytest.approx(0.8, rel=0.05)


def test_an_amount_is_a_cent_at_least(luck: Luck) -> None:
    assert luck.amount(0.001, 0.1) == 1
