"""What counts as personal data in a text, and what does not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.model.personal import find_personal

IBAN = "DE89370400440532013000"


def pieces(text: str) -> list[tuple[str, str]]:
    return [(each.kind, text[each.start : each.end]) for each in find_personal(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"paid to {IBAN} today", [("iban", IBAN)]),
        ("GB29 NWBK 6016 1331 9268 19 PAID IN FULL", [("iban", "GB29 NWBK 6016 1331 9268 19")]),
        ("de89 3704 0044 0532 0130 00.", [("iban", "de89 3704 0044 0532 0130 00")]),
        ("NO93-8601-1117-947", [("iban", "NO93-8601-1117-947")]),
        ("4111 1111 1111 1111 12/26", [("card", "4111 1111 1111 1111")]),
        ("INV 17 4111111111111111", [("card", "4111111111111111")]),
        ("378282246310005", [("card", "378282246310005")]),
        ("ann.o'lee+x@mail.example.org", [("email", "ann.o'lee+x@mail.example.org")]),
        ("+44 (0)20 7946 0958", [("phone", "+44 (0)20 7946 0958")]),
        ("0044 20 7946 0958", [("phone", "0044 20 7946 0958")]),
        ("Tel. 030 / 901820 now", [("phone", "030 / 901820")]),
        (f"{IBAN} or a@b.example", [("iban", IBAN), ("email", "a@b.example")]),
    ],
)
def test_it_finds_each_kind(text: str, found: list[tuple[str, str]]) -> None:
    assert pieces(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "DE00370400440532013000",
        "ZZ89370400440532013000",
        "DE8937040044053201300012",
        "4111111111111112",
        "1234567890123456",
        "0000123456789",
        "12,400.00 EUR on 2026-01-31, row 7",
        "INV-2026-000123",
        "right 100.00 - left 97.10 = 2.90",
        "a@b",
    ],
)
def test_references_amounts_and_dates_are_none_of_them(text: str) -> None:
    assert pieces(text) == []


def iban(country: str, account: str) -> str:
    """With its check digits, as ISO 13616 counts them."""
    number = int("".join(str(int(sign, 36)) for sign in f"{account}{country}00"))
    return f"{country}{98 - number % 97:02d}{account}"


@settings(deadline=None)
@given(
    st.text("0123456789", min_size=18, max_size=18),
    st.text(" abcX,.;", max_size=10),
    st.text(" ,.;", max_size=10),
)
def test_a_german_iban_is_found_wherever_it_stands(account: str, before: str, after: str) -> None:
    written = iban("DE", account)
    text = f"{before} {written} {after}"
    assert ("iban", written) in pieces(text)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_pieces_stand_in_order_within_the_text_and_apart(text: str) -> None:
    at = 0
    for each in find_personal(text):
        assert at <= each.start < each.end <= len(text)
        at = each.end
