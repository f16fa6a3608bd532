"""What the words of a status column mean."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

APPROVED: Final = "approved"
OTHER: Final = "other"
STATUSES_MAX: Final = 32

_WORDS: Final[dict[str, tuple[str, ...]]] = {
    APPROVED: (
        "approved", "approve", "success", "successful", "succeeded", "ok", "paid", "accepted",
        "completed", "complete", "captured", "settled", "authorized", "authorised", "00", "000",
        "passed", "done",
    ),
    "denied": (
        "denied", "deny", "declined", "decline", "rejected", "refused", "not_approved",
        "unauthorized", "unauthorised",
    ),
    "failed": ("failed", "fail", "failure", "error", "errored", "exception", "ko"),
    "timeout": ("timeout", "timed_out", "time_out", "expired"),
    "reversed": ("reversed", "reversal", "voided", "void", "cancelled", "canceled"),
    "backend_reversed": ("backend_reversed", "backend_reversal", "system_reversed"),
    "refunded": ("refunded", "refund"),
    "chargeback": ("chargeback", "charged_back", "disputed", "dispute"),
    "pending": ("pending", "processing", "in_progress", "open"),
}  # fmt: skip


def cleaned(word: str) -> str:
    """A word as it is compared: lower case, with single underscores.

    >>> cleaned(" Backend-Reversed "), cleaned("Timed out")
    ('backend_reversed', 'timed_out')
    """
    return re.sub(r"\W+", "_", word.strip().lower()).strip("_")


def known_words() -> frozenset[str]:
    """Every word that has a meaning without a spec."""
    return frozenset(word for words in _WORDS.values() for word in words)


@dataclass
class StatusBook:
    """Codes of statuses, in the order in which they are first seen; 0 is approved.

    A word that neither the spec nor the usual words know is a status of its own; from the 32nd on
    it is `other`.
    """

    meanings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    names: list[str] = field(default_factory=lambda: [APPROVED])

    def __post_init__(self) -> None:
        """Spec before custom."""
        usual = {word: name for name, words in _WORDS.items() for word in words}
        own = {cleaned(word): name for name, words in self.meanings.items() for word in words}
        named = {cleaned(name): name for name in self.meanings}
        self._canonical = usual | named | own
        self._codes: dict[str, int] = {}

    def canonical(self, word: str) -> str:
        """The status that a word means."""
        short = cleaned(word)
        return self._canonical.get(short, short or OTHER)

    def code(self, word: str) -> int:
        """The code of a word's status."""
        found = self._codes.get(word)
        if found is None:
            name = self.canonical(word)
            if name not in self.names:
                name = name if len(self.names) < STATUSES_MAX - 1 else OTHER
            if name not in self.names:
                self.names.append(name)
            found = self._codes[word] = self.names.index(name)
        return found


def rate_name(status: str) -> str:
    """The metric of a status."""
    return f"{status}_rate"
