"""The practice workspace: a small company's books, reconciled."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tieout.model.buckets import Bucket
from tieout.model.errors import InputError
from tieout.model.money import currency_exponent
from tieout.pipeline.workspace import WORKSPACE_FILE

if TYPE_CHECKING:
    from tieout.export.run_report import RunReport
    from tieout.pipeline.reconcile import ReconcileResult
    from tieout.practice.company import CompanyFiles

PRACTICE_NAME: Final = "Tieout practice"
BOOKS_FOLDER: Final = "books"
# What shows best how a proof reads, and what each means in words.
_MEANINGS: Final = {
    Bucket.TRANSPOSITION: "the amount was mistyped",
    Bucket.FEE_OR_TAX: "the difference is a fee that one side has not posted",
    Bucket.FX_RATE: "one side converted at another day's rate",
    Bucket.REVERSAL: "the money went back, and only one side knows",
    Bucket.WRONG_REFERENCE: "the same payment stands under two references",
    Bucket.PARTIAL_PAYMENT: "only a part was paid",
    Bucket.DUPLICATE: "it was entered twice",
    Bucket.CUT_OFF: "the two sides put it into different months",
    Bucket.TIMING: "the two sides dated it differently",
}


@dataclass(frozen=True)
class Explained:
    """A break in one sentence. proof: the equation that a person can check."""

    bucket: str
    sentence: str
    proof: str


@dataclass(frozen=True)
class Demo:
    """A finished demonstration: where it is, what was written and what was found."""

    workspace: Path
    files: "CompanyFiles"
    result: "ReconcileResult"

    @property
    def report(self) -> Path:
        """The page to open."""
        return self.result.out / "report.html"


def run_demo(workspace: Path, *, announce: Callable[[str], None] = lambda _: None) -> Demo:
    """Make the practice workspace, or freshen it up, and reconcile the books in it.

    The books are replaced, the run is added to those before. Raises InputError when the folder
    holds anything but a practice workspace.
    """
    require_practice(workspace)
    announce("practice company")
    from tieout.pipeline.reconcile import ReconcileJob, reconcile
    from tieout.practice.company import write_company

    files = write_company(workspace / BOOKS_FOLDER)
    (workspace / WORKSPACE_FILE).write_text(f"name: {PRACTICE_NAME}\n", encoding="utf-8")
    job = ReconcileJob(
        left=str(files.bank), right=str(files.ledger), workspace=workspace, announce=announce
    )
    return Demo(workspace, files, reconcile(job))


def require_practice(workspace: Path) -> None:
    """Raise InputError unless the folder is absent, empty or a practice workspace already."""
    if not workspace.exists():
        return
    if not workspace.is_dir():
        raise InputError(f"{workspace}: is a file, expected a folder for the practice workspace")
    if not any(workspace.iterdir()) or _is_practice(workspace / WORKSPACE_FILE):
        return
    raise InputError(
        f"{workspace}: holds other things than a practice workspace; choose another folder "
        "with --workspace"
    )


def explained_breaks(report: "RunReport", *, count: int = 3) -> list[Explained]:
    """The surest break of each of so many buckets, those first whose proof says most."""
    import polars as pl

    found: list[Explained] = []
    names, breaks = {"left": report.left.name, "right": report.right.name}, report.breaks
    for bucket, meaning in _MEANINGS.items():
        ranked = breaks.filter(pl.col("bucket") == str(bucket)).sort(
            pl.col("side") == "both",
            "bucket_confidence",
            pl.col("difference").abs(),
            "break_id",
            descending=[True, True, True, False],
        )
        if ranked.height and len(found) < count:
            row = ranked.row(0, named=True)
            found.append(
                Explained(str(bucket), _sentence(row, names, meaning), row["evidence"] or "")
            )
    return found


def _sentence(row: dict[str, Any], names: dict[str, str], meaning: str) -> str:
    said = {
        name: _money(row[f"amount_{side}"], row["currency"])
        for side, name in names.items()
        if row[f"amount_{side}"] is not None
    }
    if len(said) == 1:
        ((name, amount),) = said.items()
        where = f"{amount} in {name} alone"
    elif len(set(said.values())) == 1:
        where = f"{next(iter(said.values()))} in both"
    else:
        where = ", ".join(f"{amount} in {name}" for name, amount in said.items())
    return f"{row['key'] or 'no key'}: {where}; {meaning}."


def _money(amount: Decimal, currency: str) -> str:
    return f"{amount:,.{currency_exponent(currency)}f} {currency}".strip()


def _is_practice(path: Path) -> bool:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return False
    return f"name: {PRACTICE_NAME}" in (line.strip() for line in lines)
