"""The job that asks about many cases."""

from collections import Counter
from typing import Any

from django.db.models import QuerySet

from tieout.model.buckets import Bucket
from tieout.model.errors import InputError
from tieout.resolve.assistant.tasks import Task
from tieout.server.assistant import services
from tieout.server.assistant.asking import NOT_CONFIGURED, assistant, question_of
from tieout.server.assistant.models import Remark
from tieout.server.cases.models import Case
from tieout.server.jobs.models import Job
from tieout.server.jobs.progress import Progress
from tieout.server.jobs.registry import handler

CASES_MAX = 200
_AT_ONCE = 10
_NAMED_BY_NOBODY = ("", str(Bucket.UNKNOWN))


@handler("assistant")
def run_assistant(job: Job, progress: Progress) -> dict[str, Any]:
    """Sum up open cases that have no summary yet, and ask for the bucket where none is named.

    arguments: `cases`, how many at most.
    """
    asked = assistant()
    if asked is None:
        raise InputError(NOT_CONFIGURED)
    most = min(int(job.arguments.get("cases", CASES_MAX)), CASES_MAX)
    cases = list(_waiting()[:most])
    counted: Counter[str] = Counter()
    for start in range(0, len(cases), _AT_ONCE):
        progress(start / len(cases), "asking")
        part = cases[start : start + _AT_ONCE]
        questions = [question_of(case, task) for case in part for task in _tasks(case)]
        for remark in services.ask_all(questions, actor=job.actor):
            counted["by_model" if remark.by_model else "by_rule"] += 1
            counted["against"] += remark.needs_person
    return {
        "cases": len(cases),
        **{name: counted[name] for name in ("by_model", "by_rule", "against")},
    }


def _waiting() -> QuerySet[Case]:
    """Open cases that no model has summed up yet, worst first."""
    summed_up = Remark.objects.filter(task=Task.SUMMARY, by_model=True)
    waiting = Case.objects.exclude(status=Case.Status.RESOLVED)
    found = waiting.exclude(pk__in=summed_up.values("case"))
    return found.select_related("latest_run").order_by("severity_rank", "-score", "id")


def _tasks(case: Case) -> list[Task]:
    if case.bucket in _NAMED_BY_NOBODY:
        return [Task.CLASSIFY, Task.SUMMARY]
    return [Task.SUMMARY]
