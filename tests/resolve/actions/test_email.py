"""Real SMTP conversations."""

import socket
from pathlib import Path

import pytest
from sinks import SmtpSink, smtp_server

from tieout.resolve.actions.email import build, message_id, send
from tieout.resolve.actions.message import Message, Outcome
from tieout.resolve.config.channels import EmailSettings

LOGIN = {"MAIL_USER": "tieout", "MAIL_PASSWORD": "a long secret"}


def letter(**changes: object) -> Message:
    """An e-mail to accounts payable."""
    payload = {"to": ["ap@acme.example"], "subject": "Open item", "text": "Please see INV-7."}
    return Message(channel="email", payload=payload | changes, idempotency_key="case-7/1")


def settings(server: SmtpSink, **changes: object) -> EmailSettings:
    """Settings that lead to the mail server."""
    return EmailSettings.model_validate(
        {
            "host": "localhost",
            "port": server.port,
            "sender": "recon@books.example",
            "username_env": "MAIL_USER",
            "password_env": "MAIL_PASSWORD",
            "ca_file": server.ca_file,
            "recipients": ["ap@acme.example", "boss@books.example"],
            "timeout_seconds": 5,
            **changes,
        }
    )


def test_a_mail_arrives_encrypted_and_with_a_login(mailbox: SmtpSink) -> None:
    receipt = send(letter(), settings(mailbox), LOGIN)
    assert receipt.outcome is Outcome.DONE
    assert receipt.reference == message_id("case-7/1", "recon@books.example")
    assert mailbox.logins == ["tieout"]
    [mail] = mailbox.mails
    assert mail["To"] == "ap@acme.example"
    assert mail["Subject"] == "Open item"
    assert mail.get_content_type() == "text/plain"


def test_html_and_a_table_of_anomalies_travel_with_the_text(mailbox: SmtpSink) -> None:
    table = {"name": "anomalies.csv", "text": "break_id,amount\nb1,2.90\n"}
    receipt = send(
        letter(html="<p>Please see <b>INV-7</b>.</p>", attachments=[table]),
        settings(mailbox),
        LOGIN,
    )
    assert receipt.outcome is Outcome.DONE
    parts = {part.get_content_type(): part for part in mailbox.mails[0].walk()}
    assert "text/plain" in parts
    assert "text/html" in parts
    assert parts["text/csv"].get_filename() == "anomalies.csv"
    assert parts["text/csv"].get_payload(decode=True) == b"break_id,amount\nb1,2.90\n"


def test_a_server_that_speaks_tls_from_the_start(tmp_path: Path) -> None:
    with smtp_server(tmp_path, tls="tls") as server:
        anybody = settings(server, security="tls", username_env=None, password_env=None)
        receipt = send(letter(), anybody, {})
        assert receipt.outcome is Outcome.DONE
        assert len(server.mails) == 1


def test_a_server_without_tls_is_only_used_when_that_is_said(tmp_path: Path) -> None:
    with smtp_server(tmp_path, tls="none") as server:
        plain = settings(server, security="none", username_env=None, password_env=None)
        assert send(letter(), plain, {}).outcome is Outcome.DONE
        wary = settings(server, username_env=None, password_env=None)
        receipt = send(letter(), wary, {})
        assert receipt.outcome is Outcome.REFUSED
        assert "STARTTLS" in receipt.detail
        assert len(server.mails) == 1


def test_a_certificate_that_is_not_trusted_ends_it(mailbox: SmtpSink) -> None:
    receipt = send(letter(), settings(mailbox, ca_file=None), LOGIN)
    assert receipt.outcome is Outcome.REFUSED
    assert "certificate is not trusted" in receipt.detail
    assert mailbox.mails == []


def test_a_wrong_password_ends_it_and_is_not_shown(mailbox: SmtpSink) -> None:
    wrong = {"MAIL_USER": "tieout", "MAIL_PASSWORD": "guess-123"}
    receipt = send(letter(), settings(mailbox), wrong)
    assert receipt.outcome is Outcome.REFUSED
    assert receipt.detail == "localhost: 535 the login was refused"


def test_a_greylisted_mail_is_tried_again_and_arrives_once(mailbox: SmtpSink) -> None:
    mailbox.script.append("greylist")
    first = send(letter(), settings(mailbox), LOGIN)
    assert first.outcome is Outcome.RETRY
    assert "451" in first.detail
    assert send(letter(), settings(mailbox), LOGIN).outcome is Outcome.DONE
    assert sum(mailbox.effects.values()) == len(mailbox.mails) == 1


def test_where_one_of_two_is_put_off_nobody_gets_it_yet(mailbox: SmtpSink) -> None:
    mailbox.script.append("greylist")
    both = letter(to=["ap@acme.example", "boss@books.example"])
    assert send(both, settings(mailbox), LOGIN).outcome is Outcome.RETRY
    assert mailbox.mails == []


def test_an_address_without_a_mailbox_is_refused_for_good(mailbox: SmtpSink) -> None:
    mailbox.refuses.add("ap@acme.example")
    receipt = send(letter(), settings(mailbox), LOGIN)
    assert receipt.outcome is Outcome.REFUSED
    assert "550" in receipt.detail


def test_the_others_still_get_it_when_one_has_no_mailbox(mailbox: SmtpSink) -> None:
    mailbox.refuses.add("ap@acme.example")
    both = letter(to=["ap@acme.example", "boss@books.example"])
    receipt = send(both, settings(mailbox), LOGIN)
    assert receipt.outcome is Outcome.DONE
    assert "refused for ap@acme.example" in receipt.detail
    assert len(mailbox.mails) == 1


def test_a_busy_server_is_tried_again(mailbox: SmtpSink) -> None:
    mailbox.script.append("busy")
    assert send(letter(), settings(mailbox), LOGIN).outcome is Outcome.RETRY


def test_a_lost_answer_leads_to_a_copy_with_the_same_id(mailbox: SmtpSink) -> None:
    mailbox.script.append("lost")
    assert send(letter(), settings(mailbox), LOGIN).outcome is Outcome.RETRY
    assert send(letter(), settings(mailbox), LOGIN).outcome is Outcome.DONE
    assert len(mailbox.mails) == 2
    assert list(mailbox.effects.values()) == [1]


def test_a_server_that_is_not_there_is_tried_again(mailbox: SmtpSink) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert send(letter(), settings(mailbox, port=port), LOGIN).outcome is Outcome.RETRY


@pytest.mark.parametrize("to", [[], ["eve@evil.example"], ["ap@acme.example", "eve@evil.example"]])
def test_only_recipients_of_the_list_are_written_to(mailbox: SmtpSink, to: list[str]) -> None:
    receipt = send(letter(to=to), settings(mailbox), LOGIN)
    assert receipt.outcome is Outcome.REFUSED
    assert mailbox.mails == []
    assert mailbox.logins == []


def test_secrets_that_are_not_set_are_named(mailbox: SmtpSink) -> None:
    receipt = send(letter(), settings(mailbox), {"MAIL_USER": "tieout"})
    assert receipt.outcome is Outcome.REFUSED
    assert receipt.detail == "email: MAIL_USER and MAIL_PASSWORD are to be set"


def test_a_subject_cannot_bring_headers_of_its_own(mailbox: SmtpSink) -> None:
    mail = build(letter(subject="Hello\r\nBcc: eve@evil.example"), settings(mailbox))
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Hello Bcc: eve@evil.example"


def test_an_attachment_has_a_plain_name_and_a_limit(mailbox: SmtpSink) -> None:
    table = {"name": "../../etc/a.csv", "text": "x"}
    mail = build(letter(attachments=[table]), settings(mailbox))
    assert [part.get_filename() for part in mail.iter_attachments()] == ["a.csv"]
    huge = {"name": "a.csv", "text": "x" * (11 * 1024 * 1024)}
    receipt = send(letter(attachments=[huge]), settings(mailbox), LOGIN)
    assert receipt.outcome is Outcome.REFUSED
    assert mailbox.mails == []


def test_without_settings_there_is_no_mail() -> None:
    assert send(letter(), None, LOGIN).detail == "email: is not in resolve.yaml"
