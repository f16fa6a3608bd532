"""`tieout users`, `tokens`, `verify` and `worker` in a workspace with tables."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from databases import outside_variables, sqlite_with_tables

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory, tieout_in: Run) -> Path:
    """A workspace with ann (preparer, reviewer) and bob, an auditor who was disabled."""
    folder = tmp_path_factory.mktemp("workspace")
    sqlite_with_tables(tmp_path_factory, folder)
    said = tieout_in(
        folder, "users add ann --role preparer --role reviewer --email ann@example.org"
    )
    assert said.returncode == 0
    assert tieout_in(folder, "users add bob --role auditor").returncode == 0
    assert tieout_in(folder, "users disable bob").returncode == 0
    return folder


def test_people_are_listed_with_roles(workspace: Path, tieout_in: Run) -> None:
    lines = tieout_in(workspace, "users list").stdout.splitlines()
    assert lines[:2] == ["ann  preparer, reviewer", "bob  auditor  (disabled)"]
    said = json.loads(tieout_in(workspace, "users list --json").stdout)
    assert said["users"][0] == {
        "username": "ann",
        "email": "ann@example.org",
        "roles": ["preparer", "reviewer"],
        "active": True,
        "last_login": None,
    }


def test_a_password_is_made_up_and_shown_once_or_read(workspace: Path, tieout_in: Run) -> None:
    said = tieout_in(workspace, "users add cid")
    assert said.stdout.startswith("cid added; password, shown once: ")
    read = tieout_in(workspace, "users password cid --password-stdin", "a-phrase-of-my-own\n")
    assert read.stdout == "cid: password set\n"
    empty = tieout_in(workspace, "users password cid --password-stdin")
    assert (empty.returncode, empty.stderr) == (
        2, "tieout: --password-stdin: expected a password in the first line of input\n",
    )  # fmt: skip
    assert tieout_in(workspace, "users role cid --role admin").stdout == "cid: admin\n"
    assert tieout_in(workspace, "users enable cid").stdout == "cid: enabled\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("users disable zoe", "zoe: no such user; see `tieout users list`"),
        ("users add dan --role boss", "role boss: expected preparer, reviewer, approver, "),
        ("tokens create zoe", "zoe: no such user"),
        ("tokens create ann --scope all", "scope all: expected read, score, write, admin"),
        ("tokens revoke 00000000", "00000000: no such token; see `tieout tokens list`"),
        ("verify --against missing.json", "--against missing.json: can't be read"),
        ("verify --workspace missing", "missing: is no folder; make it or choose another"),
    ],
)
def test_bad_usage_ends_with_one_line(
    workspace: Path, tieout_in: Run, words: str, message: str
) -> None:
    said = tieout_in(workspace, words)
    assert said.returncode == 2
    assert message in said.stderr
    assert len(said.stderr.splitlines()) == 1


def test_a_token_is_shown_once_listed_by_its_prefix_and_revoked(
    workspace: Path, tieout_in: Run
) -> None:
    text = tieout_in(
        workspace, "tokens create ann --name feed --scope score --days 5"
    ).stdout.strip()
    prefix = text.split("_")[1]
    listed = tieout_in(workspace, "tokens list --json").stdout
    (row,) = [row for row in json.loads(listed)["tokens"] if row["prefix"] == prefix]
    assert (row["user"], row["name"], row["scopes"]) == ("ann", "feed", ["score"])
    assert text not in listed
    assert tieout_in(workspace, f"tokens revoke {prefix}").stdout == f"{prefix} revoked\n"
    assert "revoked 20" in tieout_in(workspace, "tokens list").stdout


def test_the_log_is_whole_and_its_head_can_be_noted(workspace: Path, tieout_in: Run) -> None:
    said = json.loads(tieout_in(workspace, "verify --anchor head.json --json").stdout)
    assert (said["whole"], said["broken"]) == (True, None)
    assert json.loads((workspace / "head.json").read_text()) == said["head"]
    assert tieout_in(workspace, "verify --against head.json").stdout.startswith("whole: ")


def test_a_changed_log_names_the_row_and_ends_with_3(tmp_path: Path, tieout_in: Run) -> None:
    tieout_in(tmp_path, "users add ann")
    tieout_in(tmp_path, "users role ann --role preparer")
    with sqlite3.connect(tmp_path / "tieout.db") as database:
        database.execute("DROP TRIGGER audit_no_update")
        database.execute("UPDATE audit_auditentry SET action = 'user.enabled' WHERE sequence = 2")
    database.close()
    said = tieout_in(tmp_path, "verify --anchor head.json")
    assert said.returncode == 3
    assert said.stdout == (
        "BROKEN at entry 2: its content is not what its hash says (1 entries before it are whole)\n"
    )
    assert not (tmp_path / "head.json").exists()
    assert json.loads(tieout_in(tmp_path, "verify --json").stdout)["broken"] == 2


def test_a_file_that_is_no_head_is_refused(workspace: Path, tieout_in: Run) -> None:
    (workspace / "other.json").write_text("[]")
    said = tieout_in(workspace, "verify --against other.json")
    assert said.returncode == 2
    assert "expected the file that --anchor writes" in said.stderr


def test_the_worker_leaves_when_nothing_is_due(workspace: Path) -> None:
    words = [sys.executable, "-m", "tieout", "worker", "--once"]
    assert (
        subprocess.run(words, cwd=workspace, env=outside_variables(), check=False).returncode == 0
    )


def test_the_key_of_a_workspace_is_for_its_owner_only(workspace: Path, tieout_in: Run) -> None:
    assert (workspace / ".tieout-secret").stat().st_mode & 0o777 == 0o600


def test_keys_are_made_and_changed(workspace: Path, tieout_in: Run) -> None:
    first, second = (tieout_in(workspace, "keys new").stdout.strip() for _ in range(2))
    assert len({first, second}) == 2
    assert len(first) == len(second) == 44
    said = tieout_in(workspace, "keys rotate")
    assert said.stdout == "0 secrets are encrypted by the first key\n"
    off = tieout_in(workspace, "users second-factor-off ann")
    assert off.stdout == "ann: second factor was off already\n"
