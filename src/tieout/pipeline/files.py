"""The files of a run folder."""

import hashlib
from pathlib import Path

from tieout.engines.base import Engine
from tieout.export.report import write_report
from tieout.export.run_report import RunReport
from tieout.export.table import write_csv, write_rejects
from tieout.pipeline.reconciled import Reconciled
from tieout.reconcile.matches import write_matches
from tieout.reconcile.spec_file import write_spec


def write_files(
    done: Reconciled, report: RunReport, folder: Path, *, engine: Engine
) -> dict[str, str]:
    """Write all files but the manifest; answers with the SHA-256 of the tables by name."""
    write_matches(done.tied.outcomes, folder / "matches.parquet", scale=done.scale, engine=engine)
    done.breaks.write_parquet(folder / "breaks.parquet", compression="zstd")
    write_csv(done.breaks, folder / "breaks.csv")
    write_rejects((*done.left.staged.rejects, *done.right.staged.rejects), folder / "rejects.csv")
    write_spec(done.inferred, folder / "spec.yaml")
    write_report(report, folder / "report.html")
    tables = ("matches.parquet", "breaks.parquet", "rejects.csv", "spec.yaml")
    return {name: _sha256(folder / name) for name in tables}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
