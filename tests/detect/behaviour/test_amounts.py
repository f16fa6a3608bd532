"""Amounts beside earlier amounts."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.detect.behaviour.amounts import LATEST, Pool, deviation
from tieout.detect.behaviour.features import behaviour
from tieout.detect.behaviour.timeline import decimals, whole
from tieout.model.table import Table

MakeTable = Callable[..., Table]


def daily(table: MakeTable, amounts: Sequence[float | None], **more: Sequence[str]) -> Table:
    moments = np.datetime64("2020-01-01T10:00:00") + np.arange(len(amounts)).astype(
        "timedelta64[D]"
    )
    return table(
        time=[str(moment) for moment in moments],
        amount=amounts,
        **{"customer": ["a"] * len(amounts), **more},
    )


def test_an_amount_is_told_in_times_of_the_median_before_it(table: MakeTable) -> None:
    found = behaviour(daily(table, [10.0, 30.0, 20.0, 100.0, None, 40.0]))
    assert found["amount_own_rows"].to_list() == [0, 1, 2, 3, 4, 4]
    medians = found["amount_own_median"].to_list()
    # Of an even number the lower of the two middle ones: an amount that was really paid.
    assert medians == [None, *(pytest.approx(value) for value in (10.0, 10.0, 20.0, 20.0, 20.0))]
    times = found["amount_own_times"].to_list()
    assert times == [None, *(pytest.approx(v) for v in (3.0, 2.0, 5.0)), None, pytest.approx(2.0)]


def test_a_row_does_not_count_in_its_own_baseline(table: MakeTable) -> None:
    usual = [100.0, 110.0, 90.0, 105.0, 95.0] * 8
    found = behaviour(daily(table, [*usual, 5_000.0, 100.0]))
    assert found["amount_own_z"][40] > 10.0
    assert found["amount_own_median"][40] == pytest.approx(100.0)
    # Nor does one odd amount move what comes after it.
    assert abs(found["amount_own_z"][41]) < 1.0


def test_refunds_are_told_by_their_size_and_zero_by_nothing(table: MakeTable) -> None:
    found = behaviour(daily(table, [10.0, -20.0, 0.0, 20.0]))
    assert found["amount_own_times"].to_list()[1] == pytest.approx(2.0)
    assert found["amount_own_z"][2] is None
    assert found["amount_own_rows"].to_list() == [0, 1, 2, 2]


def test_currencies_have_medians_of_their_own(table: MakeTable) -> None:
    found = behaviour(daily(table, [10.0, 5_000.0, 12.0], currency=["EUR", "HUF", "EUR"]))
    assert found["amount_own_rows"].to_list() == [0, 0, 1]
    assert found["amount_own_median"][2] == pytest.approx(10.0)


def test_only_the_latest_amounts_count(table: MakeTable) -> None:
    found = behaviour(daily(table, [1_000.0] * LATEST + [10.0] * LATEST + [10.0]))
    assert found["amount_own_rows"][2 * LATEST] == LATEST
    assert found["amount_own_median"][2 * LATEST] == pytest.approx(10.0)


def test_an_amount_is_compared_with_its_category_and_merchant(table: MakeTable) -> None:
    rows = 80
    found = behaviour(
        daily(
            table,
            [10.0, 500.0] * (rows // 2),
            merchant_category=["food", "travel"] * (rows // 2),
            merchant=["m", "n"] * (rows // 2),
        )
    )
    assert found["amount_category_median"].to_list()[-2:] == [
        pytest.approx(10.0),
        pytest.approx(500.0),
    ]
    assert found["amount_merchant_times"].to_list()[-2:] == [pytest.approx(1.0)] * 2
    # 500 is far from the customer's middle, but usual for travel.
    assert found["amount_own_z"][-1] > 0.5
    assert found["amount_usual_z"][-1] == pytest.approx(0.0)


def test_next_to_few_amounts_of_usual_categories_no_amount_is_enormous(table: MakeTable) -> None:
    """One newspaper at its usual price is all that is known; the first shop is not 60 sigma off."""
    papers, shops = 17, 17
    found = behaviour(
        daily(
            table,
            [19.9] * papers + [20.0, 60.0, 30.0] * 5 + [25.0, 180.0],
            customer=["reader"] * papers + ["neighbour"] * (shops - 1) + ["cook"],
            merchant_category=["newspaper"] * papers + ["groceries"] * shops,
        )
    )
    assert found["amount_usual_z"].to_list()[-1] is None


@settings(max_examples=30, deadline=None)
@given(amounts=st.lists(st.sampled_from([None, 1.0, 2.5, 7.0, 7.5, 40.0]), min_size=1, max_size=90))
def test_median_and_spread_are_what_sorting_gives(
    table: MakeTable, amounts: list[float | None]
) -> None:
    found = behaviour(daily(table, amounts))
    for place in range(len(amounts)):
        known = [np.log(value) for value in amounts[:place] if value is not None][-LATEST:]
        assert found["amount_own_rows"][place] == len(known)
        if not known:
            assert found["amount_own_median"][place] is None
            continue
        centre = np.sort(known)[(len(known) - 1) // 2]
        assert found["amount_own_median"][place] == pytest.approx(np.exp(centre))


def test_the_pool_is_brought_up_to_date_when_rows_double() -> None:
    values = np.arange(100, dtype=np.float64)
    centre, spread = Pool.running(values).at(0, 100)
    assert np.isnan(centre[:16]).all()
    assert centre[16] == centre[31] == np.median(values[:16])
    assert centre[32] == centre[63] == np.median(values[:32])
    assert centre[64] == centre[99] == np.median(values[:64])
    assert spread[99] == np.median(np.abs(values[:64] - np.median(values[:64])))


def test_a_pool_of_unknown_values_is_unknown() -> None:
    centre, spread = Pool.running(np.full(40, np.nan)).at(30, 40)
    assert np.isnan(centre).all()
    assert np.isnan(spread).all()


def test_deviation_shrinks_to_the_pool_by_the_number_of_rows() -> None:
    pool = Pool(np.array([9]), np.array([2.0]), np.array([1.0]))
    own = (np.array([4], np.int32), np.array([5.0]), np.array([0.2]))
    z = deviation(np.array([9.0]), pool, own)
    centre = (4 * 5.0 + 1 * 2.0) / 5
    width = (4 * 0.2 + 8 * 1.0) / 12
    assert z[0] == pytest.approx((9.0 - centre) / (1.4826 * width))


def test_deviation_rests_on_what_is_known() -> None:
    unknown = Pool(np.array([0]), np.array([np.nan]), np.array([np.nan]))
    known = Pool(np.array([9]), np.array([2.0]), np.array([1.0]))
    none = (np.array([0], np.int32), np.array([np.nan]), np.array([np.nan]))
    some = (np.array([9], np.int32), np.array([3.0]), np.array([0.0]))
    assert np.isnan(deviation(np.array([1.0]), unknown, none)[0])
    assert deviation(np.array([3.0]), known, none)[0] == pytest.approx(1.0 / 1.4826)
    # Equal amounts so far: a spread of .05 is assumed.
    assert deviation(np.array([3.1]), unknown, some)[0] == pytest.approx(0.1 / (1.4826 * 0.05))


@pytest.mark.parametrize(
    ("amounts", "places"),
    [
        ([1.0, 2.0], 0),
        ([1.5], 1),
        ([19.99, 1e9 + 0.01], 2),
        ([0.125], 3),
        ([1.0 / 3.0], 4),
        ([np.nan, np.inf], 0),
        ([], 0),
    ],
)
def test_decimals_are_counted(amounts: list[float], places: int) -> None:
    assert decimals(np.array(amounts)) == places


def test_decimals_late_in_a_long_column_are_found() -> None:
    amounts = np.ones(50_000)
    amounts[-1] = 0.25
    assert decimals(amounts) == 2


def test_whole_numbers_are_rounded_not_cut() -> None:
    assert whole(np.array([0.29, -0.29, np.nan]), 2).tolist() == [29, -29, 0]


def shops(table: MakeTable, rows: int = 240) -> tuple[list[float], Table]:
    """Eighty payments each of food and of tools in euros, and of tools in pounds; one unknown."""
    amounts = [
        *(10.0 + n % 5 for n in range(80)),
        *(100.0 + 10 * (n % 5) for n in range(80)),
        *(70.0 + 7 * (n % 5) for n in range(80)),
    ]
    times = [f"2025-01-01T{n // 60:02}:{n % 60:02}:00" for n in range(rows + 3)]
    categories = ["food"] * 80 + ["tools"] * 160 + ["food", "toys", "food"]
    currencies = ["EUR"] * 160 + ["GBP"] * 80 + ["EUR", "EUR", None]
    return amounts, table(
        time=[*times[:-1], None],
        customer=[f"c{n}" for n in range(rows + 3)],
        amount=[*amounts, 500.0, 500.0, 500.0],
        merchant_category=categories,
        currency=currencies,
    )


def test_an_amount_is_compared_with_the_finest_group_of_payments_that_is_known(
    table: MakeTable,
) -> None:
    amounts, payments = shops(table)
    found = behaviour(
        payments, features=["amount_all_level", "amount_all_rows", "amount_all_median"]
    )
    food, toys, unknown = found.rows(named=True)[-3:]
    assert food == {
        "amount_all_level": 2,
        "amount_all_rows": 80,
        "amount_all_median": pytest.approx(12.0),
    }
    euros = sorted(amounts[:160])
    assert toys["amount_all_level"] == 1
    assert toys["amount_all_rows"] == 161
    assert toys["amount_all_median"] == pytest.approx(sorted([*euros, 500.0])[80])
    # Without a currency all payments count, up to the largest power of two.
    assert unknown["amount_all_level"] == 0
    assert unknown["amount_all_rows"] == 128


def test_the_first_rows_have_nobody_to_be_compared_with(table: MakeTable) -> None:
    _, payments = shops(table)
    found = behaviour(payments, features=["amount_all_z"])["amount_all_z"]
    assert found[:64].null_count() == 64
    assert found[64:].null_count() == 0


def test_a_group_of_one_price_does_not_make_the_next_price_enormous(table: MakeTable) -> None:
    times = [f"2025-01-01T{n // 60:02}:{n % 60:02}:00" for n in range(161)]
    spread = [float(np.exp(n % 10 / 2)) for n in range(80)]
    payments = table(
        time=times,
        customer=[f"c{n}" for n in range(161)],
        amount=[*spread, *[9.99] * 80, 19.98],
        merchant_category=["shop"] * 80 + ["stream"] * 81,
    )
    z = behaviour(payments, features=["amount_all_z"])["amount_all_z"]
    pool = np.log([*spread, *[9.99] * 48])
    mad = np.median(np.abs(pool - np.median(pool)))
    assert z[-1] == pytest.approx(np.log(2.0) / (1.4826 * 0.5 * mad))


def test_a_row_without_a_time_comes_after_all_others_and_is_nobodys_past(
    table: MakeTable,
) -> None:
    payments = table(
        time=[None, "2025-01-01T10:00:00", "2025-01-02T10:00:00", "2025-01-03T10:00:00"],
        customer=["a"] * 4,
        amount=[900.0, 10.0, 20.0, 30.0],
    )
    found = behaviour(payments, features=["amount_own_rows", "rows_before", "amount_own_median"])
    assert found["amount_own_rows"].to_list() == [3, 0, 1, 2]
    assert found["amount_own_median"].to_list() == [
        pytest.approx(20.0),
        None,
        pytest.approx(10.0),
        pytest.approx(10.0),
    ]
    assert found["rows_before"].to_list() == [None, 0, 1, 2]
