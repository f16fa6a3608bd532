import json

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.detect.views.quantities import (
    Form,
    Quantity,
    is_size,
    number_columns,
    pair_forms,
    single_forms,
)

FORMS = [
    Quantity(Form.RAW, ("x",)),
    Quantity(Form.LOG, ("x",)),
    Quantity(Form.SIGNED, ("x",), 2.5),
    Quantity(Form.RATIO, ("x", "y")),
    Quantity(Form.DIFFERENCE, ("x", "y")),
]


def test_a_ratio_is_a_difference_of_logarithms() -> None:
    columns = {"value": np.array([10.0, 3.0]), "quantity": np.array([2.0, 4.0])}
    quantity = Quantity(Form.RATIO, ("value", "quantity"))
    assert quantity.values(columns) == pytest.approx(np.log([5.0, 0.75]))


def test_what_has_no_logarithm_is_missing() -> None:
    columns = {"x": np.array([1.0, 0.0, -3.0, np.nan]), "y": np.array([0.0, 1.0, 1.0, 1.0])}
    assert np.isnan(Quantity(Form.LOG, ("x",)).values(columns)).tolist() == [
        False,
        True,
        True,
        True,
    ]
    assert np.isnan(Quantity(Form.RATIO, ("x", "y")).values(columns)).all()


def test_a_zero_that_means_none_is_missing() -> None:
    columns = {"x": np.array([0.0, -2.0, 3.0])}
    raw = Quantity(Form.RAW, ("x",), skips_zero=True)
    assert np.isnan(raw.values(columns)).tolist() == [True, False, False]
    assert columns["x"][0] == 0.0


@pytest.mark.parametrize("quantity", FORMS, ids=lambda quantity: quantity.form.value)
@pytest.mark.parametrize("name", ["x", "y"])
def test_the_jacobian_is_the_slope_of_the_quantity(quantity: Quantity, name: str) -> None:
    if name not in quantity.columns:
        return
    columns = {"x": np.array([0.5, 3.0, 70.0]), "y": np.array([2.0, 9.0, 0.1])}
    step = 1e-6
    higher = {**columns, name: columns[name] + step}
    slope = (quantity.values(higher) - quantity.values(columns)) / step
    expected = np.broadcast_to(quantity.log_jacobian(columns, name), 3)
    assert np.log(np.abs(slope)) == pytest.approx(expected, abs=1e-4)


@given(st.floats(0.01, 1e9))
def test_a_quantity_goes_back_to_the_units_of_its_column(value: float) -> None:
    for quantity in FORMS[:3]:
        there = float(quantity.values({"x": np.array([value])})[0])
        assert quantity.natural(there) == pytest.approx(value, rel=1e-9)


def test_a_signed_logarithm_goes_back_below_zero_too() -> None:
    quantity = Quantity(Form.SIGNED, ("x",), 0.5)
    there = quantity.values({"x": np.array([-1234.5, 0.0])})
    assert [quantity.natural(float(value)) for value in there] == pytest.approx([-1234.5, 0.0])


def test_sizes_may_take_logarithms() -> None:
    assert [form.form for form in single_forms("x", np.array([1.0, 5.0, np.nan]))] == [
        Form.RAW,
        Form.LOG,
    ]


def test_amounts_of_both_signs_take_the_signed_logarithm() -> None:
    raw, signed = single_forms("x", np.array([-5.0, 20.0, 30.0, -40.0]))
    assert (raw.form, signed.form) == (Form.RAW, Form.SIGNED)
    assert 5.0 <= signed.unit <= 20.0


def test_common_zeros_mean_that_there_is_no_amount() -> None:
    taxes = np.array([0.0] * 50 + [7.0] * 50)
    assert is_size(taxes)
    raw, log = single_forms("tax", taxes)
    assert raw.skips_zero
    assert log.form is Form.LOG
    seldom = np.array([0.0] + [7.0] * 99)
    assert not single_forms("tax", seldom)[0].skips_zero


def test_the_larger_of_two_sizes_is_over_the_smaller() -> None:
    columns = {"quantity": np.array([1.0, 2.0]), "value": np.array([10.0, 30.0])}
    ratio, difference = pair_forms("quantity", "value", columns)
    assert ratio.describe() == "value / quantity"
    assert difference.form is Form.DIFFERENCE


def test_amounts_of_both_signs_have_no_ratio() -> None:
    columns = {"left": np.array([1.0, -2.0]), "right": np.array([1.0, -2.0])}
    assert [form.describe() for form in pair_forms("left", "right", columns)] == [
        "left minus right"
    ]


def test_missing_and_infinite_values_are_nan() -> None:
    frame = pl.DataFrame({"x": [1.0, None, np.inf, -np.inf, np.nan], "y": [1, 2, 3, 4, 5]})
    columns = number_columns(frame, ["x", "y", "x"])
    assert list(columns) == ["x", "y"]
    assert np.isnan(columns["x"]).tolist() == [False, True, True, True, True]
    assert columns["y"].dtype == np.float64


@pytest.mark.parametrize("quantity", [*FORMS, Quantity(Form.RAW, ("x",), skips_zero=True)])
def test_a_quantity_is_restored_from_json(quantity: Quantity) -> None:
    assert Quantity.restored(json.loads(json.dumps(quantity.state()))) == quantity


def test_something_else_is_not_restored() -> None:
    with pytest.raises(TypeError, match="state of a quantity"):
        Quantity.restored(7)


def test_a_row_alone_has_the_numbers_that_it_has_among_others() -> None:
    frame = pl.DataFrame(
        {
            "x": [1.5, None, float("inf"), float("nan")],
            "y": [3, 2**53 + 1, None, -1],
            "z": pl.Series(["1.10", "2.20", None, "4.40"]).cast(pl.Decimal(9, 2)),
        }
    )
    for names in (["x", "y"], ["x", "y", "z"]):
        together = number_columns(frame, names)
        for place in range(frame.height):
            alone = number_columns(frame[[place]], [*names, "x"])
            assert list(alone) == names
            for name in names:
                np.testing.assert_array_equal(alone[name], together[name][[place]])
