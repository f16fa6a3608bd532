"""Secrets that the database has to keep and give back: encrypted by keys that are not in it."""

import base64
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tieout.model.errors import InputError
from tieout.server.config import load_config

# What was kept before there was a seal has no such mark, and is read as it is.
_MARK: Final = "sealed:"
_PURPOSE: Final = b"tieout secrets at rest"


def new_key() -> str:
    """A key for TIEOUT_ENCRYPTION_KEY: 256 random bits."""
    return Fernet.generate_key().decode()


def sealed(text: str) -> str:
    """The text encrypted by the first key (AES-128-CBC and HMAC-SHA256, as Fernet has them)."""
    return _MARK + _keys().encrypt(text.encode()).decode()


def opened(text: str) -> str:
    """What `sealed` was given. Raises InputError where no key fits."""
    if not text.startswith(_MARK):
        return text
    try:
        return _keys().decrypt(text.removeprefix(_MARK)).decode()
    except InvalidToken as error:
        raise InputError(
            "a secret in the database cannot be opened: TIEOUT_ENCRYPTION_KEY (or the secret key, "
            "where there was none) is not the one that it was sealed by; name the old key behind "
            "the new one"
        ) from error


def resealed(text: str) -> str:
    """The same secret under the first key."""
    return sealed(opened(text))


def _keys() -> MultiFernet:
    """The keys that are named, the first one to seal by; behind them the one of the secret key."""
    return MultiFernet([*(_fernet(each) for each in _named()), Fernet(_derived())])


def _named() -> list[str]:
    config = load_config()
    text = config.encryption_key.get_secret_value()
    if config.encryption_key_file is not None:
        try:
            text += "\n" + config.encryption_key_file.read_text(encoding="utf-8")
        except OSError as error:
            raise InputError(
                f"TIEOUT_ENCRYPTION_KEY_FILE: {config.encryption_key_file} can't be read "
                f"({error.strerror})"
            ) from error
    return text.replace(",", " ").split()


def _fernet(key: str) -> Fernet:
    try:
        return Fernet(key)
    except ValueError as error:
        raise InputError(
            "TIEOUT_ENCRYPTION_KEY: expected keys as `tieout keys new` prints them"
        ) from error


def _derived() -> bytes:
    """A key from the one that signs sessions, so that nothing is ever kept in clear."""
    from django.conf import settings

    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE)
    return base64.urlsafe_b64encode(derive.derive(settings.SECRET_KEY.encode()))
