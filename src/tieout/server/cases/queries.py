"""Reads of cases: the queue and its tabs, what changed, similar cases, a case's whole story."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, F, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from tieout.server.accounts.models import User
from tieout.server.accounts.permissions import Role, has_role
from tieout.server.audit.models import AuditEntry
from tieout.server.cases.models import RANKS, Case, Decision, Run, SavedView

TABS: Final = ("new", "mine", "waiting", "resolved")
PAGE_ROWS: Final = 50
_SORTS: Final = {
    "priority": ("severity_rank", F("score").desc(nulls_last=True), "id"),
    "due": (F("due_at").asc(nulls_last=True), "id"),
    "oldest": ("opened_at", "id"),
    "newest": ("-opened_at", "-id"),
    "amount": (F("amount_minor").desc(nulls_last=True), "id"),
    "difference": (F("difference_minor").desc(nulls_last=True), "id"),
    "updated": ("-updated_at", "-id"),
    "title": ("title", "id"),
}
SORTS: Final = (
    ("priority", "Most severe"),
    ("due", "Due first"),
    ("oldest", "Oldest"),
    ("newest", "Newest"),
    ("amount", "Largest amount"),
    ("difference", "Largest difference"),
    ("updated", "Changed last"),
    ("title", "Title"),
)
SIMILAR_MAX: Final = 5


@dataclass(frozen=True)
class Filter:
    """Which cases, as the address of the queue says it."""

    tab: str = "new"
    text: str = ""
    kinds: tuple[str, ...] = ()
    buckets: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    source: str = ""
    due: str = ""
    assignee: str = ""
    run: str = ""
    sort: str = "priority"
    page: int = 1
    query: str = field(default="", compare=False)

    @classmethod
    def of(cls, values: QueryDict) -> "Filter":
        """Read an address; what it does not know it leaves out."""
        tab, sort = values.get("tab", "new"), values.get("sort", "priority")
        page = values.get("page", "1")
        kept = values.copy()
        for name in ("page", "case"):
            kept.pop(name, None)
        return cls(
            tab=tab if tab in (*TABS, "all") else "new",
            text=values.get("q", "").strip()[:200],
            kinds=_known(values.getlist("kind"), Case.Kind.values),
            buckets=tuple(value for value in values.getlist("bucket") if value)[:30],
            severities=_known(values.getlist("severity"), list(RANKS)),
            source=values.get("source", ""),
            due=values.get("due", ""),
            assignee=values.get("assignee", ""),
            run=values.get("run", ""),
            sort=sort if sort in _SORTS else "priority",
            page=max(1, int(page)) if page.isdecimal() and len(page) < 7 else 1,
            query=kept.urlencode(),
        )

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the tab chooses."""
        chosen = (self.kinds, self.buckets, self.severities, self.source, self.due)
        return any((*chosen, self.text, self.assignee, self.run))


def queue(user: User, wanted: Filter) -> QuerySet[Case]:
    """The cases of a tab that pass the filters, in the order asked for."""
    found = Case.objects.select_related("assignee").filter(_in_tab(user, wanted.tab))
    found = found.filter(_passes(wanted))
    return found.order_by(*_SORTS[wanted.sort])


def elsewhere(user: User, wanted: Filter) -> int:
    """How many cases of any tab pass the filters."""
    return queue(user, replace(wanted, tab="all")).count() if wanted.is_narrowed else 0


def tab_counts(user: User) -> dict[str, int]:
    """How many cases stand in each tab."""
    return {tab: Case.objects.filter(_in_tab(user, tab)).count() for tab in TABS}


def facets(user: User, tab: str) -> dict[str, list[tuple[str, int]]]:
    """Values that the filters of a tab may take, with how many cases have each."""
    found = Case.objects.filter(_in_tab(user, tab)).order_by()
    return {
        name: list(
            found.exclude(**{name: ""})
            .values_list(name)
            .annotate(cases=Count("pk"))
            .order_by("-cases", name)[:30]
        )
        for name in ("bucket", "source")
    }


def changed_since(moment: datetime, case_ids: list[int]) -> list[Case]:
    """Which of some cases changed after a moment."""
    found = Case.objects.select_related("assignee")
    return list(found.filter(pk__in=case_ids[:200], updated_at__gt=moment))


def opened_since(user: User, moment: datetime, tab: str, shown: list[int]) -> int:
    """How many cases came into a tab after a moment, beside those that are shown."""
    found = Case.objects.filter(_in_tab(user, tab), updated_at__gt=moment)
    return found.exclude(pk__in=shown[:200]).count()


def views_of(user: User) -> QuerySet[SavedView]:
    """A person's saved views, and those that others share."""
    return SavedView.objects.select_related("owner").filter(Q(owner=user) | Q(shared=True))


def similar(case: Case) -> list[Case]:
    """Cases of the past that a decision about this one may look at, the nearest first.

    Nearest is the same key, then the same source and bucket, then the same bucket alone.
    """
    past = Case.objects.select_related("assignee").exclude(pk=case.pk).exclude(verdict="")
    chosen: dict[int, Case] = {}
    same_bucket = Q(bucket=case.bucket, kind=case.kind)
    for wanted in (
        Q(key=case.key) & ~Q(key=""),
        same_bucket & Q(source=case.source, currency=case.currency),
        same_bucket,
    ):
        for each in past.filter(wanted).order_by("-updated_at")[:SIMILAR_MAX]:
            chosen.setdefault(each.pk, each)
    return list(chosen.values())[:SIMILAR_MAX]


@dataclass(frozen=True)
class Moment:
    """One thing that happened to a case."""

    at: datetime
    actor: str
    action: str
    words: str
    text: str = ""


def timeline(case: Case) -> list[Moment]:
    """What happened to a case, the latest first, as the audit log has it."""
    entries = AuditEntry.objects.filter(target_kind="case", target_id=str(case.pk))
    moments = [
        Moment(each.at, each.actor or "Tieout", each.action, *_told(each.action, each.after or {}))
        for each in entries.order_by("-sequence")[:200]
    ]
    return [*moments, Moment(case.opened_at, "Tieout", "case.opened_by_run", "opened the case")]


def analyses_of(case: Case) -> list[Run]:
    """The latest analyses that judged what a reconciliation had found, the newest first."""
    judged = Run.objects.filter(job="analyze", findings__case=case).distinct()[:4]
    return [each for each in judged if each.pk != case.latest_run_id][:3]


def pending_review(case: Case) -> Decision | None:
    """The decision of a case that waits for a second person."""
    proposed = case.decisions.select_related("actor").filter(state=Decision.State.PROPOSED)
    return proposed.first() if case.asks == "review" else None


def runs(*, job: str = "", name: str = "") -> QuerySet[Run]:
    """Runs, the newest first."""
    found = Run.objects.all()
    if job:
        found = found.filter(job=job)
    if name:
        found = found.filter(name=name)
    return found


def history_of(run: Run, most: int = 12) -> list[Run]:
    """Runs of the same name up to this one, the oldest first."""
    same = Run.objects.filter(name=run.name, job=run.job, created_at__lte=run.created_at)
    return list(reversed(same.order_by("-created_at", "-id")[:most]))


def _in_tab(user: User, tab: str) -> Q:
    """Who may review sees what asks for it as new; others see it as waiting."""
    due_again = Q(status="waiting", asks="", waiting_until__lte=timezone.localdate())
    new = Q(status="new") | due_again
    waiting = Q(status="waiting") & ~due_again
    if has_role(user, Role.REVIEWER, Role.APPROVER):
        new |= Q(status="waiting") & ~Q(asks="")
        waiting &= Q(asks="")
    wanted = {
        "new": new,
        "mine": Q(assignee=user.pk, status__in=["new", "open", "waiting"]),
        "waiting": waiting,
        "resolved": Q(status="resolved"),
    }
    return wanted.get(tab, Q())


def _passes(wanted: Filter) -> Q:
    passes = Q()
    choices: Mapping[str, Any] = {
        "kind__in": wanted.kinds,
        "bucket__in": wanted.buckets,
        "severity__in": wanted.severities,
        "source": wanted.source,
        "found__run__run_id": wanted.run,
        "assignee__username": wanted.assignee,
    }
    passes &= Q(**{name: value for name, value in choices.items() if value})
    if wanted.text:
        words = Q(title__icontains=wanted.text) | Q(summary__icontains=wanted.text)
        if wanted.text.isdecimal() and len(wanted.text) < 19:
            words |= Q(pk=int(wanted.text))
        passes &= words
    now = timezone.now()
    if wanted.due == "late":
        passes &= Q(due_at__lt=now)
    elif wanted.due == "soon":
        passes &= Q(due_at__gte=now, due_at__lt=now + timedelta(hours=24))
    return passes


def _known(values: list[str], known: list[str]) -> tuple[str, ...]:
    return tuple(value for value in values if value in known)


def _told(action: str, after: Mapping[str, Any]) -> tuple[str, str]:
    """An entry of the log in words, and the text that belongs to it."""
    verdict = str(after.get("verdict", "")).replace("_", " ")
    words = {
        "case.opened": "opened the case",
        "case.decided": f"decided: {verdict}",
        "case.decision_proposed": f"decided: {verdict}, which waits for a second person",
        "case.decision_undone": f"took back: {verdict}",
        "case.decision_confirmed": "confirmed the decision",
        "case.decision_returned": "returned the decision",
        "case.assigned": f"assigned it to {after.get('assignee') or 'nobody'}",
        "case.reopened": "opened it again",
        "case.commented": "wrote",
        "case.file_attached": f"attached {after.get('name', 'a file')}",
        "case.severity_raised": f"severity rose to {after.get('severity', '')}",
    }.get(action, action.replace("case.", "").replace("_", " "))
    return words, str(after.get("note") or after.get("text") or "")
