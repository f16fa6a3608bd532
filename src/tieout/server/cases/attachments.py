"""Files on cases: bounded, of a few kinds that their content has to be, kept under our names."""

import hashlib
import uuid
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Final, Protocol

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from tieout.model.errors import InputError
from tieout.server.accounts.models import User
from tieout.server.audit.services import record
from tieout.server.cases.models import Attachment, Case
from tieout.server.cases.permissions import require_worker

BYTES_MAX: Final = 10 * 1024 * 1024
FILES_MAX: Final = 20
_FOLDER: Final = "attachments"


class Readable(Protocol):
    """What a file that somebody sent has to be able to do."""

    def read(self, length: int, /) -> bytes:
        """At most so many bytes."""
        ...


@dataclass(frozen=True)
class Kind:
    """A kind of file: what it is served as, and how its content begins (nothing for text)."""

    content_type: str
    starts: tuple[bytes, ...] = ()


KINDS: Final[dict[str, Kind]] = {
    "pdf": Kind("application/pdf", (b"%PDF-",)),
    "png": Kind("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "jpg": Kind("image/jpeg", (b"\xff\xd8\xff",)),
    "jpeg": Kind("image/jpeg", (b"\xff\xd8\xff",)),
    "xlsx": Kind(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (b"PK\x03\x04",)
    ),
    "csv": Kind("text/csv; charset=utf-8"),
    "txt": Kind("text/plain; charset=utf-8"),
}


def attach(case_id: int, name: str, file: Readable, *, actor: User) -> Attachment:
    """Keep a file with a case. Raises InputError for a kind, size or number that is not taken."""
    require_worker(actor)
    shown = _shown_name(name)
    suffix = PurePath(shown).suffix.lower().removeprefix(".")
    if suffix not in KINDS:
        raise InputError(f"{shown}: expected a file of a kind in {', '.join(sorted(KINDS))}")
    content = file.read(BYTES_MAX + 1)
    if not content or len(content) > BYTES_MAX:
        raise InputError(f"{shown}: expected 1 byte to {BYTES_MAX // 1024 // 1024} MB")
    _require_kind(content, shown, suffix)
    stored = f"{uuid.uuid4().hex}.{suffix}"
    path = _folder() / stored
    path.write_bytes(content)
    try:
        return _keep(case_id, shown, suffix, stored, content, actor)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def path_of(attachment: Attachment) -> Path:
    """Where the file lies."""
    return _folder() / attachment.stored


@transaction.atomic
def _keep(
    case_id: int, name: str, suffix: str, stored: str, content: bytes, actor: User
) -> Attachment:
    case = Case.objects.select_for_update().get(pk=case_id)
    if case.attachments.count() >= FILES_MAX:
        raise InputError(f"a case has at most {FILES_MAX} files")
    digest = hashlib.sha256(content).hexdigest()
    made = Attachment.objects.create(
        case=case,
        author=actor,
        name=name,
        kind=suffix,
        bytes=len(content),
        sha256=digest,
        stored=stored,
    )
    Case.objects.filter(pk=case.pk).update(updated_at=timezone.now())
    after = {"name": name, "bytes": len(content), "sha256": digest}
    record(actor=actor, action="case.file_attached", target=("case", case.pk), after=after)
    return made


def _shown_name(name: str) -> str:
    """The last part of a name, without what could steer a terminal or a path."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(sign for sign in last if sign.isprintable()).strip(" .")
    return clean[-200:] or "file"


def _require_kind(content: bytes, name: str, suffix: str) -> None:
    starts = KINDS[suffix].starts
    fits = content.startswith(starts) if starts else _is_text(content)
    if not fits:
        raise InputError(f"{name}: its content is not what .{suffix} says")


def _is_text(content: bytes) -> bool:
    try:
        return "\x00" not in content.decode("utf-8")
    except UnicodeDecodeError:
        return False


def _folder() -> Path:
    folder = Path(settings.WORKSPACE) / _FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder
