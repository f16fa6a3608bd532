"""Runs the commands that a page shows, so that what it says they print is what they print."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

_BLOCK = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
_PROMPT = "$ "
_COLUMNS = "80"


def refreshed(page: str) -> str:
    """A page with what its `console` blocks print today.

    A block with a title is a file: it stands in the folder in which the commands after it run.
    In a console block, lines that begin with "$ " are commands, all others are what they print.
    Raises RuntimeError when a command ends with a traceback.
    """
    with tempfile.TemporaryDirectory(prefix="tieout-docs-") as name:
        folder = Path(name)

        def answered(block: re.Match[str]) -> str:
            language, title, body = block.groups()
            if title:
                (folder / title).write_text(body, encoding="utf-8")
            if language != "console":
                return block[0]
            return f"```console\n{_transcript(body, folder)}```"

        return _BLOCK.sub(answered, page)


def titled(page: str) -> dict[str, str]:
    """The files that a page shows, by name."""
    return {title: body for _, title, body in _BLOCK.findall(page) if title}


def _transcript(body: str, folder: Path) -> str:
    commands = [line for line in body.splitlines() if line.startswith(_PROMPT)]
    return "".join(f"{line}\n{_printed(line.removeprefix(_PROMPT), folder)}" for line in commands)


def _printed(command: str, folder: Path) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=folder,
        env={**os.environ, "PATH": path, "COLUMNS": _COLUMNS, "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if "Traceback (most recent call last)" in done.stdout:
        raise RuntimeError(f"{command!r} does not work, so the page is not written:\n{done.stdout}")
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    if done.returncode:
        lines.append(f"(exit code {done.returncode})")
    return "".join(f"{line}\n" for line in lines)
