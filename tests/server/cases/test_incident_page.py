"""The page of an incident: what its findings share, and decisions for some of them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tieout.pipeline.run_query.summary_words import summary_of
from tieout.server.accounts.models import User
from tieout.server.audit.models import AuditEntry
from tieout.server.cases.models import Case
from tieout.server.cases.registering import register_run

pytestmark = pytest.mark.django_db(transaction=True)
People = Callable[..., User]
MakeRun = Callable[..., Path]
Found = Callable[..., dict[str, Any]]
SUMMARY = """# bank vs books

## Incidents

### I1 · Late feed: 60 breaks

- **What:** A feed is late \\*today\\*. Severity high.
- **How much:** 174.00 EUR in 60 breaks.

### I2 · Another

- **What:** Something else.
"""


@pytest.fixture
def ann(person: People) -> User:
    return person("ann", "preparer")


@pytest.fixture
def incident(make_run: MakeRun, found: Found, ann: User) -> Path:
    """A run with an incident of 60 breaks, and one break that is in none."""
    breaks = [found(f"b{at:02d}", incident_id="I1", key=f"KEY-{at:02d}") for at in range(60)]
    folder = make_run("r1", [*breaks, found("alone")], incidents=["I1"])
    (folder / "summaries.md").write_text(SUMMARY, encoding="utf-8")
    register_run(folder, actor=ann)
    return folder


def page_of(client: Client, user: User, address: str = "/incidents/I1/") -> str:
    client.force_login(user)
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_tells_what_the_incident_is_and_lists_its_findings(
    client: Client, ann: User, incident: Path
) -> None:
    text = page_of(client, ann)
    case = Case.objects.get(kind="incident", identity="I1")
    assert "Late feed of I1" in text
    assert f"/cases/{case.pk}/" in text
    assert "A feed is late *today*. Severity high." in text
    assert "Something else" not in text
    assert "KEY-49" in text
    assert "KEY-50" not in text


def test_a_second_page_has_the_others(
    client: Client, ann: User, make_run: MakeRun, found: Found
) -> None:
    breaks = [found(f"b{at:02d}", incident_id="I1", key=f"KEY-{at:02d}") for at in range(60)]
    folder = make_run("r1", breaks)
    header = "incident_id,headline,bucket,severity,findings\n"
    (folder / "incidents.csv").write_text(f"{header}I1,Late feed,late_feed,high,60\n")
    register_run(folder, actor=ann)
    assert "KEY-59" in page_of(client, ann, "/incidents/I1/?page=2")


def test_some_of_its_findings_are_decided_on_their_own(
    client: Client, ann: User, incident: Path
) -> None:
    client.force_login(ann)
    client.post(
        "/incidents/I1/decide/",
        {"member": ["b01", "b02"], "action": "timing", "note": "posted next day"},
    )
    decided = Case.objects.filter(kind="break", identity__in=["b01", "b02"])
    assert {case.verdict for case in decided} == {"timing"}
    assert Case.objects.get(kind="incident", identity="I1").is_open
    assert AuditEntry.objects.filter(action="case.decided").count() == 2
    assert f"/cases/{decided[0].pk}/" in page_of(client, ann)


@pytest.mark.parametrize("member", [[], ["alone"], ["b01"] * 1 + ["nothing"]])
def test_what_is_not_in_it_is_not_decided(
    member: list[str], client: Client, ann: User, incident: Path
) -> None:
    before = Case.objects.count()
    client.force_login(ann)
    client.post("/incidents/I1/decide/", {"member": member, "action": "timing"})
    assert Case.objects.count() == before
    assert not AuditEntry.objects.filter(action="case.decided").exists()


def test_who_only_reads_sees_no_way_to_decide(
    client: Client, person: People, incident: Path
) -> None:
    text = page_of(client, person("ada", "auditor"))
    assert "KEY-01" in text
    assert 'name="member"' not in text


def test_the_list_of_incidents_and_the_queue_lead_to_it(
    client: Client, ann: User, incident: Path
) -> None:
    assert "/incidents/I1/" in page_of(client, ann, "/incidents/")
    assert "/incidents/I1/" in page_of(client, ann, "/?tab=all")
    client.force_login(ann)
    assert client.get("/incidents/I9/").status_code == 404


def test_a_run_that_is_gone_is_said_to_be(client: Client, ann: User, incident: Path) -> None:
    (incident / "breaks.parquet").unlink()
    assert "has no such table" in page_of(client, ann)


def test_a_summary_is_found_by_its_identity(tmp_path: Path) -> None:
    (tmp_path / "summaries.md").write_text(SUMMARY, encoding="utf-8")
    assert summary_of(tmp_path, "I2") == (("What", "Something else."),)
    assert summary_of(tmp_path, "I") == ()
    assert summary_of(tmp_path / "none", "I1") == ()
