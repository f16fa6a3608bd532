import numpy as np
import pytest

from tieout.practice.rates.cells import (
    CELLS,
    CHANNEL_OF,
    DIMENSIONS,
    Condition,
    shares_within_channel,
    values_of,
    where,
)


def test_every_combination_is_one_cell() -> None:
    combinations = set(zip(*(values_of(name).tolist() for name in DIMENSIONS), strict=True))
    assert len(combinations) == CELLS == 4 * 4 * 3 * 3


def test_shares_add_up_within_each_channel() -> None:
    totals = np.bincount(CHANNEL_OF, weights=shares_within_channel())
    assert totals == pytest.approx(np.ones(4))


def test_nobody_subscribes_in_a_shop() -> None:
    cells = where(channel="pos", product="subscription").cells
    assert shares_within_channel()[cells].sum() == 0


def test_a_condition_holds_for_the_cells_that_have_all_its_values() -> None:
    condition = where(acquirer="A2", card_type="debit")
    assert condition.cells.sum() == CELLS // 9
    assert set(values_of("acquirer")[condition.cells]) == {1}
    assert set(values_of("card_type")[condition.cells]) == {0}


def test_no_condition_means_everywhere() -> None:
    assert Condition().cells.all()
    assert str(Condition()) == ""
