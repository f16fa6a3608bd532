"""Writes of the assistant: asking about a case, or about many; each answer is audited."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from tieout.model.errors import InputError
from tieout.resolve.assistant.ask import Reply
from tieout.resolve.assistant.tasks import Task
from tieout.server.accounts.models import User
from tieout.server.assistant.asking import (
    NOT_CONFIGURED,
    Question,
    answered,
    assistant,
    question_of,
    remark_of,
)
from tieout.server.assistant.models import Remark
from tieout.server.assistant.permissions import require_asker
from tieout.server.audit.services import record
from tieout.server.cases.models import Case
from tieout.server.jobs.models import Job
from tieout.server.jobs.services import enqueue


def ask(case_id: int, task: str, *, actor: User, text: str = "") -> Remark:
    """Ask about a case, and keep what was said; the case stays as it is.

    Call it outside of any transaction: it waits for another machine. Raises InputError,
    PermissionDenied.
    """
    require_asker(actor)
    if task not in set(Task):
        raise InputError(f"{task}: expected {', '.join(Task)}")
    case = Case.objects.select_related("latest_run").filter(pk=case_id).first()
    if case is None:
        raise InputError(f"case {case_id}: no such case")
    return ask_all([question_of(case, Task(task), text)], actor=actor)[0]


def ask_all(questions: Sequence[Question], *, actor: User | None) -> list[Remark]:
    """Ask several questions at once, as far as limits let it, and keep what was said."""
    asked = assistant()
    replies = answered(questions, asked)
    spec = asked.spec if asked else None
    kept = []
    for question, reply in zip(questions, replies, strict=True):
        with transaction.atomic():
            remark = remark_of(question, reply, spec)
            remark.asked_by = actor
            remark.save()
            _note(remark, question, reply, actor)
        kept.append(remark)
    return kept


def start_batch(*, actor: User) -> Job:
    """Ask about open cases, in the background. Raises InputError without a model."""
    require_asker(actor)
    if assistant() is None:
        raise InputError(NOT_CONFIGURED)
    return enqueue("assistant", {}, actor=actor)


def _note(remark: Remark, question: Question, reply: Reply | None, actor: User | None) -> None:
    """The entry of the log: what was sent, pseudonyms and all, what came, and what became of it."""
    said: dict[str, Any] = {
        "case": remark.case_id,
        "task": remark.task,
        "by_model": remark.by_model,
        "choice": remark.choice,
        "needs_person": remark.needs_person,
        "why": remark.why,
    }
    if reply is not None:
        call = reply.call
        said |= {
            "model": call.model,
            "outcome": call.outcome,
            "refused_because": call.why,
            "key": call.key,
            "tokens": call.usage.tokens,
            "cost": call.usage.cost,
            "sent": question.prompt.content,
            "answered": reply.raw,
        }
    record(actor=actor, action="assistant.asked", target=("remark", remark.pk), after=said)
