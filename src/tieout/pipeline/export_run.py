"""The export job: a finished run in the form that another tool reads."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from tieout.export.run_tables import RunTable, run_tables
from tieout.export.table import write_csv_chunks
from tieout.model.errors import InputError
from tieout.pipeline.explain_run import find_run
from tieout.pipeline.inputs import fingerprint_file
from tieout.pipeline.leftovers import MARK
from tieout.pipeline.workspace import find_workspace, load_manifest, prepared_folder

if TYPE_CHECKING:
    import polars as pl

    from tieout.model.manifest import RunManifest

Target = Literal["powerbi", "xlsx", "csv"]
INDEX_FILE: Final = "export.json"


@dataclass(frozen=True, kw_only=True)
class ExportJob:
    """What to export. run: a run folder, or the name of one in the workspace.

    out: the folder; by default exports/<run>-<to>/ in the workspace.
    """

    run: str
    to: Target
    out: Path | None = None
    workspace: Path | None = None
    announce: Callable[[str], None] = field(default=lambda _: None, compare=False)


@dataclass(frozen=True)
class ExportResult:
    """What was written. rows: of each table. files: names in `out`, the index last."""

    run_id: str
    to: Target
    out: Path
    files: tuple[str, ...]
    rows: dict[str, int]


def export(job: ExportJob) -> ExportResult:
    """Write the tables of a run in the form asked for, the folder whole or not at all.

    The same run gives the same tables. Raises InputError for a run that there is not, a damaged
    table, and a folder that holds other things than an export.
    """
    run = find_run(job.run, job.workspace)
    manifest = load_manifest(run)
    tables = run_tables(run)
    if not tables:
        raise InputError(f"{run}: has no tables to export")
    out = job.out or find_workspace(job.workspace) / "exports" / f"{manifest.run_id}-{job.to}"
    earlier = _earlier_files(out)
    with prepared_folder(out) as aside:
        writer = {"csv": _write_csv, "xlsx": _write_xlsx, "powerbi": _write_powerbi}[job.to]
        rows = writer(manifest, tables, aside, job.announce)
        written = sorted(path.name for path in aside.iterdir() if path.name != MARK)
        index = {
            "run_id": manifest.run_id,
            "job": manifest.job,
            "to": job.to,
            "rows": rows,
            "sha256": {name: fingerprint_file(aside / name).sha256 for name in written},
        }
        (aside / INDEX_FILE).write_text(json.dumps(index, indent=2) + "\n", encoding="utf-8")
    for name in earlier - {*written, INDEX_FILE}:
        (out / name).unlink(missing_ok=True)
    return ExportResult(manifest.run_id, job.to, out, (*written, INDEX_FILE), rows)


def summary_rows(manifest: "RunManifest") -> list[tuple[str, str]]:
    """What a reader wants to know of a run before its tables: name and value."""
    facts = [("run_id", manifest.run_id), ("job", manifest.job), ("made", manifest.created_at)]
    for given in manifest.inputs:
        facts.append((f"{given.side}.name", given.name))
        facts.append((f"{given.side}.rows", str(given.rows)))
        facts.append((f"{given.side}.rejected", str(given.rejected)))
        facts += [
            (f"{given.side}.sha256.{Path(file.path).name}", file.sha256) for file in given.files
        ]
    return [*facts, *flat_counts(dict(manifest.counts), "counts")]


def flat_counts(counts: dict[str, Any], prefix: str) -> list[tuple[str, str]]:
    """Nested counts as dotted names and texts.

    >>> flat_counts({"breaks": {"total": 3}}, "counts")
    [('counts.breaks.total', '3')]
    """
    flat: list[tuple[str, str]] = []
    for name, value in counts.items():
        if isinstance(value, dict):
            flat += flat_counts(value, f"{prefix}.{name}")
        else:
            flat.append((f"{prefix}.{name}", str(value)))
    return flat


def _earlier_files(out: Path) -> set[str]:
    """The files of an earlier export in the folder. Raises InputError for a folder of others."""
    if out.exists() and not out.is_dir():
        raise InputError(f"--out {out}: is a file, expected a folder")
    if not out.is_dir() or not any(out.iterdir()):
        return set()
    try:
        index = json.loads((out / INDEX_FILE).read_text(encoding="utf-8"))
        return {name for name in index["sha256"] if Path(name).name == name}
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(
            f"--out {out}: holds other things than an export; choose another folder"
        ) from None


def _write_csv(
    manifest: "RunManifest", tables: list[RunTable], folder: Path, announce: Callable[[str], None]
) -> dict[str, int]:
    rows = {}
    for table in tables:
        announce(f"export {table.name}")
        path = folder / f"{table.name}.csv"
        rows[table.name] = write_csv_chunks(table.columns, table.chunks(), path)
    write_csv_chunks(("name", "value"), [_summary(manifest)], folder / "summary.csv")
    return rows


def _write_xlsx(
    manifest: "RunManifest", tables: list[RunTable], folder: Path, announce: Callable[[str], None]
) -> dict[str, int]:
    from tieout.export.sheets import write_chunked_sheets

    rows: dict[str, int] = {}

    def counted(table: RunTable) -> "Iterator[pl.DataFrame]":
        announce(f"export {table.name}")
        rows[table.name] = 0
        for chunk in table.chunks():
            rows[table.name] += chunk.height
            yield chunk

    sheets: dict[str, Any] = {"summary": [_summary(manifest)]}
    sheets |= {table.name: counted(table) for table in tables}
    write_chunked_sheets(sheets, folder / f"{manifest.run_id}.xlsx")
    return rows


def _write_powerbi(
    manifest: "RunManifest", tables: list[RunTable], folder: Path, announce: Callable[[str], None]
) -> dict[str, int]:
    from tieout.export.star import Star

    star, rows = Star(), {}
    for table in tables:
        announce(f"export {table.name}")
        rows[table.name] = _write_parquet(
            star.fact(table.name, table.chunks()), folder / f"{table.name}.parquet"
        )
    dimensions = star.dimensions() | {"run": _summary(manifest)}
    for name, frame in dimensions.items():
        rows[name] = _write_parquet(iter([frame]), folder / f"{name}.parquet")
    related = star.related(rows)
    write_csv_chunks(related.columns, [related], folder / "relationships.csv")
    return rows


def _write_parquet(chunks: "Iterator[pl.DataFrame]", path: Path) -> int:
    import pyarrow.parquet as pq

    rows, writer = 0, None
    try:
        for chunk in chunks:
            piece = chunk.rechunk().to_arrow()
            writer = writer or pq.ParquetWriter(path, piece.schema, compression="zstd")
            writer.write_table(piece.cast(writer.schema))
            rows += chunk.height
    finally:
        if writer is not None:
            writer.close()
    return rows


def _summary(manifest: "RunManifest") -> "pl.DataFrame":
    import polars as pl

    return pl.DataFrame(
        summary_rows(manifest), schema={"name": pl.String, "value": pl.String}, orient="row"
    )
