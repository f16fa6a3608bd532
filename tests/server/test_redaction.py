"""What is taken out of the log, and what stays."""

import pytest

from tieout.server.redaction import redacted, redacted_text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("paid to DE89370400440532013000 today", "paid to <iban> today"),
        ("paid to GB29 NWBK 6016 1331 9268 19.", "paid to <iban>."),
        ("card 4111-1111-1111-1111 refused", "card <card> refused"),
        ("mail ann.lee+x@mail.example.org bounced", "mail <email> bounced"),
        ("call +44 20 7946 0958 back", "call <phone> back"),
        ("postgresql://tieout:s3cret@db/books", "postgresql://tieout:***@db/books"),
        ("used tieout_0a1b2c3d_abcdefghijklmnopqrstuvwxyz", "used <token>"),
        ("Authorization: Bearer abc.def-ghi", "Authorization: Bearer ***"),
    ],
)
def test_secrets_and_personal_data_are_taken_out(text: str, kept: str) -> None:
    assert redacted_text(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "20260131T235959Z-reconcile",
        "DE00370400440532013000",
        "4111111111111112",
        "12,400.00 EUR on 2026-01-31",
        "break 0f3a9c1b2d4e5f60 of row 17",
        "GET /cases/17/ 200 4.2",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert redacted_text(text) == text


@pytest.mark.parametrize(
    "name", ["password", "Secret_Key", "api_token", "Authorization", "set-cookie", "apikey"]
)
def test_what_is_called_a_secret_is_hidden_in_any_depth(name: str) -> None:
    assert redacted({"outer": [{name: "hunter2"}]}) == {"outer": [{name: "***"}]}


def test_numbers_and_nothing_stay_what_they_are() -> None:
    value = {"rows": 3, "share": 0.5, "none": None, "yes": True, "password": None}
    assert redacted(value) == value
