"""Samples for an audit."""

from collections.abc import Callable

import pytest

from tieout.close.journal.book import Book
from tieout.close.journal.sample import monetary_unit, stratified, targeted
from tieout.model.errors import InputError

Books = Callable[..., Book]


@pytest.fixture
def held(book: Books) -> Book:
    rows = "".join(f"J{at} a {at}.00\nJ{at} b -{at}.00\n" for at in range(1, 101))
    return book(f"entry account amount\n{rows}J0 a 5000.00\nJ0 b -5000.00\n")


def test_a_seed_draws_the_same_sample_again(held: Book) -> None:
    for draw in (stratified, monetary_unit):
        assert draw(held, size=12, seed=3) == draw(held, size=12, seed=3)
    assert stratified(held, size=12, seed=3) != stratified(held, size=12, seed=4)


def test_every_stratum_is_in_a_stratified_sample_and_weights_count_all_entries(held: Book) -> None:
    drawn = stratified(held, size=12, seed=1)
    assert {each.stratum for each in drawn} == {1, 2, 3, 4}
    assert [each.entry for each in drawn if each.stratum == 4] == ["J0"], "it is half of the money"
    assert sum(each.weight for each in drawn) == pytest.approx(held.entries.height)


def test_what_is_larger_than_the_interval_is_always_in_a_monetary_sample(held: Book) -> None:
    for seed in range(5):
        drawn = monetary_unit(held, size=10, seed=seed)
        assert (drawn[0].entry, drawn[0].weight) == ("J0", 5000.0), "whole money, not cents"
        assert len(drawn) <= 11


def test_money_decides_how_often_an_entry_is_drawn(held: Book) -> None:
    amounts = [
        each.amount
        for seed in range(40)
        for each in monetary_unit(held, size=10, seed=seed)
        if each.entry != "J0"
    ]
    assert sum(amounts) / len(amounts) > 5500, "the mean amount of all is 50.50"


def test_a_sample_larger_than_the_journal_is_all_of_it(held: Book) -> None:
    assert len({each.entry for each in stratified(held, size=1000, seed=1)}) == 101


def test_the_riskiest_are_taken_in_their_order(held: Book) -> None:
    assert [each.entry for each in targeted(held, [4, 2, 9], size=2)] == ["J5", "J3"]


def test_no_sample_of_nothing(held: Book, book: Books) -> None:
    with pytest.raises(InputError, match="sample of 0 entries"):
        stratified(held, size=0, seed=1)
    nothing = book("entry account amount\nJ1 a 0.00\n")
    assert stratified(nothing, size=3, seed=1) == monetary_unit(nothing, size=3, seed=1) == ()
