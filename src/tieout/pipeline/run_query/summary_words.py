"""What a run's summaries.md says of one incident or case."""

import re
from pathlib import Path
from typing import Final

_LINE: Final = re.compile(r"^- \*\*(?P<name>[^*]+):\*\* (?P<words>.*)$")
_ESCAPED: Final = re.compile(r"\\([\\`*_{}\[\]<>#|~])")


def summary_of(folder: Path, identity: str) -> tuple[tuple[str, str], ...]:
    """Its answers, each with the question that it is one to; none where the run tells of none."""
    path = folder / "summaries.md"
    if not path.is_file():
        return ()
    found: list[tuple[str, str]] = []
    inside = False
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if line.startswith("#"):
                if found:
                    break
                inside = line.startswith(f"### {identity} ")
            elif inside and (told := _LINE.match(line.rstrip("\n"))):
                found.append((told["name"], _ESCAPED.sub(r"\1", told["words"])))
    return tuple(found)
