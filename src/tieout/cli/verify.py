"""`tieout verify`."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tieout.cli.options import EXIT_LIMIT_PASSED, JsonOption, WorkspaceOption
from tieout.model.errors import InputError

if TYPE_CHECKING:
    from tieout.server.audit.queries import Head, Verdict


def verify_command(
    workspace: WorkspaceOption = None,
    against: Annotated[
        Path | None,
        typer.Option("--against", help="A noted head: the log must still hold it."),
    ] = None,
    anchor: Annotated[
        Path | None,
        typer.Option("--anchor", help="Note the head here, once the log was found whole."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Prove that nothing in the audit log was changed or removed; exit code 3 when it was."""
    from tieout.server.boot import boot

    boot(workspace)
    from tieout.server.audit.queries import verify

    verdict = verify(read_head(against) if against else None)
    if verdict.whole and anchor is not None:
        write_head(anchor, verdict.head)
    if as_json:
        answer = {"whole": verdict.whole, **asdict(verdict)}
        sys.stdout.write(json.dumps(answer) + "\n")
    else:
        sys.stdout.write(f"{in_words(verdict)}\n")
    if not verdict.whole:
        raise typer.Exit(EXIT_LIMIT_PASSED)


def in_words(verdict: "Verdict") -> str:
    """What was found, in one line."""
    if verdict.whole:
        return f"whole: {verdict.entries} entries, head {verdict.head.hash}"
    return (
        f"BROKEN at entry {verdict.broken}: {verdict.reason} "
        f"({verdict.entries} entries before it are whole)"
    )


def read_head(path: Path) -> "Head":
    """Read a head that was noted. Raises InputError."""
    from tieout.server.audit.queries import Head

    try:
        noted = json.loads(path.read_text(encoding="utf-8"))
        return Head(int(noted["sequence"]), str(noted["hash"]))
    except OSError as error:
        raise InputError(f"--against {path}: can't be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"--against {path}: expected the file that --anchor writes, with sequence and hash"
        ) from error


def write_head(path: Path, head: "Head") -> None:
    """Note a head, whole or not at all. Raises InputError."""
    aside = path.with_name(f".{path.name}.new")
    try:
        aside.write_text(json.dumps(asdict(head)) + "\n", encoding="utf-8")
        aside.replace(path)
    except OSError as error:
        raise InputError(f"--anchor {path}: can't be written ({error.strerror})") from error
