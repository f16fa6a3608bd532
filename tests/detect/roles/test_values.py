import pytest

from tieout.detect.roles.values import (
    both_filled_share,
    out_of_range,
    says_by_value,
    takes_turns,
)
from tieout.model.table import TableRole

from .conftest import numbers, table_of, texts


@pytest.mark.parametrize(
    ("role", "low", "high", "is_out"),
    [
        (TableRole.LATITUDE, -90, 90, False),
        (TableRole.LATITUDE, -90.1, 0, True),
        (TableRole.LONGITUDE, -180, 180, False),
        (TableRole.LONGITUDE, 0, 180.5, True),
        (TableRole.AMOUNT, -1e9, 1e9, False),
    ],
)
def test_degrees_lie_on_the_globe(role: TableRole, low: float, high: float, is_out: bool) -> None:
    assert out_of_range(table_of(v=numbers(low, high)), role, "v") is is_out


def test_missing_degrees_are_no_objection() -> None:
    values: list[float | None] = [None, *numbers(-10, 10)[1:]]

    assert not out_of_range(table_of(v=values), TableRole.LATITUDE, "v")


@pytest.mark.parametrize(
    ("role", "values", "says"),
    [
        (TableRole.CURRENCY, ("EUR", "USD"), "its values are currency codes such as EUR"),
        (TableRole.CURRENCY, ("EUR",), "its values are currency codes such as EUR"),
        (TableRole.CURRENCY, ("EUR", "XXQ"), ""),
        (TableRole.COUNTRY, ("DE", "FR", "GBR"), "its values are country codes such as DE"),
        (TableRole.COUNTRY, ("DE", "FR"), ""),
        (TableRole.COUNTRY, ("IL", "CA", "MD"), ""),
        (TableRole.COUNTRY, ("a", "b", "c"), ""),
        (TableRole.MERCHANT, ("DE", "FR", "GBR"), ""),
    ],
)
def test_codes_speak_for_themselves(role: TableRole, values: tuple[str, ...], says: str) -> None:
    assert says_by_value(table_of(v=texts(*values)), role, "v") == says


def test_numbers_say_nothing_by_value() -> None:
    assert says_by_value(table_of(v=numbers()), TableRole.CURRENCY, "v") == ""


def test_a_stray_value_in_a_hundred_does_not_matter() -> None:
    values = [*["EUR"] * 199, "n/a"]

    assert says_by_value(table_of(v=values), TableRole.CURRENCY, "v")


def test_debits_and_credits_take_turns() -> None:
    blanks = table_of(dr=[1.0, None] * 100, cr=[None, 2.0] * 100)
    zeros = table_of(dr=[1.0, 0.0] * 100, cr=[0.0, 2.0] * 100)
    both = table_of(dr=[1.0] * 200, cr=[2.0, 0.0] * 100)

    assert takes_turns(blanks, "dr", "cr")
    assert takes_turns(zeros, "dr", "cr")
    assert not takes_turns(both, "dr", "cr")
    assert both_filled_share(both, "dr", "cr") == 0.5
