"""A practice operator at work beside proposals that may act alone."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
from decisions import A_DAY, FIRST_DAY, likeness

from tieout.practice.decisions import Operator, PracticeCase, practice_cases
from tieout.resolve.autonomy.judge import Record, Spent, Way, drifted, judge
from tieout.resolve.autonomy.policy import AutonomySpec, Scope
from tieout.resolve.kinds import ActionKind
from tieout.resolve.precedents.model import Precedent, Result
from tieout.resolve.precedents.store import Library
from tieout.resolve.proposals.propose import is_clear

_LEARNT_EVERY = 100
_NONE = Spent()


@dataclass
class Kept:
    """The record of a scope as it grows. held: whether each that waits is what policy asks for."""

    right: list[bool] = field(default_factory=list)
    alone: int = 0
    unseen: int = 0
    held: list[bool] = field(default_factory=list)

    def record(self) -> Record:
        return Record(
            right=tuple(self.right), alone=self.alone, unseen=self.unseen, held=len(self.held)
        )


@dataclass
class Done:
    """What ran alone, how much of it was not what the policy asks for, what was revoked."""

    automatic: int = 0
    wrong: int = 0
    revoked: int = 0
    asked: int = 0


@dataclass
class Workplace:
    """An operator, what they decided, and the records of all scopes."""

    operator: Operator
    luck: np.random.Generator
    spec: AutonomySpec
    done: Done = field(default_factory=Done)
    kept: dict[Scope, Kept] = field(default_factory=lambda: defaultdict(Kept))
    precedents: list[Precedent] = field(default_factory=list)
    store: Library = field(default_factory=Library)

    def work(self, number: int, case: PracticeCase, day: date) -> None:
        """One case: it runs alone, is held, or the operator decides it."""
        vote = self.store.vote(likeness(case), nearest=0)
        proposed = max(vote.shares, key=lambda kind: vote.shares[kind]) if is_clear(vote) else None
        if proposed is None:
            self._decide(number, case, None, day)
            return
        scope = Scope(
            reconciliation="bank_vs_ledger", bucket=case.bucket, counterparty="", action=proposed
        )
        kept = self.kept[scope]
        verdict = judge(
            scope, Decimal(1), kept.record(), self.spec, _NONE, identity=f"case {number}"
        )
        as_policy = proposed.value == self.operator.policy(case)
        if verdict.way is Way.RUN:
            kept.unseen += 1
            self._run(kept, [as_policy])
        elif verdict.way is Way.HOLD:
            kept.held.append(as_policy)
        else:
            action = self._decide(number, case, proposed, day)
            self._learn(kept, right=action is proposed, checks=verdict.way is Way.CHECK)

    def _run(self, kept: Kept, acts: list[bool]) -> None:
        kept.alone += len(acts)
        self.done.automatic += len(acts)
        self.done.wrong += acts.count(False)

    def _learn(self, kept: Kept, *, right: bool, checks: bool) -> None:
        """A person has seen one of the scope: what is held runs, or goes to people."""
        kept.right.append(right)
        kept.unseen = 0
        if right and checks:
            self._run(kept, kept.held)
        if checks or not right:
            kept.held = []
        if drifted(kept.right, self.spec.rules[0].error_max):
            self.done.revoked += kept.alone > 0
            kept.right, kept.alone = [], 0

    def _decide(
        self, number: int, case: PracticeCase, proposed: ActionKind | None, day: date
    ) -> ActionKind:
        action = ActionKind(self.operator.decide(case, self.luck))
        self.done.asked += 1
        self.precedents.append(
            Precedent(
                precedent_id=str(number),
                like=likeness(case),
                action=action,
                proposed=proposed,
                result=Result.APPROVED,
                day=day,
            )
        )
        return action


def work_by_policy(seed: int, spec: AutonomySpec, *, before: int, after: int) -> Done:
    """Work through cases; the operator changes policy after `before` of them.

    An automatic act becomes no precedent and no entry of the record: nobody has looked at it. What
    is checked does, and what is held follows from it. Held ones that go back to people are left
    out: they change nothing that runs alone.
    """
    place = Workplace(Operator.drawn(seed), np.random.default_rng([seed, 9]), spec)
    for number, case in enumerate(practice_cases(before + after, seed)):
        if number == before:
            place.operator = place.operator.changed(seed)
        day = FIRST_DAY + timedelta(days=number // A_DAY)
        if number % _LEARNT_EVERY == 0:
            place.store = Library.of(place.precedents, today=day)
        place.work(number, case, day)
    return place.done
