"""The files of a run folder."""

import hashlib
from pathlib import Path

import polars as pl

from tieout.engines.base import Engine
from tieout.export.report import write_report
from tieout.export.run_report import RunReport
from tieout.export.table import write_csv, write_rejects
from tieout.pipeline.carrying.account import CARRIED_FILE, write_carried
from tieout.pipeline.carrying.items import ITEMS_FILE, open_items
from tieout.pipeline.explain_breaks import write_explained
from tieout.pipeline.reconciled import Reconciled
from tieout.reconcile.matches import write_matches
from tieout.reconcile.spec_file import write_spec

ROW_GROUP_ROWS = 122_880


def write_files(
    done: Reconciled, report: RunReport, folder: Path, *, engine: Engine
) -> dict[str, str]:
    """Write all files but the manifest; answers with the SHA-256 of the tables by name."""
    inputs = (done.left, done.right)
    last_rows = None if done.carried is None else (done.left.staged.rows, done.right.staged.rows)
    write_matches(
        done.tied.outcomes,
        folder / "matches.parquet",
        scale=done.scale,
        engine=engine,
        last_rows=last_rows,
    )
    write_table(done.breaks, folder / "breaks.parquet")
    write_csv(done.breaks, folder / "breaks.csv")
    spec = done.inferred.spec
    items = open_items(inputs, done.breaks, done.numbers, spec, scale=done.scale, engine=engine)
    write_table(items, folder / ITEMS_FILE)
    write_explained(done.explained, folder, title=report.title, told=report.incidents)
    write_rejects((*done.left.staged.rejects, *done.right.staged.rejects), folder / "rejects.csv")
    write_spec(done.inferred, folder / "spec.yaml")
    write_report(report, folder / "report.html")
    tables = ["matches.parquet", "breaks.parquet", "incidents.csv", "rejects.csv", "spec.yaml"]
    tables.append(ITEMS_FILE)
    if done.became is not None:
        write_table(done.became, folder / CARRIED_FILE)
        write_carried(done.became, folder)
        tables.append(CARRIED_FILE)
    return {name: _sha256(folder / name) for name in tables}


def write_table(frame: pl.DataFrame, path: Path) -> None:
    """Write a frame as Parquet: the same rows are the same bytes on any number of cores."""
    # As many chunks as cores made would become as many row groups. A higher level of compression
    # takes longer and saves nothing.
    frame.rechunk().write_parquet(
        path, compression="zstd", compression_level=1, row_group_size=ROW_GROUP_ROWS
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
