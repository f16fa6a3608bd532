"""What becomes of a model's answer: read, checked against the facts, or refused."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any, Final

from tieout.resolve.assistant.addresses import holds_address
from tieout.resolve.assistant.figures import foreign_figures
from tieout.resolve.assistant.material import Material
from tieout.resolve.assistant.pseudonyms import PSEUDONYM, restored
from tieout.resolve.assistant.tasks import Prompt, Task

_ECHO_WORDS: Final = 5
_MARKUP: Final = re.compile(r"[<>`{}\[\]]|\]\(|!\[")


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """A sentence, and the ids of the facts it rests on."""

    text: str
    cites: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Said:
    """An answer that may be shown. choice: the bucket, severity or proposal; blank for texts."""

    choice: str = ""
    cites: tuple[str, ...] = ()
    sentences: tuple[Sentence, ...] = ()


class RefusedError(ValueError):
    """An answer that is not shown, and why in one line."""


def read_answer(prompt: Prompt, content: dict[str, Any]) -> Said:
    """The answer to a prompt, its pseudonyms put back. Raises RefusedError.

    content: as the form of the prompt has it, which was checked when it came.
    """
    if prompt.task in {Task.SUMMARY, Task.QUESTION}:
        if content.get("known") is False:
            raise RefusedError("the facts do not tell")
        found = tuple(_sentence(each, prompt.material) for each in content["sentences"])
        return Said(sentences=found)
    name = {Task.CLASSIFY: "bucket", Task.SEVERITY: "severity", Task.CHOOSE: "proposal"}
    return Said(choice=str(content[name[prompt.task]]), cites=_cited(content["cites"]))


def _sentence(content: dict[str, Any], material: Material) -> Sentence:
    text = unicodedata.normalize("NFC", content["text"])
    problem = problem_of(text, material)
    if problem:
        raise RefusedError(problem)
    return Sentence(text=restored(text, material.hidden), cites=_cited(content["cites"]))


def _cited(ids: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))


def problem_of(text: str, material: Material) -> str:
    """Why a text may not be shown, blank where it may.

    It may say references as the facts have them, figures that code computed, and plain words. It
    holds no address, no markup, no control or direction sign, no pseudonym but in a reference, and
    no five words in a row that somebody else wrote.
    """
    if any(
        unicodedata.category(sign) in {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"} for sign in text
    ):
        return "it holds control or direction signs"
    bare = text
    for name in sorted(material.known.names, key=len, reverse=True):
        bare = re.sub(re.escape(name), " ", bare, flags=re.IGNORECASE)
    if PSEUDONYM.search(bare):
        return "it repeats personal data that a record holds"
    if holds_address(bare):
        return "it holds an address"
    if _MARKUP.search(bare):
        return "it holds markup"
    if _windows(text) & _said_by_others(material):
        return "it repeats what somebody else wrote"
    foreign = foreign_figures(text, material.known)
    return f"{foreign[0]!r} is no figure of the facts" if foreign else ""


def _said_by_others(material: Material) -> set[tuple[str, ...]]:
    """Runs of words of texts by others; names of counterparties and references may be repeated."""
    texts = [
        fact.value
        for fact in material.facts
        if fact.id in material.others_wrote and fact.name != "counterparty"
    ]
    return set().union(*map(_windows, texts))


def _windows(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[at : at + _ECHO_WORDS]) for at in range(len(words) - _ECHO_WORDS + 1)}
