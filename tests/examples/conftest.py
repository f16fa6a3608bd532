"""Examples are run from their own folder's files, as their READMEs say."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from tieout.pipeline.reconcile import ReconcileJob, ReconcileResult, reconcile

EXAMPLES = Path(__file__).parents[2] / "examples"


@dataclass(frozen=True)
class Example:
    """A finished example: its folder and its run."""

    folder: Path
    result: ReconcileResult

    @property
    def breaks(self) -> pl.DataFrame:
        """What did not tie out."""
        return pl.read_parquet(self.result.out / "breaks.parquet")

    @property
    def found(self) -> Counter[tuple[str, str]]:
        """Buckets with their keys."""
        return Counter(self.breaks.select("bucket", "key").iter_rows())

    def evidence(self, key: str) -> str:
        """The proof of the break of a key."""
        (text,) = self.breaks.filter(pl.col("key") == key)["evidence"]
        return str(text)

    @property
    def told(self) -> set[tuple[str, str]]:
        """Buckets with their keys as the README's table has them."""
        text = (self.folder / "README.md").read_text(encoding="utf-8")
        rows = re.findall(r"^\| ([a-z_]+) \| ([A-Z0-9, -]+) \|", text, re.MULTILINE)
        return {(bucket, key) for bucket, keys in rows for key in keys.split(", ")}


RunExample = Callable[..., Example]


@pytest.fixture(scope="session")
def run_example(tmp_path_factory: pytest.TempPathFactory) -> RunExample:
    """Runs an example by the name of its folder, with its spec or without."""

    def run(name: str, left: str, right: str, *, with_spec: bool = True) -> Example:
        folder = EXAMPLES / name
        job = ReconcileJob(
            left=str(folder / left),
            right=str(folder / right),
            spec=folder / "spec.yaml" if with_spec else None,
            out=tmp_path_factory.mktemp(name) / "run",
        )
        return Example(folder, reconcile(job))

    return run
