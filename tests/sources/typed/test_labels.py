import polars as pl
import pytest

from tieout.model.table import Kind
from tieout.sources.typed.labels import is_label

from .conftest import Reader, column


@pytest.mark.parametrize(
    "name",
    [
        "customer_id", "MERCHNUM", "zip", "cardNumber", "doc no", "GL Account", "mcc", "line",
        "Account", "merchant", "userId", "row", "month", "branch", "phone",
    ],
)  # fmt: skip
def test_whole_numbers_with_the_name_of_a_label_are_categories(read: Reader, name: str) -> None:
    table = read(column(name, *range(1, 60))).table

    assert table.columns[1].kind is Kind.CATEGORY
    assert table.frame[name].to_list() == [str(n) for n in range(1, 60)]


@pytest.mark.parametrize(
    "name",
    [
        "amount", "num_items", "account_balance", "card_count", "no_of_lines", "quantity", "V1",
        "customer_age", "credit", "merch_lat", "points", "city_pop", "Time",
    ],
)  # fmt: skip
def test_other_whole_numbers_are_quantities(read: Reader, name: str) -> None:
    table = read(column(name, *range(1, 60))).table

    assert table.columns[1].kind is Kind.NUMBER


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (["007", "012", "1234"] * 10, "its numbers have zeros in front"),
        (["41112222333344445"] * 3, "its numbers have more than 15 digits"),
        (["0", "1"] * 20, "its numbers are 0 for no and 1 for yes"),
        ([str(75_258_598 + 77 * n) for n in range(120)], "its 120 different values all have 8"),
    ],
)
def test_values_can_give_a_label_away(values: list[str], why: str) -> None:
    assert is_label("points", pl.Series(values)).startswith(why)
    assert is_label("amount", pl.Series(values)) == ""


@pytest.mark.parametrize(
    "values",
    [
        ["0", "7", "12"],
        ["0", "1", "2"] * 20,
        ["0"] * 40,
        ["123456", "654321"] * 60,
        [str(12_345 + n) for n in range(120)],
        ["1.5", "2.5"],
    ],
)
def test_few_or_uneven_numbers_give_nothing_away(values: list[str]) -> None:
    assert is_label("points", pl.Series(values)) == ""


def test_numbers_that_became_floats_are_still_labels_as_written(read: Reader) -> None:
    frame = read(column("CARDNUM", "5142124791.0", "5142124960.0", "")).table.frame

    assert frame["CARDNUM"].to_list() == ["5142124791.0", "5142124960.0", None]


def test_codes_with_decimals_are_labels_by_name(read: Reader) -> None:
    frame = read(column("account", "1000.10", "1000.20")).table.frame

    assert frame["account"].to_list() == ["1000.10", "1000.20"]


def test_a_question_is_answered_by_a_label_however_few_rows_there_are() -> None:
    assert is_label("is_refund", pl.Series(["0", "0"]))
    assert is_label("refund_flag", pl.Series(["1"]))


def test_a_few_letters_among_card_numbers_do_not_make_them_a_quantity() -> None:
    numbers = pl.Series([f"51421{number:05}.0" for number in range(500)] + ["C908"])
    assert is_label("CARDNUM", numbers)
    assert not is_label("weight", pl.Series(["1.5", *numbers]))
