"""What automated tasks run, and what still stands between a period and its lock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from tieout.close.tasks.dates import Period as Month
from tieout.close.tasks.model import DONE, TaskState
from tieout.model.errors import InputError
from tieout.server.closing.books import has_ledger
from tieout.server.closing.certifying import refresh
from tieout.server.closing.explaining import explained_flux
from tieout.server.closing.models import (
    Certification,
    JournalEntry,
    LedgerException,
    Period,
    Task,
)


@dataclass(frozen=True)
class Finding:
    """How a check ended: done or not, in one sentence, with figures."""

    is_good: bool
    text: str
    figures: Mapping[str, Any]


Check = Callable[[Period, Mapping[str, Any]], Finding]


def folder_of(period: Period) -> Path:
    """The files of a period: what its jobs and its report wrote."""
    return Path(settings.WORKSPACE) / "close" / period.name


def validate_ledger(period: Period, _: Mapping[str, Any]) -> Finding:
    """The period has entries, and none of them is held."""
    month = Month.parse(period.name)
    _require_ledger()
    entries = JournalEntry.objects.filter(effective__range=(month.first_day, month.last_day))
    held = entries.filter(held=True).count()
    count = entries.count()
    unreadable = LedgerException.objects.filter(kind="unreadable").count()
    figures = {"entries": count, "held": held, "unreadable": unreadable,
               "exceptions": LedgerException.objects.count()}  # fmt: skip
    if not count:
        return Finding(False, f"the ledger has no entries in {period.name}", figures)
    if held:
        return Finding(False, f"{held} of {count:,} entries are held; see exceptions", figures)
    more = f"; {unreadable:,} rows of the imports could not be read" if unreadable else ""
    return Finding(True, f"{count:,} entries, none held{more}", figures)


def test_journals(period: Period, arguments: Mapping[str, Any]) -> Finding:
    """Run all journal tests over the ledger and write what they say of this period."""
    from tieout.server.closing.testing import test_period

    _require_ledger()
    figures = test_period(period, folder_of(period), arguments)
    text = (
        f"{figures['tests']} tests over {figures['entries']:,} entries; {figures['hit']:,} hit by "
        f"one or more, {figures['reviewed']:,} listed for review"
    )
    return Finding(True, text, figures)


def check_certifications(period: Period, _: Mapping[str, Any]) -> Finding:
    """Every balance that is due is certified."""
    refresh(period)
    states = list(period.certifications.values_list("state", flat=True))
    done = sum(state in {Certification.State.CERTIFIED, Certification.State.NOT_DUE}
               for state in states)  # fmt: skip
    figures = {"balances": len(states), "open": len(states) - done}
    text = f"{done} of {len(states)} balances are certified or not due"
    return Finding(done == len(states), text, figures)


def review_flux(period: Period, _: Mapping[str, Any]) -> Finding:
    """Every material variance is explained; movements are judged and written down."""
    from tieout.server.closing.testing import write_review

    _require_ledger()
    found = explained_flux(period)
    flagged = write_review(period, folder_of(period), found)
    material = sum(each.flux.material for each in found)
    left = sum(each.is_open for each in found)
    figures = {"variances": len(found), "material": material, "open": left, "movements": flagged}
    text = f"{material - left} of {material} material variances are explained"
    return Finding(left == 0, text, figures)


def reconcile(_: Period, arguments: Mapping[str, Any]) -> Finding:
    """Reconcile two sources; passes with at most `breaks_max` breaks (0)."""
    from tieout.pipeline.reconcile import ReconcileJob
    from tieout.pipeline.reconcile import reconcile as run
    from tieout.server.cases.carrying import settled

    root = Path(settings.WORKSPACE)
    sides = [_location(root, arguments, side) for side in ("left", "right")]
    spec = arguments.get("spec")
    done = run(
        ReconcileJob(
            left=sides[0],
            right=sides[1],
            spec=root / str(spec) if spec else None,
            workspace=root,
            carry_forward=arguments.get("carry_forward"),
            settled=settled,
        )
    )
    breaks = int(done.manifest.counts["breaks"]["total"])
    most = int(arguments.get("breaks_max", 0))
    figures = {"run": done.manifest.run_id, "breaks": breaks}
    text = f"{breaks:,} breaks in run {done.out.name}"
    return Finding(breaks <= most, text, figures)


def _location(root: Path, arguments: Mapping[str, Any], side: str) -> str:
    found = arguments.get(side)
    if not found:
        raise InputError(f"job reconcile needs `{side}`: a file of the workspace or an address")
    path = root / str(found)
    return str(path) if path.exists() else str(found)


JOBS: Final[Mapping[str, Check]] = {
    "validate_ledger": validate_ledger,
    "test_journals": test_journals,
    "check_certifications": check_certifications,
    "review_flux": review_flux,
    "reconcile": reconcile,
}


def run_check(task: Task) -> Finding:
    """Run the job of a task. Raises InputError where it has none, or none that is known."""
    if task.job not in JOBS:
        raise InputError(f"task {task.code!r} has no job that is known")
    return JOBS[task.job](task.period, task.arguments)


def open_points(period: Period) -> list[str]:
    """What still stands between a period and its lock, in words."""
    points = []
    for task in period.tasks.order_by("position"):
        if TaskState(task.state) not in DONE:
            points.append(f"task {task.code!r} is {task.state}")
        elif task.reviewer and task.signed_by_id is None:
            points.append(f"task {task.code!r} is not signed off")
    fine = {Certification.State.CERTIFIED, Certification.State.NOT_DUE}
    points += [
        f"the balance of {each.account.code} is {each.state}"
        for each in period.certifications.select_related("account")
        if each.state not in fine
    ]
    points += [
        f"the {each.flux.comparison.replace('_', ' ')} variance of {each.flux.account} is not "
        "explained"
        for each in explained_flux(period)
        if each.is_open
    ]
    return points


def _require_ledger() -> None:
    if not has_ledger():
        raise InputError("there is no ledger yet; import one: tieout close init --ledger FILE")
