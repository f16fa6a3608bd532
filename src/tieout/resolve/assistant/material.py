"""What a language model is told of a case, and what its answer may therefore say.

Facts are told by id. Those that somebody else wrote are marked as such, cut and without personal
data; no figure that stands only in them counts as one of the case.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from tieout.resolve.assistant.figures import Known, known_in
from tieout.resolve.assistant.pseudonyms import Pseudonyms
from tieout.resolve.facts import Fact, Facts
from tieout.resolve.plain import plain_line

FACT_SIGNS_MAX: Final = 240
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

    hidden: pseudonyms in the facts and what they stand for; it never leaves.
    """

    facts: tuple[Fact, ...]
    others_wrote: frozenset[str]
    known: Known
    hidden: dict[str, str]

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
    listed = [(each.name, each.value) for each in facts.listed()]
    listed += [*more, ("comment", plain_line(facts.comment, longest=FACT_SIGNS_MAX))]
    told = tuple(
        Fact(id=f"f{number}", name=name, value=pseudonyms.hide(value)[:FACT_SIGNS_MAX])
        for number, (name, value) in enumerate([each for each in listed if each[1]], start=1)
    )
    computed = [fact for fact in told if fact.name in _COMPUTED]
    texts = [facts.key, facts.key_left, facts.key_right, facts.counterparty, facts.comment]
    return Material(
        facts=told,
        others_wrote=frozenset(each.id for each in told if each not in computed),
        known=known_in(
            [_own_words(fact.value, texts, pseudonyms) for fact in computed],
            names=_names(facts, pseudonyms),
        ),
        hidden=pseudonyms.hidden,
    )


def _own_words(value: str, texts: Iterable[str], pseudonyms: Pseudonyms) -> str:
    """A computed fact without what it quotes of texts by others."""
    for text in texts:
        for said in (text, plain_line(text)):
            if said:
                value = value.replace(pseudonyms.hide(said), " ")
    return _QUOTED.sub(" ", value)


def _names(facts: Facts, pseudonyms: Pseudonyms) -> list[str]:
    """References that may be said again: as a whole, and only where they look like one."""
    found = [
        pseudonyms.hide(plain_line(key)) for key in (facts.key, facts.key_left, facts.key_right)
    ]
    return [name for name in found if _NAME.fullmatch(name)]
