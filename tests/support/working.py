"""A practice operator at work beside proposals that may act alone."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal

import numpy as np
from decisions import A_DAY, FIRST_DAY, likeness

from tieout.practice.decisions import Operator, practice_cases
from tieout.resolve.autonomy.judge import Record, Spent, judge
from tieout.resolve.autonomy.policy import AutonomySpec, Level, Scope
from tieout.resolve.kinds import ActionKind
from tieout.resolve.precedents.model import Precedent, Result
from tieout.resolve.precedents.store import Library
from tieout.resolve.proposals.propose import is_clear

_LEARNT_EVERY = 100


@dataclass
class Done:
    """What ran alone, how much of it was not what the policy asks for, what was revoked."""

    automatic: int = 0
    wrong: int = 0
    revoked: int = 0
    precedents: list[Precedent] = field(default_factory=list)


def work_by_policy(seed: int, spec: AutonomySpec, *, before: int, after: int) -> Done:
    """Work through cases; the operator changes policy after `before` of them.

    An automatic act becomes no precedent and no entry of the record: nobody has looked at it. What
    is checked does. A person who corrects a checked act revokes its scope, as an undo does.
    """
    operator, luck, done = Operator.drawn(seed), np.random.default_rng([seed, 9]), Done()
    records: dict[Scope, Record] = defaultdict(Record)
    library = Library()
    for number, case in enumerate(practice_cases(before + after, seed)):
        if number == before:
            operator = operator.changed(seed)
        day = FIRST_DAY + timedelta(days=number // A_DAY)
        if number % _LEARNT_EVERY == 0:
            library = Library.of(done.precedents, today=day)
        like = likeness(case)
        vote = library.vote(like, nearest=0)
        proposed = max(vote.shares, key=lambda kind: vote.shares[kind]) if is_clear(vote) else None
        scope = Scope(
            reconciliation=like.reconciliation,
            bucket=like.bucket,
            counterparty="",
            action=proposed or "",
        )
        record = records[scope]
        verdict = judge(scope, Decimal(1), record, spec, Spent(), identity=f"{number}")
        if proposed is not None and verdict.level is Level.AUTO:
            done.automatic += 1
            done.wrong += proposed.value != operator.policy(case)
            records[scope] = replace(record, alone=record.alone + 1, unseen=record.unseen + 1)
            continue
        action = ActionKind(operator.decide(case, luck))
        if proposed is not None:
            right = action is proposed
            records[scope] = replace(record, right=(*record.right, right), unseen=0)
            if verdict.checked and not right:
                records[scope] = Record(alone=record.alone)
                done.revoked += 1
        done.precedents.append(
            Precedent(
                precedent_id=str(number),
                like=like,
                action=action,
                proposed=proposed,
                result=Result.APPROVED,
                day=day,
            )
        )
    return done
