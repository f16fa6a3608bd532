import pytest

from tieout.sources.typed.names import (
    says_code,
    says_flag,
    says_label,
    says_moment,
    says_quantity,
    words_of,
)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("transaction_id", ("transaction", "id")),
        ("TransactionID", ("transaction", "id")),
        ("MERCHDESCRIPTION", ("merch", "description")),
        ("trans_date_trans_time", ("trans", "date", "trans", "time")),
        ("TRADE DATE", ("trade", "date")),
        ("Crédit (EUR)", ("credit", "eur")),
        ("V1", ("v",)),
        ("counterparty", ("counterparty",)),
        ("2024", ()),
        ("", ()),
    ],
)
def test_names_become_words(name: str, words: tuple[str, ...]) -> None:
    assert words_of(name) == words


@pytest.mark.parametrize("name", ["", "2024", "!?"])
def test_a_name_without_words_says_nothing(name: str) -> None:
    said = (says_code, says_flag, says_label, says_moment, says_quantity)

    assert not any(says(name) for says in said)


def test_a_number_of_things_is_a_quantity_and_a_number_of_a_thing_a_label() -> None:
    assert says_quantity("num_transactions")
    assert not says_label("num_transactions")
    assert says_label("transaction_num")
    assert not says_quantity("transaction_num")


def test_a_quantity_of_something_that_has_a_label_is_a_quantity() -> None:
    assert says_quantity("credit_limit_account_total")
    assert not says_quantity("total_account")
    assert says_label("amount_code")


def test_a_moment_is_told_by_any_word() -> None:
    assert says_moment("created_at")
    assert says_moment("eventTime")
    assert not says_moment("item")
