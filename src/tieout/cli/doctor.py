"""`tieout doctor`."""

import json
import os
import platform
import shutil
import sys
import tempfile
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import typer

from tieout.cli.options import JsonOption, WorkspaceOption

_CORE = ("duckdb", "ibis-framework", "polars", "pyarrow", "numpy", "scipy", "pydantic", "holidays")
_EXTRAS = {"psycopg": "postgres", "pydantic-ai-slim": "llm"}
_TEMP_FREE_BYTES_MIN = 2 << 30


@dataclass(frozen=True)
class Check:
    """One thing that was looked at; `advice` says what to do when it is not ok."""

    name: str
    ok: bool
    found: str
    advice: str = ""


def doctor_command(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Look at this machine and say what would keep Tieout from working, and what to do."""
    checks = [
        *_machine(),
        _writable_workspace(workspace),
        _engine(),
        _spark(),
        *_libraries(),
        _assistant(workspace),
    ]
    if as_json:
        sys.stdout.write(json.dumps({"checks": [asdict(check) for check in checks]}) + "\n")
    else:
        for check in checks:
            mark = "ok  " if check.ok else "FAIL"
            advice = f"  -> {check.advice}" if check.advice and not check.ok else ""
            sys.stdout.write(f"{mark} {check.name}: {check.found}{advice}\n")
    if not all(check.ok for check in checks):
        raise typer.Exit(2)


def _machine() -> list[Check]:
    free = shutil.disk_usage(tempfile.gettempdir()).free
    return [
        Check("python", sys.version_info >= (3, 11), platform.python_version(), "install 3.11"),
        Check("cores", True, str(os.cpu_count())),
        Check(
            "temporary folder",
            free > _TEMP_FREE_BYTES_MIN,
            f"{tempfile.gettempdir()}, {free / 2**30:.1f} GiB free",
            "large runs spill there: free some space, or set TMPDIR or --temp",
        ),
    ]


def _writable_workspace(chosen: Path | None) -> Check:
    from tieout.pipeline.workspace import find_workspace

    folder = find_workspace(chosen)
    try:
        # Asking for permission is not enough: file systems may be read-only, and root may do all.
        with tempfile.TemporaryFile(dir=folder):
            ok = True
    except OSError:
        ok = False
    return Check("workspace", ok, str(folder), "make the folder writable or choose --workspace")


def _engine() -> Check:
    from tieout.engines.duckdb import DuckDBEngine

    try:
        with DuckDBEngine() as engine:
            import polars as pl

            rows = engine.fetch(engine.publish(pl.DataFrame({"one": [1]})))
        return Check("engine", rows.height == 1, "duckdb answers")
    except Exception as error:
        return Check("engine", False, str(error), "reinstall tieout")


def _spark() -> Check:
    """What `--engine spark://…` needs of this machine; no cluster is asked."""
    from tieout.engines.spark_address import missing_for_spark

    missing = missing_for_spark()
    found = f"not available (optional: {missing})" if missing else f"pyspark {version('pyspark')}"
    return Check("spark", True, found)


def _assistant(chosen: Path | None) -> Check:
    """The language model of the workspace; nothing is sent to it."""
    from tieout.model.errors import InputError
    from tieout.pipeline.workspace import find_workspace
    from tieout.resolve.assistant.client import problem_of
    from tieout.resolve.config import workspace_resolve_spec

    try:
        spec = workspace_resolve_spec(find_workspace(chosen)).assistant
    except InputError as error:
        return Check("assistant", False, str(error), "mend resolve.yaml")
    if spec is None:
        return Check("assistant", True, "not configured (optional: `assistant` in resolve.yaml)")
    found, problem = f"{spec.model} of {spec.provider} at {spec.address}", problem_of(spec)
    return Check("assistant", not problem, found, problem)


def _libraries() -> list[Check]:
    checks = []
    for name in _CORE:
        try:
            checks.append(Check(name, True, version(name)))
        except PackageNotFoundError:
            checks.append(Check(name, False, "not installed", "reinstall tieout"))
    for name, extra in _EXTRAS.items():
        try:
            found = version(name)
        except PackageNotFoundError:
            found = f"not installed (optional: pip install 'tieout[{extra}]')"
        checks.append(Check(name, True, found))
    return checks
