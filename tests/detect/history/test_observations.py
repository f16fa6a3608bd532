"""The shape in which breaks are judged."""

from collections.abc import Callable

import polars as pl
import pytest

from tieout.detect.history.observations import OBSERVATION_SCHEMA, Observations

Observe = Callable[..., Observations]


def test_rows_are_put_in_the_order_of_keys_days_and_rows(observe: Observe) -> None:
    prepared = observe([(3, "B", 1.0), (2, "A", 2.0), (3, "A", 3.0), (3, "A", 4.0)]).prepared()
    assert prepared.select("key", "row").rows() == [("A", 2), ("A", 3), ("A", 4), ("B", 1)]
    assert prepared["code"].to_list() == [0, 0, 0, 1]


@pytest.mark.parametrize("name", [*OBSERVATION_SCHEMA, "attribute_1"])
def test_a_missing_column_is_named(name: str, observe: Observe) -> None:
    frame = observe([(1, "A", 1.0)]).frame.drop(name)
    with pytest.raises(ValueError, match=name):
        Observations(frame, attributes=("first", "second")).prepared()


def test_two_rows_of_one_number_are_refused(observe: Observe) -> None:
    frame = observe([(1, "A", 1.0), (2, "A", 1.0)]).frame.with_columns(row=pl.lit(7, pl.Int64))
    with pytest.raises(ValueError, match="same row number"):
        Observations(frame, attributes=("first", "second")).prepared()


def test_attributes_are_called_what_people_call_them(observe: Observe) -> None:
    observations = observe([(1, "A/B", 1.0)])
    assert observations.columns == ("attribute_0", "attribute_1")
    assert observations.label("attribute_1") == "second"


def test_an_attribute_may_be_called_like_a_column_of_ours(observe: Observe) -> None:
    frame = observe([(day, "A/B", 5.0 + day % 3) for day in range(60)]).frame
    named = Observations(frame, attributes=("currency", "key"))
    assert named.prepared().height == 60
    assert named.label("attribute_0") == "currency"
