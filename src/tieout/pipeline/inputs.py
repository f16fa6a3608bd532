"""From two locations to two tables that can be compared."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import ibis.expr.types as ir
import polars as pl

from tieout.engines.base import Engine
from tieout.model.errors import InputError
from tieout.model.manifest import InputFile
from tieout.model.money import EXPONENT_DEFAULT, currency_exponent
from tieout.pipeline.unread import unread_keys
from tieout.reconcile.records import no_unread
from tieout.reconcile.sides import comparable, stage_plan
from tieout.reconcile.spec import SideSpec, Spec
from tieout.sources.source import Source
from tieout.sources.stage import Staged, stage

_SCALE_SAMPLE_ROWS = 20_000


@dataclass(frozen=True)
class Input:
    """One side, read: `table` has the shape of RECORD_SCHEMA.

    carried: open items of an earlier run that are in `table` too, behind the rows of the source:
        `row`, `origin_file` and more; None where none were asked for.
    unread: `row` and `key` of rows that could not be read.
    """

    side: SideSpec
    source: Source
    staged: Staged
    table: ir.Table
    files: tuple[InputFile, ...]
    carried: pl.DataFrame | None = None
    unread: pl.DataFrame = field(default_factory=no_unread)

    @property
    def rows_carried(self) -> int:
        """How many open items of an earlier run are among the rows."""
        return 0 if self.carried is None else self.carried.height

    def names_of_files(self, rows: pl.Series) -> pl.Series:
        """The file that each row was read from; of a row of an earlier run its file of then."""
        parts = self.source.parts
        befores = pl.Series([part.rows_before for part in parts], dtype=pl.Int64)
        places = befores.search_sorted(rows - 1, side="right") - 1
        names = pl.Series([part.name for part in parts], dtype=pl.String)
        found = pl.DataFrame({"row": rows, "file": names.gather(places)})
        if self.carried is not None:
            earlier = self.carried.select("row", "origin_file")
            found = found.join(earlier, on="row", how="left", maintain_order="left")
            found = found.with_columns(pl.coalesce("origin_file", "file").alias("file"))
        return found["file"]

    @property
    def sha256(self) -> str:
        """Of the file; of the files' digests where there are several; empty for a server."""
        digests = [file.sha256 for file in self.files]
        if len(digests) == 1:
            return digests[0]
        return hashlib.sha256("".join(digests).encode()).hexdigest() if digests else ""


def read_side(
    source: Source, side: SideSpec, spec: Spec, *, scale: int, engine: Engine, path: Path
) -> Input:
    """Type a source's rows by the spec. Raises InputError for columns the source hasn't got."""
    with_time = spec.evidence.cut_off_hour is not None
    plan = stage_plan(side, scale=scale, with_time=with_time)
    staged = stage(source, plan, engine=engine, path=path)
    files = tuple(fingerprint_file(file) for file in source.files)
    table = engine.view(comparable(staged.table, side, spec))
    unread = unread_keys(staged, side, spec, engine)
    return Input(side, source, staged, table, files, unread=unread)


def decide_scale(sources: Sequence[Source], spec: Spec) -> int:
    """Decimals of every amount of the run: the spec's, else the most any currency seen has.

    Raises InputError for a scale with fewer decimals than a column leaves unwritten.
    """
    unwritten = max(side.amount.format.unwritten_decimals for side in (spec.left, spec.right))
    if spec.scale is not None and spec.scale < unwritten:
        raise InputError(
            f"spec: scale is {spec.scale}, but an amount has {unwritten} unwritten decimals; "
            f"expected a scale of at least {unwritten}"
        )
    if spec.scale is not None:
        return spec.scale
    exponents = []
    for source, side in zip(sources, (spec.left, spec.right), strict=True):
        codes = {side.currency_fixed} if side.currency_fixed else set()
        if side.currency and side.currency in source.columns:
            sample = source.sample(_SCALE_SAMPLE_ROWS)[side.currency]
            codes |= set(sample.drop_nulls().str.strip_chars().unique().to_list())
        exponents += [currency_exponent(code) for code in codes if code]
    return max(unwritten, max(exponents, default=EXPONENT_DEFAULT))


def fingerprint_file(path: Path) -> InputFile:
    """Path, SHA-256 and size of a file."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return InputFile(path=str(path), sha256=digest, bytes=path.stat().st_size)


def masked(location: str) -> str:
    """A location without the password that may stand in its URL.

    >>> masked("postgresql://ann:secret@host/db#entries")
    'postgresql://ann:***@host/db#entries'
    """
    address, mark, wanted = location.partition("#")
    scheme, slashes, rest = address.partition("://")
    place = re.search(r"[/?]|$", rest)
    host = rest[: place.start()] if place else rest
    user, at, server = host.rpartition("@")
    name, colon, _ = user.partition(":")
    options = re.sub(r"(?i)([?&][a-z]*password=)[^&]*", r"\1***", rest[len(host) :])
    shown = f"{name}{colon}{'***' if colon else ''}{at}{server}{options}"
    return f"{scheme}{slashes}{shown}{mark}{wanted}" if slashes else location
