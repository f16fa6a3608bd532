"""What people type in the pages of a close."""

import pytest

from tieout.model.errors import InputError
from tieout.server.closing.forms import read_amount


@pytest.mark.parametrize(
    ("text", "units"),
    [("1,234,567.89", 123_456_789), ("-5", -500), (".5", 50), ("1234.50", 123_450), ("7.", 700)],
)
def test_an_amount_is_read_to_the_unit(text: str, units: int) -> None:
    assert read_amount(text) == units


@pytest.mark.parametrize(
    "text", ["1,23", "12,34.00", "1.234,56", "1.999", "NaN", "1e5", "", "9" * 30, "\uff11"]
)
def test_an_amount_that_could_mean_another_one_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        read_amount(text)
