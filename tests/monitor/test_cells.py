"""Dimension values and pairs of them."""

from tieout.monitor.cells import ALL, MISSING, OVERFLOW, CellBook, is_within


def test_everything_is_cell_0() -> None:
    book = CellBook(("channel",))
    assert book.number((), ()) == ALL
    assert book.words(ALL) == ""
    assert book.depth(ALL) == 0
    assert len(book) == 1


def test_all_dimensions_and_their_pairs_are_watched() -> None:
    book = CellBook(("a", "b", "c"))
    assert book.watched == [
        (), ("a",), ("b",), ("c",), ("a", "b"), ("a", "c"), ("b", "c"),
    ]  # fmt: skip
    assert CellBook(("a", "b"), pairs=False).watched == [(), ("a",), ("b",)]
    assert CellBook(("a", "b"), pairs_max=0).watched == [(), ("a",), ("b",)]


def test_a_value_keeps_its_number() -> None:
    book = CellBook(("channel", "product"))
    web = book.number(("channel",), ("web",))
    pair = book.number(("channel", "product"), ("web", "card"))
    assert book.number(("channel",), ("web",)) == web
    assert book.words(web) == "channel=web"
    assert book.words(pair) == "channel=web & product=card"
    assert [book.depth(each) for each in (web, pair)] == [1, 2]


def test_one_value_in_two_dimensions_is_two_cells() -> None:
    book = CellBook(("issuer", "acquirer"))
    assert book.number(("issuer",), ("A",)) != book.number(("acquirer",), ("A",))


def test_no_value_is_a_value() -> None:
    book = CellBook(("channel",))
    assert book.words(book.number(("channel",), (None,))) == f"channel={MISSING}"


def test_values_beyond_the_cap_share_a_cell_and_are_counted() -> None:
    book = CellBook(("channel",), values_max=2)
    first = [book.number(("channel",), (name,), rows=5) for name in ("a", "b")]
    others = [book.number(("channel",), (name,), rows=5) for name in ("c", "d", "c")]
    assert len(set(others)) == 1
    assert others[0] not in first
    assert book.words(others[0]) == f"channel={OVERFLOW}"
    assert book.overflow == {("channel",): 15}


def test_pairs_have_a_cap_of_their_own() -> None:
    book = CellBook(("a", "b"), values_max=5, pairs_max=1)
    book.number(("a", "b"), ("x", "y"))
    shared = book.number(("a", "b"), ("x", "z"), rows=3)
    assert book.words(shared) == f"a={OVERFLOW} & b={OVERFLOW}"
    assert book.overflow == {("a", "b"): 3}


def test_a_book_that_is_filled_goes_on_as_it_was() -> None:
    book = CellBook(("a",), values_max=2)
    numbers = [book.number(("a",), (name,)) for name in ("x", "y", "z")]
    again = CellBook(("a",), values_max=2, values=book.values, families=book.families)
    assert [again.number(("a",), (name,)) for name in ("x", "y", "w")] == numbers


def test_a_cell_is_within_those_that_name_less() -> None:
    assert is_within("a=1 & b=2", "")
    assert is_within("a=1 & b=2", "b=2")
    assert not is_within("a=1", "a=1")
    assert not is_within("a=1", "a=2")
    assert not is_within("", "a=1")
