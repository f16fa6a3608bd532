import pytest

from tieout.model.formats import AmountFormat, DateFormat
from tieout.sources.expectations import expected_amount, expected_date, expected_of
from tieout.sources.fields import AmountField, DateField, StagePlan, TextField


@pytest.mark.parametrize(
    ("amount_format", "value", "scale", "expected"),
    [
        (AmountFormat(), "n/a", 2, "an amount such as 1234.56"),
        (AmountFormat(), "", 2, "an amount such as 1234.56"),
        (AmountFormat(thousands=","), "n/a", 3, "an amount such as 1,234.567"),
        (AmountFormat(decimal=",", thousands=" "), "n/a", 0, "an amount such as 1 234"),
        (AmountFormat(), "1.005", 2, "an amount with at most 2 decimals"),
        (AmountFormat(decimal=","), "(1,005) EUR", 2, "an amount with at most 2 decimals"),
        (AmountFormat(), "1.5", 0, "a whole amount"),
        (AmountFormat(), "9" * 20, 0, "an amount of at most 9,223,372,036,854,775,807"),
    ],
)
def test_it_says_what_amount_was_expected(
    amount_format: AmountFormat, value: str, scale: int, expected: str
) -> None:
    assert expected_amount(amount_format, value, scale) == expected


def test_it_says_what_date_was_expected() -> None:
    patterns = ("%d/%m/%Y %H:%M", "%d/%m/%Y")

    assert expected_date(DateFormat(patterns=patterns)) == (
        "a date such as 31/01/2024 00:00 (%d/%m/%Y %H:%M or %d/%m/%Y)"
    )


def test_it_looks_for_the_field_that_reads_the_column() -> None:
    plan = StagePlan(
        {
            "key": TextField(("day", "ref")),
            "date": DateField("day"),
            "amount": AmountField(debit="dr", credit="cr", format=AmountFormat(decimal=",")),
        },
        scale=2,
    )

    assert expected_of(plan, "day", "never") == "a date such as 2024-01-31 (%Y-%m-%d)"
    assert expected_of(plan, "cr", "x") == "an amount such as 1234,56"
    assert expected_of(plan, "ref", "x") == "another value"
