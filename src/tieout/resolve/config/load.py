"""resolve.yaml on disk."""

from pathlib import Path
from typing import Final

from tieout.reconcile.spec_file import read_yaml_model
from tieout.resolve.config.spec import ResolveSpec

RESOLVE_FILE: Final = "resolve.yaml"


def load_resolve_spec(path: Path) -> ResolveSpec:
    """Read it. Raises InputError with one line: the file, the place in it, what is expected."""
    return read_yaml_model(path, ResolveSpec, expected="a mapping such as `accounts: …`")


def workspace_resolve_spec(workspace: Path) -> ResolveSpec:
    """That of a workspace, or one that allows nothing outside where there is no such file."""
    path = workspace / RESOLVE_FILE
    return load_resolve_spec(path) if path.is_file() else ResolveSpec()
