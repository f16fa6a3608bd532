"""The pages, the scripts that write some of them, and a small run to hold them against."""

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest

from tieout.pipeline.reconcile import ReconcileJob, ReconcileResult, reconcile

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


@pytest.fixture(scope="session")
def scripts() -> Iterator[dict[str, ModuleType]]:
    """docs/generate.py and docs/transcripts.py as modules."""
    sys.path.insert(0, str(DOCS))
    try:
        loaded = {}
        for name in ("transcripts", "generate"):
            specification = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
            assert specification is not None
            assert specification.loader is not None
            loaded[name] = importlib.util.module_from_spec(specification)
            sys.modules[name] = loaded[name]
            specification.loader.exec_module(loaded[name])
        yield loaded
    finally:
        sys.path.remove(str(DOCS))
        for name in ("transcripts", "generate"):
            sys.modules.pop(name, None)


@pytest.fixture(scope="session")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> ReconcileResult:
    """A match, a group, two breaks and a reject."""
    folder = tmp_path_factory.mktemp("small")
    left, right = folder / "left.csv", folder / "right.csv"
    left.write_text(
        "reference,booked,amount,ccy\n"
        "A-1001,2026-03-02,10.00,EUR\n"
        "A-1002,2026-03-03,30.00,EUR\n"
        "A-1003,2026-03-04,50.00,EUR\n"
        "A-1004,2026-03-05,70.10,EUR\n"
        "A-1005,2026-03-05,many,EUR\n"
    )
    right.write_text(
        "doc,posted,amount,ccy\n"
        "A-1001,2026-03-02,10.00,EUR\n"
        "A-1002,2026-03-03,10.00,EUR\n"
        "A-1002,2026-03-03,20.00,EUR\n"
        "A-1003,2026-03-04,50.01,EUR\n"
        "A-1006,2026-03-20,5.00,EUR\n"
    )
    spec = folder / "spec.yaml"
    spec.write_text(
        "left: {name: left, key: reference, amount: amount, currency: ccy, date: booked}\n"
        "right: {name: right, key: doc, amount: amount, currency: ccy, date: posted}\n"
    )
    return reconcile(ReconcileJob(left=str(left), right=str(right), spec=spec, out=folder / "run"))


@pytest.fixture(scope="session")
def first_cells() -> Callable[[str, str], list[str]]:
    """The code words in the first column of the tables under a heading of a page."""

    def answer(name: str, heading: str) -> list[str]:
        text = (ROOT / name).read_text(encoding="utf-8")
        start = f"\n{text}".index(f"\n{heading}\n") + 1
        ends = [text.find(f"\n{mark} ", start) for mark in ("#", "##", "###")]
        section = text[start : min([end for end in ends if end > 0], default=len(text))]
        cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
        return [word for cell in cells for word in cell.split("`")[1::2]]

    return answer


@pytest.fixture(scope="session")
def types_of() -> Callable[[str, str], dict[str, str]]:
    """Column to type, as the table under a heading of a page says."""

    def answer(name: str, heading: str) -> dict[str, str]:
        text = (ROOT / name).read_text(encoding="utf-8")
        section = text.split(f"\n{heading}\n")[1].split("\n## ")[0]
        rows = [line.split("|") for line in section.splitlines() if line.startswith("| `")]
        return {row[1].strip(" `"): row[2].strip() for row in rows}

    return answer


@pytest.fixture(scope="session")
def schema_of() -> Callable[[Path], dict[str, str]]:
    """Column to type of a Parquet file, as the contracts call them."""
    words = {
        "String": "text", "Float64": "double", "Int64": "int64", "Int32": "int32", "Date": "date",
        "Boolean": "boolean", "List(Int64)": "list of int64", "List(String)": "list of text",
        "Decimal(precision=38, scale=2)": "decimal(38, scale)",
    }  # fmt: skip

    def answer(path: Path) -> dict[str, str]:
        schema = pl.read_parquet_schema(path)
        return {name: words.get(str(kind), str(kind)) for name, kind in schema.items()}

    return answer


@pytest.fixture(scope="session")
def repository_pages() -> list[Path]:
    """Every Markdown file of the repository."""
    folders = (DOCS, ROOT / "examples", ROOT / ".ci")
    return sorted([*ROOT.glob("*.md"), *(page for each in folders for page in each.rglob("*.md"))])
