"""Coded columns, capped so that all their combinations fit."""

import numpy as np
import pytest

from tieout.explain.scan.columns import capped_columns


def test_codes_that_fit_stay_as_they_are() -> None:
    column = np.array([0, 2, 1, 2], dtype=np.uint8)
    columns = capped_columns([column], depth=3)
    assert columns.codes[0].tolist() == [0, 2, 1, 2]
    assert (columns.sizes, columns.rest) == ((3,), (False,))


def test_codes_that_never_occur_take_no_room() -> None:
    columns = capped_columns([np.array([7, 7, 90_000], dtype=np.int32)], depth=1)
    assert columns.codes[0].tolist() == [0, 0, 1]
    assert columns.kept[0].tolist() == [7, 90_000]


def test_many_values_need_wider_codes() -> None:
    columns = capped_columns([np.arange(1_000, dtype=np.int64)], depth=1)
    assert columns.codes[0].dtype == np.uint16
    assert columns.sizes == (1_000,)


def test_the_rarest_values_are_put_together_until_all_cells_fit() -> None:
    wide = np.repeat(np.arange(300), np.where(np.arange(300) < 40, 20, 1))
    columns = capped_columns([wide, wide, wide], depth=3, cells_max=100_000)
    assert columns.sizes == (41, 41, 41)
    assert columns.rest == (True, True, True)
    assert columns.kept[0].tolist() == list(range(40))
    assert (columns.codes[0][wide >= 40] == 40).all()


def test_a_column_can_be_capped_whatever_fits() -> None:
    columns = capped_columns([np.array([0, 0, 1, 1, 2])], depth=1, values_max=2)
    assert columns.codes[0].tolist() == [0, 0, 1, 1, 2]
    assert columns.kept[0].tolist() == [0, 1]


def test_of_equally_frequent_values_the_lower_codes_are_kept() -> None:
    columns = capped_columns([np.array([3, 1, 2, 0])], depth=1, values_max=2)
    assert columns.kept[0].tolist() == [0, 1]


def test_negative_codes_and_unequal_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        capped_columns([np.array([-1, 0])], depth=1)
    with pytest.raises(ValueError, match="equal length"):
        capped_columns([np.zeros(2, dtype=np.uint8), np.zeros(3, dtype=np.uint8)], depth=1)


def test_no_rows_are_no_codes() -> None:
    columns = capped_columns([np.zeros(0, dtype=np.uint8)], depth=1)
    assert (columns.rows, columns.sizes) == (0, (0,))
