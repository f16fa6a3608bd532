"""The words of comments, whoever wrote them."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tieout.explain.words.tokens import (
    AMOUNT,
    BELOW_ONE,
    CURRENCY,
    PERCENT,
    RETURN_CODE,
    SETTLEMENT_LAG,
    canonical,
    folded,
    is_word,
    tokens,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Rücklastschrift", "RUECKLASTSCHRIFT"),
        ("Gebühr über 5 €", "gebuehr ueber 5 EUR"),
        ("prélèvement rejeté", "PRELEVEMENT REJETE"),
        ("devolución", "devolucion"),
        ("Straße", "strasse"),
        ("paid 1,250.00 USD", "paid 99.95 CHF"),
        ("the fee of the bank", "fee bank"),
        ("don't know", "do not know"),
        ("don\u2019t know", "do not know"),
        ("INV-20391", "inv 7731"),
    ],
)
def test_two_hands_write_the_same(one: str, other: str) -> None:
    assert tokens(one) == tokens(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("off by 0.01", "off by 1.01"),
        ("2 invoices", "3 invoices"),
        ("booked", "not booked"),
        ("we have it, they do not", "they have it, we do not"),
        ("AC04", "AC01"),
        ("19%", "19"),
    ],
)
def test_what_means_something_else_stays_apart(one: str, other: str) -> None:
    assert tokens(one) != tokens(other)


@pytest.mark.parametrize("amount", ["100", "1,234", "1.234,56", "1'200.00", "12.34", "007", "1.0"])
def test_an_amount_is_one_token_whatever_it_is(amount: str) -> None:
    assert tokens(f"short by {amount} again") == ("short", AMOUNT, "again")


@pytest.mark.parametrize("amount", ["0.01", "0,02", ".05", ",10", "0.005"])
def test_an_amount_below_one_is_another_token(amount: str) -> None:
    assert tokens(amount) == (BELOW_ONE,)


def test_the_number_of_a_format_is_no_amount_below_one() -> None:
    assert tokens("camt.053") == ("camt", AMOUNT)


@pytest.mark.parametrize("share", ["2%", "2.9 %", "19  %", "1,5%"])
def test_a_share_is_one_token(share: str) -> None:
    assert tokens(f"minus {share} discount") == ("minus", PERCENT, "discount")


@pytest.mark.parametrize("money", ["USD", "eur", "£", "€", "Chf"])
def test_a_currency_is_one_token(money: str) -> None:
    assert tokens(money) == (CURRENCY,)


def test_a_pair_of_currencies_is_two_tokens() -> None:
    assert tokens("EURUSD spot") == (CURRENCY, CURRENCY, "spot")


@pytest.mark.parametrize("code", ["AC04", "am04", "R01", "MD06", "MS03"])
def test_a_return_code_says_so_and_keeps_its_own(code: str) -> None:
    assert tokens(code) == (RETURN_CODE, code.lower())


@pytest.mark.parametrize("code", ["Q2", "FY24", "t2", "ab1"])
def test_other_codes_are_words(code: str) -> None:
    assert tokens(code) == (code.lower(),)


@pytest.mark.parametrize("lag", ["T+1", "t + 2", "T+ 3"])
def test_a_settlement_lag_is_one_token(lag: str) -> None:
    assert tokens(f"settles {lag}") == ("settles", SETTLEMENT_LAG)


def test_more_days_than_any_settlement_takes_are_a_number() -> None:
    assert SETTLEMENT_LAG not in tokens("t+123")


@pytest.mark.parametrize("nothing", ["", "   ", "...", "--/--", "the of a", "\n\t", "!?"])
def test_a_text_without_words_has_no_tokens(nothing: str) -> None:
    assert tokens(nothing) == ()


def test_scripts_without_latin_letters_have_tokens() -> None:
    assert tokens("возврат платежа 返金") == ("возврат", "платежа", "返金")


def test_only_the_beginning_of_a_book_is_read() -> None:
    assert len(tokens("reversal " * 100_000)) < 300


def test_a_word_is_what_was_written() -> None:
    assert is_word("chargeback")
    assert not any(is_word(each) for each in (AMOUNT, BELOW_ONE, CURRENCY, PERCENT, RETURN_CODE))


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    once = folded(text)
    assert folded(once) == once


def test_the_canonical_form_hides_references_only() -> None:
    first = canonical("Return of INV-20391,  12 days late")
    assert first == canonical("Return of INV-77,001, 12 days late".replace(",001", "001"))
    assert first != canonical("Return of INV-20391, 13 days late")


@given(
    st.one_of(
        st.text(max_size=80),
        st.text(alphabet="tTacRr0123456789.,'+% -eurEUR€\n\u00a0", max_size=40),
    )
)
@example("t+123")
@example("5 \u00a0 %")
@example(".053 0.0531 000,5")
@example("1²345 ac0123")
def test_the_canonical_form_has_the_same_tokens(text: str) -> None:
    assert tokens(canonical(text)) == tokens(text)


@given(st.text(max_size=80))
def test_the_canonical_form_is_its_own(text: str) -> None:
    assert canonical(canonical(text)) == canonical(text)
