"""Runs the command line in this process, as a shell would."""

import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pytest_django.plugin import DjangoDbBlocker
from workspaces import run_tieout


@dataclass(frozen=True)
class Said:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


Tieout = Callable[..., Said]
TieoutIn = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def tieout(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Tieout:
    """Calls `tieout` with words, in a folder of the test's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TIEOUT_WORKSPACE", raising=False)
    monkeypatch.setattr("signal.signal", lambda *_: None)

    def carry_out(command: str, **more: Any) -> Said:
        from tieout.cli.main import main

        monkeypatch.setattr(sys, "argv", ["tieout", *shlex.split(command)])
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        code = left.value.code
        return Said(code if isinstance(code, int) else 0, said.out, said.err)

    return carry_out


@pytest.fixture(scope="session")
def tieout_in(django_db_blocker: DjangoDbBlocker) -> TieoutIn:
    """Calls `tieout` with words and input, in a workspace that has its tables."""

    def carry_out(folder: Path, words: str, given: str = "") -> "subprocess.CompletedProcess[str]":
        return run_tieout(folder, words, django_db_blocker, given)

    return carry_out


@pytest.fixture
def two_files(tmp_path: Path) -> tuple[Path, Path]:
    """A bank's file and the books', with other names and other ways to write things."""
    bank = ["Reference;Booking date;Amount;Currency;Text"]
    books = ["doc_no,posted,debit,credit,ccy"]
    for number in range(1, 31):
        day = 1 + number % 27
        bank.append(f"INV-{number:05d};{day:02d}.03.2024;{number * 17},{number:02d};EUR;rent")
        if number not in {9, 18}:
            amount = f"{number * 17}.{number:02d}"
            amount = "1.00" if number == 5 else amount
            books.append(f"inv{number:05d},2024-03-{day:02d},{amount},,EUR")
    bank.append("INV-00031;31.03.2024;not a number;EUR;rent")
    left, right = tmp_path / "bank.csv", tmp_path / "books.csv"
    left.write_text("\n".join(bank) + "\n", encoding="utf-8")
    right.write_text("\n".join(books) + "\n", encoding="utf-8")
    return left, right
