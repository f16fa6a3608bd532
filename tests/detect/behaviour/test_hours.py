"""How usual an hour is."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from tieout.detect.behaviour.features import behaviour
from tieout.detect.behaviour.hours import CATEGORY_ROWS, POOL_ROWS
from tieout.model.table import Table

MakeTable = Callable[..., Table]


def at_hours(table: MakeTable, hours: Sequence[int], **more: Sequence[str]) -> Table:
    """One row a day."""
    days = np.datetime64("2025-01-01T00:00:00") + np.arange(len(hours)).astype("timedelta64[D]")
    moments = days + np.array(hours).astype("timedelta64[h]")
    return table(time=[str(moment) for moment in moments], **more)


def test_hours_beside_count_as_near_across_midnight(table: MakeTable) -> None:
    found = behaviour(at_hours(table, [23, 0, 1, 12, 0, 22], customer=["a"] * 6))
    assert found["hour_near_before"].to_list() == [0, 1, 1, 0, 3, 1]


def test_an_hour_of_its_own_past_is_usual_for_a_night_worker_only(table: MakeTable) -> None:
    hours = [12, 3] * 60 + [3, 3]
    found = behaviour(at_hours(table, hours, customer=["day", "night"] * 60 + ["day", "night"]))
    day, night = found["hour_share"].to_list()[-2:]
    assert night > 0.5
    assert day < 0.15
    assert found["hour_near_before"].to_list()[-2:] == [0, 60]


def test_the_share_is_as_documented(table: MakeTable) -> None:
    hours = [10, 11, 3, 10, 11]
    found = behaviour(at_hours(table, hours, customer=["a", "b", "a", "a", "b"]))
    # The last row: four before, three of them within an hour of 11, one of them at 11.
    pool_share, pool_within = (3 + 3 / 24) / 5, (1 + 1 / 3) / 4
    share = (1 + POOL_ROWS * pool_share) / (1 + POOL_ROWS)
    within = (1 + POOL_ROWS * pool_within) / (1 + POOL_ROWS)
    assert found["hour_share"][4] == pytest.approx(share * within)


def test_a_category_has_hours_of_its_own(table: MakeTable) -> None:
    categories = ["bar", "shop"] * 100
    hours = [23, 12] * 100
    found = behaviour(
        at_hours(
            table,
            [*hours, 23, 23],
            customer=[str(number) for number in range(202)],
            merchant_category=[*categories, "bar", "shop"],
        )
    )
    bar, shop = found["hour_share"].to_list()[-2:]
    assert bar > 0.8
    assert shop < 0.1
    # Of 100 rows in shops none was at night; of all 201 half, which count as 20 rows.
    near = (0 + CATEGORY_ROWS * (101 + 3 / 24) / 202) / (100 + CATEGORY_ROWS)
    assert shop < near


def test_the_first_row_of_anyone_has_an_even_share(table: MakeTable) -> None:
    found = behaviour(at_hours(table, [7], customer=["a"]))
    assert found["hour_share"].to_list() == [pytest.approx(1 / 24)]
