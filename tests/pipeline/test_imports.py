"""A reconciliation starts without libraries that it does not use."""

import subprocess
import sys
from pathlib import Path

HEAVY = ("pandas", "scipy.stats", "sklearn", "numba", "django", "httpx", "pydantic_ai")


def _loaded(code: str) -> set[str]:
    shown = f"{code}\nimport sys\nprint(*[name for name in {HEAVY!r} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_the_job_imports_nothing_heavy() -> None:
    assert _loaded("import tieout.pipeline.reconcile") == set()


def test_a_run_with_breaks_imports_nothing_heavy(tmp_path: Path) -> None:
    for name, text in (("a", "ref,amount\nX,1.00\nY,2.00\nZ,3\n"), ("b", "ref,amount\nX,1\nY,9\n")):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    assert (
        _loaded(
            "from pathlib import Path\n"
            "from tieout.pipeline.reconcile import ReconcileJob, reconcile\n"
            f"folder = Path({str(tmp_path)!r})\n"
            "reconcile(ReconcileJob(left=str(folder / 'a.csv'), right=str(folder / 'b.csv'), "
            "out=folder / 'out'))"
        )
        == set()
    )
