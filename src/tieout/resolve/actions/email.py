"""E-mail by SMTP: encrypted, with a login, as text and HTML, with tables attached."""

import hashlib
import os
import smtplib
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any, Final

from tieout.resolve.actions.message import (
    Environment,
    Message,
    Receipt,
    done,
    later,
    refused,
    secret,
)
from tieout.resolve.config.channels import EmailSettings

ATTACHMENT_BYTES_MAX: Final = 10 * 1024 * 1024


def send(message: Message, settings: EmailSettings | None, environment: Environment) -> Receipt:
    """Send one e-mail: to all its recipients, or later where one of them is put off.

    payload: to (a list), subject, text; html and attachments ({name, text} each, CSV) where there
    are any. The Message-ID is made from the key, so that a second copy is known as one.
    """
    if settings is None:
        return refused("email: is not in resolve.yaml")
    to = [str(each) for each in message.payload.get("to", ())]
    strangers = sorted(set(to) - set(settings.recipients))
    if not to or strangers:
        return refused(f"email: {strangers[0] if to else 'nobody'} is not among the recipients")
    login = _login(settings, environment)
    if isinstance(login, Receipt):
        return login
    try:
        mail = build(message, settings)
    except ValueError as error:
        return refused(f"email: {error}")
    try:
        return _deliver(mail, to, settings, login)
    except (smtplib.SMTPException, OSError) as error:
        return _failure(error, settings.host)


def _failure(error: Exception, server: str) -> Receipt:
    """4xx are passing, as in greylisting; 5xx are for good (RFC 5321, 4.2.1)."""
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return refused(f"{server}: {error}")
    if isinstance(error, ssl.SSLCertVerificationError):
        return refused(f"{server}: its certificate is not trusted: {error.verify_message}")
    if isinstance(error, smtplib.SMTPResponseException):
        # What a server says to a login may repeat it.
        is_login = isinstance(error, smtplib.SMTPAuthenticationError)
        said = "the login was refused" if is_login else _text(error.smtp_error)
        detail = f"{server}: {error.smtp_code} {said}"
        return later(detail) if 400 <= error.smtp_code < 500 else refused(detail)
    return later(f"{server}: {type(error).__name__}")


def build(message: Message, settings: EmailSettings) -> EmailMessage:
    """The e-mail itself. Raises ValueError for attachments that are too large."""
    payload = message.payload
    mail = EmailMessage()
    mail["From"] = settings.sender
    mail["To"] = ", ".join(str(each) for each in payload["to"])
    mail["Subject"] = " ".join(str(payload.get("subject", "")).split())
    mail["Date"] = format_datetime(datetime.now(UTC))
    mail["Message-ID"] = message_id(message.idempotency_key, settings.sender)
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Tieout-Key"] = " ".join(message.idempotency_key.split())
    mail.set_content(str(payload.get("text", "")))
    if payload.get("html"):
        mail.add_alternative(str(payload["html"]), subtype="html")
    for attachment in payload.get("attachments", ()):
        _attach(mail, attachment)
    return mail


def message_id(idempotency_key: str, sender: str) -> str:
    """The same for every attempt at one message.

    >>> message_id("k", "recon@example.org")
    '<8254c329a92850f6d539dd376f4816ee@example.org>'
    """
    digest = hashlib.sha256(idempotency_key.encode()).hexdigest()[:32]
    return f"<{digest}@{sender.rpartition('@')[2]}>"


def _attach(mail: EmailMessage, attachment: Mapping[str, Any]) -> None:
    content = str(attachment["text"]).encode()
    if len(content) > ATTACHMENT_BYTES_MAX:
        raise ValueError(f"{attachment['name']}: is larger than {ATTACHMENT_BYTES_MAX} bytes")
    name = os.path.basename(str(attachment["name"]))  # noqa: PTH119 - a name, not a path
    mail.add_attachment(content, maintype="text", subtype="csv", filename=name)


def _login(settings: EmailSettings, environment: Environment) -> tuple[str, str] | Receipt | None:
    if settings.username_env is None or settings.password_env is None:
        return None
    user = secret(environment, settings.username_env)
    password = secret(environment, settings.password_env)
    if user is None or password is None:
        names = f"{settings.username_env} and {settings.password_env}"
        return refused(f"email: {names} are to be set")
    return user, password


def _deliver(
    mail: EmailMessage,
    to: Sequence[str],
    settings: EmailSettings,
    login: tuple[str, str] | None,
) -> Receipt:
    context = ssl.create_default_context(cafile=settings.ca_file)
    server = _connected(settings, context)
    try:
        server.ehlo_or_helo_if_needed()
        if settings.security == "starttls":
            server.starttls(context=context)
        if login is not None:
            server.login(*login)
        _accepted(server.mail(settings.sender))
        refusals = {}
        for recipient in to:
            code, said = server.rcpt(recipient)
            if 400 <= code < 500:
                # Nobody gets it now, so that nobody gets it twice.
                raise smtplib.SMTPResponseException(code, said)
            if code not in {250, 251}:
                refusals[recipient] = f"{recipient}: {code} {_text(said)}"
        if len(refusals) == len(to):
            return refused(f"{settings.host}: {'; '.join(refusals.values())}")
        _accepted(server.data(mail.as_bytes(policy=SMTP)))
    finally:
        # Once the mail is taken, a rude farewell must not have it sent again.
        with suppress(smtplib.SMTPException, OSError):
            server.quit()
        server.close()
    sent = ", ".join(each for each in to if each not in refusals)
    but = f"; refused for {'; '.join(refusals.values())}" if refusals else ""
    return done(f"{settings.host}: sent to {sent}{but}", reference=str(mail["Message-ID"]))


def _accepted(answer: tuple[int, bytes]) -> None:
    if answer[0] != 250:
        raise smtplib.SMTPResponseException(*answer)


def _connected(settings: EmailSettings, context: ssl.SSLContext) -> smtplib.SMTP:
    timeout = settings.timeout_seconds
    if settings.security == "tls":
        return smtplib.SMTP_SSL(settings.host, settings.port, timeout=timeout, context=context)
    return smtplib.SMTP(settings.host, settings.port, timeout=timeout)


def _text(said: bytes | str) -> str:
    text = said.decode("utf-8", errors="replace") if isinstance(said, bytes) else said
    return " ".join(text.split())[:200]
