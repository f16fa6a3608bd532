import polars as pl
import pytest

from tieout.model.formats import AmountFormat, DateFormat
from tieout.model.table import Kind
from tieout.sources.typed.decide_kind import (
    decide_dates,
    decide_number,
    decide_reading,
    filled_of,
    native_reading,
    reading_as,
    revise_reading,
)
from tieout.sources.typed.reading import ISO, NULL_WORDS, PLAIN, TEXT, Reading

GROUPED = AmountFormat(thousands=",")


def texts(*values: str | None) -> pl.Series:
    return pl.Series(list(values), dtype=pl.String)


@pytest.mark.parametrize(
    ("name", "values", "kind", "way"),
    [
        ("v", ("1.5", "-2", "1e-05"), Kind.NUMBER, "plain"),
        ("v", ("1,234.50", "7"), Kind.NUMBER, "amount"),
        ("v", ("2024-01-31", "2024-02-01"), Kind.TIME, "date"),
        ("ts", ("1706695507", "1706695508"), Kind.TIME, "epoch"),
        ("v", ("a", "b", "1"), Kind.CATEGORY, "text"),
        ("v", ("True", "False"), Kind.CATEGORY, "text"),
        ("v", ("10:05", "11:30"), Kind.CATEGORY, "text"),
        ("zip", ("60061", "38118"), Kind.CATEGORY, "text"),
        ("v", ("1_000", "2_000"), Kind.CATEGORY, "text"),
        ("v", ("0x10", "0x11"), Kind.CATEGORY, "text"),
    ],
)
def test_a_column_is_read_by_its_values_and_its_name(
    name: str, values: tuple[str, ...], kind: Kind, way: str
) -> None:
    reading = decide_reading(name, texts(*values, None))

    assert (reading.kind, reading.way) == (kind, way)
    assert reading.why


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("amount", Kind.NUMBER),
        ("booked_at", Kind.TIME),
        ("city", Kind.CATEGORY),
        ("date_code", Kind.CATEGORY),
    ],
)
@pytest.mark.parametrize("values", [(), (None, None), ("NA", "-")])
def test_a_column_without_values_goes_by_its_name(
    name: str, kind: Kind, values: tuple[str | None, ...]
) -> None:
    assert decide_reading(name, texts(*values)).kind is kind


def test_a_guessed_order_of_day_and_month_is_a_doubt() -> None:
    guessed = decide_reading("seen", texts("07/12/2025", "07/12/2025"))
    assert guessed.doubt.startswith("05/03/2024 is read as 2024-03-05: no value is above 12")
    assert reading_as(Kind.TIME, texts("07/12/2025")).doubt == guessed.doubt
    assert not decide_reading("seen", texts("07/13/2025")).doubt
    assert not decide_reading("seen", texts("2025-07-12")).doubt


def test_a_name_of_quantities_keeps_eight_digits_from_being_days() -> None:
    days = texts("20240131", "20240201")

    assert decide_reading("v", days).kind is Kind.TIME
    assert decide_reading("amount", days).kind is Kind.NUMBER


def test_one_plain_number_in_a_hundred_may_be_something_else() -> None:
    numbers = [f"{n}e1" for n in range(99)]

    assert decide_number(texts(*numbers, "x")) == PLAIN
    assert decide_number(texts(*numbers, "x", "y")) is None


def test_a_point_group_is_seen_where_all_values_are_plain() -> None:
    values = [f"{n}.500" for n in range(1, 12)] + ["7", "80"]

    found = decide_number(texts(*values))

    assert found is not None
    assert (found.way, found.amount) == ("amount", AmountFormat(decimal=",", thousands="."))


def test_the_format_of_an_amount_is_never_taken_for_plain() -> None:
    found = decide_number(texts("1,234.50", "2", "3"))

    assert found is not None
    assert found.amount == GROUPED
    assert not found.amount.plain


def test_a_clock_of_twelve_hours_is_tried_first() -> None:
    found = decide_dates(texts("2024-01-31 10:05:07 PM", "2024-02-01 09:00:00 AM"))

    assert found is not None
    assert found.format.patterns[:2] == ("%Y-%m-%d %I:%M:%S %p", "%Y-%m-%d %I:%M %p")
    plain = decide_dates(texts("2024-01-31 10:05:07"))
    assert plain is not None
    assert plain.format == DateFormat(patterns=("%Y-%m-%d %H:%M:%S",))
    assert decide_dates(texts("x", "y")) is None


def test_words_for_nothing_are_not_among_the_values() -> None:
    values = texts(*NULL_WORDS, *(word.upper() for word in NULL_WORDS), None, " na ", " 5 ", "x")

    assert filled_of(values).to_list() == ["5", "x"]


def test_a_kind_that_was_asked_for_is_taken_whatever_the_values() -> None:
    words = texts("a", "b")

    assert reading_as(Kind.CATEGORY, texts("1", "2")).way == "text"
    assert reading_as(Kind.NUMBER, words).way == "plain"
    assert reading_as(Kind.TIME, words).date == ISO.date
    assert reading_as(Kind.NUMBER, texts("1,234.50", "7")).amount == GROUPED
    assert reading_as(Kind.TIME, texts("31/12/2024")).date.patterns == ("%d/%m/%Y",)
    assert reading_as(Kind.TIME, texts("1706695507000")).ticks == 1_000
    assert reading_as(Kind.TIME, texts("20240131")).way == "date"


@pytest.mark.parametrize(
    ("kind", "name", "values", "integer", "expected"),
    [
        (Kind.NUMBER, "v", ("1.5", "2.5"), False, PLAIN),
        (Kind.NUMBER, "customer_id", ("1", "2"), True, TEXT),
        (Kind.NUMBER, "customer_id", ("1", "2"), False, TEXT),
        (Kind.NUMBER, "customer", ("1.5", "2.5"), False, PLAIN),
        (Kind.NUMBER, "account", ("1.5", "2.5"), False, TEXT),
        (Kind.NUMBER, "v", (), True, PLAIN),
        (Kind.TIME, "v", ("2024-01-31",), False, ISO),
        (Kind.CATEGORY, "v", ("true",), False, TEXT),
    ],
)
def test_native_columns_are_quantities_unless_they_name_something(
    kind: Kind, name: str, values: tuple[str, ...], integer: bool, expected: Reading
) -> None:
    found = native_reading(kind, name, texts(*values), integer=integer)

    assert (found.kind, found.way) == (expected.kind, expected.way)


def test_a_second_format_of_numbers_replaces_the_first() -> None:
    sample = texts(*[f"{n}.5" for n in range(50)])

    assert revise_reading(PLAIN, sample, texts("1,234.50")).amount == GROUPED
    assert revise_reading(PLAIN, sample, texts("twelve")) == PLAIN


def test_more_patterns_of_dates_are_added_and_none_is_lost() -> None:
    revised = revise_reading(ISO, texts("2024-01-31"), texts("31.12.2023", "30.11.2023"))

    assert revised.date.patterns == ("%Y-%m-%d", "%d.%m.%Y")
    assert revise_reading(ISO, texts("2024-01-31"), texts("2024-02-30")) == ISO


def test_a_count_of_seconds_is_not_revised() -> None:
    epoch = Reading(Kind.TIME, "epoch")

    assert revise_reading(epoch, texts("1706695507"), texts("2024-01-31")) == epoch


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        (PLAIN, "a number such as 1234.56"),
        (Reading(Kind.NUMBER, "amount", amount=GROUPED), "a number such as 1,234.56"),
        (ISO, "a date such as 2024-01-31 (%Y-%m-%d)"),
        (Reading(Kind.TIME, "epoch"), "a whole number that counts from 1970"),
    ],
)
def test_a_reading_says_what_it_expects(reading: Reading, expected: str) -> None:
    assert reading.expected == expected
