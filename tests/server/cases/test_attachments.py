"""Files on cases."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied

from tieout.model.errors import InputError
from tieout.server.accounts.models import User
from tieout.server.audit.models import AuditEntry
from tieout.server.cases import attachments
from tieout.server.cases.attachments import attach, path_of
from tieout.server.cases.models import Attachment, Case
from tieout.server.cases.services import open_case

pytestmark = pytest.mark.django_db
People = Callable[..., User]
PDF = b"%PDF-1.7 and more"


@pytest.fixture
def case(workspace: Path) -> Case:
    return open_case("other", "o1", "Odd", actor=None)


def kept(workspace: Path) -> list[str]:
    return [path.name for path in (workspace / "attachments").glob("*")]


def test_a_file_is_kept_under_a_name_of_ours(case: Case, person: People, workspace: Path) -> None:
    ann = person("ann", "preparer")
    made = attach(case.pk, "Invoice 7.pdf", io.BytesIO(PDF), actor=ann)
    assert (made.name, made.kind, made.bytes) == ("Invoice 7.pdf", "pdf", len(PDF))
    assert path_of(made).read_bytes() == PDF
    assert kept(workspace) == [made.stored]
    entry = AuditEntry.objects.get(action="case.file_attached")
    assert entry.after == {"name": "Invoice 7.pdf", "bytes": len(PDF), "sha256": made.sha256}


@pytest.mark.parametrize("name", ["../../etc/a.pdf", "C:\\secret\\a.pdf", "x/\x00a.pdf"])
def test_a_name_never_leads_out_of_the_folder(
    case: Case, person: People, workspace: Path, name: str
) -> None:
    made = attach(case.pk, name, io.BytesIO(PDF), actor=person("ann", "preparer"))
    assert made.name == "a.pdf"
    assert path_of(made).parent == workspace / "attachments"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("page.html", b"<script>", "expected a file of a kind in"),
        ("page.svg", b"<svg>", "expected a file of a kind in"),
        ("no-suffix", b"x", "expected a file of a kind in"),
        ("fake.pdf", b"<html>", "not what .pdf says"),
        ("fake.png", PDF, "not what .png says"),
        ("binary.txt", b"a\x00b", "not what .txt says"),
        ("latin.csv", b"\xff\xfe", "not what .csv says"),
        ("empty.txt", b"", "expected 1 byte to 10 MB"),
        ("large.txt", b"x" * (10 * 1024 * 1024 + 1), "expected 1 byte to 10 MB"),
    ],
)
def test_what_is_not_taken_leaves_nothing(
    case: Case, person: People, workspace: Path, name: str, content: bytes, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        attach(case.pk, name, io.BytesIO(content), actor=person("ann", "preparer"))
    assert kept(workspace) == []
    assert Attachment.objects.count() == 0


def test_a_case_has_at_most_so_many_files(
    case: Case, person: People, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachments, "FILES_MAX", 1)
    ann = person("ann", "preparer")
    attach(case.pk, "a.txt", io.BytesIO(b"a"), actor=ann)
    with pytest.raises(InputError, match="at most 1 files"):
        attach(case.pk, "b.txt", io.BytesIO(b"b"), actor=ann)
    assert len(kept(workspace)) == 1


def test_an_auditor_attaches_nothing(case: Case, person: People) -> None:
    with pytest.raises(PermissionDenied):
        attach(case.pk, "a.txt", io.BytesIO(b"a"), actor=person("dan", "auditor"))
