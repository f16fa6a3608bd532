"""What is asked about a case, and what its answer is beside evidence and proposals."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.utils import timezone

from tieout.model.buckets import Bucket
from tieout.model.errors import InputError
from tieout.resolve.assistant import tasks
from tieout.resolve.assistant.answers import Said
from tieout.resolve.assistant.ask import Assistant, Reply
from tieout.resolve.assistant.material import Material, material_of
from tieout.resolve.assistant.pseudonyms import restored, workspace_key
from tieout.resolve.assistant.tasks import Prompt, Task
from tieout.resolve.assistant.template import template_answer, template_summary
from tieout.resolve.assistant.verdict import buckets_for, confidence_of, settled
from tieout.resolve.config.assistant import AssistantSpec
from tieout.resolve.facts import Facts
from tieout.server.assistant.models import Remark
from tieout.server.assistant.queries import track_record
from tieout.server.assistant.store import TableStore
from tieout.server.cases.models import Case
from tieout.server.cases.proof import proof_of
from tieout.server.resolutions.facts import facts_of_case
from tieout.server.resolutions.models import Proposal
from tieout.server.resolutions.services import resolve_spec

NOT_CONFIGURED: Final = (
    "no language model is configured: name one under `assistant` in resolve.yaml"
)
# What a case's evidence calls them.
_SAID: Final = {"comment": "Text", "counterparty": "Party"}
_KEPT: dict[str, Assistant] = {}
_KEEPING: Final = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class Question:
    """A task about a case, ready to be asked. options: the proposals to choose from, in a line."""

    case: Case
    facts: Facts
    prompt: Prompt
    text: str = ""
    options: tuple[str, ...] = ()

    @property
    def material(self) -> Material:
        """What is told of the case."""
        return self.prompt.material


def assistant() -> Assistant | None:
    """The workspace's, with one rate and one breaker for this process; None without a model."""
    spec = resolve_spec().assistant
    if spec is None:
        return None
    mark = spec.model_dump_json()
    with _KEEPING:
        if mark not in _KEPT:
            _KEPT.clear()
            _KEPT[mark] = Assistant.of(spec, TableStore(), now=timezone.now)
        return _KEPT[mark]


def question_of(case: Case, task: Task, text: str = "") -> Question:
    """What is asked about a case. Raises InputError where there is nothing to ask."""
    facts = _facts(case)
    told = material_of(
        facts, workspace_key(Path(settings.WORKSPACE)), more=[("severity", case.severity)]
    )
    match task:
        case Task.CLASSIFY:
            return Question(
                case=case, facts=facts, prompt=tasks.classify(told, buckets=buckets_for(facts.side))
            )
        case Task.SEVERITY:
            return Question(case=case, facts=facts, prompt=tasks.severity(told))
        case Task.SUMMARY:
            return Question(case=case, facts=facts, prompt=tasks.summary(told))
        case Task.CHOOSE:
            texts = proposed(case)
            if not texts:
                raise InputError("nothing is proposed about this case, so there is no choice")
            prompt = tasks.choose(told, texts)
            return Question(case=case, facts=facts, prompt=prompt, options=tuple(texts))
        case Task.QUESTION:
            if not text.strip():
                raise InputError("ask something")
            prompt = tasks.question(told, text)
            return Question(case=case, facts=facts, prompt=prompt, text=text.strip())


def summary_by_rule(case: Case) -> tuple[Said, Material]:
    """The summary that needs no model, and the facts that it cites."""
    told = question_of(case, Task.SUMMARY).material
    return template_summary(told), told


def answered(questions: Sequence[Question], asked: Assistant | None) -> list[Reply | None]:
    """The reply to each; none where no model is configured. Never within a transaction."""
    if asked is None:
        return [None] * len(questions)
    return list(asked.ask([question.prompt for question in questions]))


def remark_of(question: Question, reply: Reply | None, spec: AssistantSpec | None) -> Remark:
    """What is kept of a reply, or of fixed sentences in its place; not saved yet."""
    said, task = reply.said if reply else None, question.prompt.task
    remark = Remark(
        case=question.case,
        task=task,
        by_model=said is not None,
        model=spec.model if spec else "",
        why=(reply.call.why if reply else NOT_CONFIGURED)[:300],
        question=question.text[: tasks.QUESTION_SIGNS_MAX],
        facts=_shown(question.material),
        at=timezone.now(),
    )
    if said is None:
        said = _by_rule(task, question.material)
    elif spec is not None:
        _weigh(remark, question, said, spec)
    remark.cites = list(said.cites)
    remark.sentences = [{"text": each.text, "cites": list(each.cites)} for each in said.sentences]
    return remark


def _weigh(remark: Remark, question: Question, said: Said, spec: AssistantSpec) -> None:
    """Set the choice beside what evidence or the proposal says."""
    remark.choice = said.choice
    if remark.task == Task.CLASSIFY:
        agreed, judged = track_record()
        sure = confidence_of(spec.confidence, agreed=agreed, judged=judged)
        facts = question.facts
        # A person's word counts like proof.
        evident = 1.0 if question.case.bucket_corrected else facts.bucket_confidence
        verdict = settled(facts.bucket, evident, said.choice, sure)
        remark.confidence, remark.needs_person = sure, verdict.needs_person
        remark.why = verdict.why[:300]
    elif remark.task == Task.SEVERITY:
        remark.needs_person = said.choice != question.case.severity
        remark.why = f"the case is {question.case.severity}"
    elif remark.task == Task.CHOOSE:
        is_one = said.choice != tasks.NONE
        place = int(said.choice.removeprefix("p")) - 1 if is_one else -1
        remark.choice = question.options[place] if is_one else ""
        remark.needs_person = place != 0
        remark.why = f"proposed is: {question.options[0]}"[:300]


def _by_rule(task: Task, told: Material) -> Said:
    if task is Task.SUMMARY:
        return template_summary(told)
    return template_answer(told) if task is Task.QUESTION else Said()


def _facts(case: Case) -> Facts:
    facts = facts_of_case(case)
    if not facts.bucket_confidence and facts.bucket != Bucket.UNKNOWN:
        # Who opened it named the bucket; what proves it is not known.
        facts = replace(facts, bucket_confidence=0.5)
    said = {name: _said(case, label) for name, label in _SAID.items()}
    return replace(
        facts,
        comment=facts.comment or said["comment"],
        counterparty=facts.counterparty or said["counterparty"],
    )


def _said(case: Case, label: str) -> str:
    """What the records say under a label, where the files can still be read."""
    if case.kind != Case.Kind.BREAK:
        return str(case.details.get(label.lower(), ""))
    evidence = proof_of(case).evidence
    lines = evidence.lines if evidence else ()
    said = [text for line in lines if line.label == label for text in (line.left, line.right)]
    return "; ".join(dict.fromkeys(text for text in said if text))


def proposed(case: Case) -> list[str]:
    """The proposal in a line, and what else could be done."""
    states = (Proposal.State.DRAFT, Proposal.State.PROPOSED)
    proposal = Proposal.objects.filter(case=case, state__in=states).first()
    if proposal is None:
        return []
    return [proposal.text, *(str(other.get("text", "")) for other in proposal.others)]


def _shown(told: Material) -> list[dict[str, Any]]:
    return [
        {
            "id": fact.id,
            "name": fact.name,
            "value": restored(fact.value, told.hidden),
            "others": fact.id in told.others_wrote,
        }
        for fact in told.facts
    ]
