"""What a language model is told of a case, and what its answer may therefore say.

Facts are told by id. Those that somebody else wrote are marked as such, cut and without personal
data; no figure that stands only in them counts as one of the case.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Final

from tieout.resolve.assistant.addresses import holds_address
from tieout.resolve.assistant.figures import Known, known_in
from tieout.resolve.assistant.pseudonyms import Pseudonyms
from tieout.resolve.facts import Fact, Facts
from tieout.resolve.plain import plain_line

FACT_SIGNS_MAX: Final = 240
_READ_MAX: Final = 10_000
_TEXTS: Final = (
    "bucket", "key", "key_left", "key_right", "currency", "evidence", "counterparty", "comment",
)  # fmt: skip
# Computed by code; everything else is as the records have it.
_COMPUTED: Final = frozenset(
    {
        "bucket", "amount left", "amount right", "difference", "currency", "date left",
        "date right", "days open", "proof", "severity",
    }
)  # fmt: skip
_NAME: Final = re.compile(r"[\w./#<>:-]{1,60}")
_QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"")


@dataclass(frozen=True, kw_only=True)
class Material:
    """Facts as they are sent. others_wrote: ids of facts by others. known: the case's figures.

    pseudonyms: what stands for personal data; their meaning never leaves.
    """

    facts: tuple[Fact, ...]
    others_wrote: frozenset[str]
    known: Known
    pseudonyms: Pseudonyms = field(repr=False)

    @property
    def hidden(self) -> dict[str, str]:
        """Pseudonyms, and what they stand for."""
        return self.pseudonyms.hidden

    @property
    def ids(self) -> tuple[str, ...]:
        """By which facts are cited."""
        return tuple(fact.id for fact in self.facts)

    def told(self) -> list[dict[str, Any]]:
        """The facts as they are written into a question."""
        return [
            {"id": fact.id, "name": fact.name, "value": fact.value}
            | ({"written_by_others": True} if fact.id in self.others_wrote else {})
            for fact in self.facts
        ]


def material_of(facts: Facts, key: bytes, *, more: Iterable[tuple[str, str]] = ()) -> Material:
    """What may be told of a case. more: further facts, name and value, such as its severity."""
    pseudonyms = Pseudonyms(key)
    clean = _clean(facts, pseudonyms)
    listed = [(each.name, each.value) for each in clean.listed()]
    listed += [*more, ("comment", clean.comment)]
    told = tuple(
        Fact(id=f"f{number}", name=name, value=plain_line(value, longest=FACT_SIGNS_MAX))
        for number, (name, value) in enumerate([each for each in listed if each[1]], start=1)
    )
    computed = [fact for fact in told if fact.name in _COMPUTED]
    texts = [clean.key, clean.key_left, clean.key_right, clean.counterparty, clean.comment]
    return Material(
        facts=told,
        others_wrote=frozenset(each.id for each in told if each not in computed),
        known=known_in(
            [_own_words(fact.value, texts) for fact in computed],
            names=[name for name in texts[:3] if _is_reference(name)],
        ),
        pseudonyms=pseudonyms,
    )


def _clean(facts: Facts, pseudonyms: Pseudonyms) -> Facts:
    """The facts with texts in one plain line and without personal data, before anything is cut."""

    def clean(text: str) -> str:
        # First plain: signs that nobody sees may stand within an account's number.
        return pseudonyms.hide(plain_line(text, longest=_READ_MAX))

    texts: dict[str, Any] = {name: clean(getattr(facts, name)) for name in _TEXTS}
    return replace(
        facts,
        **texts,
        candidates=tuple(map(clean, facts.candidates)),
        reasons=tuple(map(clean, facts.reasons)),
    )


def _is_reference(name: str) -> bool:
    """Whether it may be said again, as a whole: what reads like an address may not."""
    return bool(_NAME.fullmatch(name)) and not holds_address(name)


def _own_words(value: str, texts: Iterable[str]) -> str:
    """A computed fact without what it quotes of texts by others."""
    for text in texts:
        if text:
            value = value.replace(text, " ")
    return _QUOTED.sub(" ", value)
