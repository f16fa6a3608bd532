"""`tieout`: where errors become exit codes."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from tieout import __version__
from tieout.cli import main as main_module
from tieout.model.errors import ConservationError, InputError

Tieout = Callable[..., Any]


def test_it_tells_its_version(tieout: Tieout) -> None:
    said = tieout("--version")
    assert (said.code, said.out, said.err) == (0, f"tieout {__version__}\n", "")


@pytest.mark.parametrize("words", ["--help", "-h", "reconcile --help", "generate breaks -h"])
def test_help_is_no_error(tieout: Tieout, words: str) -> None:
    said = tieout(words)
    assert said.code == 0
    assert "Usage" in said.out


def test_without_a_word_it_helps(tieout: Tieout) -> None:
    said = tieout("")
    assert said.code == 2
    assert "reconcile" in said.out + said.err


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("recncile", "tieout: No such command 'recncile'."),
        ("--colour", "tieout: No such option: --colour"),
        ("schema extra", "tieout: Invalid value for 'kind'"),
        ("generate breaks --rows many", "tieout: Invalid value for '--rows'"),
        ("generate breaks --rows 0", "tieout: --rows 0: expected at least 1"),
    ],
)
def test_bad_usage_is_one_line(tieout: Tieout, words: str, line: str) -> None:
    said = tieout(words)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(line)
    assert said.err.count("\n") == 1


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (InputError("a.csv:\n  row 3:\tbad"), 2, "tieout: a.csv: row 3: bad\n"),
        (KeyboardInterrupt(), 130, "tieout: stopped\n"),
    ],
)
def test_an_error_is_one_line_and_a_code(
    tieout: Tieout,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    code: int,
    line: str,
) -> None:
    def fail(**_: Any) -> None:
        raise error

    monkeypatch.setattr(main_module, "app", fail)
    said = tieout("anything")
    assert (said.code, said.err) == (code, line)


def test_a_broken_proof_is_never_swallowed(tieout: Tieout, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: Any) -> None:
        raise ConservationError("left: a row is lost")

    monkeypatch.setattr(main_module, "app", fail)
    with pytest.raises(ConservationError):
        tieout("anything")


def test_starting_does_not_load_what_only_a_run_needs() -> None:
    heavy = ("duckdb", "ibis", "scipy", "holidays", "polars", "pyarrow", "numpy", "sklearn")
    script = (
        "import sys; import tieout.cli.main; "
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
