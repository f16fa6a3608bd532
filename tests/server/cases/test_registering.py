"""Runs come into the queue."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.test import override_settings
from django.utils import timezone

from tieout.model.errors import InputError
from tieout.server.accounts.models import User
from tieout.server.audit.models import AuditEntry
from tieout.server.audit.queries import verify
from tieout.server.cases.models import Case, Finding, Incident, Run
from tieout.server.cases.queries import analyses_of
from tieout.server.cases.registering import due_at, folder_of, register_run, waiting_folders
from tieout.server.cases.services import decide
from tieout.server.cases.templatetags.cases import age

pytestmark = pytest.mark.django_db
People = Callable[..., User]
MakeRun = Callable[..., Path]
Found = Callable[..., dict[str, Any]]


def titles(**wanted: Any) -> list[str]:
    return list(Case.objects.filter(**wanted).order_by("title").values_list("title", flat=True))


def test_each_finding_is_a_case_with_its_facts(found: Found, make_run: MakeRun) -> None:
    done = register_run(make_run("r1", [found("b1"), found("b2", severity="critical")]))
    assert (done.cases_new, done.is_new) == (2, True)
    case = Case.objects.get(identity="b1")
    assert (case.title, case.kind, case.status, case.source) == (
        "INV-b1",
        "break",
        "new",
        "bank_vs_ledger",
    )
    assert (case.amount_minor, case.difference_minor, case.scale) == (10290, 290, 2)
    assert (case.bucket, case.bucket_found, case.currency) == ("fee_or_tax", "fee_or_tax", "EUR")
    assert case.happened_on == date(2026, 3, 2)
    assert case.summary.startswith("left 102.90")
    urgent = Case.objects.get(identity="b2")
    assert case.due_at
    assert urgent.due_at
    assert case.due_at > urgent.due_at


def test_a_run_knows_its_counts_and_its_proof(found: Found, make_run: MakeRun) -> None:
    run = register_run(make_run("r1", [found("b1")])).run
    assert (run.job, run.name, run.rows, run.found, run.indexed) == (
        "reconcile",
        "bank_vs_ledger",
        20,
        1,
        1,
    )
    assert run.conservation["left"]["holds"]
    assert run.folder == "runs/r1"
    assert folder_of(run).name == "r1"


def test_an_incident_is_one_case_and_its_findings_are_none(found: Found, make_run: MakeRun) -> None:
    late = [found(f"b{number}", incident_id="I1", bucket="late_feed") for number in range(3)]
    register_run(make_run("r1", [*late, found("b9")], incidents=["I1"]))
    assert titles() == ["INV-b9", "Late feed of I1"]
    incident = Incident.objects.get()
    assert incident.case is not None
    assert (incident.case.kind, incident.case.findings) == ("incident", 3)
    assert Finding.objects.filter(case=incident.case).count() == 3


def test_a_finding_of_an_incident_that_nobody_tells_of_is_a_case(
    found: Found, make_run: MakeRun
) -> None:
    register_run(make_run("r1", [found("b1", incident_id="I7")]))
    assert titles() == ["INV-b1"]


def test_once_there_is_history_only_what_stands_out_is_a_case(
    found: Found, make_run: MakeRun
) -> None:
    breaks = [
        found("odd"),
        found("usual", anomalous=False),
        found("large", anomalous=False, severity="high"),
    ]
    run = register_run(make_run("r2", breaks, earlier=["r1"])).run
    assert titles() == ["INV-large", "INV-odd"]
    assert (run.found, run.indexed, run.left_out) == (3, 2, 0)


def test_without_history_every_break_is_a_case(found: Found, make_run: MakeRun) -> None:
    register_run(make_run("r1", [found("usual", anomalous=False), found("odd")]))
    assert titles() == ["INV-odd", "INV-usual"]


def test_a_run_is_registered_once(found: Found, make_run: MakeRun) -> None:
    folder = make_run("r1", [found("b1")])
    assert register_run(folder).is_new
    again = register_run(folder)
    assert (again.is_new, again.cases_new) == (False, 0)
    assert (Run.objects.count(), Case.objects.count(), Finding.objects.count()) == (1, 1, 1)
    assert AuditEntry.objects.filter(action="run.registered").count() == 1


def test_decisions_follow_a_break_from_run_to_run(
    found: Found, make_run: MakeRun, person: People
) -> None:
    ann = person("ann", "preparer")
    register_run(make_run("r1", [found("b1"), found("b2")]))
    decide([Case.objects.get(identity="b1").pk], "false_positive", actor=ann, bucket="timing")
    done = register_run(
        make_run("r2", [found("b1", severity="high"), found("b2")], at="2026-04-01T18:00:00Z")
    )
    assert done.cases_new == 0
    kept = Case.objects.get(identity="b1")
    assert (kept.status, kept.verdict, kept.bucket) == ("resolved", "false_positive", "timing")
    assert (kept.severity, kept.bucket_found) == ("high", "fee_or_tax")
    assert kept.first_run != kept.latest_run
    assert kept.latest_run == done.run


def test_a_bucket_that_nobody_corrected_is_the_latest_runs(found: Found, make_run: MakeRun) -> None:
    register_run(make_run("r1", [found("b1")]))
    register_run(make_run("r2", [found("b1", bucket="rounding")]))
    assert Case.objects.get().bucket == "rounding"


def test_what_has_no_key_is_called_by_its_row(found: Found, make_run: MakeRun) -> None:
    register_run(make_run("r1", [found("b1", key="", left_rows=[], right_rows=[7])]))
    assert titles() == ["Break of row 7"]


def test_it_is_in_the_audit_log(found: Found, make_run: MakeRun, person: People) -> None:
    register_run(make_run("r1", [found("b1")]), actor=person("ann", "preparer"))
    entry = AuditEntry.objects.get(action="run.registered")
    assert (entry.actor, entry.target_id) == ("ann", "r1")
    assert entry.after == {"run": "r1", "findings": 1, "cases": 1}
    assert verify().whole


def test_more_findings_than_people_can_decide_stay_in_the_table(
    found: Found, make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tieout.pipeline.run_query import findings
    from tieout.server.cases import registering

    monkeypatch.setattr(
        registering, "read_findings", lambda folder, also: findings.read_findings(folder, most=2)
    )
    breaks = [found("b1", severity="low"), found("b2", severity="critical"), found("b3", score=0.9)]
    run = register_run(make_run("r1", breaks)).run
    assert (run.indexed, run.left_out) == (2, 1)
    assert titles() == ["INV-b2", "INV-b3"]


def test_many_findings_are_all_there(found: Found, make_run: MakeRun) -> None:
    folder = make_run("r1", [found("b0")])
    many = pl.read_parquet(folder / "breaks.parquet")
    pl.concat(
        [many.with_columns(break_id=pl.lit(f"b{n}"), score=pl.lit(n / 5000)) for n in range(5000)]
    ).write_parquet(folder / "breaks.parquet")
    done = register_run(folder)
    assert (done.cases_new, Finding.objects.count()) == (5000, 5000)
    assert Finding.objects.filter(case=None).count() == 0


def test_a_folder_that_is_no_whole_run_is_refused(workspace: Path) -> None:
    (workspace / "runs" / "half").mkdir()
    with pytest.raises(InputError, match="not a whole run"):
        register_run(workspace / "runs" / "half")
    assert Run.objects.count() == 0


def test_runs_that_wait_are_those_that_are_whole_and_unknown(
    found: Found, make_run: MakeRun
) -> None:
    first, second = make_run("r1", [found("b1")]), make_run("r2", [found("b2")])
    (second.parent / "half").mkdir()
    register_run(first)
    assert waiting_folders() == [second]


@pytest.mark.parametrize(("severity", "hours"), [("critical", 1), ("low", 9), ("unheard of", 3)])
def test_the_hours_until_a_case_is_due_are_set_by_severity(severity: str, hours: int) -> None:
    opened = datetime(2026, 3, 31, 18, tzinfo=UTC)
    with override_settings(SLA_HOURS={"critical": 1, "high": 2, "medium": 3, "low": 9}):
        assert due_at(severity, opened) - opened == timedelta(hours=hours)


def test_ages_count_from_the_last_day_of_the_data(found: Found, make_run: MakeRun) -> None:
    old = found("b1", date_left=date(2026, 3, 9), date_right=date(2026, 3, 2))
    late = [found(f"b{number}", incident_id="I1") for number in range(2, 5)]
    register_run(make_run("r1", [old, *late], incidents=["I1"]))
    case, incident = Case.objects.get(identity="b1"), Case.objects.get(identity="I1")
    assert (case.happened_on, case.as_of) == (date(2026, 3, 2), date(2026, 3, 30))
    assert (incident.happened_on, incident.as_of) == (date(2026, 3, 20), date(2026, 3, 30))
    assert (age(case), age(incident)) == ("28 days", "10 days")
    case.as_of = None
    assert age(case) == f"{(timezone.localdate() - date(2026, 3, 2)).days:,} days"
    case.happened_on = None
    assert age(case) == "0 days"


def test_breaks_that_are_analyzed_once_more_stay_in_the_cases_that_they_have(
    found: Found, make_run: MakeRun, person: People
) -> None:
    ann = person("ann", "preparer")
    late = [found(f"b{number}", incident_id="I1") for number in range(3)]
    first = register_run(make_run("r1", [found("b8"), found("b9"), *late], incidents=["I1"])).run
    decide([Case.objects.get(identity="b9").pk], "false_positive", actor=ann)
    again = [found(f"b{number}", key=f"both | INV-b{number}") for number in (0, 1, 2, 8, 9)]
    again[1]["incident_id"] = again[2]["incident_id"] = "I2"
    more = [found("new", incident_id="I3")]
    done = register_run(make_run("a1", [*again, *more], incidents=["I2", "I3"], job="analyze"))
    assert titles() == ["INV-b8", "INV-b9", "Late feed of I1", "Late feed of I3"]
    assert done.cases_new == 1
    kept = Case.objects.get(identity="b9")
    assert (kept.status, kept.verdict, kept.source) == (
        "resolved",
        "false_positive",
        "bank_vs_ledger",
    )
    assert kept.latest_run == first
    assert analyses_of(kept) == [done.run]
    of_incident = Finding.objects.filter(run=done.run, case__identity="I1")
    assert sorted(of_incident.values_list("identity", flat=True)) == ["b0", "b1", "b2"]
    assert Incident.objects.filter(identity="I2", case=None).exists()


def test_breaks_of_another_tool_are_cases_of_their_analysis(
    found: Found, make_run: MakeRun
) -> None:
    register_run(make_run("r1", [found("b1")]))
    register_run(make_run("a1", [found("x1")], job="analyze"))
    register_run(make_run("a2", [found("x1")], job="analyze"))
    case = Case.objects.get(identity="x1")
    assert (case.source, analyses_of(case)) == (
        "left.csv, right.csv",
        [Run.objects.get(run_id="a1")],
    )
