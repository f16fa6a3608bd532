"""Proposes what to do about a break, or says that it does not know."""

from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Final

from tieout.resolve.config.spec import ResolveSpec
from tieout.resolve.facts import Facts
from tieout.resolve.kinds import Action, ActionKind, content_hash
from tieout.resolve.precedents.model import Likeness
from tieout.resolve.precedents.store import Library, Near, Vote
from tieout.resolve.proposals.build import build, buildable
from tieout.resolve.proposals.words import action_text

CONFIDENCE_MIN: Final = 0.7
MARGIN_MIN: Final = 0.15
# With fewer precedents than these the evidence speaks for itself, and its share of its own.
TRIED_MIN: Final = 10
_UNTRIED_CONFIDENCE_MIN: Final = 0.4


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One action that could be taken. share: of the vote, among those that can be taken."""

    action: Action
    share: float

    @property
    def text(self) -> str:
        """In one line."""
        return action_text(self.action)

    @property
    def hash(self) -> str:
        """What an approval binds to."""
        return content_hash(self.action)


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What is proposed about a break.

    choice: None where nothing is; `why` then says so. confidence: calibrated, 0 to 1. others:
    what else could be done, likeliest first. nearest: precedents, and what became of them.
    """

    facts: Facts
    choice: Choice | None
    confidence: float
    why: str
    others: tuple[Choice, ...]
    nearest: tuple[Near, ...]
    precedents: int

    @property
    def text(self) -> str:
        """In one short line, blank where nothing is proposed."""
        return self.choice.text if self.choice else ""


def propose(facts: Facts, spec: ResolveSpec, library: Library | None = None) -> Proposal:
    """The likeliest action by evidence and precedents, or none where that is not clear.

    Only what can be built is a choice: without an account there is no entry, without a recipient
    on the list there is no mail.
    """
    vote = (library or Library()).vote(Likeness.of(facts))
    possible = buildable(facts, spec)
    ranked = sorted(possible, key=lambda kind: (-vote.shares[kind], kind.value))
    choices = tuple(Choice(action=possible[kind], share=vote.shares[kind]) for kind in ranked)
    first = _first(vote)
    chosen, why = _chosen(choices, vote, first)
    return Proposal(
        facts=facts,
        choice=chosen,
        confidence=vote.confidence,
        why=why,
        others=tuple(each for each in choices if each is not chosen),
        nearest=vote.nearest,
        precedents=vote.precedents,
    )


def proposed_text(facts: Facts, spec: ResolveSpec, votes: MutableMapping[str, Vote]) -> str:
    """`propose(facts, spec).text`, of which nothing but the first choice is built.

    votes: of buckets, all that counts where there are no precedents; kept from break to break.
    """
    if facts.bucket not in votes:
        votes[facts.bucket] = Library().vote(Likeness.of(facts))
    vote = votes[facts.bucket]
    action = build(_first(vote), facts, spec) if is_clear(vote) else None
    return "" if action is None else action_text(action)


def _first(vote: Vote) -> ActionKind:
    return max(vote.shares, key=lambda kind: vote.shares[kind])


def is_clear(vote: Vote) -> bool:
    """Whether a vote says enough for something to be proposed."""
    least = CONFIDENCE_MIN if vote.precedents >= TRIED_MIN else _UNTRIED_CONFIDENCE_MIN
    ranked = sorted(vote.shares.values(), reverse=True)
    return vote.confidence >= least and ranked[0] - ranked[1] >= MARGIN_MIN


def _chosen(
    choices: tuple[Choice, ...], vote: Vote, first: ActionKind
) -> tuple[Choice | None, str]:
    if not choices or choices[0].action.kind is not first:
        return None, f"what fits best, {first}, needs something that resolve.yaml does not name"
    if not is_clear(vote):
        return None, f"{first} leads too little, or such votes are right too seldom"
    return choices[0], _reason(vote, first)


def _reason(vote: Vote, first: ActionKind) -> str:
    if not vote.precedents:
        return "by the evidence alone; nothing like it has been decided here yet"
    same = sum(near.precedent.action is first for near in vote.nearest)
    said = f"{same} of the {len(vote.nearest)} nearest precedents did so"
    if vote.changed:
        said += f"; {vote.changed} older ones no longer count, since people decide otherwise now"
    return said
