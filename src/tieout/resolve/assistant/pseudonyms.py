"""Personal data out of what a language model reads, and back into what it answers.

The same value gets the same pseudonym wherever it stands, so that a model can tell two accounts
apart; only who holds the workspace's key can tell which value it was.
"""

import contextlib
import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tieout.model.errors import InputError
from tieout.model.personal import find_personal

KEY_FILE: Final = Path(".tieout") / "pseudonyms.key"
PSEUDONYM: Final = re.compile(r"<(?:iban|card|email|phone|text):[0-9a-f]{12}>")
# What only looks like a pseudonym is hidden too: nothing is put in its place that was not there.
_LIKE: Final = re.compile(r"<(?:iban|card|email|phone|text):[^<>\s]*>")


class Pseudonyms:
    """Hides and restores with one key. hidden: each pseudonym so far, and what it stands for."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.hidden: dict[str, str] = {}

    def hide(self, text: str) -> str:
        """The text with a pseudonym for each piece of personal data.

        >>> hidden = Pseudonyms(b"key").hide("pay DE89 3704 0044 0532 0130 00 now")
        >>> hidden.startswith("pay <iban:") and hidden.endswith("> now")
        True
        """
        text = _LIKE.sub(lambda found: self._instead("text", found[0]), text)
        kept, at = [], 0
        for each in find_personal(text):
            kept.append(text[at : each.start])
            kept.append(self._instead(each.kind, text[each.start : each.end]))
            at = each.end
        return "".join([*kept, text[at:]])

    def _instead(self, kind: str, value: str) -> str:
        mark = hmac.new(self._key, f"{kind}\0{value}".encode(), hashlib.sha256).hexdigest()
        pseudonym = f"<{kind}:{mark[:12]}>"
        self.hidden[pseudonym] = value
        return pseudonym


def restored(text: str, hidden: Mapping[str, str]) -> str:
    """The text with what its pseudonyms stand for; unknown ones stay as they are."""
    return PSEUDONYM.sub(lambda found: hidden.get(found[0], found[0]), text)


def workspace_key(workspace: Path) -> bytes:
    """The workspace's key, made once, for its owner's eyes only. Raises InputError."""
    path = workspace / KEY_FILE
    aside = path.with_name(f"{path.name}.{os.getpid()}-{secrets.token_hex(4)}")
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(secrets.token_hex(32).encode())
            # Of two who make one at once the first keeps it, whole.
            with contextlib.suppress(FileExistsError):
                os.link(aside, path)
            aside.unlink()
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: can't be read or written ({error.strerror})") from error
