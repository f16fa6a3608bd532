"""Which of the two sides a comment says lacks something: words alone do not tell, their order does.

"In the ledger, not on the bank" and "on the bank, not in the ledger" have the same words.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from tieout.explain.words.tokens import tokens

SideName = Literal["left", "right"]
_Mention = tuple[int, int, SideName]
_OTHER: Final[dict[SideName, SideName]] = {"left": "right", "right": "left"}

# What the two sides are called where nobody says otherwise: the record of someone outside, and the
# own books, as in the bank against the ledger.
_OUTSIDE: Final = (
    "bank banks statement processor acquirer psp gateway custodian depositary broker counterparty"
    " they their them theirs kontoauszug auszug banque releve banco extracto banca estratto"
    " afschrift bankafschrift"
)
_OWN: Final = (
    "ledger subledger gl books system erp sap we our us ours here accounting journal voucher"
    " buchhaltung hauptbuch fibu wir uns comptabilite compta nous contabilidad contabilita"
    " boekhouding grootboek"
)
OUTSIDE_WORDS: Final = tuple(_OUTSIDE.split())
OWN_WORDS: Final = tuple(_OWN.split())
_OUTSIDE_NAMES: Final = ("bank", "bank statement", "processor", "statement")
_OWN_NAMES: Final = ("ledger", "books", "system", "GL")
_THEIRS: Final = frozenset(("they", "their", "them", "theirs"))
_CLAUSE: Final = re.compile(
    r"[,;:.!?()\u2013\u2014]|\s-+\s|\b(?:but|and|while|whereas|although|though|so|aber|und|doch"
    r"|mais|et|pero|ma|maar|en cambio)\b",
    re.IGNORECASE,
)
# A verb that is denied belongs to who stands before it, a noun that is denied to what follows.
_VERBS: Final = "not never lack lacks lacked nicht nie pas jamais nunca non niet nooit cannot"
_NOUNS: Final = (
    "no nothing none without missing absent unknown lacking omitted empty kein keine keinen fehlt"
    " unbekannt ohne aucun aucune inconnu inconnue sans falta sin manca geen ontbreekt zonder"
)
_OF_VERBS: Final = frozenset(_VERBS.split())
_OF_NOUNS: Final = frozenset(_NOUNS.split())
_ONLY: Final = frozenset(
    ("only", "solely", "nur", "seulement", "uniquement", "solo", "alleen", "lediglich")
)
_PLACES: Final = frozenset(
    (
        "in",
        "on",
        "at",
        "within",
        "auf",
        "bei",
        "beim",
        "im",
        "dans",
        "sur",
        "chez",
        "en",
        "nel",
        "bij",
    )
)
# Only the own books are booked into, whoever is named before: "bank receipt was never posted".
_POSTING: Final = (
    "booked posted recorded entered journalised journalized captured keyed gebucht verbucht erfasst"
    " comptabilise saisi contabilizado registrado contabilizzato geboekt"
)
_POSTED: Final = frozenset(_POSTING.split())
_ACTIVE: Final = frozenset(("has", "have", "had", "did", "does", "do"))
_PLACE_WITHIN: Final = 4
_CLOSE_WITHIN: Final = 2


@dataclass(frozen=True)
class Sides:
    """What comments call the two sides, and which of them are the own books.

    outside, own: names such as "custodian" and "fund"; where empty, the usual words for a bank,
    a processor, a counterparty, and for one's ledger. "Left" and "right" are always understood.

    >>> Sides(outside=("custodian",), own=("fund",)).lacking("fund has no record of it")
    'right'
    >>> Sides(own_side="left").lacking("not in the ledger")
    'left'
    """

    outside: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    own_side: SideName = "right"

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Names to use in phrases, the outside's and the own; "left" and "right" come last."""
        outside, own = self.outside or _OUTSIDE_NAMES, self.own or _OWN_NAMES
        count = max(len(outside), len(own))
        named = [(outside[at % len(outside)], own[at % len(own)]) for at in range(count)]
        plain = [("left", "right"), ("left side", "right side")]
        turned = self.own_side == "left"
        return named + [(right, left) if turned else (left, right) for left, right in plain]

    def lacking(self, comment: str) -> SideName | None:
        """The side that lacks something, if the comment says so.

        >>> Sides().lacking("in the ledger, not on the bank statement")
        'left'
        >>> Sides().lacking("bank fee")
        """
        said = [side for clause in _CLAUSE.split(comment) for side in self._lacking_in(clause)]
        left, right = said.count("left"), said.count("right")
        if left == right:
            return None
        return "left" if left > right else "right"

    def _lacking_in(self, clause: str) -> list[SideName]:
        words = tokens(clause)
        runs = self._mentions(words)
        found: list[SideName] = []
        for place, word in enumerate(words):
            if word in _OF_VERBS or word in _OF_NOUNS:
                found += self._denied(words, place, runs)
            elif word in _ONLY:
                found += [_OTHER[side] for side in _next_to(place, runs)]
        return found

    def _denied(self, words: tuple[str, ...], place: int, runs: list[_Mention]) -> list[SideName]:
        """The side that a denial at `place` is about, if any."""
        before = [side for _, end, side in runs if end < place]
        after = [(start, side) for start, _, side in runs if start > place]
        if after:
            start, side = after[0]
            # "No counterpart on the statement", "not posted in the ledger".
            at_place = words[start - 1] in _PLACES and start - place <= _PLACE_WITHIN
            if at_place or (words[place] in _OF_NOUNS and start - place <= _CLOSE_WITHIN):
                return [side]
        if _never_posted(words, place):
            return [self.own_side]
        return before[-1:] or [side for _, side in after[:1]]

    def _mentions(self, words: tuple[str, ...]) -> list[_Mention]:
        """First and last place of each mention, and its side; neighbours are one mention."""
        runs: list[_Mention] = []
        for place, word in enumerate(words):
            side = self._side_of.get(word)
            if side is None:
                continue
            if runs and runs[-1][1] == place - 1:
                start, end, before = runs.pop()
                # "Our bank statement" is the bank's, but "their books" are theirs.
                kept = before if words[end] in _THEIRS else side
                runs.append((start, place, kept))
            else:
                runs.append((place, place, side))
        return runs

    @cached_property
    def _side_of(self) -> dict[str, SideName]:
        outside = {word for name in self.outside or OUTSIDE_WORDS for word in tokens(name)}
        own = {word for name in self.own or OWN_WORDS for word in tokens(name)}
        known: dict[str, SideName] = {"left": "left", "right": "right"}
        known.update(dict.fromkeys(outside - own, _OTHER[self.own_side]))
        known.update(dict.fromkeys(own - outside, self.own_side))
        return known


def _never_posted(words: tuple[str, ...], place: int) -> bool:
    following = [word for word in words[place + 1 : place + 3] if word not in {"yet", "been"}]
    # "The bank has not posted it" is about the bank, "it has not been posted" is not.
    active = (
        place > 0 and words[place - 1] in _ACTIVE and "been" not in words[place + 1 : place + 3]
    )
    return (
        words[place] in _OF_VERBS and following[:1] != [] and following[0] in _POSTED and not active
    )


def _next_to(place: int, runs: list[_Mention]) -> list[SideName]:
    for start, _, side in runs:
        if 0 < start - place <= 2:
            return [side]
    return [side for _, end, side in runs if end in {place - 1, place - 2}][-1:]
