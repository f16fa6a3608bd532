"""What came of learning from decisions, and how it is taken back."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tieout.export.aside import written_aside
from tieout.model.errors import InputError
from tieout.pipeline.inputs import fingerprint_file

KEPT_FOLDER: Final = Path(".tieout") / "feedback"


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """Learning from decisions, once.

    kind: buckets, order or threshold. subject: the workspace's words, a run, or a profile. labels:
    decisions learnt from. held_out: decisions that it was measured on. before, after: the measure
    there, larger is better; None where there was too little to measure. used: whether the next run
    goes by it. file: of the workspace, what it changed. earlier: the copy of it from before; blank
    where there was none. sha256: of the file as it was left.
    """

    kind: str
    subject: str
    labels: int
    measure: str
    held_out: int = 0
    before: float | None = None
    after: float | None = None
    used: bool = False
    why: str = ""
    file: str = ""
    earlier: str = ""
    sha256: str = ""


def set_aside(workspace: Path, file: Path) -> str:
    """Keep a copy of a file as it is, by its content; blank where there is no such file."""
    if not file.is_file():
        return ""
    kept = KEPT_FOLDER / f"{fingerprint_file(file).sha256}{file.suffix}"
    (workspace / KEPT_FOLDER).mkdir(parents=True, exist_ok=True)
    if not (workspace / kept).is_file():
        with written_aside(workspace / kept) as part:
            shutil.copyfile(file, part)
    return kept.as_posix()


def put_back(workspace: Path, file: Path, earlier: str) -> None:
    """Make a file what it was before; it goes where there was none."""
    if not earlier:
        file.unlink(missing_ok=True)
        return
    with written_aside(file) as part:
        shutil.copyfile(workspace / earlier, part)


def roll_back(workspace: Path, lesson: Lesson) -> None:
    """Take a lesson back. Raises InputError where something was learnt or written since."""
    file = workspace / lesson.file
    if not lesson.used or not lesson.file:
        raise InputError("nothing goes by this lesson; there is nothing to take back")
    if not file.is_file() or fingerprint_file(file).sha256 != lesson.sha256:
        raise InputError(f"{lesson.file} was changed since; take back what came later first")
    if lesson.earlier and not (workspace / lesson.earlier).is_file():
        raise InputError(f"{lesson.earlier}: the copy from before is gone")
    put_back(workspace, file, lesson.earlier)
