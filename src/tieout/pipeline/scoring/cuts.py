"""Where people have set the cut of a profile's models, beside the models."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Final

from tieout.export.aside import written_aside
from tieout.model.errors import InputError

CUTS_FILE: Final = Path(".tieout") / "cuts.json"


def read_cuts(workspace: Path) -> dict[str, float]:
    """The threshold of each profile that has one set; a broken file sets none."""
    with suppress(OSError, ValueError, TypeError, AttributeError):
        found = json.loads((workspace / CUTS_FILE).read_text(encoding="utf-8"))
        return {str(name): float(value) for name, value in found.items()}
    return {}


def set_cut(workspace: Path, profile: str, threshold: float | None) -> float | None:
    """Set a profile's threshold, or leave it to the model again; answers with the one before.

    Raises InputError for a threshold out of 0 to 1, and where the workspace cannot be written.
    """
    if threshold is not None and not 0.0 <= threshold <= 1.0:
        raise InputError(f"threshold {threshold}: expected a score from 0 to 1")
    cuts = read_cuts(workspace)
    before = cuts.pop(profile, None)
    if threshold is not None:
        cuts[profile] = threshold
    file = workspace / CUTS_FILE
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with written_aside(file) as part:
            part.write_text(json.dumps(cuts, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"{file}: cannot be written: {error.strerror or error}") from error
    return before
