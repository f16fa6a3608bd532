from typing import Any

import numpy as np

from tieout.practice.payments.cities import CITIES, CURRENCY_OF
from tieout.practice.payments.rows import NO_DEVICE, Rows
from tieout.practice.payments.table import COLUMNS, payment_table
from tieout.practice.payments.world import World


def one_row(world: World, **columns: Any) -> Rows:
    given = {
        "person": 0, "time": 1_740_000_000, "category": 0, "channel": 1, "merchant": 4,
        "amount": 1_205, "city": 0, "device": NO_DEVICE, "kind": 0, **columns,
    }  # fmt: skip
    arrays = {name: np.array([value]) for name, value in given.items()}
    return Rows(**arrays, latitude=np.array([52.5]), longitude=np.array([13.41]))


def test_a_row_is_written_as_people_write_it(world: World) -> None:
    table = payment_table(one_row(world), world, first_number=7)
    assert tuple(table.columns) == COLUMNS
    row = table.row(0, named=True)
    assert row["transaction_id"] == "T0000000007"
    assert row["customer_id"] == "C0000001"
    assert row["merchant_id"] == "M000005"
    assert (row["category"], row["channel"]) == ("groceries", "contactless")
    assert (row["country"], row["city"]) == ("DE", "Berlin")
    assert str(row["timestamp"]) == "2025-02-19 21:20:00"
    assert str(row["amount"]) == "12.05"
    assert row["device_id"] is None


def test_the_currency_is_that_of_the_home(world: World) -> None:
    for person in range(30):
        row = payment_table(one_row(world, person=person), world, first_number=1)
        assert row["currency"][0] == CURRENCY_OF[world.people.home[person]]


def test_a_device_says_nothing_about_whose_it_is(world: World) -> None:
    devices = [
        payment_table(one_row(world, device=number), world, first_number=1)["device_id"][0]
        for number in (0, 1, world.devices + 5)
    ]
    assert len(set(devices)) == 3
    assert {len(device) for device in devices} == {13}


def test_every_city_can_be_named(world: World) -> None:
    for place, city in enumerate(CITIES):
        table = payment_table(one_row(world, city=place), world, first_number=1)
        assert (table["city"][0], table["country"][0]) == (city.name, city.country)
