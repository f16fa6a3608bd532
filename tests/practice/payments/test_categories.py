import numpy as np
import pytest

from tieout.practice.payments.categories import (
    ATM,
    CASH,
    CATEGORIES,
    CHANNELS,
    CHANNELS_SUMMED,
    NAMES,
    codes,
)


def test_channels_of_a_category_add_up_to_all_of_it() -> None:
    assert np.allclose(CHANNELS_SUMMED[:, -1], 1)
    assert CHANNELS_SUMMED.shape == (len(CATEGORIES), len(CHANNELS) - 1)


def test_names_are_different() -> None:
    assert len(set(NAMES)) == len(NAMES)


def test_cash_comes_from_machines_only() -> None:
    assert CATEGORIES[CASH].channels[ATM] == 1
    assert [c.name for c in CATEGORIES if c.channels[ATM]] == ["cash"]


def test_codes_are_positions() -> None:
    assert [NAMES[code] for code in codes("cash", "groceries")] == ["cash", "groceries"]


def test_an_unknown_category_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="not in tuple"):
        codes("gambling")
