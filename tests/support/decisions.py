"""Practice decisions as precedents, and how well proposals foretell an operator."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from tieout.practice.decisions import Operator, PracticeCase, practice_cases
from tieout.resolve.kinds import ActionKind
from tieout.resolve.precedents.model import Likeness, Precedent, Result
from tieout.resolve.precedents.store import Library
from tieout.resolve.proposals.propose import is_clear

FIRST_DAY = date(2026, 1, 1)
A_DAY = 20


def likeness(case: PracticeCase) -> Likeness:
    """A practice case as it is compared."""
    return Likeness(
        reconciliation="bank_vs_ledger",
        bucket=case.bucket,
        side=case.side,
        counterparty=case.counterparty,
        currency=case.currency,
        size=case.size,
        sign=1,
        age_days=case.age_days,
        words=case.comment,
    )


def decided(
    cases: Sequence[PracticeCase], operator: Operator, luck: np.random.Generator, *, first: int = 0
) -> list[Precedent]:
    """What the operator decides, twenty a day."""
    return [
        Precedent(
            precedent_id=str(number),
            like=likeness(case),
            action=ActionKind(operator.decide(case, luck)),
            proposed=None,
            result=Result.APPROVED,
            day=FIRST_DAY + timedelta(days=number // A_DAY),
        )
        for number, case in enumerate(cases, start=first)
    ]


def foretold(
    precedents: Sequence[Precedent], operator: Operator, cases: Sequence[PracticeCase]
) -> tuple[float, float]:
    """Share of new cases for which the policy's action is proposed, and share without proposal."""
    today = precedents[-1].day + timedelta(days=1)
    library = Library.of(precedents, today=today)
    right = proposed = 0
    for case in cases:
        vote = library.vote(likeness(case))
        if not is_clear(vote):
            continue
        proposed += 1
        first = max(vote.shares, key=lambda kind: vote.shares[kind])
        right += first.value == operator.policy(case)
    return right / max(proposed, 1), 1 - proposed / len(cases)


def history(seed: int, count: int = 200) -> tuple[Operator, list[Precedent], np.random.Generator]:
    """An operator of a seed and their first decisions."""
    operator, luck = Operator.drawn(seed), np.random.default_rng([seed, 9])
    return operator, decided(practice_cases(count, seed), operator, luck), luck
