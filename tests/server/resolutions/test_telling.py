"""A digest after a run, and a message at once for what is flagged; each once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tieout.resolve.config import workspace_resolve_spec
from tieout.resolve.config.spec import ResolveSpec
from tieout.server.cases.models import Case, Finding, Run
from tieout.server.outbox.models import Delivery
from tieout.server.resolutions import telling

pytestmark = pytest.mark.django_db(transaction=True)
MakeCase = Callable[..., Case]
FILE = """
channels:
  email: {host: m.example, sender: r@books.example, recipients: [cfo@books.example],
          digest: [cfo@books.example]}
  slack: {recon: {url_env: SLACK_URL}}
notify:
  digest: {findings_min: 2, rows_max: 2}
  realtime: {severity: high, slack: recon, email: true}
"""


@pytest.fixture
def spec(workspace: Path) -> ResolveSpec:
    (workspace / "resolve.yaml").write_text(FILE)
    return workspace_resolve_spec(workspace)


def run_of(cases: list[Case]) -> Run:
    run = Run.objects.create(
        run_id="r1", job="detect", name="cards", folder="runs/r1", rows=1000, found=5,
        indexed=len(cases), created_at="2026-03-31T18:00Z",
    )  # fmt: skip
    for case in cases:
        Finding.objects.create(
            run=run, identity=case.identity, case=case, bucket=case.bucket, severity=case.severity,
            score=0.5, amount_minor=9710, currency="EUR",
        )  # fmt: skip
    return run


def test_a_run_is_told_in_one_mail_with_its_worst_attached(
    make_case: MakeCase, spec: ResolveSpec
) -> None:
    cases = [
        make_case("low", severity="low"),
        make_case("bad", severity="critical"),
        make_case("b3"),
    ]
    run = run_of(cases)
    assert telling.tell_of_run(run, spec)
    assert telling.tell_of_run(run, spec), "asked again, nothing is added"
    mail = Delivery.objects.get()
    assert (mail.channel, mail.payload["to"]) == ("email", ["cfo@books.example"])
    assert mail.payload["subject"] == "cards: 3 findings (1 critical, 1 medium, 1 low)"
    assert "detect of cards: 1,000 rows, 5 found, 3 to decide." in mail.payload["text"]
    (attached,) = mail.payload["attachments"]
    lines = attached["text"].splitlines()
    assert lines[0] == "finding,case,title,bucket,severity,score,amount,currency"
    assert [line.split(",")[0] for line in lines[1:]] == ["bad", "b3"]
    assert lines[1].endswith("fee_or_tax,critical,0.5000,97.10,EUR")


def test_a_formula_of_others_is_text_in_the_csv(make_case: MakeCase, spec: ResolveSpec) -> None:
    case = make_case("b1")
    Case.objects.update(title='=HYPERLINK("http://evil")')
    case.refresh_from_db()
    assert "'=HYPERLINK" in telling.findings_csv(run_of([case]), 10)


def test_a_small_run_says_nothing(make_case: MakeCase, spec: ResolveSpec) -> None:
    assert not telling.tell_of_run(run_of([make_case("b1")]), spec)
    assert not telling.tell_of_run(Run.objects.get(), ResolveSpec())
    assert not Delivery.objects.exists()


def test_what_is_flagged_is_told_at_once_from_a_severity_on(
    make_case: MakeCase, spec: ResolveSpec
) -> None:
    cases = [make_case("b1", severity="critical"), make_case("b2", severity="medium")]
    assert telling.told_of(cases) == 1
    assert telling.told_of(cases) == 1
    assert sorted(Delivery.objects.values_list("channel", flat=True)) == ["email", "slack"]
    assert Delivery.objects.get(channel="slack").payload["text"].startswith("critical: Fee of b1")


def test_a_file_that_cannot_be_read_stops_no_finding(make_case: MakeCase, workspace: Path) -> None:
    (workspace / "resolve.yaml").write_text("notify: {digest: maybe}\n")
    assert telling.told_of([make_case("b1", severity="critical")]) == 0
