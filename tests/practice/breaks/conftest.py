"""Reads generated files the long way round, from their text."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from tieout.practice.breaks import BreaksWritten, generate_breaks
from tieout.practice.breaks.world import World, draw_world


@dataclass(frozen=True)
class Practice:
    """A data set: amounts and originals in units of 0.01, keys in capitals without a dash."""

    written: BreaksWritten
    world: World
    left: pl.DataFrame
    right: pl.DataFrame
    labels: pl.DataFrame

    def pairs(self, cause: str) -> pl.DataFrame:
        """Labels of a cause beside their rows: row_left, key_left, ..., row_right, ..."""
        labels = self.labels.filter(pl.col("cause") == cause).with_row_index("label")
        for side, rows in (("left", self.left), ("right", self.right)):
            columns = rows.rename({name: f"{name}_{side}" for name in rows.columns})
            labels = labels.join(
                columns,
                left_on=f"{side}_row",
                right_on=f"row_{side}",
                how="left",
                coalesce=False,
                maintain_order="left",
            )
        return labels

    def both(self, cause: str) -> pl.DataFrame:
        """Those of them that have a row on either side."""
        return self.pairs(cause).drop_nulls(["left_row", "right_row"])

    def only(self, side: str, cause: str) -> pl.DataFrame:
        """Rows of one side that stand alone under a cause."""
        other = "right" if side == "left" else "left"
        chosen = self.labels.filter((pl.col("cause") == cause) & pl.col(f"{other}_row").is_null())
        rows = self.left if side == "left" else self.right
        return rows.join(chosen, left_on="row", right_on=f"{side}_row", how="semi")


def units(column: str) -> pl.Expr:
    """Text with two decimals as units of 0.01; blank is null."""
    return pl.col(column).str.replace(".", "", literal=True).cast(pl.Int64)


def read_left(path: Path) -> pl.DataFrame:
    """The bank's file."""
    return (
        pl.read_csv(path, infer_schema=False)
        .with_row_index("row", offset=1)
        .select(
            pl.col("row").cast(pl.Int64),
            key=pl.col("Reference").str.replace("-", "").str.to_uppercase(),
            date=pl.col("Booking Date").str.to_date("%Y-%m-%d"),
            amount=units("Amount"),
            currency="Currency",
            account="Account",
            party=pl.col("Counterparty").str.replace_all(".", "", literal=True).str.to_uppercase(),
            comment="Narrative",
            original=units("Original Amount"),
            original_currency="Original Currency",
        )
    )


def read_right(path: Path) -> pl.DataFrame:
    """The ledger's file."""
    return (
        pl.read_csv(path, infer_schema=False)
        .with_row_index("row", offset=1)
        .select(
            pl.col("row").cast(pl.Int64),
            key=pl.col("doc_no").str.to_uppercase(),
            date=pl.col("posted_on").str.to_date("%d/%m/%Y"),
            amount=units("debit").fill_null(0) - units("credit").fill_null(0),
            currency="ccy",
            account="gl_account",
            party="party",
            comment="description",
            original=units("fc_amount"),
            original_currency="fc_currency",
        )
    )


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Practice]:
    """Generate and read a data set, once for the same arguments."""

    @cache
    def generate(
        rows: int = 2_000, seed: int = 1, chunk_rows: int = 250_000, adversarial: bool = True
    ) -> Practice:
        written = generate_breaks(
            rows=rows,
            seed=seed,
            out=tmp_path_factory.mktemp("breaks"),
            chunk_rows=chunk_rows,
            adversarial=adversarial,
        )
        return Practice(
            written=written,
            world=draw_world(rows=rows, seed=seed),
            left=read_left(written.left),
            right=read_right(written.right),
            labels=pl.read_parquet(written.labels),
        )

    return generate
