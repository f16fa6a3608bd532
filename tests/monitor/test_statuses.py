"""What the words of a status column mean."""

import pytest

from tieout.monitor.statuses import OTHER, STATUSES_MAX, StatusBook, cleaned, rate_name


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("APPROVED", "approved"),
        ("Success", "approved"),
        ("00", "approved"),
        (" Declined ", "denied"),
        ("Error", "failed"),
        ("timed out", "timeout"),
        ("Backend-Reversed", "backend_reversed"),
        ("Voided", "reversed"),
        ("refund", "refunded"),
        ("charged back", "chargeback"),
        ("Held for review", "held_for_review"),
        ("--", OTHER),
    ],
)
def test_a_word_means_a_status(word: str, status: str) -> None:
    assert StatusBook().canonical(word) == status


def test_the_spec_goes_before_what_is_usual() -> None:
    book = StatusBook({"soft_decline": ("declined", "Do not honour")})
    assert book.canonical("Declined") == "soft_decline"
    assert book.canonical("do-not-honour") == "soft_decline"
    assert book.canonical("denied") == "denied"


def test_approved_is_0_and_others_are_numbered_as_they_come() -> None:
    book = StatusBook()
    assert [book.code(word) for word in ("failed", "ok", "denied", "ERROR", "approved")] == [
        1, 0, 2, 1, 0,
    ]  # fmt: skip
    assert book.names == ["approved", "failed", "denied"]


def test_too_many_statuses_share_one() -> None:
    book = StatusBook()
    codes = {book.code(f"reason {number}") for number in range(100)}
    assert len(codes) == STATUSES_MAX - 1
    assert book.names[-1] == OTHER
    assert len(book.names) == STATUSES_MAX


def test_words_are_compared_without_case_and_signs() -> None:
    assert cleaned("  Timed--OUT ") == "timed_out"
    assert rate_name("timeout") == "timeout_rate"
